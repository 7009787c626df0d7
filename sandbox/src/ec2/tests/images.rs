use super::super::catalogue::FOREIGN_IMAGE;
use super::{ACCOUNT, TestRegion, distinct, filter, set, values};

#[test]
fn the_catalogue_is_large_and_unsorted() {
    let region = TestRegion::new();
    let ids = values(&region.describe_images(&[]), "imageId");
    assert!(ids.len() >= 1000, "{}", ids.len());
    assert_eq!(distinct(&region.describe_images(&[]), "imageId").len(), ids.len());
    assert!(!ids.is_sorted());

    let amazon = region.describe_images(&[("Owner.1", "amazon")]);
    assert!(values(&amazon, "imageId").len() >= 500);
    assert_eq!(distinct(&amazon, "imageOwnerAlias"), set(["amazon"]));
    assert_eq!(distinct(&amazon, "architecture"), set(["arm64", "x86_64"]));
}

#[test]
fn the_catalogue_is_the_same_in_every_run() {
    let document = || TestRegion::new().describe_images(&[]);
    assert!(document() == document());
}

#[test]
fn an_image_has_all_fields_of_a_real_one() {
    let name = "al2023-ami-2023.9.20251027.0-kernel-6.1-x86_64";
    let document = TestRegion::new().describe_images(&filter("name", name));
    assert_eq!(document, include_str!("describe_images.xml").trim_end());
}

#[test]
fn image_names_are_those_of_their_publishers() {
    let region = TestRegion::new();
    for (owner, name) in [
        ("137112412989", "al2023-ami-minimal-2023.*-kernel-6.12-arm64"),
        ("137112412989", "amzn2-ami-kernel-5.10-hvm-2.0.20251105.0-x86_64-gp2"),
        ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022"),
        ("136693071363", "debian-13-arm64-20251006-*"),
        ("801119661308", "Windows_Server-2022-English-Full-Base-2025.10.16"),
    ] {
        let document = region.describe_images(&filter("name", name));
        assert_eq!(distinct(&document, "imageOwnerId"), set([owner]), "{name}");
    }
}

#[test]
fn the_newest_two_images_differ_only_by_id() {
    let name = "al2023-ami-2023.*-kernel-6.1-x86_64";
    let document = TestRegion::new().describe_images(&filter("name", name));
    let mut images: Vec<_> =
        values(&document, "creationDate").into_iter().zip(values(&document, "imageId")).collect();
    assert!(images.len() > 10);
    images.sort();
    images.reverse();
    assert_eq!(images[0].0, images[1].0);
    assert_ne!(images[0].1, images[1].1);
    assert!(images[1].0 > images[2].0);
}

#[test]
fn an_image_must_match_all_filters_by_any_value() {
    let document = TestRegion::new().describe_images(&[
        ("Filter.7.Value.9", "*ubuntu-noble-*"),
        ("Filter.2.Name", "architecture"),
        ("Filter.7.Name", "name"),
        ("Filter.2.Value.1", "arm64"),
        ("Filter.7.Value.3", "debian-1?-*"),
    ]);
    assert_eq!(distinct(&document, "imageOwnerId"), set(["099720109477", "136693071363"]));
    assert_eq!(distinct(&document, "architecture"), set(["arm64"]));
}

#[test]
fn filters_select_by_their_attributes() {
    let region = TestRegion::new();
    for (name, value) in [
        ("block-device-mapping.device-name", "/dev/sdb"),
        ("block-device-mapping.snapshot-id", "snap-*"),
        ("block-device-mapping.volume-size", "30"),
        ("creation-date", "2025-11-1*"),
        ("description", "*Docker*"),
        ("is-public", "false"),
        ("owner-alias", "aws-marketplace"),
        ("platform", "windows"),
        ("product-code.type", "marketplace"),
        ("root-device-name", "/dev/sda1"),
        ("state", "available"),
    ] {
        let document = region.describe_images(&filter(name, value));
        assert!(!values(&document, "imageId").is_empty(), "{name} = {value}");
    }
}

#[test]
fn owners_are_accounts_or_aliases() {
    let region = TestRegion::new();
    let own = region.describe_images(&[("Owner.3", "self")]);
    assert_eq!(values(&own, "imageOwnerId"), [ACCOUNT, ACCOUNT]);
    assert_eq!(values(&own, "isPublic"), ["false", "false"]);
    let two = region.describe_images(&[("Owner.1", "aws-marketplace"), ("Owner.2", ACCOUNT)]);
    assert_eq!(values(&two, "imageId").len(), 22);
    let nobody = region.describe_images(&[("Owner.1", "999999999999")]);
    assert!(nobody.contains("    <imagesSet/>\n"), "{nobody}");
}

#[test]
fn deprecated_images_are_listed_on_request() {
    let region = TestRegion::new();
    let count = |more: &[_]| values(&region.describe_images(more), "imageId").len();
    let all = region.describe_images(&[("IncludeDeprecated", "true")]);
    assert!(values(&all, "imageId").len() > count(&[]));
    let images = values(&all, "creationDate").into_iter().zip(values(&all, "imageId"));
    let (_, oldest) = images.min().unwrap();
    assert_eq!(count(&[("ImageId.1", &oldest)]), 1);
    assert_eq!(count(&filter("image-id", &oldest)), 0);
}

#[test]
fn invalid_parameters_are_refused() {
    let region = TestRegion::new();
    let missing = "The image id '[ami-0abcdef1234567890]' does not exist";
    let two_missing = "The image ids '[ami-00000001, ami-00000002]' do not exist";
    let malformed = r#"Invalid id: "bogus" (expecting "ami-...")"#;
    let with_ids = "The parameter imageIdsSet cannot be used with the parameter maxResults";
    let id = ("ImageId.1", "ami-00000001");
    for (parameters, code, message) in [
        (&[("ImageId.1", "ami-0abcdef1234567890")][..], "InvalidAMIID.NotFound", missing),
        (&[("ImageId.2", "ami-00000002"), id], "InvalidAMIID.NotFound", two_missing),
        (&[("ImageId.1", "bogus")], "InvalidAMIID.Malformed", malformed),
        (&[("Owner.1", "amazn")], "InvalidUserID.Malformed", ""),
        (&[("NextToken", "bogus")], "InvalidParameterValue", ""),
        (&[("MaxResults", "9"), id], "InvalidParameterCombination", with_ids),
        (&filter("x", "y"), "InvalidParameterValue", "The filter 'x' is invalid"),
        (&[("ImageId.1", FOREIGN_IMAGE)], "AuthFailure", ""),
    ] {
        region.assert_refused("DescribeImages", parameters, code, message);
    }
}

#[test]
fn pages_add_up_to_the_whole_list() {
    let region = TestRegion::new();
    let whole = values(&region.describe_images(&[("Owner.1", "amazon")]), "imageId");
    let mut paged = Vec::new();
    let mut token = None::<String>;
    loop {
        let mut parameters = vec![("Owner.1", "amazon"), ("MaxResults", "100")];
        parameters.extend(token.as_deref().map(|token| ("NextToken", token)));
        let document = region.describe_images(&parameters);
        paged.extend(values(&document, "imageId"));
        token = values(&document, "nextToken").pop();
        match &token {
            Some(token) => assert!(token.ends_with("==") && paged.len() % 100 == 0),
            None => break,
        }
    }
    assert_eq!(paged, whole);
}

#[test]
fn reserved_characters_of_xml_are_escaped() {
    let document = TestRegion::new().describe_images(&filter("description", "*PostgreSQL*"));
    assert_eq!(
        values(&document, "description")[0],
        "Web stack: &quot;nginx&quot; &amp; PostgreSQL, &lt;no&gt; licence fee"
    );
}

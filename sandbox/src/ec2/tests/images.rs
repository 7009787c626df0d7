use std::collections::BTreeSet;

use super::{ACCOUNT, Region, refused, values};

fn filter<'a>(name: &'a str, value: &'a str) -> [(&'a str, &'a str); 2] {
    [("Filter.1.Name", name), ("Filter.1.Value.1", value)]
}

#[test]
fn the_catalogue_is_as_large_as_one_that_needs_filters() {
    let region = Region::new();
    let ids = values(&region.answer("DescribeImages", &[]), "imageId");
    assert!(ids.len() >= 1000, "{}", ids.len());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(!ids.is_sorted());

    let amazon = region.answer("DescribeImages", &[("Owner.1", "amazon")]);
    assert!(values(&amazon, "imageId").len() >= 500);
    let owners: BTreeSet<_> = values(&amazon, "imageOwnerAlias").into_iter().collect();
    assert_eq!(owners, BTreeSet::from(["amazon".to_owned()]));
    let architectures: BTreeSet<_> = values(&amazon, "architecture").into_iter().collect();
    assert_eq!(architectures, BTreeSet::from(["arm64".to_owned(), "x86_64".to_owned()]));
}

#[test]
fn every_run_has_the_same_catalogue() {
    let answer = |region: Region| region.answer("DescribeImages", &[]);
    assert!(answer(Region::new()) == answer(Region::new()));
}

#[test]
fn an_image_is_written_like_the_real_one() {
    let region = Region::new();
    let name = "al2023-ami-2023.9.20251027.0-kernel-6.1-x86_64";
    let answer = region.answer("DescribeImages", &filter("name", name));
    assert_eq!(answer, include_str!("describe_images.xml").trim_end());
}

#[test]
fn every_publisher_names_its_images_as_it_does() {
    let region = Region::new();
    for (owner, name) in [
        ("137112412989", "al2023-ami-minimal-2023.*-kernel-6.12-arm64"),
        ("137112412989", "amzn2-ami-kernel-5.10-hvm-2.0.20251105.0-x86_64-gp2"),
        ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022"),
        ("136693071363", "debian-13-arm64-20251006-*"),
        ("801119661308", "Windows_Server-2022-English-Full-Base-2025.10.16"),
    ] {
        let answer = region.answer("DescribeImages", &filter("name", name));
        let owners: BTreeSet<_> = values(&answer, "imageOwnerId").into_iter().collect();
        assert_eq!(owners, BTreeSet::from([owner.to_owned()]), "{name}");
    }
}

#[test]
fn the_newest_two_differ_by_id_alone() {
    let region = Region::new();
    let name = "al2023-ami-2023.*-kernel-6.1-x86_64";
    let answer = region.answer("DescribeImages", &filter("name", name));
    let mut images: Vec<_> =
        values(&answer, "creationDate").into_iter().zip(values(&answer, "imageId")).collect();
    assert!(images.len() > 10);
    images.sort();
    images.reverse();
    assert_eq!(images[0].0, images[1].0);
    assert_ne!(images[0].1, images[1].1);
    assert!(images[1].0 > images[2].0);
}

#[test]
fn filters_must_all_match_by_any_of_their_values() {
    let region = Region::new();
    let answer = region.answer(
        "DescribeImages",
        &[
            ("Filter.7.Value.9", "*ubuntu-noble-*"),
            ("Filter.2.Name", "architecture"),
            ("Filter.7.Name", "name"),
            ("Filter.2.Value.1", "arm64"),
            ("Filter.7.Value.3", "debian-1?-*"),
        ],
    );
    let owners: BTreeSet<_> = values(&answer, "imageOwnerId").into_iter().collect();
    assert_eq!(owners, BTreeSet::from(["099720109477".to_owned(), "136693071363".to_owned()]));
    let architectures: BTreeSet<_> = values(&answer, "architecture").into_iter().collect();
    assert_eq!(architectures, BTreeSet::from(["arm64".to_owned()]));
}

#[test]
fn filters_read_every_field_they_name() {
    let region = Region::new();
    let some = |name: &str, value: &str| {
        let answer = region.answer("DescribeImages", &filter(name, value));
        assert!(!values(&answer, "imageId").is_empty(), "{name} = {value}");
    };
    some("block-device-mapping.device-name", "/dev/sdb");
    some("block-device-mapping.volume-size", "30");
    some("creation-date", "2025-11-1*");
    some("description", "*Docker*");
    some("is-public", "false");
    some("owner-alias", "aws-marketplace");
    some("platform", "windows");
    some("product-code.type", "marketplace");
    some("root-device-name", "/dev/sda1");
    some("state", "available");
    assert_eq!(
        region.bad_request("DescribeImages", &filter("x", "y")),
        refused("InvalidParameterValue", "The filter 'x' is invalid")
    );
}

#[test]
fn owners_are_accounts_and_aliases() {
    let region = Region::new();
    let own = region.answer("DescribeImages", &[("Owner.3", "self")]);
    assert_eq!(values(&own, "imageOwnerId"), [ACCOUNT, ACCOUNT]);
    assert_eq!(values(&own, "isPublic"), ["false", "false"]);
    let two =
        region.answer("DescribeImages", &[("Owner.1", "aws-marketplace"), ("Owner.2", ACCOUNT)]);
    assert_eq!(values(&two, "imageId").len(), 22);
    let nobody = region.answer("DescribeImages", &[("Owner.1", "999999999999")]);
    assert!(nobody.contains("    <imagesSet/>\n"), "{nobody}");
    assert_eq!(
        region.bad_request("DescribeImages", &[("Owner.1", "amazn")]).0,
        "InvalidUserID.Malformed"
    );
}

#[test]
fn deprecated_images_appear_when_asked_for() {
    let region = Region::new();
    let count = |more: &[_]| values(&region.answer("DescribeImages", more), "imageId").len();
    let all = region.answer("DescribeImages", &[("IncludeDeprecated", "true")]);
    assert!(values(&all, "imageId").len() > count(&[]));
    let (_, id) =
        values(&all, "creationDate").into_iter().zip(values(&all, "imageId")).min().unwrap();
    assert_eq!(count(&[("ImageId.1", &id)]), 1);
    assert_eq!(count(&filter("image-id", &id)), 0);
}

#[test]
fn images_that_are_not_there_are_named() {
    let region = Region::new();
    let describe = |ids: &[(&str, &str)]| region.bad_request("DescribeImages", ids);
    assert_eq!(
        describe(&[("ImageId.1", "ami-0abcdef1234567890")]),
        refused("InvalidAMIID.NotFound", "The image id '[ami-0abcdef1234567890]' does not exist")
    );
    assert_eq!(
        describe(&[("ImageId.2", "ami-00000002"), ("ImageId.1", "ami-00000001")]).1,
        "The image ids '[ami-00000001, ami-00000002]' do not exist"
    );
    assert_eq!(
        describe(&[("ImageId.1", "bogus")]),
        refused("InvalidAMIID.Malformed", r#"Invalid id: "bogus" (expecting "ami-...")"#)
    );
    assert_eq!(describe(&[("ImageId.1", super::super::catalogue::FOREIGN_IMAGE)]).0, "AuthFailure");
}

#[test]
fn pages_make_up_the_whole() {
    let region = Region::new();
    let whole = values(&region.answer("DescribeImages", &[("Owner.1", "amazon")]), "imageId");
    let mut paged = Vec::new();
    let mut token = None::<String>;
    loop {
        let mut parameters = vec![("Owner.1", "amazon"), ("MaxResults", "100")];
        parameters.extend(token.as_deref().map(|token| ("NextToken", token)));
        let answer = region.answer("DescribeImages", &parameters);
        paged.extend(values(&answer, "imageId"));
        token = values(&answer, "nextToken").pop();
        match &token {
            Some(token) => assert!(token.ends_with("==") && paged.len() % 100 == 0),
            None => break,
        }
    }
    assert_eq!(paged, whole);
    assert_eq!(
        region.bad_request("DescribeImages", &[("NextToken", "bogus")]).0,
        "InvalidParameterValue"
    );
    assert_eq!(
        region.bad_request("DescribeImages", &[("MaxResults", "9"), ("ImageId.1", &whole[0])]),
        refused(
            "InvalidParameterCombination",
            "The parameter imageIdsSet cannot be used with the parameter maxResults"
        )
    );
}

#[test]
fn what_xml_reserves_is_escaped() {
    let answer = Region::new().answer("DescribeImages", &filter("description", "*PostgreSQL*"));
    assert_eq!(
        values(&answer, "description")[0],
        "Web stack: &quot;nginx&quot; &amp; PostgreSQL, &lt;no&gt; licence fee"
    );
}

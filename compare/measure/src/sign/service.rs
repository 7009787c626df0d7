//! Reads service and region from an AWS host name.
//!
//! An unknown host name shows neither, and the user is asked. A guess would be worse: the service refuses
//! the signature, and its error names neither the guess nor the right scope.

/// The scope that a host name shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostScope {
    /// The service name for the credential scope.
    pub service: Option<&'static str>,
    /// The region for the credential scope.
    pub region: Option<String>,
}

/// One service per line: the host's labels before the region, a tab, the name in the credential scope.
const SERVICES: &str = include_str!("services.tsv");

/// Services whose hosts begin with labels of the customer (a bucket, an API id, an account), with their names
/// in the credential scope.
const WITH_PREFIX: &[(&str, &str)] = &[
    ("s3", "s3"),
    ("s3-accesspoint", "s3"),
    ("s3-control", "s3"),
    ("s3-object-lambda", "s3-object-lambda"),
    ("s3-outposts", "s3-outposts"),
    ("aos", "es"),
    ("aoss", "aoss"),
    ("appsync-api", "appsync"),
    ("appsync-realtime-api", "appsync"),
    ("ddb", "dynamodb"),
    ("dsql", "dsql"),
    ("execute-api", "execute-api"),
    ("kinesisvideo", "kinesisvideo"),
    ("lambda-url", "lambda"),
    ("data.mediastore", "mediastore"),
    ("timestream", "timestream"),
    ("vpc-lattice-svcs", "vpc-lattice-svcs"),
];

/// Services whose name follows the region: `us-west-2.queue.amazonaws.com`.
const AFTER_REGION: &[(&str, &str)] = &[
    ("aoss", "aoss"),
    ("cloudsearch", "cloudsearch"),
    ("es", "es"),
    ("neptune", "neptune-db"),
    ("queue", "sqs"),
    ("rds", "rds-db"),
];

/// Services with one endpoint per partition and host names without a region.
/// Sources: <https://docs.aws.amazon.com/general/latest/gr/rande.html>, and botocore's endpoint rules.
const GLOBAL: &[&str] = &[
    "account",
    "billingconductor",
    "budgets",
    "ce",
    "chime",
    "cloudfront",
    "ec2",
    "health",
    "iam",
    "notifications-contacts",
    "organizations",
    "route53",
    "s3",
    "savingsplans",
    "sdb",
    "shield",
    "sts",
    "tax",
    "waf",
];

/// AWS's domains, each with the region in the credential scope of its partition's global services.
const DOMAINS: &[(&str, &str)] = &[
    (".amazonaws.com", "us-east-1"),
    (".api.aws", "us-east-1"),
    (".on.aws", "us-east-1"),
    (".amazonaws.com.cn", "cn-northwest-1"),
    (".api.amazonwebservices.com.cn", "cn-northwest-1"),
    (".on.amazonwebservices.com.cn", "cn-northwest-1"),
    (".amazonaws.eu", "eusc-de-east-1"),
    (".api.amazonwebservices.eu", "eusc-de-east-1"),
    (".c2s.ic.gov", "us-iso-east-1"),
    (".sc2s.sgov.gov", "us-isob-east-1"),
];

/// Reads `host`, with or without a port, in any letter case: `SERVICE.REGION.DOMAIN` with any labels before
/// it, FIPS and dual-stack hosts, VPC endpoints, and the older forms of S3 and SQS.
#[must_use]
pub fn of_host(host: &str) -> HostScope {
    let name = host.split(':').next().unwrap_or(host).trim_end_matches('.').to_ascii_lowercase();
    let Some((name, global)) =
        DOMAINS.iter().find_map(|(domain, global)| Some((name.strip_suffix(domain)?, *global)))
    else {
        return HostScope::default();
    };
    let mut labels: Vec<_> = name.split('.').filter(|label| *label != "dualstack").collect();
    if labels.pop_if(|last| *last == "vpce").is_some() {
        // `vpce-1a2b-5e6f.SERVICE.REGION.vpce`, after a bucket or another label of S3.
        let Some(id) = labels.iter().position(|label| label.starts_with("vpce-")) else {
            return HostScope::default();
        };
        labels.drain(..=id);
    }
    match labels.as_slice() {
        [before @ .., region] if is_region(region) => {
            HostScope { service: before_region(before), region: Some((*region).to_owned()) }
        }
        [.., region, service] if is_region(region) && after_region(service).is_some() => {
            HostScope { service: after_region(service), region: Some((*region).to_owned()) }
        }
        labels => without_region(labels, global),
    }
}

/// The service's name in the credential scope, from the host's `labels` before the region.
fn before_region(labels: &[&str]) -> Option<&'static str> {
    let labels: Vec<_> = labels
        .iter()
        .filter(|label| **label != "fips")
        .map(|label| label.strip_suffix("-fips").unwrap_or(label))
        .collect();
    if labels.last()?.starts_with("s3express-") {
        return Some("s3express");
    }
    in_table(&labels.join(".")).or_else(|| {
        WITH_PREFIX.iter().find_map(|(own, service)| {
            let own: Vec<_> = own.split('.').collect();
            labels.ends_with(&own).then_some(*service)
        })
    })
}

fn after_region(label: &str) -> Option<&'static str> {
    AFTER_REGION.iter().find_map(|(own, service)| (label == *own).then_some(*service))
}

fn without_region(labels: &[&str], global: &str) -> HostScope {
    let Some(last) = labels.last() else { return HostScope::default() };
    let s3 =
        |region: Option<&str>| HostScope { service: Some("s3"), region: region.map(str::to_owned) };
    match *last {
        "s3-external-1" => return s3(Some("us-east-1")),
        // The bucket may be in any region, or in several.
        "s3-accelerate" | "s3-global" => return s3(None),
        "queue" => return HostScope { service: Some("sqs"), region: Some(global.to_owned()) },
        // The oldest form of S3's regional hosts: `s3-eu-west-1.amazonaws.com`.
        _ => {
            let region = last.strip_prefix("s3-fips-").or_else(|| last.strip_prefix("s3-"));
            if let Some(region) = region.filter(|region| is_region(region)) {
                return s3(Some(region));
            }
        }
    }
    let (labels, global) = match *last {
        "us-gov" | "aws-us-gov-global" => (&labels[..labels.len() - 1], "us-gov-west-1"),
        word if word == "global" || (word.starts_with("aws-") && word.ends_with("-global")) => {
            (&labels[..labels.len() - 1], global)
        }
        _ => (labels, global),
    };
    // `global.health.amazonaws.com`
    let labels = labels.strip_prefix(&["global"]).unwrap_or(labels);
    let service = before_region(labels);
    let region = service.filter(|service| GLOBAL.contains(service)).map(|service| {
        if (service, global) == ("iam", "cn-northwest-1") { "cn-north-1" } else { global }
            .to_owned()
    });
    HostScope { service, region }
}

fn in_table(host: &str) -> Option<&'static str> {
    let mut services = SERVICES.lines().filter_map(|line| line.split_once('\t'));
    services.find_map(|(label, service)| (label == host).then_some(service))
}

/// Whether `label` has the form of a region in botocore's partitions.
fn is_region(label: &str) -> bool {
    const AREAS: &[&str] = &["af", "ap", "ca", "cn", "eu", "eusc", "il", "me", "mx", "sa", "us"];
    const DIRECTIONS: &[&str] = &[
        "central",
        "east",
        "north",
        "northeast",
        "northwest",
        "south",
        "southeast",
        "southwest",
        "west",
    ];
    let parts: Vec<_> = label.split('-').collect();
    // `eu-west-1`; `us-gov-west-1`, `us-iso-east-1`, `eusc-de-east-1`
    let ([area, direction, number] | [area, _, direction, number]) = parts.as_slice() else {
        return false;
    };
    AREAS.contains(area)
        && DIRECTIONS.contains(direction)
        && number.parse::<u8>().is_ok_and(|number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::{HostScope, SERVICES, of_host};

    /// `REGION/SERVICE` from `host`, with `?` for what it does not show.
    fn scope(host: &str) -> String {
        let HostScope { service, region } = of_host(host);
        format!("{}/{}", region.as_deref().unwrap_or("?"), service.unwrap_or("?"))
    }

    #[test]
    fn a_host_shows_its_service_and_region() {
        for (scope_of_it, host) in [
            ("eu-west-1/ec2", "ec2.eu-west-1.amazonaws.com"),
            ("us-west-2/execute-api", "a1b2.execute-api.us-west-2.amazonaws.com"),
            ("eu-central-1/s3", "my.dotted.bucket.s3.eu-central-1.amazonaws.com"),
            ("us-east-1/s3", "bucket.s3.amazonaws.com:443"),
            ("us-east-1/s3", "us-west-2.s3.amazonaws.com"),
            ("eu-west-1/s3", "s3-eu-west-1.amazonaws.com"),
            ("us-east-1/iam", "iam.amazonaws.com"),
            ("us-east-1/ec2", "ec2.amazonaws.com"),
            ("cn-north-1/s3", "s3.cn-north-1.amazonaws.com.cn"),
            ("us-west-2/ses", "email.us-west-2.amazonaws.com"),
            ("us-west-2/bedrock", "bedrock-runtime.us-west-2.amazonaws.com"),
            ("us-east-1/appsync", "abc.appsync-api.us-east-1.amazonaws.com"),
            ("us-east-1/codecommit", "git-codecommit.us-east-1.amazonaws.com"),
            ("us-east-1/dynamodb", "123456789012.ddb.us-east-1.amazonaws.com"),
            ("us-east-1/sagemaker", "runtime.sagemaker.us-east-1.amazonaws.com"),
            ("us-east-1/lambda", "abc.lambda-url.us-east-1.on.aws"),
            ("eusc-de-east-1/ec2", "ec2.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(scope(host), scope_of_it, "{host}");
        }
    }

    #[test]
    fn fips_dual_stack_letter_case_and_a_final_dot_do_not_matter() {
        for (scope_of_it, host) in [
            ("us-east-1/s3", "s3-fips.us-east-1.amazonaws.com"),
            ("eu-west-1/s3", "b.s3.dualstack.eu-west-1.amazonaws.com"),
            ("us-gov-west-1/s3", "s3-fips-us-gov-west-1.amazonaws.com"),
            ("us-west-2/ec2", "ec2-fips.us-west-2.amazonaws.com"),
            ("us-east-1/sts", "sts-fips.us-east-1.amazonaws.com"),
            ("us-east-1/batch", "fips.batch.us-east-1.amazonaws.com"),
            ("us-west-2/ec2", "ec2.us-west-2.api.aws"),
            ("us-west-2/sagemaker", "runtime-fips.sagemaker.us-west-2.amazonaws.com"),
            ("us-west-2/ec2", "EC2.US-West-2.AmazonAWS.com."),
        ] {
            assert_eq!(scope(host), scope_of_it, "{host}");
        }
    }

    #[test]
    fn every_form_of_s3_hosts_is_recognised() {
        for (scope_of_it, host) in [
            ("us-west-2/s3", "ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com"),
            (
                "us-west-2/s3",
                "ap-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com",
            ),
            ("us-west-2/s3", "123456789012.s3-control.us-west-2.amazonaws.com"),
            ("us-west-2/s3-object-lambda", "ap-1.s3-object-lambda.us-west-2.amazonaws.com"),
            ("us-west-2/s3-outposts", "ap-1.op-1.s3-outposts.us-west-2.amazonaws.com"),
            ("us-east-1/s3express", "b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com"),
            ("us-east-1/s3express", "s3express-control.us-east-1.amazonaws.com"),
            ("us-east-1/s3", "s3-external-1.amazonaws.com"),
            ("?/s3", "b.s3-accelerate.amazonaws.com"),
            ("?/s3", "b.s3-accelerate.dualstack.amazonaws.com"),
            ("?/s3", "abc.mrap.accesspoint.s3-global.amazonaws.com"),
            ("us-east-1/s3", "bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com"),
        ] {
            assert_eq!(scope(host), scope_of_it, "{host}");
        }
    }

    #[test]
    fn a_region_before_the_service_and_vpc_endpoints_are_recognised() {
        for (scope_of_it, host) in [
            ("us-east-1/es", "search-d-abc.us-east-1.es.amazonaws.com"),
            ("us-east-1/aoss", "abc.us-east-1.aoss.amazonaws.com"),
            ("us-west-2/sqs", "us-west-2.queue.amazonaws.com"),
            ("us-east-1/sqs", "queue.amazonaws.com"),
            ("us-east-1/cloudsearch", "search-d-abc.us-east-1.cloudsearch.amazonaws.com"),
            ("us-east-1/execute-api", "vpce-1a2b-5e6f.execute-api.us-east-1.vpce.amazonaws.com"),
            ("us-east-1/ec2", "vpce-1a2b-5e6f-us-east-1a.ec2.us-east-1.vpce.amazonaws.com"),
        ] {
            assert_eq!(scope(host), scope_of_it, "{host}");
        }
    }

    #[test]
    fn a_global_service_shows_its_partitions_region() {
        for (scope_of_it, host) in [
            ("us-gov-west-1/iam", "iam.us-gov.amazonaws.com"),
            ("cn-north-1/iam", "iam-fips.aws-cn-global.api.amazonwebservices.com.cn"),
            ("cn-northwest-1/route53", "route53.amazonaws.com.cn"),
            ("us-iso-east-1/organizations", "organizations-fips.aws-iso-global.c2s.ic.gov"),
            ("us-east-1/health", "global.health.amazonaws.com"),
        ] {
            assert_eq!(scope(host), scope_of_it, "{host}");
        }
    }

    #[test]
    fn unknown_hosts_show_no_service_or_no_region() {
        for (scope_of_it, host) in [
            ("?/?", "example.org"),
            ("?/?", "amazonaws.com"),
            ("?/?", "vpce.amazonaws.com"),
            ("?/dynamodb", "dynamodb.amazonaws.com"),
            ("us-west-2/?", "brand-new.us-west-2.amazonaws.com"),
            // The Docker registry takes no signatures; a device's endpoint takes those of two services.
            ("us-west-2/?", "123456789012.dkr.ecr.us-west-2.amazonaws.com"),
            ("us-west-2/?", "abc-ats.iot.us-west-2.amazonaws.com"),
            ("us-west-2/?", "b.s3-website.us-west-2.amazonaws.com"),
        ] {
            assert_eq!(scope(host), scope_of_it, "{host}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_has_each_host_once() {
        let lines = SERVICES.lines().filter(|line| !line.starts_with('#'));
        let hosts: Vec<_> = lines.map(|line| line.split_once('\t').expect("a tab").0).collect();
        assert!(hosts.is_sorted_by(|one, next| one < next));
    }
}

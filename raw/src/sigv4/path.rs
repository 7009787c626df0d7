//! The `CanonicalURI` line.

use super::{PathEncoding, PathNormalization, Rules};
use crate::encode::{self, Slash};

/// Appends `path`, which begins with a slash, as `rules` want it signed.
pub(super) fn push_canonical(out: &mut String, path: &str, rules: Rules) {
    let push = |out: &mut String, text: &str| match rules.encode_path {
        PathEncoding::Once => out.push_str(text),
        PathEncoding::Twice => encode::push(out, text, Slash::Kept),
    };
    match rules.path {
        PathNormalization::AsIs => push(out, path),
        PathNormalization::Normalized => push_normalized(out, path, push),
    }
}

/// RFC 3986, 5.2.4, and beyond it: AWS takes a doubled slash for one.
fn push_normalized(out: &mut String, path: &str, push: impl Fn(&mut String, &str)) {
    let root = out.len();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => out.truncate(out[root..].rfind('/').map_or(root, |slash| root + slash)),
            name => {
                out.push('/');
                push(out, name);
            }
        }
    }
    let names_a_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if names_a_folder || out.len() == root {
        out.push('/');
    }
}

#[cfg(test)]
mod tests {
    use super::push_canonical;
    use crate::sigv4::{PathEncoding, Rules};

    fn canonical(path: &str, rules: Rules) -> String {
        let mut out = String::from("GET\n");
        push_canonical(&mut out, path, rules);
        out.split_off(4)
    }

    #[test]
    fn dot_segments_and_doubled_slashes_are_resolved() {
        for (path, expected) in [
            ("/", "/"),
            ("//", "/"),
            ("/a/b", "/a/b"),
            ("/a//b/", "/a/b/"),
            ("/a/./b/../c", "/a/c"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("/../../a", "/a"),
            ("/..a/.b", "/..a/.b"),
        ] {
            assert_eq!(canonical(path, Rules::GENERAL), expected, "{path}");
        }
    }

    #[test]
    fn s3_signs_the_path_of_the_wire() {
        assert_eq!(canonical("/a//./b%20c/", Rules::S3), "/a//./b%20c/");
    }

    #[test]
    fn the_other_services_encode_it_once_more() {
        assert_eq!(canonical("/a%20b/c:d", Rules::GENERAL), "/a%2520b/c%3Ad");
        let once = Rules { encode_path: PathEncoding::Once, ..Rules::GENERAL };
        assert_eq!(canonical("/x/../a%20b", once), "/a%20b");
    }
}

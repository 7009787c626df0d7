//! The `CanonicalURI` line.

use super::{PathEncoding, PathNormalization, Rules};
use crate::encode::{self, Slash};

/// Appends `path`, which begins with a slash, as `rules` want it signed.
pub(super) fn write_canonical(out: &mut Vec<u8>, path: &str, rules: Rules) {
    let write = |out: &mut Vec<u8>, text: &[u8]| match rules.encode_path {
        PathEncoding::Once => out.extend_from_slice(text),
        PathEncoding::Twice => encode::write(out, text, Slash::Kept),
    };
    match rules.path {
        PathNormalization::AsIs => write(out, path.as_bytes()),
        PathNormalization::Normalized => write_normalized(out, path, write),
    }
}

/// RFC 3986, 5.2.4, and beyond it: AWS takes a doubled slash for one.
fn write_normalized(out: &mut Vec<u8>, path: &str, write: impl Fn(&mut Vec<u8>, &[u8])) {
    let root = out.len();
    for segment in path.as_bytes().split(|byte| *byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => {
                let parent = out[root..].iter().rposition(|byte| *byte == b'/');
                out.truncate(root + parent.unwrap_or_default());
            }
            name => {
                out.push(b'/');
                write(out, name);
            }
        }
    }
    let names_a_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if names_a_folder || out.len() == root {
        out.push(b'/');
    }
}

#[cfg(test)]
mod tests {
    use super::write_canonical;
    use crate::sigv4::{PathEncoding, Rules};

    fn canonical(path: &str, rules: Rules) -> String {
        let mut out = b"GET\n".to_vec();
        write_canonical(&mut out, path, rules);
        String::from_utf8(out.split_off(4)).unwrap()
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

//! The `CanonicalURI` line.

use super::{PathEncoding, PathNormalization, Rules};
use crate::encode::{self, Slash};

/// Appends `path`, which begins with a slash, in the form that `rules` sign.
pub(super) fn write_canonical(out: &mut Vec<u8>, path: &str, rules: Rules) {
    match (rules.path, rules.encode_path) {
        (PathNormalization::AsIs, PathEncoding::Once) => write_once(out, path.as_bytes()),
        (PathNormalization::AsIs, PathEncoding::Twice) => write_again(out, path.as_bytes()),
        (PathNormalization::Normalized, PathEncoding::Once) => {
            let mut normalized = Vec::new();
            write_normalized(&mut normalized, path, Vec::extend_from_slice);
            write_once(out, &normalized);
        }
        (PathNormalization::Normalized, PathEncoding::Twice) => {
            write_normalized(out, path, write_again);
        }
    }
}

/// Decodes the path and encodes it once, as S3 does before it checks a signature.
fn write_once(out: &mut Vec<u8>, path: &[u8]) {
    encode::write_canonical(out, path, Slash::Kept, |_| false);
}

/// Encodes the path of the wire once more.
fn write_again(out: &mut Vec<u8>, path: &[u8]) {
    encode::write(out, path, Slash::Kept);
}

/// Appends `path` with its dot segments resolved (RFC 3986, 5.2.4). AWS also treats a doubled slash as
/// one.
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
    fn s3_signs_a_well_encoded_path_as_it_is_on_the_wire() {
        for path in ["/a//./b%20c/", "/", "/..", "/%C3%BC/-._~%3D%2B"] {
            assert_eq!(canonical(path, Rules::S3), path);
        }
    }

    #[test]
    fn s3_decodes_the_path_and_encodes_it_again() {
        for (path, expected) in [
            ("/asset_id=7/", "/asset_id%3D7/"),
            ("/a@(b)'c':d,e!*$&;f", "/a%40%28b%29%27c%27%3Ad%2Ce%21%2A%24%26%3Bf"),
            ("/a%2bb%c3%bc", "/a%2Bb%C3%BC"),
            ("/%7Ea%41", "/~aA"),
            ("/libstdc++", "/libstdc%20%20"),
            ("/a%2Fb", "/a/b"),
            ("/100%/%4", "/100%25/%254"),
            ("/é", "/%C3%A9"),
        ] {
            assert_eq!(canonical(path, Rules::S3), expected, "{path}");
        }
    }

    #[test]
    fn other_services_encode_the_path_once_more() {
        assert_eq!(canonical("/a%20b/c:d", Rules::GENERAL), "/a%2520b/c%3Ad");
    }

    #[test]
    fn a_normalised_path_may_be_encoded_only_once() {
        let once = Rules { encode_path: PathEncoding::Once, ..Rules::GENERAL };
        assert_eq!(canonical("/x/../a%20b", once), "/a%20b");
        assert_eq!(canonical("/x%2Fy/../a=b", once), "/a%3Db");
    }
}

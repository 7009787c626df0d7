//! Small crates with the expected layout, and with faulty ones.

use std::{fs, path::Path};

use slim::prune::{PruneError, Selection, prune};

/// A crate with one operation, `one`, and a second, `two`.
fn generated() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in [
        ("Cargo.toml", "[package]\n"),
        ("README.md", ""),
        ("LICENSE", ""),
        ("src/lib.rs", "pub mod client;\npub mod operation;\npub mod types;\nmod lens;\n"),
        ("src/client.rs", "pub struct Client;\nmod one;\n\nmod two;\n"),
        (
            "src/client/one.rs",
            "impl super::Client { fn one() -> crate::operation::one::One { todo!() } }\n",
        ),
        (
            "src/client/two.rs",
            "impl super::Client { fn two() -> crate::operation::two::Two { todo!() } }\n",
        ),
        ("src/operation.rs", "/// One.\npub mod one;\n\n/// Two.\npub mod two;\n"),
        (
            "src/operation/one.rs",
            "pub struct One(crate::types::Kept);\nfn f() { crate::lens::kept() }\n",
        ),
        ("src/operation/two.rs", "pub struct Two(crate::types::Dropped);\n"),
        (
            "src/types.rs",
            "pub use crate::types::_kept::Kept;\n\npub use crate::types::_dropped::Dropped;\n\nmod _kept;\n\nmod _dropped;\n",
        ),
        ("src/types/_kept.rs", "pub struct Kept;\n"),
        ("src/types/_dropped.rs", "pub struct Dropped;\n"),
        (
            "src/lens.rs",
            "pub(crate) fn kept() { inner() }\n\nfn inner() {}\n\npub(crate) fn dropped() {}\n",
        ),
    ] {
        write(folder.path(), path, text);
    }
    folder
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("created");
    fs::write(path, text).expect("written");
}

fn one() -> Selection {
    Selection { operations: vec!["one".into()], waiters: vec![] }
}

#[test]
fn lists_lose_the_items_that_are_not_reached() {
    let folder = generated();
    let pruned = prune(folder.path(), &one()).expect("pruned");
    let text = |path: &str| String::from_utf8(pruned.files[Path::new(path)].clone()).expect("text");
    assert_eq!(text("src/operation.rs"), "/// One.\npub mod one;\n");
    assert_eq!(text("src/client.rs"), "pub struct Client;\nmod one;\n");
    assert_eq!(text("src/types.rs"), "pub use crate::types::_kept::Kept;\n\nmod _kept;\n");
    assert_eq!(text("src/lens.rs"), "pub(crate) fn kept() { inner() }\n\nfn inner() {}\n");
    assert!(!pruned.files.contains_key(Path::new("src/types/_dropped.rs")));
    assert_eq!((pruned.operations.before, pruned.operations.after), (2, 1));
}

#[test]
fn an_unresolved_path_is_an_error_with_its_file() {
    let folder = generated();
    write(folder.path(), "src/operation/one.rs", "pub struct One(crate::types::Nowhere);\n");
    let error = prune(folder.path(), &one()).expect_err("an unresolved path");
    assert_eq!(
        error.to_string(),
        "src/operation/one.rs refers to `crate::types::Nowhere`, which does not exist"
    );
}

#[test]
fn a_module_without_a_file_is_an_error() {
    let folder = generated();
    write(folder.path(), "src/operation/one.rs", "mod inner;\n");
    let error = prune(folder.path(), &one()).expect_err("an unresolved path");
    assert!(matches!(error, PruneError::Unresolved { .. }), "{error}");
}

#[test]
fn a_list_that_cannot_be_split_is_an_error_with_its_file() {
    let folder = generated();
    write(folder.path(), "src/types.rs", "mod _kept {\n");
    let error = prune(folder.path(), &one()).expect_err("an item without an end");
    assert_eq!(error.to_string(), "src/types.rs is not laid out as expected");
}

#[test]
fn a_missing_crate_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = prune(folder.path(), &one()).expect_err("no sources");
    assert!(matches!(error, PruneError::Source(_)), "{error}");
}

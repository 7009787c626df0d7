//! The modules of raw import only modules above them in the list that `lib.rs` shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn modules_import_only_from_above() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    let order: Vec<&str> = lib.lines().filter_map(listed).collect();
    let declared: BTreeSet<&str> = lib.lines().filter_map(declared).collect();
    assert_eq!(
        order.iter().copied().collect::<BTreeSet<_>>(),
        declared,
        "lib.rs lists its modules"
    );

    let position = |module: &str| order.iter().position(|known| *known == module);
    for file in files_below(&src) {
        let path = file.strip_prefix(&src).unwrap();
        let module = path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some(own) = position(module) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for import in code.flat_map(|line| line.split("crate::").skip(1)) {
            let end = import.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            let imported = &import[..end.unwrap_or(import.len())];
            let is_above = position(imported).is_some_and(|above| above <= own);
            assert!(is_above, "{} uses crate::{imported}", path.display());
        }
    }
}

/// The module in a line such as ``//! 3. `response`: …``.
fn listed(line: &str) -> Option<&str> {
    let (number, rest) = line.strip_prefix("//! ")?.split_once(". `")?;
    number.parse::<u8>().ok()?;
    rest.split('`').next()
}

/// The module in a line such as `pub mod response;`.
fn declared(line: &str) -> Option<&str> {
    line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

//! Maps a symbol to its crate, and the crate to the kind of its work.
//!
//! An inlined function has no symbol: its instructions count for the function that it was inlined into.
//! Symbols in the older mangling do not name the type arguments of a generic function, so those of the
//! standard library count for it, whichever crate uses them.

use findings::paths::Group;

/// A crate or a library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Crate {
    /// Its name in source code. For a library that is not Rust, its file name.
    pub(super) name: String,
    /// The kind of its work.
    pub(super) group: Group,
}

/// The crate of `symbol` in the file `object`: the first crate in its name that is not the standard
/// library. So `core::ptr::drop_in_place<hyper::…>` belongs to hyper.
pub(super) fn crate_of(symbol: &str, object: &str) -> Crate {
    let name = match rustc_demangle::try_demangle(symbol) {
        Ok(path) => of_rust(&format!("{path:#}")),
        Err(_) if symbol.starts_with("ring_core") => "ring".to_owned(),
        Err(_) => return Crate { name: library(object), group: Group::System },
    };
    Crate { group: Group::of_crate(&name), name }
}

fn of_rust(path: &str) -> String {
    let first = roots(path).find(|root| !["std", "core", "alloc"].contains(root));
    match first {
        // `__rustc` is the compiler's own code between the standard library and the allocator.
        Some("__rustc") | None => "std".to_owned(),
        Some(root) => root.to_owned(),
    }
}

/// The first segments of all paths in `path`.
fn roots(path: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    path.match_indices("::").filter_map(move |(at, _)| {
        let before = &path[..at];
        let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        let is_root = start < at && !before[..start].ends_with("::");
        is_root.then(|| &before[start..])
    })
}

/// The library of a symbol that is not Rust: a shared one, or the linker's start-up code in the program.
fn library(object: &str) -> String {
    let file = object.rsplit('/').next().unwrap_or(object);
    match file.split_once(".so") {
        Some((library, _)) => format!("{library}.so"),
        None => "C start-up code".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, crate_of};

    #[track_caller]
    fn belongs(symbol: &str, name: &str, group: Group) {
        let found = crate_of(symbol, "/bin/repeat-raw");
        assert_eq!((found.name.as_str(), found.group), (name, group), "{symbol}");
    }

    #[test]
    fn a_function_belongs_to_the_crate_at_the_start_of_its_path() {
        belongs("_ZN3raw5parse5parse17h0123456789abcdefE", "raw", Group::Raw);
        belongs("_ZN14aws_smithy_xml6decode17h0123456789abcdefE", "aws_smithy_xml", Group::Xml);
        belongs("_ZN11aws_runtime4auth17h0123456789abcdefE", "aws_runtime", Group::Sdk);
    }

    #[test]
    fn a_method_belongs_to_the_crate_of_its_type_or_trait() {
        let of_a_type = "_ZN57_$LT$hyper..body..Incoming$u20$as$u20$http_body..Body$GT$10poll_frame17h0123456789abcdefE";
        belongs(of_a_type, "hyper", Group::Http);
        let of_a_trait = "_ZN62_$LT$$RF$mut$u20$S$u20$as$u20$quick_xml..reader..XmlSource$GT$4skip17h0123456789abcdefE";
        belongs(of_a_trait, "quick_xml", Group::Xml);
    }

    #[test]
    fn a_function_of_the_standard_library_belongs_to_the_crate_that_its_symbol_names() {
        let dropped = "_ZN4core3ptr55drop_in_place$LT$alloc..vec..Vec$LT$tokio..Task$GT$$GT$17h0123456789abcdefE";
        belongs(dropped, "tokio", Group::Runtime);
        belongs("_ZN5alloc7raw_vec11finish_grow17h0123456789abcdefE", "std", Group::Std);
        // In the newer mangling: <alloc::string::String as core::fmt::Write>::write_str.
        belongs(
            "_RNvXNtCs4fqI2P2rA04_5alloc6stringNtB2_6StringNtNtCs4fqI2P2rA04_4core3fmt5Write9write_str",
            "std",
            Group::Std,
        );
    }

    #[test]
    fn a_symbol_that_is_not_rust_belongs_to_ring_or_the_system() {
        belongs("ring_core_0_17_14__sha256_block_data_order_hw", "ring", Group::Hashing);
        let found = crate_of("malloc", "/lib/x86_64-linux-gnu/libc.so.6");
        assert_eq!((found.name.as_str(), found.group), ("libc.so", Group::System));
    }
}

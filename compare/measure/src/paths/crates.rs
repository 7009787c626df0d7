//! From a symbol to the crate whose code it is, and to the kind of that crate's work.
//!
//! What a compiler inlines has no symbol left: its instructions count for the function into which it
//! went. Older symbols do not name what a generic function was made for: those of the standard
//! library stay there, whomever they serve.

use findings::paths::Group;

/// Whose code it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// As it is called in the source; the file's name, where it is no Rust.
    pub name: String,
    /// The kind of its work.
    pub group: Group,
}

/// Whose code `symbol` is, which stands in the file `object`: that of the first crate in its name
/// that is not the standard library, so `core::ptr::drop_in_place<hyper::…>` is hyper's.
#[must_use]
pub fn crate_of(symbol: &str, object: &str) -> Crate {
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
        // The compiler's own, between the standard library and the allocator.
        Some("__rustc") | None => "std".to_owned(),
        Some(root) => root.to_owned(),
    }
}

/// The first parts of all paths in `path`.
fn roots(path: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    path.match_indices("::").filter_map(move |(at, _)| {
        let before = &path[..at];
        let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        let is_root = start < at && !before[..start].ends_with("::");
        is_root.then(|| &before[start..])
    })
}

/// What is no Rust is the system's: a shared library, or what the linker put into the program itself.
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
    fn is(symbol: &str, name: &str, group: Group) {
        let found = crate_of(symbol, "/bin/repeat-raw");
        assert_eq!((found.name.as_str(), found.group), (name, group), "{symbol}");
    }

    #[test]
    fn a_function_is_of_the_crate_that_its_path_begins_with() {
        is("_ZN3raw5parse5parse17h0123456789abcdefE", "raw", Group::Raw);
        is("_ZN14aws_smithy_xml6decode17h0123456789abcdefE", "aws_smithy_xml", Group::Xml);
        is("_ZN11aws_runtime4auth17h0123456789abcdefE", "aws_runtime", Group::Sdk);
    }

    #[test]
    fn a_method_is_of_its_types_crate_or_of_its_traits() {
        let of_a_type = "_ZN57_$LT$hyper..body..Incoming$u20$as$u20$http_body..Body$GT$10poll_frame17h0123456789abcdefE";
        is(of_a_type, "hyper", Group::Http);
        let of_a_trait = "_ZN62_$LT$$RF$mut$u20$S$u20$as$u20$quick_xml..reader..XmlSource$GT$4skip17h0123456789abcdefE";
        is(of_a_trait, "quick_xml", Group::Xml);
    }

    #[test]
    fn the_standard_library_works_for_whom_its_symbol_names() {
        let dropped = "_ZN4core3ptr55drop_in_place$LT$alloc..vec..Vec$LT$tokio..Task$GT$$GT$17h0123456789abcdefE";
        is(dropped, "tokio", Group::Runtime);
        is("_ZN5alloc7raw_vec11finish_grow17h0123456789abcdefE", "std", Group::Std);
        // In the newer spelling: <alloc::string::String as core::fmt::Write>::write_str.
        is(
            "_RNvXNtCs4fqI2P2rA04_5alloc6stringNtB2_6StringNtNtCs4fqI2P2rA04_4core3fmt5Write9write_str",
            "std",
            Group::Std,
        );
    }

    #[test]
    fn what_is_no_rust_is_rings_or_the_systems() {
        is("ring_core_0_17_14__sha256_block_data_order_hw", "ring", Group::Hashing);
        let found = crate_of("malloc", "/lib/x86_64-linux-gnu/libc.so.6");
        assert_eq!((found.name.as_str(), found.group), ("libc.so", Group::System));
    }
}

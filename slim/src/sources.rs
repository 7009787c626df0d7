//! The sources of a generated crate: its modules, and those of them that are lists.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use crate::items::{Item, Kind, SplitError, split};

/// Why the sources of a crate are not understood.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that cannot be cut into items.
    #[error("{} is not laid out as expected", path.display())]
    Layout {
        /// Which file.
        path: PathBuf,
        /// Where.
        source: SplitError,
    },
}

/// The modules that list what the crate has. Of any other module all is kept, or nothing.
const LISTS: &[&str] = &[
    "client",
    "error_meta",
    "lens",
    "operation",
    "protocol_serde",
    "serde_util",
    "types",
    "types::builders",
    "types::error",
    "types::error::builders",
    "waiters",
    "waiters::matchers",
];

/// The source of a crate, module by module.
pub(crate) struct Sources {
    /// By path, such as `types::_instance`; the root's is empty.
    pub(crate) modules: HashMap<String, Module>,
}

pub(crate) struct Module {
    /// Relative to the crate's root.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Sources {
    pub(crate) fn read(root: &Path) -> Result<Self, SourceError> {
        let mut modules = HashMap::new();
        let mut folders = vec![PathBuf::from("src")];
        while let Some(folder) = folders.pop() {
            let unreadable = |source| SourceError::Unreadable { path: root.join(&folder), source };
            for entry in fs::read_dir(root.join(&folder)).map_err(unreadable)? {
                let path = folder.join(entry.map_err(unreadable)?.file_name());
                if root.join(&path).is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(root.join(&path)).map_err(|source| {
                        SourceError::Unreadable { path: root.join(&path), source }
                    })?;
                    modules.insert(name_of(&path), Module { path, text });
                }
            }
        }
        Ok(Self { modules })
    }

    pub(crate) fn lists(&self) -> Result<BTreeMap<&'static str, List<'_>>, SourceError> {
        let lists = LISTS.iter().filter_map(|name| Some((*name, self.modules.get(*name)?)));
        lists.map(|(name, module)| Ok((name, List::of(name, module)?))).collect()
    }
}

impl Module {
    pub(crate) fn split<'a>(&self, source: &'a str) -> Result<Vec<Item<'a>>, SourceError> {
        split(source).map_err(|source| SourceError::Layout { path: self.path.clone(), source })
    }
}

/// A list, cut into what is kept or left out.
pub(crate) struct List<'s> {
    pub(crate) entries: Vec<Entry<'s>>,
    /// Where the list has a name from: `pub use crate::path::name;`
    pub(crate) exports: HashMap<&'s str, Vec<&'s str>>,
    /// What it defines itself.
    pub(crate) functions: BTreeSet<&'s str>,
    pub(crate) definitions: BTreeSet<&'s str>,
}

/// An item of a list. Of the trait of all waiters and its implementation, the members are kept or
/// left out one by one.
pub(crate) struct Entry<'s> {
    pub(crate) item: Item<'s>,
    pub(crate) members: Vec<Item<'s>>,
}

impl<'s> List<'s> {
    fn of(name: &str, module: &'s Module) -> Result<Self, SourceError> {
        let mut list = Self {
            entries: Vec::new(),
            exports: HashMap::new(),
            functions: BTreeSet::new(),
            definitions: BTreeSet::new(),
        };
        for item in module.split(&module.text)? {
            match &item.kind {
                Kind::Use(path) => {
                    let exported = path.last().copied().unwrap_or_default();
                    match path.as_slice() {
                        ["crate", path @ ..] => drop(list.exports.insert(exported, path.to_vec())),
                        // Another crate's.
                        _ => drop(list.definitions.insert(exported)),
                    }
                }
                Kind::Function(name) => drop(list.functions.insert(name)),
                Kind::Named(name) | Kind::Trait(name) => drop(list.definitions.insert(name)),
                Kind::Module(_) | Kind::Impl | Kind::Nameless => {}
            }
            let members = match item.body {
                Some(body)
                    if name == "client" && matches!(item.kind, Kind::Trait(_) | Kind::Impl) =>
                {
                    module.split(body)?
                }
                _ => Vec::new(),
            };
            list.entries.push(Entry { item, members });
        }
        Ok(list)
    }
}

/// The module that the file at `src/a/b.rs` is: `a::b`.
fn name_of(path: &Path) -> String {
    let segments: Vec<_> = path
        .with_extension("")
        .iter()
        .skip(1)
        .map(|segment| segment.to_string_lossy().into_owned())
        .collect();
    match segments.as_slice() {
        [root] if root == "lib" => String::new(),
        segments => segments.join("::"),
    }
}

pub(crate) fn child(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

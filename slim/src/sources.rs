//! Reads the sources of a generated crate: its modules, and the lists among them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use crate::items::{Item, ItemKind, SplitError, split};

/// Why the sources of a crate cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file that cannot be split into items.
    #[error("{} is not laid out as expected", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// The item that has no end.
        source: SplitError,
    },
}

/// The lists: modules that name all operations, types or serialisers of the crate. They are pruned item
/// by item; any other module is kept or dropped as a whole.
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

/// The source of a crate.
pub(crate) struct Sources {
    /// By module path, such as `types::_instance`; the path of the crate root is empty.
    pub(crate) modules: HashMap<String, Module>,
}

pub(crate) struct Module {
    /// The file, relative to the root of the crate.
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
                    modules.insert(module_path(&path), Module { path, text });
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

/// A list, split into the items that are kept or dropped.
pub(crate) struct List<'s> {
    pub(crate) entries: Vec<ListEntry<'s>>,
    /// The path behind each re-exported name: `pub use crate::path::name;`
    pub(crate) exports: HashMap<&'s str, Vec<&'s str>>,
    /// Functions that it defines itself.
    pub(crate) functions: BTreeSet<&'s str>,
    /// Other names that it defines, or re-exports from another crate.
    pub(crate) definitions: BTreeSet<&'s str>,
}

/// An item of a list. The trait of all waiters and its implementation are pruned member by member.
pub(crate) struct ListEntry<'s> {
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
                ItemKind::Use(path) => {
                    let exported = path.last().copied().unwrap_or_default();
                    match path.as_slice() {
                        ["crate", path @ ..] => {
                            list.exports.insert(exported, path.to_vec());
                        }
                        // From another crate.
                        _ => {
                            list.definitions.insert(exported);
                        }
                    }
                }
                ItemKind::Function(name) => {
                    list.functions.insert(name);
                }
                ItemKind::Named(name) | ItemKind::Trait(name) => {
                    list.definitions.insert(name);
                }
                ItemKind::Module(_) | ItemKind::Impl | ItemKind::Nameless => {}
            }
            let members = match item.body {
                Some(body)
                    if name == "client"
                        && matches!(item.kind, ItemKind::Trait(_) | ItemKind::Impl) =>
                {
                    module.split(body)?
                }
                _ => Vec::new(),
            };
            list.entries.push(ListEntry { item, members });
        }
        Ok(list)
    }
}

/// The path of the module in a file: `a::b` for `src/a/b.rs`.
fn module_path(path: &Path) -> String {
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

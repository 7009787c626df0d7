//! Finds the files of a generated crate that its operations need, and shortens the files that list
//! all of them.
//!
//! smithy-rs gives every SDK crate the same layout: one file for each operation, type and serialiser,
//! and a few *lists*, files that name all of these. A file that is reached is kept byte for byte. A
//! list keeps only the items that are reached, or that refer to something reached.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    items::{Item, ItemKind, References},
    sources::{List, ListEntry, Module, SourceError, Sources, child},
};

/// What to keep of a crate, by module name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// For example `run_instances`; its paginator is kept too.
    pub operations: Vec<String>,
    /// For example `instance_running`.
    pub waiters: Vec<String>,
}

/// A pruned crate.
#[derive(Debug)]
pub struct Pruned {
    /// Every file that is kept, by its path in the crate, with what is left of it.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Source files.
    pub file_count: Reduction,
    /// Lines of source.
    pub lines: Reduction,
    /// Operations: the selected ones, and the ones that the crate itself calls.
    pub operations: Reduction,
}

/// A number before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reduction {
    /// In the published crate.
    pub before: usize,
    /// In the pruned one.
    pub after: usize,
}

/// Why a crate cannot be pruned.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// The sources cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The crate does not have a selected operation or waiter.
    #[error("there is no {what} `{name}` in {}", root.display())]
    Unknown {
        /// `operation` or `waiter`.
        what: &'static str,
        /// Its name.
        name: String,
        /// The folder of the crate.
        root: PathBuf,
    },
    /// A path that cannot be resolved.
    #[error("{} refers to `crate::{path}`, which does not exist", file.display())]
    Unresolved {
        /// The file that has the path.
        file: PathBuf,
        /// The path.
        path: String,
    },
}

/// Prunes the crate in the folder `root` to `selection`.
///
/// # Errors
/// If the crate lacks an item of the selection, or its layout is not the expected one.
pub fn prune(root: &Path, selection: &Selection) -> Result<Pruned, PruneError> {
    let sources = Sources::read(root)?;
    let lists = sources.lists()?;
    let mut reach = Reach {
        sources: &sources,
        lists: &lists,
        modules: BTreeSet::new(),
        functions: BTreeSet::new(),
        queue: Vec::new(),
    };
    reach.reach_module("");
    for (what, list, names) in [
        ("operation", "operation", &selection.operations),
        ("waiter", "waiters", &selection.waiters),
    ] {
        for name in names {
            let module = child(list, name);
            if !sources.modules.contains_key(&module) {
                let (name, root) = (name.clone(), root.to_owned());
                return Err(PruneError::Unknown { what, name, root });
            }
            reach.reach_module(&module);
        }
    }
    reach.follow_references()?;
    reach.pruned(root)
}

/// What has been reached so far, and is kept.
struct Reach<'s> {
    sources: &'s Sources,
    lists: &'s BTreeMap<&'static str, List<'s>>,
    modules: BTreeSet<String>,
    /// Functions that lists define, by path.
    functions: BTreeSet<String>,
    /// Modules whose references have not been followed yet.
    queue: Vec<String>,
}

impl<'s> Reach<'s> {
    /// Keeps the module `name` and the modules around it.
    fn reach_module(&mut self, name: &str) {
        if !self.modules.insert(name.to_owned()) {
            return;
        }
        self.queue.push(name.to_owned());
        if let Some((parent, own)) = name.rsplit_once("::") {
            self.reach_module(parent);
            // The client has a method for each operation, in a file of its own.
            let method = child("client", own);
            if parent == "operation" && self.sources.modules.contains_key(&method) {
                self.reach_module(&method);
            }
        }
    }

    /// Follows references until nothing new is reached.
    fn follow_references(&mut self) -> Result<(), PruneError> {
        loop {
            let before = self.count();
            while let Some(name) = self.queue.pop() {
                self.follow_module(&name)?;
            }
            // Each pass may reach more items of a list, and those refer to more.
            for (name, list) in self.lists {
                if self.modules.contains(*name) {
                    self.follow_list(name, list)?;
                }
            }
            if self.count() == before {
                return Ok(());
            }
        }
    }

    /// How much has been reached.
    fn count(&self) -> (usize, usize) {
        (self.modules.len(), self.functions.len())
    }

    /// Follows the kept items of a list.
    fn follow_list(&mut self, name: &str, list: &List<'s>) -> Result<(), PruneError> {
        let module = &self.sources.modules[name];
        for item in self.kept(name, list) {
            self.follow_item(module, &item.references)?;
            // Functions of one list call each other without a path.
            for function in &item.references.identifiers {
                if list.functions.contains(function) {
                    self.functions.insert(child(name, function));
                }
            }
        }
        Ok(())
    }

    /// Follows all of a module, unless it is a list.
    fn follow_module(&mut self, name: &str) -> Result<(), PruneError> {
        if self.lists.contains_key(name) {
            return Ok(());
        }
        // Only modules that have a source are reached.
        let module = &self.sources.modules[name];
        for item in module.split(&module.text)? {
            if let (ItemKind::Module(inner), None) = (&item.kind, item.body) {
                let inner = child(name, inner);
                if !self.sources.modules.contains_key(&inner) {
                    return Err(PruneError::Unresolved { file: module.path.clone(), path: inner });
                }
                self.reach_module(&inner);
            }
            self.follow_item(module, &item.references)?;
        }
        Ok(())
    }

    fn follow_item(
        &mut self,
        module: &Module,
        references: &References<'_>,
    ) -> Result<(), PruneError> {
        for path in &references.paths {
            self.reach_path(path).ok_or_else(|| PruneError::Unresolved {
                file: module.path.clone(),
                path: path.join("::"),
            })?;
        }
        for method in &references.methods {
            let operation = child("operation", method);
            if self.sources.modules.contains_key(&operation) {
                self.reach_module(&operation);
            }
        }
        Ok(())
    }

    /// Resolves `path` from the root of the crate, through modules and the re-exports of lists, and
    /// keeps the module that defines what it names. `None` if a list does not have the name.
    fn reach_path(&mut self, path: &[&str]) -> Option<()> {
        let mut module = String::new();
        for (at, segment) in path.iter().enumerate() {
            let inner = child(&module, segment);
            if self.sources.modules.contains_key(&inner) {
                module = inner;
                continue;
            }
            let Some(list) = self.lists.get(module.as_str()) else { break };
            if let Some(target) = list.exports.get(segment) {
                self.reach_module(&module);
                return self.reach_path(&[target, &path[at + 1..]].concat());
            }
            if list.functions.contains(segment) {
                self.functions.insert(child(&module, segment));
            } else if !list.definitions.contains(segment) {
                return None;
            }
            break;
        }
        self.reach_module(&module);
        Some(())
    }

    /// The items and members of a list to keep.
    fn kept<'l>(&self, name: &str, list: &'l List<'s>) -> Vec<&'l Item<'s>> {
        let items = list.entries.iter().filter(|entry| self.keeps(name, &entry.item));
        items.flat_map(|entry| self.parts(entry)).collect()
    }

    fn parts<'l>(&self, entry: &'l ListEntry<'s>) -> Vec<&'l Item<'s>> {
        if entry.members.is_empty() {
            return vec![&entry.item];
        }
        entry
            .members
            .iter()
            .filter(|member| self.has_reached(&member.references, "waiters"))
            .collect()
    }

    fn keeps(&self, list: &str, item: &Item<'_>) -> bool {
        match &item.kind {
            ItemKind::Module(name) if item.body.is_none() => {
                self.modules.contains(&child(list, name))
            }
            ItemKind::Use(path) => match path.as_slice() {
                ["crate", path @ .., _] => self.modules.contains(&path.join("::")),
                _ => true,
            },
            ItemKind::Function(name) => self.functions.contains(&child(list, name)),
            // Conversions of an operation's error into the error of the crate.
            ItemKind::Impl if list == "error_meta" => {
                self.has_reached(&item.references, "operation")
            }
            ItemKind::Module(_)
            | ItemKind::Impl
            | ItemKind::Trait(_)
            | ItemKind::Named(_)
            | ItemKind::Nameless => true,
        }
    }

    /// Whether every module of `list` that the code refers to has been reached.
    fn has_reached(&self, references: &References<'_>, list: &str) -> bool {
        references.paths.iter().all(|path| match path.as_slice() {
            [first, name, ..] if *first == list => {
                let module = child(list, name);
                !self.sources.modules.contains_key(&module) || self.modules.contains(&module)
            }
            _ => true,
        })
    }

    /// The text of a list without the items that are dropped.
    fn text(&self, name: &str, list: &List<'_>) -> String {
        let mut text = String::new();
        for entry in list.entries.iter().filter(|entry| self.keeps(name, &entry.item)) {
            match entry.item.body {
                Some(body) if !entry.members.is_empty() => {
                    let left: String = self.parts(entry).iter().map(|member| member.text).collect();
                    text += &entry.item.text.replacen(body, &left, 1);
                }
                _ => text += entry.item.text,
            }
        }
        text
    }

    fn pruned(&self, root: &Path) -> Result<Pruned, PruneError> {
        let mut files = BTreeMap::new();
        let mut lines = Reduction { before: 0, after: 0 };
        for (name, module) in &self.sources.modules {
            lines.before += module.text.lines().count();
            if !self.modules.contains(name) {
                continue;
            }
            let text = match self.lists.get(name.as_str()) {
                Some(list) => self.text(name, list),
                None => module.text.clone(),
            };
            lines.after += text.lines().count();
            files.insert(module.path.clone(), text.into_bytes());
        }
        let file_count = Reduction { before: self.sources.modules.len(), after: files.len() };
        for name in ["Cargo.toml", "README.md", "LICENSE"] {
            let path = root.join(name);
            let bytes =
                fs::read(&path).map_err(|source| SourceError::Unreadable { path, source })?;
            files.insert(name.into(), bytes);
        }
        let operations = Reduction {
            before: self.sources.modules.keys().filter(|name| is_operation(name)).count(),
            after: self.modules.iter().filter(|name| is_operation(name)).count(),
        };
        Ok(Pruned { files, file_count, lines, operations })
    }
}

fn is_operation(module: &str) -> bool {
    module.strip_prefix("operation::").is_some_and(|name| !name.contains("::"))
}

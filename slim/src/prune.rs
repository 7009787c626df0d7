//! Which files of a generated crate its operations reach, and what is left of the files that list
//! all of them.
//!
//! smithy-rs lays every SDK crate out alike: one file an operation, a type, a serialiser; and a few
//! *lists*, files that name all of these. A file that is reached is kept whole, byte for
//! byte. Of a list, the items are kept that are reached themselves, or name what is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{
    items::{Item, Kind, Mentions},
    sources::{Entry, List, Module, SourceError, Sources, child},
};

/// What is to be kept of a crate, by the names of the modules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// For example `run_instances`; its paginator comes along.
    pub operations: Vec<String>,
    /// For example `instance_running`.
    pub waiters: Vec<String>,
}

/// A crate, pruned.
#[derive(Debug)]
pub struct Pruned {
    /// Every file that is kept, relative to the crate's root, with what is left of it.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Source files before and after.
    pub file_count: Change,
    /// Lines of source before and after.
    pub lines: Change,
    /// Operations before and after: those asked for, and those that the crate calls by itself.
    pub operations: Change,
}

/// A number before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// In the published crate.
    pub before: usize,
    /// In the pruned one.
    pub after: usize,
}

/// Why a crate cannot be pruned.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// The sources are not understood.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What was asked for is not there.
    #[error("there is no {what} `{name}` in {}", root.display())]
    Unknown {
        /// `operation` or `waiter`.
        what: &'static str,
        /// Its name.
        name: String,
        /// Where it was looked for.
        root: PathBuf,
    },
    /// A path that leads nowhere.
    #[error("{} names `crate::{path}`, which was not found", file.display())]
    Unresolved {
        /// Where the path stands.
        file: PathBuf,
        /// The path.
        path: String,
    },
}

/// Prunes the crate whose root is `root` to what is wanted of it.
///
/// # Errors
/// Where the crate lacks what is wanted, or is laid out in a way that is not understood here.
pub fn prune(root: &Path, wanted: &Wanted) -> Result<Pruned, PruneError> {
    let sources = Sources::read(root)?;
    let mut reach = Reach {
        lists: sources.lists()?,
        sources: &sources,
        modules: BTreeSet::new(),
        functions: BTreeSet::new(),
        queue: Vec::new(),
    };
    reach.module("");
    for (what, list, names) in
        [("operation", "operation", &wanted.operations), ("waiter", "waiters", &wanted.waiters)]
    {
        for name in names {
            let module = child(list, name);
            if !sources.modules.contains_key(&module) {
                return Err(PruneError::Unknown {
                    what,
                    name: name.clone(),
                    root: root.to_owned(),
                });
            }
            reach.module(&module);
        }
    }
    reach.follow()?;
    reach.pruned(root)
}

/// What has been reached so far.
struct Reach<'s> {
    sources: &'s Sources,
    lists: BTreeMap<&'static str, List<'s>>,
    modules: BTreeSet<String>,
    /// Functions of lists, by path.
    functions: BTreeSet<String>,
    /// Reached, and not yet looked into.
    queue: Vec<String>,
}

impl<'s> Reach<'s> {
    /// `name` and the modules around it are kept.
    fn module(&mut self, name: &str) {
        if !self.modules.insert(name.to_owned()) {
            return;
        }
        self.queue.push(name.to_owned());
        if let Some((parent, own)) = name.rsplit_once("::") {
            self.module(parent);
            // An operation is called through a method of the client, which has a file of its own.
            let method = child("client", own);
            if parent == "operation" && self.sources.modules.contains_key(&method) {
                self.module(&method);
            }
        }
    }

    /// Follows what is mentioned until nothing new is reached.
    fn follow(&mut self) -> Result<(), PruneError> {
        let mut before = (0, 0);
        while before != (self.modules.len(), self.functions.len()) {
            before = (self.modules.len(), self.functions.len());
            while let Some(name) = self.queue.pop() {
                self.look_into(&name)?;
            }
            // What is kept of the lists depends on what has been reached, and mentions more.
            let lists = std::mem::take(&mut self.lists);
            for (name, list) in &lists {
                if let Some(module) =
                    self.sources.modules.get(*name).filter(|_| self.modules.contains(*name))
                {
                    for item in self.kept(name, list) {
                        self.mentions(&lists, module, &item.mentions)?;
                        // Functions of one list call each other without a path.
                        for word in
                            item.mentions.words.iter().filter(|word| list.functions.contains(*word))
                        {
                            self.functions.insert(child(name, word));
                        }
                    }
                }
            }
            self.lists = lists;
        }
        Ok(())
    }

    /// A list waits until what its items name is reached; of any other module all is kept.
    fn look_into(&mut self, name: &str) -> Result<(), PruneError> {
        if self.lists.contains_key(name) {
            return Ok(());
        }
        let sources = self.sources;
        // Only modules with a source are reached.
        let module = &sources.modules[name];
        for item in module.split(&module.text)? {
            if let (Kind::Module(inner), None) = (&item.kind, item.body) {
                let inner = child(name, inner);
                if !sources.modules.contains_key(&inner) {
                    return Err(PruneError::Unresolved { file: module.path.clone(), path: inner });
                }
                self.module(&inner);
            }
            let lists = std::mem::take(&mut self.lists);
            let found = self.mentions(&lists, module, &item.mentions);
            self.lists = lists;
            found?;
        }
        Ok(())
    }

    fn mentions(
        &mut self,
        lists: &BTreeMap<&'static str, List<'s>>,
        module: &Module,
        mentions: &Mentions<'_>,
    ) -> Result<(), PruneError> {
        for path in &mentions.paths {
            self.path(lists, path).ok_or_else(|| PruneError::Unresolved {
                file: module.path.clone(),
                path: path.join("::"),
            })?;
        }
        for method in &mentions.methods {
            let operation = child("operation", method);
            if self.sources.modules.contains_key(&operation) {
                self.module(&operation);
            }
        }
        Ok(())
    }

    /// Follows `path` from the crate's root, through modules and what lists export, to the module
    /// that defines what it names. `None` where a list has no such name.
    fn path(&mut self, lists: &BTreeMap<&'static str, List<'s>>, path: &[&str]) -> Option<()> {
        let mut module = String::new();
        for (at, segment) in path.iter().enumerate() {
            let inner = child(&module, segment);
            if self.sources.modules.contains_key(&inner) {
                module = inner;
                continue;
            }
            let Some(list) = lists.get(module.as_str()) else { break };
            if let Some(target) = list.exports.get(segment) {
                self.module(&module);
                return self.path(lists, &[target, &path[at + 1..]].concat());
            }
            if list.functions.contains(segment) {
                self.functions.insert(child(&module, segment));
            } else if !list.definitions.contains(segment) {
                return None;
            }
            break;
        }
        self.module(&module);
        Some(())
    }

    /// The items and members that are kept of a list.
    fn kept<'l>(&self, name: &str, list: &'l List<'s>) -> Vec<&'l Item<'s>> {
        let items = list.entries.iter().filter(|entry| self.keeps(name, &entry.item));
        items.flat_map(|entry| self.parts(entry)).collect()
    }

    fn parts<'l>(&self, entry: &'l Entry<'s>) -> Vec<&'l Item<'s>> {
        if entry.members.is_empty() {
            return vec![&entry.item];
        }
        entry
            .members
            .iter()
            .filter(|member| self.reaches_all(&member.mentions, "waiters"))
            .collect()
    }

    fn keeps(&self, list: &str, item: &Item<'_>) -> bool {
        match &item.kind {
            Kind::Module(name) if item.body.is_none() => self.modules.contains(&child(list, name)),
            Kind::Use(path) => match path.as_slice() {
                ["crate", path @ .., _] => self.modules.contains(&path.join("::")),
                _ => true,
            },
            Kind::Function(name) => self.functions.contains(&child(list, name)),
            // The conversions of each operation's error into the crate's own.
            Kind::Impl if list == "error_meta" => self.reaches_all(&item.mentions, "operation"),
            Kind::Module(_) | Kind::Impl | Kind::Trait(_) | Kind::Named(_) | Kind::Nameless => true,
        }
    }

    /// Whether each module of `list` that is mentioned has been reached.
    fn reaches_all(&self, mentions: &Mentions<'_>, list: &str) -> bool {
        mentions.paths.iter().all(|path| match path.as_slice() {
            [first, name, ..] if *first == list => {
                let module = child(list, name);
                !self.sources.modules.contains_key(&module) || self.modules.contains(&module)
            }
            _ => true,
        })
    }

    /// What is left of a list.
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
        let mut lines = Change { before: 0, after: 0 };
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
        let file_count = Change { before: self.sources.modules.len(), after: files.len() };
        for name in ["Cargo.toml", "README.md", "LICENSE"] {
            let path = root.join(name);
            let bytes =
                fs::read(&path).map_err(|source| SourceError::Unreadable { path, source })?;
            files.insert(name.into(), bytes);
        }
        let operations = Change {
            before: self.sources.modules.keys().filter(|name| is_operation(name)).count(),
            after: self.modules.iter().filter(|name| is_operation(name)).count(),
        };
        Ok(Pruned { files, file_count, lines, operations })
    }
}

fn is_operation(module: &str) -> bool {
    module.strip_prefix("operation::").is_some_and(|name| !name.contains("::"))
}

//! What a name in a file stands for, by the file's `use` lines.

use std::collections::HashMap;

use syn::visit::{self, Visit};
use syn::{ItemUse, UseTree};

#[derive(Debug, Default)]
pub(super) struct Imports(HashMap<String, String>);

impl Imports {
    pub(super) fn of(file: &syn::File) -> Self {
        let mut imports = Self::default();
        imports.visit_file(file);
        imports
    }

    /// A path in full, as far as `use` lines tell: `task::spawn` becomes `tokio::task::spawn`.
    pub(super) fn resolve(&self, path: &str) -> String {
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        match self.0.get(first) {
            Some(full) if rest.is_empty() => full.clone(),
            Some(full) => format!("{full}::{rest}"),
            None => path.to_owned(),
        }
    }

    fn add(&mut self, tree: &UseTree, prefix: &str) {
        let joined = |name: &str| match prefix {
            "" => name.to_owned(),
            _ if name == "self" => prefix.to_owned(),
            _ => format!("{prefix}::{name}"),
        };
        match tree {
            UseTree::Path(path) => self.add(&path.tree, &joined(&path.ident.to_string())),
            UseTree::Name(name) => {
                let full = joined(&name.ident.to_string());
                let last = full.rsplit("::").next().unwrap_or_default().to_owned();
                self.0.insert(last, full);
            }
            UseTree::Rename(rename) => {
                let full = joined(&rename.ident.to_string());
                self.0.insert(rename.rename.to_string(), full);
            }
            UseTree::Group(group) => group.items.iter().for_each(|item| self.add(item, prefix)),
            UseTree::Glob(_) => {}
        }
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add(&item.tree, "");
        visit::visit_item_use(self, item);
    }
}

/// A path as it is written, without generic arguments.
pub(super) fn text(path: &syn::Path) -> String {
    let segments: Vec<_> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    segments.join("::")
}

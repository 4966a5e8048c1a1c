//! Where in a file the rules are: within loops, within what is allowed, after which `let`s.

use std::path::Path;

use syn::{Attribute, Meta};

use super::ids::Bound;

#[derive(Debug, Default)]
pub(super) struct Context {
    /// Loops around the code at hand, within its function or task.
    pub(super) loops: usize,
    /// Attributes around it by which its author says that a bare spawn is meant.
    allowed: usize,
    /// Tests around it: they make spans to look at them.
    tests: usize,
    pub(super) bound: Bound,
}

impl Context {
    /// The module that may spawn: the one that carries the context over.
    pub(super) fn of_file(file: &Path, attributes: &[Attribute]) -> Self {
        let is_task = |name: &std::ffi::OsStr| name == "task.rs" || name == "task";
        let is_test =
            |name: &std::ffi::OsStr| name == "tests" || name == "tests.rs" || name == "benches";
        let tests = usize::from(file.iter().any(is_test));
        Self {
            allowed: usize::from(tests == 0 && file.iter().any(is_task)) + allowing(attributes),
            tests,
            ..Self::default()
        }
    }

    pub(super) fn may_spawn(&self) -> bool {
        self.allowed > 0
    }

    /// Code that runs for users, within a loop.
    pub(super) fn repeats(&self) -> bool {
        self.loops > 0 && self.tests == 0
    }

    /// Goes into what has these attributes; what it gives is for [`Context::leave`].
    pub(super) fn enter(&mut self, attributes: &[Attribute]) -> (usize, usize) {
        let outside = (self.allowed, self.tests);
        self.allowed += allowing(attributes);
        self.tests += attributes.iter().filter(|one| is_of_test(one)).count();
        outside
    }

    pub(super) fn leave(&mut self, outside: (usize, usize)) {
        (self.allowed, self.tests) = outside;
    }

    /// For a function or a task of its own: what is around it does not repeat it.
    pub(super) fn begin(&mut self) -> (usize, Bound) {
        (
            std::mem::take(&mut self.loops),
            std::mem::take(&mut self.bound),
        )
    }

    pub(super) fn end(&mut self, (loops, bound): (usize, Bound)) {
        self.loops = loops;
        self.bound = bound;
    }
}

/// `#[cfg(test)]`, `#[test]`, `#[tokio::test]`.
fn is_of_test(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        meta => meta
            .path()
            .segments
            .last()
            .is_some_and(|last| last.ident == "test"),
    }
}

/// `#[allow(clippy::disallowed_methods)]` or `#[expect(…)]`, as the compiler's own ban has it.
fn allowing(attributes: &[Attribute]) -> usize {
    let allows = |attribute: &&Attribute| match &attribute.meta {
        Meta::List(list) => {
            let word = list.path.get_ident().map(ToString::to_string);
            matches!(word.as_deref(), Some("allow" | "expect"))
                && list.tokens.to_string().contains("disallowed_methods")
        }
        _ => false,
    };
    attributes.iter().filter(allows).count()
}

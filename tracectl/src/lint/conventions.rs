//! The semantic conventions v1.44.0, as far as rules need them: names, types, successors.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Conventions {
    pub(crate) deprecated: HashMap<String, Successor>,
    /// By attribute, then by value.
    pub(crate) deprecated_values: HashMap<String, HashMap<String, Successor>>,
}

/// What to use instead.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Successor {
    To(String),
    Note(String),
}

impl Successor {
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::To(name) => format!("use `{name}`"),
            Self::Note(note) => note.clone(),
        }
    }
}

pub(crate) static CONVENTIONS: LazyLock<Conventions> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/semconv_v1.44.0.json"))
        .expect("the file is part of the program, and tests read it")
});

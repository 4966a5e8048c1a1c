//! What a rule found: the rule, the place, why it is a fault, and how to mend it.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::terminal_text::{clip, printable};

/// One fault, with how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    /// Where, the same for all of its kind: a span's title, a file and line.
    pub(crate) place: String,
    pub(crate) why: String,
    pub(crate) fix: String,
    /// The first one: a trace and a span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<String>,
    pub(crate) count: usize,
}

/// All faults, equal ones together.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    all: Vec<Finding>,
    known: HashMap<(&'static str, String, String), usize>,
}

impl Findings {
    pub(crate) fn add(
        &mut self,
        rule: &'static str,
        place: String,
        example: Option<String>,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let why = why.into();
        let key = (rule, place.clone(), why.clone());
        if let Some(at) = self.known.get(&key) {
            self.all[*at].count += 1;
            return;
        }
        self.known.insert(key, self.all.len());
        self.all.push(Finding {
            rule,
            place,
            why,
            fix: fix.into(),
            example,
            count: 1,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn rules(&self) -> Vec<&'static str> {
        self.all.iter().map(|finding| finding.rule).collect()
    }

    #[cfg(test)]
    pub(crate) fn all(&self) -> &[Finding] {
        &self.all
    }

    pub(crate) fn text(&self, looked_at: &str) -> String {
        let mut text = String::new();
        for finding in &self.all {
            let times = match finding.count {
                1 => String::new(),
                count => format!(", {count} times"),
            };
            text += &format!(
                "✗ {}: {}{times}\n    why: {}\n    fix: {}\n",
                finding.rule,
                clip(&printable(&finding.place), 300),
                clip(&printable(&finding.why), 600),
                printable(&finding.fix)
            );
            if let Some(example) = &finding.example {
                text += &format!("    first: {}\n", clip(&printable(example), 300));
            }
        }
        let count = self.all.len();
        text + &match count {
            0 => format!("{looked_at}: clean\n"),
            1 => format!("{looked_at}: 1 finding\n"),
            _ => format!("{looked_at}: {count} findings\n"),
        }
    }

    pub(crate) fn json(&self, looked_at: &str) -> Value {
        json!({
            "looked_at": looked_at,
            "clean": self.is_empty(),
            "findings": self.all,
        })
    }
}

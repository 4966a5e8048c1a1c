//! Names and values that the conventions have given up, with their successors.

use super::each_place;
use crate::lint::captured::Captured;
use crate::lint::conventions::CONVENTIONS;
use crate::lint::finding::Findings;

pub(super) fn check(captured: &Captured, findings: &mut Findings) {
    each_place(captured, |place| {
        for (key, value) in place.attributes {
            let at = || format!("`{key}` of {}", place.title);
            if let Some(successor) = CONVENTIONS.deprecated.get(key) {
                findings.add(
                    "deprecated-name",
                    at(),
                    place.example.clone(),
                    "the semantic conventions v1.44.0 have given this name up, and dashboards \
                     made for them do not find it",
                    successor.advice(),
                );
                continue;
            }
            let values = CONVENTIONS.deprecated_values.get(key);
            let text = value.text().unwrap_or_default();
            if let Some(successor) = values.and_then(|values| values.get(text)) {
                findings.add(
                    "deprecated-value",
                    at(),
                    place.example.clone(),
                    format!("the semantic conventions v1.44.0 have given the value `{text}` up"),
                    successor.advice(),
                );
            }
        }
    });
}

//! The report: a line for each check, and below a broken one what a reader needs to mend it.

use serde_json::{Value, json};

use super::check::{Check, Outcome};
use super::evidence::Order;
use crate::config::Relation;
use crate::terminal_text::printable;

pub(crate) struct Report {
    relation: Relation,
    /// As the last backend saw it.
    order: Option<Order>,
    /// By the backend that was looked into.
    sections: Vec<(&'static str, Vec<Check>)>,
}

impl Report {
    pub(crate) const fn new(relation: Relation) -> Self {
        Self {
            relation,
            order: None,
            sections: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, backend: &'static str, order: &Order, checks: Vec<Check>) {
        self.order = Some(order.clone());
        self.sections.push((backend, checks));
    }

    pub(crate) fn add_metrics(&mut self, backend: &'static str, checks: Vec<Check>) {
        self.sections.push((backend, checks));
    }

    fn checks(&self) -> impl Iterator<Item = &Check> {
        self.sections.iter().flat_map(|(_, checks)| checks)
    }

    pub(crate) fn passed(&self) -> bool {
        self.checks()
            .all(|check| matches!(check.outcome, Outcome::Passed(_)))
    }

    fn failed_names(&self) -> Vec<&'static str> {
        let failed = self
            .checks()
            .filter(|check| matches!(check.outcome, Outcome::Failed(_)));
        failed.map(|check| check.name).collect()
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.order.as_ref().map_or_else(String::new, heading);
        for (backend, checks) in &self.sections {
            if self.sections.len() > 1 {
                text += &format!("in {backend}:\n");
            }
            text.extend(checks.iter().map(lines));
        }
        let failed = self.failed_names();
        let count = self.checks().count();
        text + &if self.passed() {
            format!("{count} checks passed\n")
        } else {
            format!(
                "{} of {count} checks failed: {}\n",
                failed.len(),
                failed.join(", ")
            )
        }
    }

    pub(crate) fn json(&self) -> Value {
        let order = self.order.as_ref();
        let checks = self.sections.iter().flat_map(|(backend, checks)| {
            checks.iter().map(move |check| {
                let mut json = as_json(check);
                json["backend"] = (*backend).into();
                json
            })
        });
        json!({
            "order_id": order.map(|order| &order.id),
            "checkout_trace_id": order.map(|order| &order.trace_id),
            "fulfillment_trace_id": order.and_then(|order| order.fulfillment_trace_id.as_ref()),
            "relation": self.relation,
            "passed": self.passed(),
            "failed": self.failed_names(),
            "checks": checks.collect::<Vec<_>>(),
        })
    }
}

fn heading(order: &Order) -> String {
    let behind = order.fulfillment_trace_id.as_deref().unwrap_or("unknown");
    format!(
        "order {}\n  checkout trace     {}\n  fulfillment trace  {}\n",
        printable(&order.id),
        printable(&order.trace_id),
        printable(behind)
    )
}

fn lines(check: &Check) -> String {
    match &check.outcome {
        Outcome::Passed(counted) => format!("✓ {}: {}\n", check.name, printable(counted)),
        Outcome::NotChecked(why) => format!("- {}: not checked, {}\n", check.name, printable(why)),
        Outcome::Failed(failure) => format!(
            "✗ {}: {}\n    expected {}, seen: {}\n    likely cause: {}\n",
            check.name,
            printable(&failure.what),
            printable(&failure.expected),
            printable(&failure.seen),
            printable(&failure.likely_cause)
        ),
    }
}

fn as_json(check: &Check) -> Value {
    match &check.outcome {
        Outcome::Passed(counted) => {
            json!({ "name": check.name, "result": "passed", "detail": counted })
        }
        Outcome::NotChecked(why) => {
            json!({ "name": check.name, "result": "not_checked", "detail": why })
        }
        Outcome::Failed(failure) => {
            json!({ "name": check.name, "result": "failed", "detail": failure.what,
                "expected": failure.expected, "seen": failure.seen,
                "likely_cause": failure.likely_cause })
        }
    }
}

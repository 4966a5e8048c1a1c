//! The report: a line for each check, and below a broken one what a reader needs to mend it.

use serde_json::{Value, json};

use super::check::{Check, Outcome};
use super::evidence::{Evidence, Order};
use crate::config::Relation;
use crate::terminal_text::printable;

pub(crate) struct Report {
    order: Order,
    relation: Relation,
    checks: Vec<Check>,
}

impl Report {
    pub(crate) fn new(evidence: &Evidence, checks: Vec<Check>) -> Self {
        Self {
            order: evidence.order.clone(),
            relation: evidence.relation,
            checks,
        }
    }

    pub(crate) fn passed(&self) -> bool {
        self.checks
            .iter()
            .all(|check| matches!(check.outcome, Outcome::Passed(_)))
    }

    fn failed_names(&self) -> Vec<&'static str> {
        let failed = self
            .checks
            .iter()
            .filter(|check| matches!(check.outcome, Outcome::Failed(_)));
        failed.map(|check| check.name).collect()
    }

    pub(crate) fn text(&self) -> String {
        let behind = self
            .order
            .fulfillment_trace_id
            .as_deref()
            .unwrap_or("unknown");
        let mut text = format!(
            "order {}\n  checkout trace     {}\n  fulfillment trace  {}\n",
            printable(&self.order.id),
            printable(&self.order.trace_id),
            printable(behind)
        );
        for check in &self.checks {
            text += &lines(check);
        }
        let failed = self.failed_names();
        let count = self.checks.len();
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
        json!({
            "order_id": self.order.id,
            "checkout_trace_id": self.order.trace_id,
            "fulfillment_trace_id": self.order.fulfillment_trace_id,
            "relation": self.relation,
            "passed": self.passed(),
            "failed": self.failed_names(),
            "checks": self.checks.iter().map(as_json).collect::<Vec<_>>(),
        })
    }
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

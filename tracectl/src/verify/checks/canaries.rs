//! Personal data of the order is in no span and no log line.

use std::collections::BTreeSet;

use crate::verify::check::{Failure, Verdict};
use crate::verify::evidence::Evidence;

pub(crate) fn none(evidence: &Evidence) -> Verdict {
    evidence.checkout_trace()?;
    let sides = [&evidence.checkout, &evidence.fulfillment];
    let leaks: BTreeSet<_> = sides.iter().flat_map(|side| &side.leaks).copied().collect();
    if leaks.is_empty() {
        return Ok("no e-mail address and no payment token is in sight".to_owned());
    }
    let leaks: Vec<_> = leaks.into_iter().collect();
    Err(Failure {
        what: format!("the customer's {} can be read in telemetry", leaks.join(" and ")),
        expected: "neither in spans nor in log lines".to_owned(),
        seen: format!("the very {} of the order", leaks.join(" and ")),
        likely_cause: "it is put into an attribute, an event, a log line or baggage, and redaction does not know it"
            .to_owned(),
    }
    .into())
}

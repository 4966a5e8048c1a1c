//! `tracectl verify`: places an order and checks that its trace is whole at every hop.

mod check;
mod checks;
mod evidence;
mod gather;
mod names;
mod order;
mod report;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::backend::Backend;
use crate::config::Verify;
use crate::{Answer, NoAnswer};
use check::Outcome;
use gather::Gatherer;
use order::Gateway;
use report::Report;

const POLL: Duration = Duration::from_millis(250);

pub(crate) async fn run(settings: &Verify) -> Result<Answer, NoAnswer> {
    let backend = Backend::new(settings.backend, &settings.backend_url);
    // First, so that no order is placed that nobody can look at.
    backend.reach().await?;
    let gateway = Gateway::new(&settings.gateway);
    let deadline = Instant::now() + settings.timeout;
    let mut gatherer = Gatherer::new(&backend, &gateway, settings.relation).await?;
    let report = loop {
        let evidence = gatherer.look().await?;
        let checks = checks::all(evidence);
        if checks
            .iter()
            .all(|check| matches!(check.outcome, Outcome::Passed(_)))
        {
            break Report::new(evidence, checks);
        }
        let now = Instant::now();
        if now >= deadline {
            // What is not where it belongs may be somewhere else: worth a search only now.
            let evidence = gatherer.search_strays().await?;
            break Report::new(evidence, checks::all(evidence));
        }
        sleep(POLL.min(deadline - now)).await;
    };
    let text = if settings.json {
        format!("{:#}\n", report.json())
    } else {
        report.text()
    };
    Ok(Answer {
        text,
        complaint: None,
        good: report.passed(),
    })
}

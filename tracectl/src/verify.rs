//! `tracectl verify`: places an order and checks that its trace is whole at every hop, in every
//! backend that is named.

mod check;
mod checks;
mod evidence;
mod gather;
mod names;
mod order;
mod report;
mod sources;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::config::Verify;
use crate::http_client::RequestError;
use crate::{Answer, NoAnswer};
use check::{Check, Outcome};
use evidence::Order;
use gather::{Gatherer, Placed};
use order::Gateway;
use report::Report;
pub(crate) use sources::NoTraces;
use sources::Sources;

const POLL: Duration = Duration::from_millis(250);

pub(crate) async fn run(settings: &Verify) -> Result<Answer, NoAnswer> {
    let sources = Sources::new(&settings.backends)?;
    // First, so that no order is placed that nobody can look at.
    sources.reach().await?;
    let gateway = Gateway::new(&settings.gateway);
    let placed = Placed::place(&gateway).await?;
    let deadline = Instant::now() + settings.timeout;
    let mut report = Report::new(settings.relation);
    for backend in &sources.traces {
        let loki = sources.loki.as_ref();
        let gatherer = Gatherer::new(backend, loki, &gateway, settings.relation, &placed);
        let (order, checks) = judge(gatherer, deadline).await?;
        report.add(backend.name(), &order, checks);
    }
    if let Some(prometheus) = &sources.prometheus {
        let checks = loop {
            let checks = checks::metrics::all(prometheus, &sources.traces[0]).await?;
            if all_passed(&checks) || !wait(deadline).await {
                break checks;
            }
        };
        report.add_metrics("prometheus", checks);
    }
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

/// Looks until all is well or the time is over.
async fn judge(
    mut gatherer: Gatherer<'_>,
    deadline: Instant,
) -> Result<(Order, Vec<Check>), RequestError> {
    loop {
        let evidence = gatherer.look().await?;
        let checks = checks::all(evidence);
        if all_passed(&checks) {
            return Ok((evidence.order.clone(), checks));
        }
        if !wait(deadline).await {
            // What is not where it belongs may be somewhere else: worth a search only now.
            let evidence = gatherer.search_strays().await?;
            return Ok((evidence.order.clone(), checks::all(evidence)));
        }
    }
}

fn all_passed(checks: &[Check]) -> bool {
    let passed = |check: &Check| matches!(check.outcome, Outcome::Passed(_));
    checks.iter().all(passed)
}

/// A moment later; false when there is no later.
async fn wait(deadline: Instant) -> bool {
    let now = Instant::now();
    if now < deadline {
        sleep(POLL.min(deadline - now)).await;
    }
    now < deadline
}

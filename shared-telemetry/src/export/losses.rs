//! Says that telemetry is being lost: one line when it begins, one when it is over. A line for
//! each span would be the next thing to go wrong.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use opentelemetry::Context;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use tokio::time::sleep;

use super::queue::{Counts, Shared};

/// Lets the export speak in the program's log, which nothing else on its threads can.
fn say(line: impl FnOnce()) {
    // A context in which telemetry is not suppressed.
    let _plain = Context::new().attach();
    line();
}

/// Tells of a full queue. It is over when nothing was dropped for a whole schedule delay, in
/// which the queue must have been emptied once.
pub(super) async fn tell_dropping(shared: Arc<Shared>) {
    let what = shared.signal.plural();
    let count = || Counts::read(&shared.counts.queue_full);
    let mut told = 0;
    loop {
        shared.dropping_began.notified().await;
        say(|| {
            tracing::warn!(
                "the export queue of {} {what} is full: {what} are dropped until it has room; \
                 {} makes it longer",
                shared.settings.capacity,
                shared.signal.queue_variable(),
            );
        });
        let mut seen = count();
        loop {
            sleep(shared.settings.delay).await;
            let now = count();
            if now == seen {
                shared.dropping.store(false, Ordering::Release);
                // One that came in between found it going on and rang no bell.
                if count() == seen {
                    break;
                }
                shared.dropping.store(true, Ordering::Release);
            }
            seen = now;
        }
        let lost = seen - told;
        told = seen;
        say(|| {
            tracing::warn!("the export queue has room again: {lost} {what} were dropped");
        });
    }
}

/// Whether exports fail, and how much was lost by it.
#[derive(Debug)]
pub(crate) struct Failures {
    what: &'static str,
    lost: Option<u64>,
}

impl Failures {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, lost: None }
    }

    /// True while exports fail.
    pub(crate) fn going_on(&self) -> bool {
        self.lost.is_some()
    }

    /// Takes an export's end, of so many things.
    pub(crate) fn tell(&mut self, result: &OTelSdkResult, size: u64) {
        let what = self.what;
        match (result, &mut self.lost) {
            (Ok(()), None) => {}
            (Err(_), Some(lost)) => *lost += size,
            (Err(error), lost @ None) => {
                *lost = Some(size);
                let why = match error {
                    OTelSdkError::Timeout(limit) => format!("no answer within {limit:?}"),
                    OTelSdkError::InternalFailure(why) => why.clone(),
                    OTelSdkError::AlreadyShutdown => "the exporter has ended".to_owned(),
                };
                say(|| tracing::warn!("{what} can't be exported: {why}"));
            }
            (Ok(()), lost @ Some(_)) => {
                let lost = lost.take().unwrap_or_default();
                say(|| match lost {
                    0 => tracing::warn!("{what} are exported again"),
                    lost => tracing::warn!("{what} are exported again: {lost} were lost"),
                });
            }
        }
    }
}

//! Ending a run early, in two steps: first nothing new is sent, then nobody waits any longer.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long requests on their way may take after the first step.
const GRACE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Running,
    NothingNew,
    NoWaiting,
}

/// Asks to stop.
#[derive(Debug)]
pub struct StopTrigger(watch::Sender<Step>);

/// Tells whether somebody has asked to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Step>);

impl Stop {
    /// A new pair.
    #[must_use]
    #[allow(clippy::new_ret_no_self)] // A pair, as channels are.
    pub fn new() -> (StopTrigger, Self) {
        let (sender, receiver) = watch::channel(Step::Running);
        (StopTrigger(sender), Self(receiver))
    }

    /// Nothing new may be sent.
    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow() > Step::Running
    }

    /// Waits until nothing new may be sent.
    pub(crate) async fn requested(&self) {
        self.reached(Step::NothingNew).await;
    }

    /// Waits until what is on its way must be given up.
    pub(crate) async fn overdue(&self) {
        self.reached(Step::NoWaiting).await;
    }

    async fn reached(&self, step: Step) {
        let mut steps = self.0.clone();
        if steps.wait_for(|reached| *reached >= step).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }
}

impl StopTrigger {
    /// Stops at the first SIGINT or SIGTERM; what is on its way has two seconds, or until the
    /// second signal.
    ///
    /// # Errors
    /// When the signals can't be listened for.
    pub fn on_signals(self) -> std::io::Result<impl Future<Output = ()> + Send> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            let mut asked = async || {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            };
            asked().await;
            self.0.send_replace(Step::NothingNew);
            let _ = tokio::time::timeout(GRACE, asked()).await;
            self.0.send_replace(Step::NoWaiting);
            // Held until the end: without it nobody would be stopped.
            std::future::pending().await
        })
    }
}

//! Keeps the services running: what dies is named, with its last words, and started again.

use std::ffi::OsString;
use std::time::Duration;

use serving::{Shutdown, ShutdownTrigger, StartError};
use shared_telemetry::task;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::child::Child;
use crate::config::ServiceName;

const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// A child that ran this long has recovered: the next backoff is short again.
const HEALTHY_AFTER: Duration = Duration::from_secs(30);

/// Where a service's last sentence goes when starting it again would not help.
pub(crate) type GiveUp = mpsc::Sender<String>;

/// A service that is kept running until it is told to stop.
pub(crate) struct Supervised {
    stop: ShutdownTrigger,
    task: JoinHandle<()>,
}

impl Supervised {
    /// Starts a service and watches it.
    pub(crate) fn start(
        name: ServiceName,
        environment: Vec<(String, OsString)>,
        give_up: GiveUp,
    ) -> Result<Self, StartError> {
        let child = Child::start(name, &environment).map_err(|error| {
            StartError::new(format!("{} could not be started", name.as_str()), error)
        })?;
        let (stop, stopping) = Shutdown::new();
        let task = task::spawn(keep_running(name, environment, child, stopping, give_up));
        Ok(Self { stop, task })
    }

    /// Stops the service and waits until its process is gone.
    pub(crate) async fn stop(self) {
        self.stop.request();
        // A panic there has already been printed, and took its child along.
        let _ = self.task.await;
    }
}

async fn keep_running(
    name: ServiceName,
    environment: Vec<(String, OsString)>,
    first: Child,
    stopping: Shutdown,
    give_up: GiveUp,
) {
    let mut backoff = FIRST_BACKOFF;
    let mut running = Some(first);
    loop {
        let started = Instant::now();
        if let Some(mut child) = running.take() {
            let end = tokio::select! {
                ended = child.ended() => ended,
                () = stopping.requested() => return child.stop().await,
            };
            if let Some(sentence) = end.unusable_settings {
                // The first one to say so is enough.
                let _ = give_up.try_send(sentence);
                return;
            }
            if started.elapsed() > HEALTHY_AFTER {
                backoff = FIRST_BACKOFF;
            }
            tracing::error!(
                "{} died with {}; it is started again in {} ms; its last lines were:\n{}",
                name.as_str(),
                end.status,
                backoff.as_millis(),
                end.last_lines,
            );
        }
        tokio::select! {
            () = tokio::time::sleep(backoff) => {}
            () = stopping.requested() => return,
        }
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
        match Child::start(name, &environment) {
            Ok(child) => running = Some(child),
            Err(error) => tracing::error!("{} could not be started again: {error}", name.as_str()),
        }
    }
}

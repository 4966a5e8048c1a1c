//! A service's process from its first to its last line.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use shared_telemetry::{Service, Telemetry};

use crate::{
    Environment, InvalidSetting, Shutdown, ShutdownTrigger, StopSignals, healthcheck::healthcheck,
};

/// How long the last spans and log records may take to leave. Kubernetes waits 30 seconds before
/// it kills; draining comes first.
const FLUSH_LIMIT: Duration = Duration::from_secs(5);

/// A service: settings, parts put together, and the loop that runs them.
pub trait Application: Sized + Send + 'static {
    /// Its name in telemetry and in messages.
    const SERVICE: Service;
    /// The environment, parsed.
    type Settings: Send;

    /// Reads the environment.
    ///
    /// # Errors
    /// Names the first variable that can't be used.
    fn settings(environment: &Environment) -> Result<Self::Settings, InvalidSetting>;

    /// Where `/readyz` is answered.
    fn health_addr(settings: &Self::Settings) -> SocketAddr;

    /// Puts the parts together and binds the listeners, so that a port that is taken is told
    /// before anything runs.
    ///
    /// # Errors
    /// When a part can't be made.
    fn build(settings: Self::Settings) -> impl Future<Output = Result<Self, StartError>> + Send;

    /// Runs until `shutdown` is requested, then finishes what was begun.
    ///
    /// # Errors
    /// When a part failed for good.
    fn run(self, shutdown: Shutdown) -> impl Future<Output = Result<(), StartError>> + Send;
}

/// Why a service could not start or go on.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {source}")]
pub struct StartError {
    what: String,
    source: Box<dyn Error + Send + Sync>,
}

impl StartError {
    /// `what` could not be done, because of `source`.
    pub fn new(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            what: what.into(),
            source: source.into(),
        }
    }
}

impl From<std::io::Error> for StartError {
    fn from(error: std::io::Error) -> Self {
        Self::new("input or output failed", error)
    }
}

/// A service's program: without an argument it runs the service as [`main`] does, with
/// `healthcheck` it asks the one that runs under the same settings whether it is ready.
///
/// Exit codes: those of [`main`]; a healthcheck's 0 ready, 1 not ready. Unknown arguments are 2.
#[must_use]
pub fn program<A: Application>() -> ExitCode {
    let name = A::SERVICE.name;
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [] => main::<A>(),
        [only] if only == "healthcheck" => {
            let settings = match settings::<A>() {
                Ok(settings) => settings,
                Err(code) => return code,
            };
            match healthcheck(A::health_addr(&settings)) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{name}: {error}");
                    ExitCode::FAILURE
                }
            }
        }
        _ => {
            eprintln!("{name}: accepted are no argument, to run, and `healthcheck`");
            ExitCode::from(2)
        }
    }
}

/// Runs a service until one of [`StopSignals`] and exports what it has recorded.
///
/// Exit codes: 0 stopped as asked, 1 could not start or go on, 2 bad settings.
#[must_use]
pub fn main<A: Application>() -> ExitCode {
    let name = A::SERVICE.name;
    let settings = match settings::<A>() {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    let telemetry = match Telemetry::start(A::SERVICE) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("{name}: {error}");
            return ExitCode::from(2);
        }
    };
    let outcome = run::<A>(settings);
    if let Err(error) = &outcome {
        tracing::error!("{error}");
    }
    if let Err(error) = telemetry.stop(FLUSH_LIMIT) {
        eprintln!("{name}: {error}");
    }
    if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The settings, or the exit code once it is said what is wrong with them.
fn settings<A: Application>() -> Result<A::Settings, ExitCode> {
    A::settings(&Environment::process()).map_err(|error| {
        eprintln!("{}: {error}", A::SERVICE.name);
        ExitCode::from(2)
    })
}

fn run<A: Application>(settings: A::Settings) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::new("no runtime", error))?;
    let outcome = runtime.block_on(async {
        let (trigger, shutdown) = Shutdown::new();
        let signals = shared_telemetry::task::spawn(stop_on_signal(trigger)?);
        let app = A::build(settings).await?;
        let outcome = app.run(shutdown).await;
        signals.abort();
        outcome
    });
    // A blocking call that hangs must not keep the process: its time is over.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

fn stop_on_signal(
    trigger: ShutdownTrigger,
) -> Result<impl Future<Output = ()> + Send + 'static, StartError> {
    let mut signals = StopSignals::take_over()?;
    Ok(async move {
        let signal = signals.received().await;
        tracing::info!(signal, "stopping");
        trigger.request();
    })
}

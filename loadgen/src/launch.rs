//! The program around a run: looks at the target, opens files, starts and stops telemetry, prints.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared_telemetry::config::Settings as TelemetrySettings;
use shared_telemetry::{Service, Telemetry, task};

use crate::config::Settings;
use crate::drive::{Driven, drive};
use crate::orders_file;
use crate::report::Report;
use crate::stop::Stop;
use crate::target::{Target, TargetError};

/// How long the last spans may take to leave.
const FLUSH_LIMIT: Duration = Duration::from_secs(5);

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing is sent to it.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A file for a result.
    #[error("{} cannot be written: {source}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Spans can't be exported.
    #[error(transparent)]
    Telemetry(#[from] shared_telemetry::StartError),
    /// No HTTP client.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
    /// No thread, no signals.
    #[error("the machine refuses what a run needs: {0}")]
    Machine(#[from] std::io::Error),
}

impl LoadError {
    /// 2 for what other arguments would cure, 1 for everything else.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Target(TargetError::Stranger { .. }) | Self::File { .. } => 2,
            _ => 1,
        }
    }
}

/// A whole run of the program.
pub(crate) fn launch(settings: &Settings) -> Result<Report, LoadError> {
    let target = Target::look_up(&settings.target, settings.i_own_this_target)?;
    // Before the load: nobody wants to learn after ten minutes that there is no such folder.
    let page = settings.html.as_ref().map(create).transpose()?;
    let orders = settings.orders_file.as_ref().map(create).transpose()?;
    target.knock()?;

    let telemetry = start_telemetry()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let driven = runtime.block_on(async {
        let (trigger, stop) = Stop::new();
        let signals = task::spawn(trigger.on_signals()?);
        let driven = drive(settings, &target, stop).await;
        signals.abort();
        driven
    });
    let undelivered = telemetry.stop(FLUSH_LIMIT).err();
    let Driven { mut report, book } = driven?;
    if let Some(error) = undelivered {
        eprintln!("loadgen: {error}");
        report.telemetry_problem = Some(error.to_string());
    }

    if let Some((path, file)) = &orders {
        let states = report.verification.as_ref();
        let states = states.map(|found| found.state_of_each.as_slice());
        let written = orders_file::write(file, &book, states);
        written.map_err(|source| LoadError::file(path, source))?;
    }
    if let Some((path, mut file)) = page {
        let written = file.write_all(report.page().as_bytes());
        written.map_err(|source| LoadError::file(&path, source))?;
    }
    say(&if settings.json {
        report.json()
    } else {
        report.table()
    });
    Ok(report)
}

/// Its log lines would stand between the lines of the result, and nobody follows them: spans
/// only.
fn start_telemetry() -> Result<Telemetry, LoadError> {
    let settings = TelemetrySettings {
        export_logs: false,
        export_metrics: None,
        log_filter: "off".to_owned(),
        ..TelemetrySettings::from_environment()
    };
    for warning in &settings.warnings {
        eprintln!("loadgen: {warning}");
    }
    let service = Service::new("loadgen", env!("CARGO_PKG_VERSION"), "unbroken");
    Ok(Telemetry::start_with(service, &settings)?)
}

fn create(path: &PathBuf) -> Result<(PathBuf, File), LoadError> {
    match File::create(path) {
        Ok(file) => Ok((path.clone(), file)),
        Err(source) => Err(LoadError::file(path, source)),
    }
}

impl LoadError {
    fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }
}

/// Prints without a panic when the reader has gone (`loadgen | head`).
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("loadgen: standard output cannot be written: {error}");
    }
}

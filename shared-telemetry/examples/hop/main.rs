//! One hop for the W3C trace-context validation suite, made of the real server layer and client:
//! `cargo run -p shared-telemetry --example hop -- --listen 127.0.0.1:5000`, then run the suite
//! against `http://127.0.0.1:5000/test`.
//!
//! It reads and writes what `OTEL_PROPAGATORS` says, and exports nothing unless told:
//! `OTEL_TRACES_EXPORTER=otlp`.

mod service;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use service::{Targets, router};
use shared_telemetry::config::Settings;
use shared_telemetry::{Service, Telemetry};
use tokio::net::TcpListener;

const USAGE: &str = "usage: hop [--listen ADDRESS:PORT] [--allow-remote]";

#[derive(Debug)]
struct Arguments {
    listen: SocketAddr,
    targets: Targets,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(fault) => {
            eprintln!("hop: {fault}; {USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        listen: (Ipv4Addr::LOCALHOST, 5000).into(),
        targets: Targets::Loopback,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--allow-remote" => arguments.targets = Targets::Any,
            "--listen" => {
                let address = words.next().unwrap_or_default();
                let parsed = address.parse();
                arguments.listen = parsed.map_err(|_| {
                    format!(
                        "--listen takes an address and a port like 127.0.0.1:5000, not {address:?}"
                    )
                })?;
            }
            _ => return Err(format!("unknown argument {word:?}")),
        }
    }
    Ok(arguments)
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::from_environment();
    // A suite of requests with hostile headers is no traffic that a collector should see unasked.
    let asked = |name: &str| std::env::vars_os().any(|(variable, _)| variable == name);
    settings.export_traces &= asked("OTEL_TRACES_EXPORTER");
    settings.export_logs &= asked("OTEL_LOGS_EXPORTER");
    let service = Service::new("hop", env!("CARGO_PKG_VERSION"), "examples");
    let telemetry = Telemetry::start_with(service, &settings)?;
    let outcome = tokio::runtime::Runtime::new()?.block_on(serve(arguments));
    telemetry.stop(Duration::from_secs(5))?;
    outcome
}

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", arguments.listen))?;
    println!("listening on http://{}/test", listener.local_addr()?);
    let stopped = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "cannot wait for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, router(arguments.targets)?)
        .with_graceful_shutdown(stopped)
        .await?;
    Ok(())
}

//! The viewer as a program of its own, for a stack whose collector exports to it.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `HTTP_ADDR` | where the page and the JSON API answer | 127.0.0.1:16686 |
//! | `OTLP_HTTP_ADDR`, `OTLP_GRPC_ADDR` | where OTLP is received | 127.0.0.1:4318, 127.0.0.1:4317 |
//! | `READERS` | origins of other pages that may read the API, between commas | none |
//!
//! Exit codes: 0 stopped as asked, 1 could not start or go on, 2 bad settings.

use std::net::SocketAddr;
use std::process::ExitCode;

use serving::{Environment, InvalidSetting, StopSignals};
use trace_viewer::{Address, Limits, Settings, Viewer};

fn main() -> ExitCode {
    let settings = match settings(&Environment::process()) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("trace-viewer: {error}");
            return ExitCode::from(2);
        }
    };
    match run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("trace-viewer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn settings(env: &Environment) -> Result<Settings, InvalidSetting> {
    let address = |name: &'static str, port: u16| {
        let default = SocketAddr::from(([127, 0, 0, 1], port));
        let accepted = format!("an address such as {default}");
        env.optional(name, default, &accepted).map(Address::exactly)
    };
    let readers = env.get("READERS").unwrap_or_default().split(',');
    let readers = readers.map(str::trim).filter(|origin| !origin.is_empty());
    Ok(Settings {
        query: address("HTTP_ADDR", 16686)?,
        otlp_http: address("OTLP_HTTP_ADDR", 4318)?,
        otlp_grpc: address("OTLP_GRPC_ADDR", 4317)?,
        limits: Limits::default(),
        meanings: Vec::new(),
        readers: readers.map(str::to_owned).collect(),
    })
}

fn run(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    let viewer = Viewer::build(settings)?;
    println!("traces: http://{}", viewer.addresses().query);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut signals = StopSignals::take_over()?;
        let stop = async {
            signals.received().await;
        };
        Ok(viewer.run(stop).await?)
    })
}

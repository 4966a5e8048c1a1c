//! The viewer as a program of its own, for a stack whose collector exports to it.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `HTTP_ADDR` | where the page and the JSON API answer | 127.0.0.1:16686 |
//! | `OTLP_HTTP_ADDR`, `OTLP_GRPC_ADDR` | where OTLP is received | 127.0.0.1:4318, 127.0.0.1:4317 |
//! | `READERS` | origins of other pages that may read the API, between commas | none |
//! | `MAX_TRACES` | how many traces are kept | 2000 |
//! | `MAX_BYTES` | how much of them, as estimated | 50331648 |
//!
//! Exit codes: 0 stopped as asked, 1 could not start or go on, 2 bad settings.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use serving::{Environment, InvalidSetting, StopSignals};
use trace_viewer::{Address, Limits, Settings, Viewer};

const HELP: &str = "\
Keeps the newest traces in memory and shows them. No arguments, only variables:

HTTP_ADDR       where the page and the JSON API answer [127.0.0.1:16686]
OTLP_HTTP_ADDR  where OTLP over HTTP is received [127.0.0.1:4318]
OTLP_GRPC_ADDR  where OTLP over gRPC is received [127.0.0.1:4317]
READERS         origins of other pages that may read the API, between commas
MAX_TRACES      how many traces are kept [2000]
MAX_BYTES       how much of them, as estimated [50331648]

Exit codes: 0 stopped as asked, 1 could not start or go on, 2 bad settings.";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => {}
        Some("--help" | "-h") => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some(_) => {
            eprintln!("trace-viewer: accepted are no argument, to run, and --help");
            return ExitCode::from(2);
        }
    }
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
    let usual = Limits::default();
    let limit = |name: &'static str, usual: usize| {
        let usual = NonZeroUsize::new(usual).expect("a limit is above zero");
        env.optional(name, usual, "a number above zero")
            .map(NonZeroUsize::get)
    };
    let limits = Limits {
        traces: limit("MAX_TRACES", usual.traces)?,
        bytes: limit("MAX_BYTES", usual.bytes)?,
        ..usual
    };
    let readers = env.get("READERS").unwrap_or_default().split(',');
    let readers = readers.map(str::trim).filter(|origin| !origin.is_empty());
    Ok(Settings {
        query: address("HTTP_ADDR", 16686)?,
        otlp_http: address("OTLP_HTTP_ADDR", 4318)?,
        otlp_grpc: address("OTLP_GRPC_ADDR", 4317)?,
        limits,
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

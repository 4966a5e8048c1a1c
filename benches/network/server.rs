//! The service as a process: started, asked what it took, stopped.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use benches::service::{self, Work};
use benches::system::System;
use tokio::net::TcpListener;

/// A running server.
pub(crate) struct Server {
    /// Where it listens, on 127.0.0.1.
    pub(crate) address: String,
    child: Child,
}

impl Server {
    pub(crate) fn start(system: &str, endpoint: &str) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new(program)
            .args(["--serve", system])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
            .env("OTEL_TRACES_SAMPLER", "parentbased_always_on")
            // As often as the one peer that does not read it.
            .env("OTEL_BSP_SCHEDULE_DELAY", "1000")
            .env("OTEL_LOGS_EXPORTER", "none")
            .env("OTEL_METRICS_EXPORTER", "none")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut address = String::new();
        if let Some(out) = child.stdout.take() {
            let read = BufReader::new(out).read_line(&mut address);
            read.map_err(|error| error.to_string())?;
        }
        let address = address.trim().to_owned();
        Ok(Self { address, child })
    }

    /// Seconds of processor time so far, of all its threads.
    pub(crate) fn cpu(&self) -> Result<f64, String> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        // The program's name is in parentheses, and may hold anything.
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field)?.parse::<u32>().ok();
        // `utime` and `stime` are the 14th and 15th; Linux counts them in hundredths.
        let (user, system) = (ticks(11), ticks(12));
        match (user, system) {
            (Some(user), Some(system)) => Ok(f64::from(user + system) / 100.0),
            _ => Err(format!("{path} has no times")),
        }
    }

    /// Memory that it holds, in KiB.
    pub(crate) fn resident(&self) -> Result<i64, String> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        number.ok_or_else(|| format!("{path} has no VmRSS"))
    }

    /// Lets it export what it still has.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        drop(self.child.stdin.take());
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("a server ended with {status}"))
        }
    }
}

/// Says where it listens, and serves on one thread until standard input is closed.
pub(crate) fn serve(system: Option<System>) {
    let system = system.expect("a system of this program");
    (system.with)(&mut || {
        let routes = (system.layer)(service::routes(&system, Work::Hello));
        benches::block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            println!("{}", listener.local_addr().expect("it is bound"));
            let closed = shared_telemetry::task::spawn_blocking(|| {
                let _ = std::io::stdin().read(&mut [0]);
            });
            let serve = axum::serve(listener, routes.clone());
            tokio::select! {
                served = serve.into_future() => served.expect("it is bound"),
                _ = closed => {}
            }
        });
    });
}

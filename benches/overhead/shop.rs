//! The shop as a user starts it: the program `demo`, which starts a process for each service.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use shared_telemetry::task;

use crate::processes::{cpu_of, processes};
use crate::programs::Programs;
use crate::receiver::Receiver;
use crate::setting::Setting;

/// The services whose processor time counts.
pub(crate) const SERVICES: [&str; 4] = ["gateway", "pricing", "fulfillment", "inventory"];
/// How long the shop may take to open.
const OPEN: Duration = Duration::from_secs(60);
/// A place in memory, so that the disk's speed does not decide.
const MEMORY: &str = "/dev/shm";

/// A running shop. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Shop {
    demo: Child,
    pub(crate) gateway: String,
    processes: [u32; 4],
}

impl Shop {
    pub(crate) fn start(
        programs: &Programs,
        setting: &Setting,
        receiver: &Receiver,
    ) -> Result<Self, String> {
        let mut command = Command::new(&programs.demo);
        command.arg("--free-ports");
        for service in SERVICES {
            if let Some((name, value)) = setting.of_services() {
                command.args(["--set", &format!("{service}.{name}={value}")]);
            }
        }
        if Path::new(MEMORY).is_dir() {
            command.env("TMPDIR", MEMORY);
        }
        let demo = command
            .env("LOG_FORMAT", "json")
            .envs(receiver.environment())
            .envs(setting.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} can't be started: {error}", programs.demo.display()))?;
        // From here on a drop stops it.
        let mut shop = Self {
            demo,
            gateway: String::new(),
            processes: [0; 4],
        };
        shop.gateway = shop.wait_until_open()?;
        shop.processes = processes(shop.demo.id(), SERVICES)?;
        Ok(shop)
    }

    /// Waits until it says that it is open, and reads on for it.
    fn wait_until_open(&mut self) -> Result<String, String> {
        let output = self.demo.stdout.take().ok_or("the demo has no output")?;
        let (told, hear) = mpsc::channel();
        let read = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Only this one line is of interest; parsing each would cost the machine.
                if line.contains("\"ready\"")
                    && let Some(gateway) = gateway(&line)
                {
                    let _ = told.send(gateway);
                }
            }
        };
        task::thread("demo-output", read).map_err(|error| error.to_string())?;
        hear.recv_timeout(OPEN).map_err(|why| match why {
            RecvTimeoutError::Timeout => "the demo did not open within a minute".to_owned(),
            RecvTimeoutError::Disconnected => "the demo ended before it was open".to_owned(),
        })
    }

    /// Seconds of processor time so far, of each service.
    pub(crate) fn cpu(&self) -> Result<[f64; 4], String> {
        let mut seconds = [0.0; 4];
        for (seconds, process) in seconds.iter_mut().zip(self.processes) {
            *seconds = cpu_of(process)?;
        }
        Ok(seconds)
    }

    /// Waits until the services have done what they still had to: the warehouse is behind, and
    /// queues are exported. At most five seconds.
    pub(crate) fn rest(&self) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(5);
        let mut before: f64 = self.cpu()?.iter().sum();
        while Instant::now() < end {
            sleep(Duration::from_millis(250));
            let now: f64 = self.cpu()?.iter().sum();
            if now - before < 0.035 {
                return Ok(());
            }
            before = now;
        }
        Ok(())
    }

    /// Stops it, and lets it export what it still has.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        self.end()
    }

    fn end(&mut self) -> Result<(), String> {
        if matches!(self.demo.try_wait(), Ok(Some(_))) {
            return Ok(());
        }
        let told = kill_process(Pid::from_child(&self.demo), Signal::TERM);
        told.map_err(|error| format!("the demo can't be stopped: {error}"))?;
        let ended = self.demo.wait();
        ended.map(drop).map_err(|error| error.to_string())
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// The gateway's address, where the line says that the shop is open.
fn gateway(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let ready = line["service"] == "demo" && line["message"] == "ready";
    let gateway = line["fields"]["gateway"].as_str()?;
    ready.then(|| gateway.to_owned())
}

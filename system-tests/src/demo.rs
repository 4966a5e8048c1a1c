//! A demo under test: started as a user starts it, read through its output.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::Ledger;

/// Nothing that a test waits for takes longer on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// How a demo is to be started.
pub struct DemoBuilder {
    command: Command,
}

/// A running demo. Dropping it stops it.
pub struct Demo {
    process: Child,
    lines: Lines,
    places: Value,
}

/// The lines that a demo and its services have written so far.
#[derive(Clone, Default)]
struct Lines(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Lines {
    fn read(self, output: impl Read + Send + 'static) {
        let read = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                self.0.0.lock().unwrap().push(line);
                self.0.1.notify_all();
            }
        };
        shared_telemetry::task::thread("demo-output", read).unwrap();
    }

    /// Waits until `wanted` finds something in the lines.
    fn wait<T>(&self, what: &str, wanted: impl Fn(&[String]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.0.0.lock().unwrap();
        loop {
            if let Some(found) = wanted(&lines) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {what} in:\n{}", lines.join("\n"));
            lines = self.0.1.wait_timeout(lines, left).unwrap().0;
        }
    }
}

impl DemoBuilder {
    /// `binary` is `env!("CARGO_BIN_EXE_demo-under-test")`, known only to the test itself.
    #[must_use]
    pub fn new(binary: &str) -> Self {
        Self::of(Command::new(binary)).argument("--free-ports")
    }

    /// One that another program starts: `wrapper` is that program and its arguments.
    #[must_use]
    pub fn through(wrapper: &[&str], binary: &str) -> Self {
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(binary);
        Self::of(command).argument("--free-ports")
    }

    /// One that asks for the ports of the README.
    #[must_use]
    pub fn with_usual_ports(binary: &str) -> Self {
        Self::of(Command::new(binary))
    }

    fn of(mut command: Command) -> Self {
        command
            .env("LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // The surroundings of the test run must not reach the demo.
        let inherited = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        for name in inherited.filter(|name| name.starts_with("OTEL_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
        Self { command }
    }

    /// One more argument of the command line.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// `--set SERVICE.VARIABLE=VALUE`.
    #[must_use]
    pub fn set(mut self, setting: &str) -> Self {
        self.command.args(["--set", setting]);
        self
    }

    /// A variable for the demo and all its services.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Its telemetry goes to `ledger`, and not to its own viewer.
    #[must_use]
    pub fn exporting_to(mut self, ledger: &Ledger) -> Self {
        self.command.envs(ledger.environment());
        self
    }

    /// Starts it and waits until it says that it is ready.
    #[must_use]
    pub fn start(self) -> Demo {
        self.start_until("ready")
    }

    /// Starts it and waits only until its addresses are known: for a service that can't become
    /// ready.
    #[must_use]
    pub fn start_without_waiting(self) -> Demo {
        self.start_until("starting")
    }

    fn start_until(mut self, message: &str) -> Demo {
        let mut process = self.command.spawn().expect("the demo starts");
        let lines = Lines::default();
        lines.clone().read(process.stdout.take().unwrap());
        lines.clone().read(process.stderr.take().unwrap());
        let places = lines.wait(message, |lines| {
            lines
                .iter()
                .filter_map(|line| json(line))
                .find(|line| line["service"] == "demo" && line["message"] == message)
        });
        Demo {
            process,
            lines,
            places: places["fields"].clone(),
        }
    }
}

impl Demo {
    /// The address of a service, of `kafka` or of the `viewer`, as the demo announced it.
    #[must_use]
    pub fn url(&self, service: &str) -> String {
        self.places[service]
            .as_str()
            .unwrap_or_else(|| panic!("no {service}"))
            .to_owned()
    }

    /// The id of the demo's own process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The demo's own process.
    #[must_use]
    pub fn own_process(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// The process of a service, while it runs.
    #[must_use]
    pub fn process_of(&self, service: &str) -> Option<Pid> {
        // A child belongs to the thread that has made it.
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).ok()?;
        let children = threads
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
        let is_it = |child: &&str| {
            let command = std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            let mut arguments = command.split(|byte| *byte == 0);
            arguments.any(|argument| argument == service.as_bytes())
        };
        let find = |children: String| children.split_whitespace().find(is_it)?.parse().ok();
        children.into_iter().find_map(find).and_then(Pid::from_raw)
    }

    /// Sends a signal to a service.
    ///
    /// # Panics
    /// When it does not run.
    pub fn signal(&self, service: &str, signal: Signal) {
        let pid = self.process_of(service).expect("the service runs");
        kill_process(pid, signal).unwrap();
    }

    /// The JSON log lines so far that satisfy `wanted`.
    #[must_use]
    pub fn log_lines(&self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let lines = self.lines.0.0.lock().unwrap();
        lines
            .iter()
            .filter_map(|line| json(line))
            .filter(|line| wanted(line))
            .collect()
    }

    /// Every line so far, as it was written.
    #[must_use]
    pub fn output(&self) -> String {
        self.lines.0.0.lock().unwrap().join("\n")
    }

    /// Waits for a JSON log line.
    pub fn wait_for_line(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.lines.wait(what, |lines| {
            lines
                .iter()
                .filter_map(|line| json(line))
                .find(|line| wanted(line))
        })
    }

    /// Sends SIGTERM and waits until it is gone.
    pub fn stop(&mut self) -> ExitStatus {
        kill_process(self.own_process(), Signal::TERM).expect("the demo still runs");
        self.wait()
    }

    /// Waits until it is gone.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("the demo ends")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

fn json(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok().filter(Value::is_object)
}

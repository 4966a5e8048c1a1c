//! The program under test, and how a test runs it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use shared_telemetry::{Service, Telemetry, error};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tracing::Instrument as _;
use tracing::field::Empty;

/// Tells the process what to do; unset in an ordinary run of the tests.
const WORK: &str = "CHILD_WORK";
/// `stop`'s limit in milliseconds; ten seconds, when unset.
const LIMIT: &str = "CHILD_STOP_LIMIT_MS";
const STOPPED: &str = "STOPPED ";

/// What the program does between start and stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// One trace of a hundred spans.
    HundredSpans,
    /// The same, started and stopped inside of async code, as under `#[tokio::main]`.
    HundredSpansInAsync,
    /// A line outside of any span, one inside, and a failure.
    Lines,
    /// Spans of several levels and targets, one in the other.
    Chatter,
    /// Hands a request on, see [`crate::disabled`].
    HandOn,
    /// Uses each sort of instrument, see [`crate::metrics`].
    Measure,
    /// Waits until metrics were collected three times, see [`crate::metrics`].
    Collect,
    /// A caller of an edge sends baggage that is not let in, see [`crate::metrics`].
    StrangeBaggage,
    /// A thousand spans in one go, see [`crate::queue`].
    Burst,
    /// The same, and waits until nobody listens to it any more.
    BurstAndWait,
    /// One span with too much of everything, see [`crate::limits`].
    TooMuch,
    /// Passes a page's span on, see [`crate::relay`].
    PassOn,
    /// A hundred batches at once, see [`crate::relay`].
    PassOnTooOften,
}

/// What a run of the program has left behind.
pub(crate) struct Ended {
    stdout: String,
}

/// Runs the program to its end with this environment and no other.
pub(crate) async fn run(work: Work, environment: &[(&str, &str)]) -> Ended {
    let output = command(work, environment).output().await;
    let output = output.expect("a child process");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}\n{stderr}");
    Ended { stdout }
}

/// Runs the program until it has said `word`; until then its input stays open.
pub(crate) async fn run_until(work: Work, environment: &[(&str, &str)], word: &str) -> Ended {
    let mut child = command(work, environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child process");
    let mut input = child.stdin.take();
    let output = child.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(output).lines();
    let mut stdout = String::new();
    let read = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            if line.contains(word) {
                drop(input.take());
            }
            stdout.push_str(&line);
            stdout.push('\n');
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert!(read.is_ok(), "it never said {word:?} in\n{stdout}");
    let status = child.wait().await.expect("it ended");
    assert!(status.success(), "{stdout}");
    Ended { stdout }
}

fn command(work: Work, environment: &[(&str, &str)]) -> Command {
    let program = std::env::current_exe().expect("the path of this test binary");
    let mut command = Command::new(program);
    command
        .args(["--exact", "child::the_program", "--nocapture"])
        .env_clear()
        .env(WORK, format!("{work:?}"))
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

impl Ended {
    /// The log lines. The test harness's own words may stand before one.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let json = |line: &str| line.find("{\"timestamp\"").map(|at| line[at..].to_owned());
        let lines = self.stdout.lines().filter_map(json);
        lines
            .map(|line| serde_json::from_str(&line).expect(&line))
            .collect()
    }

    /// The one log line with that message.
    #[track_caller]
    pub(crate) fn line(&self, message: &str) -> serde_json::Value {
        let lines = self.lines();
        let mut found = lines.iter().filter(|line| line["message"] == message);
        match (found.next(), found.next()) {
            (Some(line), None) => line.clone(),
            _ => panic!("expected one line {message:?} in\n{}", self.stdout),
        }
    }

    /// True when the line says that its span is sampled.
    pub(crate) fn is_sampled(line: &serde_json::Value) -> bool {
        let flags = line["trace_flags"].as_str().expect("text");
        u8::from_str_radix(flags, 16).expect("two hex digits") & 1 == 1
    }

    /// The messages of all warnings.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let lines = self.lines().into_iter();
        let warnings = lines.filter(|line| line["level"] == "WARN");
        warnings
            .map(|line| line["message"].as_str().expect("text").to_owned())
            .collect()
    }

    /// What the program said behind `word`.
    #[track_caller]
    pub(crate) fn said(&self, word: &str) -> &str {
        let rest = self.stdout.split(word).nth(1);
        let Some(rest) = rest.and_then(|rest| rest.lines().next()) else {
            panic!("no {word:?} in\n{}", self.stdout);
        };
        rest
    }

    /// What `stop` gave, and how long it took.
    pub(crate) fn stopped(&self) -> (&str, Duration) {
        let (milliseconds, result) = self.said(STOPPED).split_once(' ').expect("two words");
        let milliseconds = milliseconds.parse().expect("a number");
        (result, Duration::from_millis(milliseconds))
    }
}

#[allow(clippy::disallowed_methods)] // The program's own settings, set by `run`.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Run by the other tests as a process of its own; in an ordinary run there is nothing to do.
#[test]
fn the_program() {
    let Some(work) = variable(WORK) else { return };
    if work == "HundredSpansInAsync" {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime
            .expect("a runtime without drivers")
            .block_on(async { live(&work) });
    } else {
        live(&work);
    }
}

fn live(work: &str) {
    let service = Service::new("lamp", "1.2.3", "house");
    crate::metrics::before_the_start();
    let telemetry = Telemetry::start(service).expect("the environment is good enough");
    Telemetry::start(service).err().expect("only once");
    match work {
        "HundredSpans" | "HundredSpansInAsync" => hundred_spans(),
        "Lines" => lines(),
        "Chatter" => chatter(),
        "HandOn" => crate::disabled::hand_on(),
        "Measure" => crate::metrics::measure(),
        "Collect" => crate::metrics::collect(),
        "StrangeBaggage" => crate::metrics::strange_baggage(),
        "Burst" => crate::queue::burst(),
        "BurstAndWait" => crate::queue::burst_and_wait(),
        "TooMuch" => crate::limits::too_much(),
        "PassOn" => crate::relay::pass_on(),
        "PassOnTooOften" => crate::relay::too_often(),
        other => panic!("{other}"),
    }
    let limit = variable(LIMIT).and_then(|limit| limit.parse().ok());
    let (limit, begin) = (
        Duration::from_millis(limit.unwrap_or(10_000)),
        Instant::now(),
    );
    let result = match telemetry.stop(limit) {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.to_string(),
    };
    println!("\n{STOPPED}{} {result}", begin.elapsed().as_millis());
}

fn hundred_spans() {
    tracing::info_span!("root").in_scope(|| {
        for number in 1..100 {
            tracing::info_span!("child", number).in_scope(|| ());
        }
    });
}

fn lines() {
    tracing::info!("outside");
    let business = tracing::info_span!("business", step = Empty, note = "a long note");
    let work = async {
        let span = tracing::Span::current();
        span.record("step", "first").record("step", "second");
        tracing::info!(name: "cache.miss", sku = "TEAPOT-1", "inside");
        tracing::debug!("too quiet");
        let failed = "ten".parse::<i64>().expect_err("no number");
        error::record(&failed);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without drivers");
    runtime.block_on(work.instrument(business));
}

fn chatter() {
    let _order = tracing::info_span!("order").entered();
    let _helper = tracing::debug_span!("look_up").entered();
    let _row = tracing::trace_span!(target: "lamp::rows", "row").entered();
    let _library = tracing::trace_span!(target: "h2::codec", "frame").entered();
}

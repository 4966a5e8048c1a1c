//! One look at what the process records, undisturbed by the other tests.

use std::time::{Duration, Instant};

use shared_telemetry::testing::{Recorder, TraceTree, recorder};
use tokio::sync::{Mutex, MutexGuard};

/// The recorder is the process's: the tests take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// How long spans may take to end. What is broken is not there after any time, so this is what a
/// red test costs.
const PATIENCE: Duration = Duration::from_secs(15);

/// Everything that is recorded from its beginning on. Only one exists at a time.
pub struct Observation {
    recorder: Recorder,
    mark: usize,
    _turn: MutexGuard<'static, ()>,
}

impl Observation {
    /// Waits for its turn.
    pub async fn begin() -> Self {
        let turn = TURN.lock().await;
        let recorder = recorder();
        Self {
            mark: recorder.mark(),
            recorder,
            _turn: turn,
        }
    }

    /// The spans of all traces that have ended so far.
    #[must_use]
    pub fn recorded(&self) -> TraceTree {
        self.recorder.since(self.mark)
    }

    /// Waits until `complete`, and gives what there is either way: the checks that follow tell
    /// more than a time-out could.
    pub async fn recorded_when(&self, complete: impl Fn(&TraceTree) -> bool) -> TraceTree {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let recorded = self.recorded();
            if complete(&recorded) || Instant::now() > deadline {
                return recorded;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The log lines that contain `text`, as JSON.
    #[must_use]
    pub fn log_lines(&self, text: &str) -> Vec<serde_json::Value> {
        let lines = self.recorder.log_lines(text);
        let parsed = lines.iter().map(|line| serde_json::from_str(line));
        parsed
            .map(|line| line.expect("a log line is JSON"))
            .collect()
    }
}

//! Every command in the README runs, as it stands there.
#![allow(clippy::unwrap_used)] // A panic is how a test says what is wrong.

use std::path::Path;
use std::process::Command;

use system_tests::{Demo, DemoBuilder};

/// The lines of the README's shell blocks, without what follows a `#`.
fn commands() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let lines = blocks
        .flat_map(str::lines)
        .map(|line| line.split('#').next().unwrap().trim());
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn demo() -> DemoBuilder {
    DemoBuilder::new(env!("CARGO_BIN_EXE_demo-under-test"))
}

/// Asks as a `curl` line does, at whatever port the demo has here: the URL is the last word, and
/// `-d` brings a body.
async fn curl(demo: &Demo, line: &str) -> (u16, String) {
    let quoted: Vec<_> = line.split('\'').skip(1).step_by(2).collect();
    if line.starts_with("curl -d ") {
        let body =
            serde_json::from_str(quoted[0]).unwrap_or_else(|error| panic!("{line}: {error}"));
        let answer = demo.checkout(&body, &[]).await;
        return (answer.status.as_u16(), answer.trace_id());
    }
    let url = line
        .split('\'')
        .nth(1)
        .unwrap_or_else(|| panic!("no quoted URL in {line}"));
    let path = url
        .strip_prefix("http://127.0.0.1:8080")
        .unwrap_or_else(|| panic!("{line}"));
    let answer = demo.get("gateway", path).await;
    (answer.status.as_u16(), answer.trace_id())
}

/// The words behind `--` with this demo's addresses instead of the README's.
fn tracectl(demo: &Demo, line: &str, trace_id: &str) {
    let words = line.split_once(" -- ").unwrap().1;
    let words = words.replace("<trace_id>", trace_id);
    let words = words.replace("http://127.0.0.1:8080", &demo.url("gateway"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracectl-under-test"));
    let backend = format!("--backend viewer={}", demo.url("viewer"));
    let words = words.replace("--backend viewer", &backend);
    command.args(words.split_whitespace());
    if words.starts_with("tree") {
        command.args(backend.split_whitespace());
        command.args(["--wait", "10s"]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}:\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_in_the_readme_runs_as_it_stands_there() {
    let demo = demo().start();
    let mut statuses = Vec::new();
    let mut first_trace = None;
    let mut settings = Vec::new();
    for line in commands() {
        if line.starts_with("curl ") {
            let (status, trace_id) = curl(&demo, &line).await;
            statuses.push(status);
            first_trace.get_or_insert(trace_id);
        } else if line.starts_with("cargo run -q -p tracectl -- ") {
            tracectl(&demo, &line, first_trace.as_deref().unwrap());
        } else if let Some(setting) = line.strip_prefix("cargo run -- --set ") {
            settings.push(setting.to_owned());
        } else {
            let known = ["cargo run", "cargo test --workspace"];
            assert!(known.contains(&line.as_str()), "nobody checks {line:?}");
        }
    }
    assert_eq!(
        statuses,
        [202, 202, 422],
        "the answers that the README shows"
    );
    for setting in settings {
        drop(self::demo().set(&setting).start());
    }
}

//! Other people's programs, run in the repository's root.

use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// So much of what one says is shown.
const LAST_LINES: usize = 15;

/// What a program wrote to standard output.
///
/// # Errors
/// When it can't be started, or fails: what it said.
pub async fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    told(in_root(program).args(arguments), "").await
}

/// The same of a command that is put together already, with something to read.
///
/// # Errors
/// As [`run`].
pub async fn told(command: &mut Command, input: &str) -> Result<String, String> {
    let name = command
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    let cannot = |error: std::io::Error| format!("{name} cannot be started: {error}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who does not want it says so by its exit code.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(cannot)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = complaint.lines().collect();
    let arguments = command.as_std().get_args();
    let arguments: Vec<_> = arguments
        .map(|argument| argument.to_string_lossy())
        .collect();
    Err(format!(
        "{name} {} failed with {}:\n{}",
        arguments.join(" "),
        output.status,
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    ))
}

/// One that is killed when nobody waits for it any more.
///
/// # Panics
/// Never: this crate is a folder of the workspace.
#[must_use]
pub fn in_root(program: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let mut command = Command::new(program);
    command
        .current_dir(root.expect("the crate is a folder of the workspace"))
        .kill_on_drop(true);
    command
}

//! `tracectl lint`: what is wrong with captured telemetry, or with the source that makes it.

mod captured;
mod conventions;
mod finding;
mod otlp;
mod source;
mod telemetry;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::Answer;
use crate::config::Lint;
use finding::Findings;

/// More is not read: a capture to be judged is a sample.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Why there is no verdict: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{what} {why}")]
pub(crate) struct Unreadable {
    what: String,
    why: String,
}

impl Unreadable {
    fn new(what: impl ToString, why: impl ToString) -> Self {
        Self {
            what: what.to_string(),
            why: why.to_string(),
        }
    }
}

pub(crate) fn run(settings: &Lint) -> Result<Answer, Unreadable> {
    let (findings, looked_at) = match (&settings.source, &settings.file) {
        (Some(folder), _) => source::lint(folder)?,
        (None, Some(file)) => {
            let captured = otlp::read(&called(file), &content(file)?)?;
            let looked_at = format!(
                "{} spans and {} log records",
                captured.spans.len(),
                captured.logs.len()
            );
            (telemetry::lint(&captured), looked_at)
        }
        // Clap asks for one of them.
        (None, None) => (Findings::default(), "nothing".to_owned()),
    };
    let text = if settings.json {
        format!("{:#}\n", findings.json(&looked_at))
    } else {
        findings.text(&looked_at)
    };
    Ok(Answer {
        text,
        complaint: None,
        good: findings.is_empty(),
    })
}

/// How messages call a file.
fn called(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

fn content(file: &Path) -> Result<Vec<u8>, Unreadable> {
    let unreadable =
        |why: std::io::Error| Unreadable::new(called(file), format_args!("cannot be read: {why}"));
    let mut bytes = Vec::new();
    let input: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).map_err(unreadable)?)
    };
    input
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        let why = "has more than 256 MiB: give a smaller sample";
        return Err(Unreadable::new(called(file), why));
    }
    Ok(bytes)
}

//! Exports as they came, in their order: in memory, and as lines of OTLP JSON in a file.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use prost::Message as _;

use crate::otlp::{self, Export, Span};

/// What all processes have exported.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording {
    pub(crate) exports: Vec<Export>,
}

impl Recording {
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let failed = |what: String| format!("{} cannot be read: {what}", file.display());
        let lines = File::open(file).map_err(|error| failed(error.to_string()))?;
        let mut exports = Vec::new();
        for (number, line) in BufReader::new(lines).lines().enumerate() {
            let line = line.map_err(|error| failed(error.to_string()))?;
            let export = serde_json::from_str(&line).map_err(|error| {
                let place = format!("line {} is no OTLP export of traces as JSON", number + 1);
                failed(format!("{place}: {error}"))
            })?;
            exports.push(export);
        }
        Ok(Self { exports })
    }

    pub(crate) fn write(&self, file: &mut File) -> std::io::Result<()> {
        let mut lines = BufWriter::new(file);
        for export in &self.exports {
            serde_json::to_writer(&mut lines, export)?;
            writeln!(lines)?;
        }
        lines.flush()
    }

    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.exports.iter().flat_map(otlp::spans)
    }

    /// What is left of it after each span was asked whether it stays. An export without a span is
    /// not sent.
    pub(crate) fn filtered(&self, mut stays: impl FnMut(&mut Span) -> bool) -> Self {
        let mut left = self.clone();
        for export in &mut left.exports {
            for group in &mut export.resource_spans {
                for scope in &mut group.scope_spans {
                    scope.spans.retain_mut(&mut stays);
                }
                group.scope_spans.retain(|scope| !scope.spans.is_empty());
            }
            export
                .resource_spans
                .retain(|group| !group.scope_spans.is_empty());
        }
        left.exports
            .retain(|export| !export.resource_spans.is_empty());
        left
    }

    /// On the wire, uncompressed.
    pub(crate) fn bytes(&self) -> usize {
        self.exports.iter().map(Export::encoded_len).sum()
    }
}

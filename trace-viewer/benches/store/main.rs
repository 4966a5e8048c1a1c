//! What the viewer costs: spans taken by one core, memory full and empty, and a large trace asked
//! for: `cargo bench -p trace-viewer`. Words narrow it down: `… -- memory`.
//!
//! The viewer is a process of its own (this program, called again) with one thread, so that its
//! processor time and its memory are the system's own figures for the viewer and nothing else. It
//! is offered OTLP over HTTP, as by the services. Instructions are the same on a busy machine and
//! on an idle one: callgrind counts them for little and for much work, and what is printed is the
//! difference. Without valgrind they are left out.

mod instructions;
mod large;
mod offer;
mod orders;
mod viewer;

use std::process::ExitCode;

use trace_viewer::Limits;

use offer::{Offer, offer};
use viewer::Viewer;

const MEBIBYTE: usize = 1024 * 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // As this program calls itself.
    if let [child, traces, bytes] = arguments.as_slice()
        && child == "--viewer"
    {
        viewer::serve(traces, bytes).await;
        return ExitCode::SUCCESS;
    }
    // Cargo passes `--bench`.
    let words: Vec<_> = arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(*word));
    if wanted("memory") {
        empty().await;
    }
    if wanted("spans") {
        full().await;
    }
    if wanted("trace") {
        large::print().await;
    }
    ExitCode::SUCCESS
}

/// What it takes before its first span.
async fn empty() {
    let viewer = Viewer::start(Limits::default());
    viewer.get("/healthz").await;
    let memory = viewer.memory();
    println!("\nempty viewer, one thread");
    println!(
        "{:<42}{:>10} KiB   (goal 15,360)",
        "resident", memory.resident
    );
    println!(
        "{:<42}{:>10} KiB",
        "of these, not of the program's file", memory.anonymous
    );
}

async fn full() {
    println!(
        "\n{:<28}{:>11}{:>9}{:>9}{:>9}{:>10}{:>10}",
        "spans offered", "spans/s", "traces", "kept", "bytes", "estimated", "resident"
    );
    println!(
        "{:<28}{:>11}{:>9}{:>9}{:>9}{:>10}{:>10}",
        "", "one core", "evicted", "", "limit", "at most", "grown by"
    );
    let by_bytes = |bytes| Limits {
        traces: usize::MAX,
        bytes,
        ..Limits::default()
    };
    for (what, limits) in [
        ("default limits", Limits::default()),
        ("48 MiB, any number of traces", by_bytes(48 * MEBIBYTE)),
        ("8 MiB, any number of traces", by_bytes(8 * MEBIBYTE)),
    ] {
        let offered = offer(limits, Offer::MILLION).await;
        println!(
            "{:<28}{:>11.0}{:>9}{:>9}{:>9}{:>10}{:>10}",
            what,
            offered.spans_per_second,
            offered.evicted,
            offered.kept,
            limits.bytes,
            offered.most_bytes,
            offered.resident,
        );
    }
    if let Some(count) = instructions::of_a_span().await {
        println!(
            "{:<28}{count:>11.0} instructions, and one evicted",
            "a span"
        );
    }
}

//! A trace of ten thousand spans, asked for as the page does.

use std::time::{Duration, Instant};

use trace_viewer::Limits;

use crate::{
    instructions,
    orders::{self, Orders},
    viewer::Viewer,
};

pub(crate) const SPANS: usize = 10_000;
const TIMES: usize = 21;

pub(crate) async fn print() {
    let viewer = Viewer::start(Limits::default());
    send(&viewer).await;
    let path = path();
    let mut times = Vec::new();
    let busy = viewer.busy();
    let mut bytes = 0;
    for _ in 0..TIMES {
        let asked = Instant::now();
        bytes = viewer.get(&path).await.len();
        times.push(asked.elapsed());
    }
    let busy = (viewer.busy() - busy) / TIMES as u32;
    times.sort();
    println!("\na trace of {SPANS} spans");
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{:<42}{bytes:>14} bytes", "its JSON");
    println!(
        "{:<42}{:>14.1} ms, of these {:.1} ms of the viewer's thread",
        "fetched, the median of 21",
        millis(times[TIMES / 2]),
        millis(busy)
    );
    if let Some(count) = instructions::of_a_large_trace().await {
        println!("{:<42}{count:>14.0} instructions", "a fetch");
    }
}

pub(crate) async fn send(viewer: &Viewer) {
    for export in Orders::recorded().as_one_trace(SPANS) {
        viewer.export(export).await;
    }
}

pub(crate) fn path() -> String {
    let id = orders::trace_id(0, 0);
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/api/traces/{id}")
}

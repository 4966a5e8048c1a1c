//! Orders offered to a viewer, and what it makes of them: how fast, how much is kept, what goes.

use serde_json::Value;
use trace_viewer::Limits;

use crate::{
    orders::{self, Orders},
    viewer::Viewer,
};

/// Orders whose spans a service exports together: close to the 512 of an SDK's batch.
const TOGETHER: u64 = 64;

pub(crate) struct Offer {
    orders: u64,
}

pub(crate) struct Offered {
    pub(crate) spans_per_second: f64,
    pub(crate) evicted: u64,
    pub(crate) kept: u64,
    pub(crate) most_bytes: u64,
    /// Kibibytes.
    pub(crate) resident: u64,
}

impl Offer {
    /// A million spans.
    pub(crate) const MILLION: Self = Self {
        orders: 1_000_000 / (orders::SPANS as u64 * TOGETHER) * TOGETHER + TOGETHER,
    };

    pub(crate) fn rounds(rounds: u64) -> Self {
        Self {
            orders: rounds * TOGETHER,
        }
    }

    pub(crate) fn spans(&self) -> u64 {
        self.orders * orders::SPANS as u64
    }

    /// The exports in their order: of each 64 orders one export of each service.
    pub(crate) fn exports(&self) -> impl Iterator<Item = Vec<u8>> {
        let recorded = Orders::recorded();
        let rounds = 0..self.orders / TOGETHER;
        rounds.flat_map(move |round| recorded.exports(round * TOGETHER..(round + 1) * TOGETHER))
    }
}

/// Panics where a limit does not hold, or something else goes than the oldest trace, whole.
pub(crate) async fn offer(limits: Limits, offer: Offer) -> Offered {
    let viewer = Viewer::start(limits);
    viewer.get("/healthz").await;
    let (before, started) = (viewer.memory().resident, viewer.busy());
    let mut most_bytes = 0;
    for export in offer.exports() {
        viewer.export(export).await;
        let stats = stats(&viewer).await;
        most_bytes = most_bytes.max(stats("bytes"));
        assert!(most_bytes <= limits.bytes as u64, "{most_bytes} bytes");
        assert!(stats("traces") <= limits.traces as u64);
    }
    let busy = viewer.busy() - started;
    let resident = viewer.memory().resident - before;
    let stats = stats(&viewer).await;
    check_kept(&viewer, offer.orders, stats("traces"), stats("spans")).await;
    #[allow(clippy::cast_precision_loss)] // Far below 2⁵³.
    let spans_per_second = offer.spans() as f64 / busy.as_secs_f64();
    Offered {
        spans_per_second,
        evicted: stats("evicted_traces"),
        kept: stats("spans"),
        most_bytes,
        resident,
    }
}

async fn stats(viewer: &Viewer) -> impl Fn(&str) -> u64 + use<> {
    let stats: Value = serde_json::from_str(&viewer.get("/api/stats").await).expect("JSON");
    move |name| stats[name].as_u64().expect("a number")
}

/// The newest traces are there, each with all of its spans; of the older ones, nothing.
async fn check_kept(viewer: &Viewer, orders: u64, traces: u64, spans: u64) {
    let (mut kept_traces, mut kept_spans, mut gone) = (0, 0, 0);
    // Of 64 orders, the first traces have their last span before the second ones have their first.
    let rounds = (0..orders / TOGETHER).rev();
    let newest = rounds.flat_map(|round| {
        let numbers = move || (round * TOGETHER..(round + 1) * TOGETHER).rev();
        [1, 0]
            .into_iter()
            .flat_map(move |which| numbers().map(move |number| (number, which)))
    });
    for (number, which) in newest {
        let id: String = orders::trace_id(number, which)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let Some(trace) = viewer.find(&format!("/api/traces/{id}")).await else {
            gone += 1;
            if gone > TOGETHER * 4 {
                break;
            }
            continue;
        };
        assert_eq!(gone, 0, "an older trace outlived a newer one");
        let trace: Value = serde_json::from_str(&trace).expect("JSON");
        let count = trace["spans"].as_array().map_or(0, Vec::len);
        assert_eq!(count, orders::TRACES[which], "a trace is there in part");
        kept_traces += 1;
        kept_spans += count as u64;
    }
    assert_eq!(
        (kept_traces, kept_spans),
        (traces, spans),
        "nothing else is kept"
    );
}

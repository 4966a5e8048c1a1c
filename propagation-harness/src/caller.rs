//! Who calls across a boundary, and what is seen behind it.

use shared_telemetry::baggage;
use shared_telemetry::testing::Active;
use tracing::Instrument as _;

/// The baggage entry that travels with every caller.
pub const TIER: &str = "app.customer.tier";
const GOLD: &str = "gold";
const TRACE_STATE: &str = "shop=1,other=a:2";

/// Somebody with everything that a boundary must hand over: a span, a decision, a `tracestate`
/// and baggage.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    sampled: bool,
}

/// What was active behind a boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The span context.
    pub active: Active,
    /// The baggage entry of the caller.
    pub tier: Option<String>,
}

impl Caller {
    /// One that is sampled and one that is not.
    pub const BOTH: [Self; 2] = [Self { sampled: true }, Self { sampled: false }];

    /// A caller whose spans are recorded.
    pub const SAMPLED: Self = Self { sampled: true };

    /// Whether its spans are recorded.
    #[must_use]
    pub fn sampled(self) -> bool {
        self.sampled
    }

    /// Runs `work` in the span `caller`, in a trace that began elsewhere. `work` is told what is
    /// active around it.
    pub async fn run<F: Future>(self, work: impl FnOnce(Landing) -> F) -> F::Output {
        let elsewhere = Active::elsewhere(self.sampled, TRACE_STATE);
        let called = async {
            let span = tracing::info_span!("caller");
            async { work(Landing::here()).await }.instrument(span).await
        };
        baggage::scope([(TIER, GOLD.to_owned())], elsewhere.calls(called)).await
    }
}

impl Landing {
    /// What is active here and now.
    #[must_use]
    pub fn here() -> Self {
        Self {
            active: Active::here(),
            tier: baggage::get(TIER),
        }
    }
}

//! For tests: spans kept in memory, read as trees, with assertions that name the boundary.
//!
//! One process has one subscriber and one tracer, and so all tests of a binary share one
//! installation. Each test looks at its own trace: it takes the id from its own root span, and
//! neither sees nor disturbs the others.

mod active;
mod log_lines;
mod meter;
mod recorder;
mod tree;

pub use active::Active;
pub use meter::{Meter, meter};
pub use opentelemetry::trace::SpanKind;
pub use recorder::{Recorder, recorder, recorder_sampling};
pub use tree::{SpanNode, TraceTree};

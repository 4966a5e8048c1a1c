//! Spans of a program that can't export by itself, passed on by one that can.
//!
//! A trace begins where somebody clicks, and that is in a browser. A page can make spans, but it
//! can't bring them to a collector: it knows no address of one, may hold no credential, and a
//! collector that takes spans from everybody is a hole. So the page hands its spans to the
//! service that it came from, as OTLP/JSON, and that service passes them on.
//!
//! # What a stranger may say
//!
//! Whoever can reach the service can send such a batch, by hand too. So what goes on is not what
//! was sent but what was **read** of it, and what is read has bounds: how many batches
//! a second, how many spans, attributes and events, how long each text may be, and how far a time
//! may be from now. A batch is taken whole or refused whole, with one sentence that says where it
//! is wrong. Who the spans are *from* is not read at all: the Resource is made here, of the
//! [`Origin`] that the service names and of the service's own version and namespace. What cannot
//! be refused is a plausible lie: whoever knows a trace's id can add spans to it, under this name
//! and no other.
//!
//! Then they take the way of the process's own spans, with its endpoint, its headers, its
//! repetitions, its redaction and its limits; but through a **queue of their own**, so that a
//! crowd of strangers never pushes a span of ours out. What is dropped there is counted as
//! `batching_span_processor/1`.
//!
//! ```no_run
//! use shared_telemetry::relay::{Origin, Refused, Relay};
//!
//! # fn main() -> Result<(), Refused> {
//! let page = Origin { name: "shop-page", language: "webjs" };
//! // None where this process exports no spans.
//! if let Some(relay) = Relay::open(page) {
//!     relay.pass_on(br#"{"resourceSpans": []}"#)?;
//! }
//! # Ok(())
//! # }
//! ```

mod read;
mod value;

use std::sync::OnceLock;
use std::time::{Instant, SystemTime};

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::trace::SpanProcessor;
use serde_json::Value;

use crate::token_bucket::TokenBucket;

/// Batches in a second, and in one burst: a click is two or three, a crowd of pages is not what
/// one process is for.
pub const MAX_BATCHES_PER_SECOND: u32 = 20;

/// Spans in a batch.
pub const MAX_SPANS: usize = 256;

/// Whose spans are passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The only `service.name` that is accepted, and what the spans are exported under.
    pub name: &'static str,
    /// `telemetry.sdk.language` of its Resource: `webjs` for a page.
    pub language: &'static str,
}

/// Takes spans of another program and passes them on.
#[derive(Debug)]
pub struct Relay {
    origin: Origin,
    scope: InstrumentationScope,
    out: Box<dyn SpanProcessor>,
    allowance: TokenBucket,
}

/// Why a batch was not taken. Nothing of it goes on, and no message repeats what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More batches than are allowed.
    #[error("at most {MAX_BATCHES_PER_SECOND} batches a second are accepted")]
    TooOften,
    /// More spans than are allowed.
    #[error("a batch may have at most {MAX_SPANS} spans")]
    TooMany,
    /// Somebody else's spans; holds the name that is accepted.
    #[error("service.name of each Resource must be {0}: spans of nobody else are accepted")]
    Foreign(&'static str),
    /// No OTLP/JSON, or a span that can't be.
    #[error("{0}")]
    Malformed(String),
}

/// Makes the way out for an origin; `None` where there is none.
pub(crate) type Way = Box<dyn Fn(Origin) -> Option<Box<dyn SpanProcessor>> + Send + Sync>;

static WAY: OnceLock<Way> = OnceLock::new();

/// Only the first call counts: tests share one installation.
pub(crate) fn install(way: Way) {
    let _ = WAY.set(way);
}

impl Relay {
    /// Begins to pass spans of `origin` on. `None` where telemetry was not started, is switched
    /// off or exports no spans, and at a second call: a process relays for one program.
    #[must_use]
    pub fn open(origin: Origin) -> Option<Self> {
        let out = WAY.get()?(origin)?;
        Some(Self {
            origin,
            scope: InstrumentationScope::builder(origin.name).build(),
            out,
            allowance: TokenBucket::new(MAX_BATCHES_PER_SECOND.into(), Instant::now()),
        })
    }

    /// Reads a batch in OTLP/JSON (an `ExportTraceServiceRequest`) and passes it on. Never waits:
    /// who has sent it is answered before it is exported. Bounding the length of what is parsed
    /// is the caller's part.
    ///
    /// # Errors
    /// Why nothing of it was taken.
    pub fn pass_on(&self, batch: &[u8]) -> Result<(), Refused> {
        // First: to refuse must cost less than to read.
        if !self.allowance.take(Instant::now()) {
            return Err(Refused::TooOften);
        }
        let batch: Value = serde_json::from_slice(batch)
            .map_err(|error| Refused::Malformed(format!("the body is not JSON: {error}")))?;
        let spans = read::batch(&batch, self.origin.name, &self.scope, SystemTime::now())?;
        spans.into_iter().for_each(|span| self.out.on_end(span));
        Ok(())
    }
}

#[cfg(test)]
mod tests;

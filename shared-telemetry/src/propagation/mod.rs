//! Propagation: how a context leaves a process and enters the next one.
//!
//! The formats to **extract** and the formats to **inject** are two lists, because that is what
//! a migration from one format to another needs: first everybody reads both, then everybody
//! writes the new one. `OTEL_PROPAGATORS` sets both lists at once; `PROPAGATORS_EXTRACT` and
//! `PROPAGATORS_INJECT` set one.
//!
//! When a request carries several formats, W3C Trace Context wins over B3, whatever the order of
//! the list: B3 is read first, then `traceparent`, then `baggage`, and whoever is read last and
//! finds something has the last word. So the newer format decides during a migration, and two
//! services with the same names in another order agree. Of B3's two encodings the single header
//! wins.

mod b3;
mod baggage;
mod caller;
mod decision;
mod format;
mod headers;
mod trace_context;
pub mod traceparent;
mod tracestate;

use std::sync::OnceLock;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};

use headers::W3cHeaders;

pub use b3::B3;
pub use baggage::Baggage;
pub(crate) use caller::Caller;
pub(crate) use decision::{Wish, decide_anew, decides_against, force, is_left_open, wish};
pub use format::{Format, UnknownFormat};
pub use trace_context::TraceContext;
pub(crate) use trace_context::header_of;

/// The two lists of a process.
static PROPAGATION: OnceLock<Propagation> = OnceLock::new();

/// What a process reads from others and what it writes to them.
#[derive(Debug)]
pub struct Propagation {
    extract: Vec<Box<dyn TextMapPropagator + Send + Sync>>,
    readers: Vec<Format>,
    inject: Vec<Box<dyn TextMapPropagator + Send + Sync>>,
}

impl Propagation {
    /// Propagation that reads `extract`, W3C winning over B3 in any order, and writes every format
    /// of `inject`.
    #[must_use]
    pub fn new(extract: &[Format], inject: &[Format]) -> Self {
        let build = |formats: &[Format]| formats.iter().map(|format| format.propagator()).collect();
        let readers = Format::readers(extract);
        Self {
            extract: build(&readers),
            readers,
            inject: build(inject),
        }
    }

    /// The context that `carrier` brings, on top of an empty one: what was active on this
    /// thread before has no say at an edge.
    #[must_use]
    pub fn extract(&self, carrier: &dyn Extractor) -> Context {
        self.extract
            .iter()
            .fold(Context::new(), |context, propagator| {
                propagator.extract_with_context(&context, carrier)
            })
    }

    /// The same from headers that can be listed, their names in lower case.
    fn caller<'h, H>(&self, headers: H, carrier: &dyn Extractor) -> Caller
    where
        H: Iterator<Item = (&'h str, &'h [u8])>,
    {
        let reads = |format| self.readers.contains(&format);
        if reads(Format::B3) || reads(Format::B3Multi) {
            return self.extract(carrier).into();
        }
        let headers = W3cHeaders::among(headers);
        let mut around = Context::new();
        if reads(Format::Baggage) {
            around = baggage::add(&headers, around);
        }
        if reads(Format::TraceContext) {
            trace_context::read(&headers, around)
        } else {
            around.into()
        }
    }

    /// Writes `context` into `carrier`.
    pub fn inject(&self, context: &Context, carrier: &mut dyn Injector) {
        for propagator in &self.inject {
            propagator.inject_context(context, carrier);
        }
    }
}

pub(crate) fn install(propagation: Propagation) {
    // A second start in one process keeps the first: tests share one installation.
    let _ = PROPAGATION.set(propagation);
}

fn current() -> &'static Propagation {
    PROPAGATION.get_or_init(|| Propagation::new(&Format::DEFAULT, &Format::DEFAULT))
}

pub(crate) fn extract(carrier: &dyn Extractor) -> Context {
    current().extract(carrier)
}

/// As [`extract`], from headers that can be listed, their names in lower case; `carrier` has the
/// same ones.
pub(crate) fn caller<'h, H>(headers: H, carrier: &dyn Extractor) -> Caller
where
    H: Iterator<Item = (&'h str, &'h [u8])>,
{
    current().caller(headers, carrier)
}

pub(crate) fn inject(context: &Context, carrier: &mut dyn Injector) {
    current().inject(context, carrier);
}

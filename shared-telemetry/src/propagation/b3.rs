//! B3, the headers of Zipkin: `b3`, or `X-B3-TraceId` and its companions.
//!
//! ```text
//! b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-05e3ac9a4f6e3b90
//!     trace id, 32 or 16 digits        span id          | parent span id, not used here
//!                                                       0, 1, d (debug), or nothing: deferred
//! ```
//!
//! Both encodings are read, the single header first; one is written. Where the known SDKs
//! disagree, the single header is read by the letter of its grammar, and the multiple ones, which
//! are older than any grammar, in any case: upper-case digits, `true` and `True`. Which contested
//! vectors that decides is in docs/adr/0009. Source: the B3 specification,
//! openzipkin/b3-propagation.

use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, SpanId, TraceFlags, TraceId};

use super::decision::{self, State};
use super::traceparent::hex;

const SINGLE: &str = "b3";
const TRACE_ID: &str = "X-B3-TraceId";
const SPAN_ID: &str = "X-B3-SpanId";
const SAMPLED: &str = "X-B3-Sampled";
const FLAGS: &str = "X-B3-Flags";

/// How B3 is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Single,
    Multiple,
}

/// The B3 propagator.
#[derive(Debug, Clone)]
pub struct B3 {
    encoding: Encoding,
    fields: Vec<String>,
}

/// What one encoding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Span([u8; 16], [u8; 8], State),
    /// A state without ids.
    Alone(State),
}

impl B3 {
    /// Writes the one header `b3`.
    #[must_use]
    pub fn single() -> Self {
        Self::new(Encoding::Single, &[SINGLE])
    }

    /// Writes `X-B3-TraceId`, `X-B3-SpanId` and `X-B3-Sampled` or `X-B3-Flags`.
    #[must_use]
    pub fn multiple() -> Self {
        Self::new(Encoding::Multiple, &[TRACE_ID, SPAN_ID, SAMPLED, FLAGS])
    }

    fn new(encoding: Encoding, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        Self { encoding, fields }
    }
}

/// The ids of the single header, else those of the multiple ones, else a state that came alone.
fn read(carrier: &dyn Extractor) -> Option<Read> {
    let single = carrier.get(SINGLE).and_then(|text| read_single(trim(text)));
    if let Some(Read::Span(..)) = single {
        return single;
    }
    match read_multiple(carrier) {
        Some(span @ Read::Span(..)) => Some(span),
        alone => single.or(alone),
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// By the letter: lower-case digits, `0`, `1` or `d`, and nothing that is empty.
fn read_single(text: &str) -> Option<Read> {
    let state = |text: &str| match text {
        "0" => Some(State::Deny),
        "1" => Some(State::Accept),
        "d" => Some(State::Debug),
        _ => None,
    };
    let mut parts = text.split('-');
    let (first, second) = (parts.next()?, parts.next());
    let Some(second) = second else {
        return state(first).map(Read::Alone);
    };
    let (trace_id, span_id) = (trace_id(first.as_bytes())?, span_id(second.as_bytes())?);
    let state = parts.next().map_or(Some(State::Deferred), state)?;
    if let Some(parent) = parts.next() {
        let _parent: [u8; 8] = hex::decode(parent.as_bytes())?;
    }
    parts.next().is_none().then_some(())?;
    Some(Read::Span(trace_id, span_id, state))
}

fn read_multiple(carrier: &dyn Extractor) -> Option<Read> {
    let get = |name| carrier.get(name).map(trim);
    let sampled = match get(SAMPLED) {
        None | Some("") => State::Deferred,
        Some("1") => State::Accept,
        Some("0") => State::Deny,
        Some(word) if word.eq_ignore_ascii_case("true") => State::Accept,
        Some(word) if word.eq_ignore_ascii_case("false") => State::Deny,
        Some(_) => return None,
    };
    let state = match get(FLAGS) {
        Some("1") => State::Debug,
        _ => sampled,
    };
    match (get(TRACE_ID), get(SPAN_ID)) {
        (None, None) => (state != State::Deferred).then_some(Read::Alone(state)),
        (trace, span) => Some(Read::Span(
            lower(trace?).and_then(|(digits, len)| trace_id(&digits[..len]))?,
            lower(span?).and_then(|(digits, len)| span_id(&digits[..len]))?,
            state,
        )),
    }
}

/// An id in lower case, with its length; `None` when it is longer than any id.
fn lower(id: &str) -> Option<([u8; 32], usize)> {
    let mut digits = [0; 32];
    digits.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
    digits.make_ascii_lowercase();
    Some((digits, id.len()))
}

/// 32 digits, or 16, which are the low half. All zero means "no id".
fn trace_id(digits: &[u8]) -> Option<[u8; 16]> {
    let id = match hex::decode::<8>(digits) {
        Some(low) => {
            let mut id = [0; 16];
            id[8..].copy_from_slice(&low);
            id
        }
        None => hex::decode(digits)?,
    };
    (id != [0; 16]).then_some(id)
}

fn span_id(digits: &[u8]) -> Option<[u8; 8]> {
    hex::decode(digits).filter(|id| *id != [0; 8])
}

impl TextMapPropagator for B3 {
    fn inject_context(&self, context: &Context, carrier: &mut dyn Injector) {
        let Some(state) = decision::to_send(context) else {
            return;
        };
        let span = context.span();
        let span = span.span_context();
        let ids = span
            .is_valid()
            .then(|| (span.trace_id().to_string(), span.span_id().to_string()));
        match self.encoding {
            Encoding::Single => write_single(ids, state, carrier),
            Encoding::Multiple => write_multiple(ids, state, carrier),
        }
    }

    fn extract_with_context(&self, context: &Context, carrier: &dyn Extractor) -> Context {
        match read(carrier) {
            None => context.clone(),
            Some(Read::Alone(state)) => decision::keep_alone(context, state),
            Some(Read::Span(trace_id, span_id, state)) => {
                let trace_id = TraceId::from_bytes(trace_id);
                let flags = match state {
                    State::Accept | State::Debug => TraceFlags::SAMPLED,
                    State::Deny | State::Deferred => TraceFlags::NOT_SAMPLED,
                };
                let span = SpanContext::new(
                    trace_id,
                    SpanId::from_bytes(span_id),
                    flags,
                    true,
                    TraceState::NONE,
                );
                let context =
                    decision::overruled(context.clone(), &span).with_remote_span_context(span);
                decision::keep(&context, trace_id, state)
            }
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.fields)
    }
}

fn write_single(ids: Option<(String, String)>, state: State, carrier: &mut dyn Injector) {
    let state = match state {
        State::Deny => "0",
        State::Accept => "1",
        State::Debug => "d",
        State::Deferred => "",
    };
    let text = match ids {
        Some((trace, span)) if state.is_empty() => [trace, span].join("-"),
        Some((trace, span)) => [trace.as_str(), &span, state].join("-"),
        None => state.to_owned(),
    };
    carrier.set(SINGLE, text);
}

fn write_multiple(ids: Option<(String, String)>, state: State, carrier: &mut dyn Injector) {
    if let Some((trace, span)) = ids {
        carrier.set(TRACE_ID, trace);
        carrier.set(SPAN_ID, span);
    }
    match state {
        State::Deny => carrier.set(SAMPLED, "0".to_owned()),
        State::Accept => carrier.set(SAMPLED, "1".to_owned()),
        // Debug implies sampled, and the specification asks not to say it twice.
        State::Debug => carrier.set(FLAGS, "1".to_owned()),
        State::Deferred => {}
    }
}

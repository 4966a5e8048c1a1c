//! A span, a log record and their parts, in the compact form the store keeps.

pub(crate) mod id;
pub(crate) mod log;
pub(crate) mod pool;
pub(crate) mod span;
pub(crate) mod value;

pub(crate) use id::{SpanId, TraceId};
pub(crate) use log::Log;
pub(crate) use pool::Pool;
pub(crate) use span::{Event, Kind, Link, Span, Status};
pub(crate) use value::{Attributes, Value};

/// What an allocation costs besides its bytes, roughly.
pub(crate) const ALLOCATION: usize = 16;

/// The service name of a resource that has none, as the semantic conventions give it.
pub(crate) const UNKNOWN_SERVICE: &str = "unknown_service";

//! The list of found traces, as JSON.

use serde::Serialize;

use crate::{
    model::{Span, TraceId},
    store::Summary as Found,
};

use super::{ServiceNames, nanos};

#[derive(Serialize)]
pub(super) struct Summaries<'a> {
    traces: Vec<Summary<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    trace_id: TraceId,
    root: Option<Named<'a>>,
    first: Option<Named<'a>>,
    #[serde(serialize_with = "nanos")]
    start_unix_nano: u64,
    duration_ns: u64,
    span_count: usize,
    error_count: usize,
    services: ServiceNames<'a>,
    linked: bool,
    missing_parents: usize,
}

#[derive(Serialize)]
struct Named<'a> {
    service: &'a str,
    name: &'a str,
}

impl<'a> Summaries<'a> {
    pub(super) fn of(found: &'a [Found]) -> Self {
        Self {
            traces: found.iter().map(Summary::of).collect(),
        }
    }
}

impl<'a> Named<'a> {
    fn of(span: &'a Span) -> Self {
        Self {
            service: &span.resource.service,
            name: &span.name,
        }
    }
}

impl<'a> Summary<'a> {
    fn of(found: &'a Found) -> Self {
        Self {
            trace_id: found.id,
            root: found.root.as_deref().map(Named::of),
            first: found.first.as_deref().map(Named::of),
            start_unix_nano: found.start,
            duration_ns: found.duration,
            span_count: found.span_count,
            error_count: found.error_count,
            services: &found.services,
            linked: found.linked,
            missing_parents: found.missing_parents,
        }
    }
}

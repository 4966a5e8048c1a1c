//! Kept traces and their logs as one OTLP JSON document: what was sent, grouped as it was sent.
//!
//! `/v1/traces` takes the spans of such a document, `/v1/logs` its log records, and both ignore the
//! rest. What a field would say by its absence is left out, as the proto3 JSON mapping does.

mod log;
mod span;
mod values;

use std::{collections::HashMap, sync::Arc};

use serde::{Serialize, Serializer};

use crate::{
    model::pool::{Resource, Scope},
    store::Content,
};

use log::Log;
use span::Span;
use values::{Pairs, is_none};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    resource_spans: Vec<ResourceSpans<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_logs: Vec<ResourceLogs<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: WireResource<'a>,
    scope_spans: Vec<ScopeSpans<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScopeSpans<'a> {
    scope: WireScope<'a>,
    spans: Vec<Span<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceLogs<'a> {
    resource: WireResource<'a>,
    scope_logs: Vec<ScopeLogs<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScopeLogs<'a> {
    scope: WireScope<'a>,
    log_records: Vec<Log<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema_url: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireResource<'a> {
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    attributes: Pairs<'a>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_attributes_count: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireScope<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    attributes: Pairs<'a>,
    #[serde(skip_serializing_if = "is_none")]
    dropped_attributes_count: u32,
}

impl<'a> Document<'a> {
    pub(crate) fn of(content: &'a Content) -> Self {
        let spans = content
            .spans
            .iter()
            .map(|(trace, span)| (&span.resource, &span.scope, Span::of(*trace, span)));
        let logs = content
            .logs
            .iter()
            .map(|(trace, log)| (&log.resource, &log.scope, Log::of(*trace, log)));
        Self {
            resource_spans: grouped(spans).into_iter().map(Group::spans).collect(),
            resource_logs: grouped(logs).into_iter().map(Group::logs).collect(),
        }
    }
}

struct Group<'a, T> {
    resource: &'a Resource,
    scopes: Vec<(&'a Scope, Vec<T>)>,
}

/// By resource and scope, each in the order of its first item. Equal ones are the same one in the
/// store, so their addresses tell them apart.
fn grouped<'a, T>(
    items: impl Iterator<Item = (&'a Arc<Resource>, &'a Arc<Scope>, T)>,
) -> Vec<Group<'a, T>> {
    let mut groups: Vec<Group<'a, T>> = Vec::new();
    let mut places: HashMap<*const Resource, usize> = HashMap::new();
    let mut places_within: HashMap<(*const Resource, *const Scope), usize> = HashMap::new();
    for (resource, scope, item) in items {
        let place = places.entry(Arc::as_ptr(resource)).or_insert_with(|| {
            groups.push(Group {
                resource,
                scopes: Vec::new(),
            });
            groups.len() - 1
        });
        let scopes = &mut groups[*place].scopes;
        let both = (Arc::as_ptr(resource), Arc::as_ptr(scope));
        let within = places_within.entry(both).or_insert_with(|| {
            scopes.push((scope, Vec::new()));
            scopes.len() - 1
        });
        scopes[*within].1.push(item);
    }
    groups
}

impl<'a> Group<'a, Span<'a>> {
    fn spans(self) -> ResourceSpans<'a> {
        let scoped = |(scope, spans): (&'a Scope, _)| ScopeSpans {
            scope: WireScope::of(scope),
            spans,
            schema_url: &scope.schema_url,
        };
        ResourceSpans {
            resource: WireResource::of(self.resource),
            scope_spans: self.scopes.into_iter().map(scoped).collect(),
            schema_url: &self.resource.schema_url,
        }
    }
}

impl<'a> Group<'a, Log<'a>> {
    fn logs(self) -> ResourceLogs<'a> {
        let scoped = |(scope, log_records): (&'a Scope, _)| ScopeLogs {
            scope: WireScope::of(scope),
            log_records,
            schema_url: &scope.schema_url,
        };
        ResourceLogs {
            resource: WireResource::of(self.resource),
            scope_logs: self.scopes.into_iter().map(scoped).collect(),
            schema_url: &self.resource.schema_url,
        }
    }
}

impl<'a> WireResource<'a> {
    fn of(resource: &'a Resource) -> Self {
        Self {
            attributes: Pairs(&resource.attributes),
            dropped_attributes_count: resource.dropped_attributes,
        }
    }
}

impl<'a> WireScope<'a> {
    fn of(scope: &'a Scope) -> Self {
        Self {
            name: &scope.name,
            version: &scope.version,
            attributes: Pairs(&scope.attributes),
            dropped_attributes_count: scope.dropped_attributes,
        }
    }
}

/// As a decimal string, which is what 64-bit integers are in proto3 JSON.
fn decimal<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

//! From decoded requests into the store, one resource at a time, refusing item by item.

use std::sync::Arc;

use shared_telemetry::otlp::proto::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::InstrumentationScope,
    logs::v1::ResourceLogs,
    resource::v1::Resource as WireResource,
    trace::v1::ResourceSpans,
};

use crate::{
    model::pool::{Resource, Scope},
    store::{Refusal, SharedStore, Store},
};

use super::{convert, response::Outcome};

pub(super) fn traces(store: &SharedStore, request: ExportTraceServiceRequest) -> Outcome {
    let mut outcome = Outcome::default();
    for group in request.resource_spans {
        // The lock is given up between resources, so that a large export does not hold up queries.
        let mut store = store.write();
        add_spans(&mut store, group, &mut outcome);
        store.enforce_limits();
    }
    outcome
}

pub(super) fn logs(store: &SharedStore, request: ExportLogsServiceRequest) -> Outcome {
    let mut outcome = Outcome::default();
    for group in request.resource_logs {
        let mut store = store.write();
        add_logs(&mut store, group, &mut outcome);
        store.enforce_limits();
    }
    outcome
}

fn add_spans(store: &mut Store, group: ResourceSpans, outcome: &mut Outcome) {
    let resource = resource(store, group.resource, &group.schema_url);
    for scoped in group.scope_spans {
        let shared = resource.as_ref().map_err(|refusal| *refusal);
        let shared = shared
            .and_then(|resource| Ok((resource, scope(store, scoped.scope, &scoped.schema_url)?)));
        for span in scoped.spans {
            let added = shared.as_ref().map_err(|refusal| *refusal);
            let added = added.and_then(|(resource, scope)| {
                let (trace, span) = convert::span(store.pool(), resource, scope, span)?;
                store.add_span(trace, span)
            });
            if let Err(refusal) = added {
                store.count_refused_span();
                outcome.refuse(refusal);
            }
        }
    }
}

fn add_logs(store: &mut Store, group: ResourceLogs, outcome: &mut Outcome) {
    let resource = resource(store, group.resource, &group.schema_url);
    for scoped in group.scope_logs {
        let shared = resource.as_ref().map_err(|refusal| *refusal);
        let shared = shared
            .and_then(|resource| Ok((resource, scope(store, scoped.scope, &scoped.schema_url)?)));
        for record in scoped.log_records {
            let added = shared.as_ref().map_err(|refusal| *refusal);
            let added = added.and_then(|(resource, scope)| {
                match convert::log(store.pool(), resource, scope, record) {
                    Some((trace, log)) => store.add_log(trace, log),
                    // A record outside any trace is valid; nothing asks for it, so it is not kept.
                    None => Ok(()),
                }
            });
            if let Err(refusal) = added {
                outcome.refuse(refusal);
            }
        }
    }
}

fn resource(
    store: &mut Store,
    wire: Option<WireResource>,
    schema_url: &str,
) -> Result<Arc<Resource>, Refusal> {
    let wire = wire.unwrap_or_default();
    let attributes = convert::attributes(store.pool(), wire.attributes);
    store.admit_shared(attributes.heap_bytes() + schema_url.len())?;
    let dropped = wire.dropped_attributes_count;
    Ok(store.pool().resource(attributes, dropped, schema_url))
}

fn scope(
    store: &mut Store,
    wire: Option<InstrumentationScope>,
    schema_url: &str,
) -> Result<Arc<Scope>, Refusal> {
    let wire = wire.unwrap_or_default();
    let attributes = convert::attributes(store.pool(), wire.attributes);
    let strings = wire.name.len() + wire.version.len() + schema_url.len();
    store.admit_shared(attributes.heap_bytes() + strings)?;
    let pool = store.pool();
    let scope = Scope {
        name: pool.string(&wire.name),
        version: pool.string(&wire.version),
        attributes,
        dropped_attributes: wire.dropped_attributes_count,
        schema_url: pool.string(schema_url),
    };
    Ok(pool.scope(scope))
}

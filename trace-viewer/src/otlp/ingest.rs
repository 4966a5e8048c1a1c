//! From decoded requests into the store, one resource at a time, refusing item by item.

use std::sync::Arc;

use shared_telemetry::otlp::proto::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    logs::v1::ResourceLogs,
    resource::v1::Resource as WireResource,
    trace::v1::ResourceSpans,
};

use crate::{
    model::{Pool, pool::Resource},
    store::{SharedStore, Store},
};

use super::{convert, response::Outcome};

pub(super) fn traces(store: &SharedStore, request: ExportTraceServiceRequest) -> Outcome {
    let mut outcome = Outcome::default();
    for group in request.resource_spans {
        // The lock is given up between resources, so that a large export does not hold up queries.
        add_spans(&mut store.write(), group, &mut outcome);
    }
    outcome
}

pub(super) fn logs(store: &SharedStore, request: ExportLogsServiceRequest) -> Outcome {
    let mut outcome = Outcome::default();
    for group in request.resource_logs {
        add_logs(&mut store.write(), group, &mut outcome);
    }
    outcome
}

fn add_spans(store: &mut Store, group: ResourceSpans, outcome: &mut Outcome) {
    let resource = resource(store.pool(), group.resource);
    for scoped in group.scope_spans {
        let scope = scoped.scope.unwrap_or_default();
        let scope = store.pool().scope(&scope.name, &scope.version);
        for span in scoped.spans {
            let added = convert::span(store.pool(), &resource, &scope, span);
            let added = added.and_then(|(trace, span)| store.add_span(trace, span));
            if let Err(refusal) = added {
                store.count_refused_span();
                outcome.refuse(refusal);
            }
        }
    }
}

fn add_logs(store: &mut Store, group: ResourceLogs, outcome: &mut Outcome) {
    let resource = resource(store.pool(), group.resource);
    for record in group
        .scope_logs
        .into_iter()
        .flat_map(|scoped| scoped.log_records)
    {
        // A record outside any trace is valid; it is not kept, because nothing asks for it.
        let Some((trace, log)) = convert::log(store.pool(), &resource, record) else {
            continue;
        };
        if let Err(refusal) = store.add_log(trace, log) {
            outcome.refuse(refusal);
        }
    }
}

fn resource(pool: &mut Pool, wire: Option<WireResource>) -> Arc<Resource> {
    let attributes = convert::attributes(pool, wire.unwrap_or_default().attributes);
    pool.resource(attributes)
}

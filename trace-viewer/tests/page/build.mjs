// Short ways to build answers of the API for tests.

/** A span as /api/traces/{id} has it; times in nanoseconds after a fixed moment. */
export function span(id, parent, start, duration, more = {}) {
  return {
    span_id: id, parent_span_id: parent, service: "shop", name: `span ${id}`, kind: "internal",
    start_unix_nano: String(1_700_000_000_000_000_000n + BigInt(start)), duration_ns: duration,
    status: { code: "unset", message: "" }, flags: 1, trace_state: "", attributes: {}, events: [], links: [],
    resource: 0, scope: { name: "test", version: "" }, dropped: { attributes: 0, events: 0, links: 0 }, ...more,
  };
}

export function trace(id, spans, more = {}) {
  return {
    trace_id: id, spans, resources: [{ "service.name": "shop" }], linked_from: [], missing_parents: [],
    truncated: false, ...more,
  };
}

export function link(trace_id, span_id, service) {
  return { trace_id, span_id, attributes: {}, found: Boolean(service), ...(service ? { service, name: "send", kind: "producer" } : {}) };
}

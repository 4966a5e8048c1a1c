// Traces of the API, made ready to draw: one time axis, logs with their spans, links both ways.

import { whole } from "./format.mjs";
import { buildTree, criticalPath, ownTime, total } from "./tree.mjs";

/**
 * `traces` are answers of /api/traces/{id}, drawn in their order; `logs` all their log records.
 * Times of the result are nanoseconds since `base`, the earliest start.
 */
export function prepare(traces, logs = []) {
  const starts = traces.flatMap((trace) => trace.spans).map((span) => whole(span.start_unix_nano));
  const base = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
  const since = (unixNano) => Number(whole(unixNano) - base);
  const spans = traces.flatMap((trace, rank) => spansOf(trace, since, rank));
  const byKey = new Map();
  spans.forEach((span, index) => { if (!byKey.has(span.key)) byKey.set(span.key, index); });
  const loose = attachLogs(logs, spans, byKey, since);
  const tree = buildTree(spans);
  spans.forEach((span, index) => {
    span.own = ownTime(spans, tree, index);
    span.ownTotal = total(span.own);
    span.missing = tree.why[index] === "missing";
    span.cycle = tree.why[index] === "cycle";
    span.errorsBelow = 0;
  });
  for (const index of [...tree.order].reverse()) {
    const parent = tree.parent[index];
    if (parent >= 0) spans[parent].errorsBelow += spans[index].errorsBelow + (spans[index].error ? 1 : 0);
  }
  const end = spans.reduce((latest, span) => Math.max(latest, span.start + span.duration), 0);
  return {
    traces, spans, tree, base, byKey, logs: loose.all, end: end || 1,
    services: [...new Set(spans.map((span) => span.service))],
    critical: criticalOf(traces, spans, tree),
    errors: spans.filter((span) => span.error).length,
    missing: spans.filter((span) => span.missing).length,
  };
}

function spansOf(trace, since, rank) {
  const takenBy = new Map();
  for (const back of trace.linked_from ?? []) {
    if (!takenBy.has(back.to_span_id)) takenBy.set(back.to_span_id, []);
    takenBy.get(back.to_span_id).push(back);
  }
  return trace.spans.map((raw) => ({
    key: `${trace.trace_id} ${raw.span_id}`,
    rank, trace: trace.trace_id, id: raw.span_id, parent: raw.parent_span_id,
    service: raw.service || "(no service name)", name: raw.name || "(no name)", kind: raw.kind,
    start: since(raw.start_unix_nano), duration: Number(raw.duration_ns),
    error: raw.status.code === "error", raw,
    resource: trace.resources[raw.resource] ?? {},
    links: raw.links.filter((link) => link.trace_id !== trace.trace_id || link.span_id !== raw.span_id),
    takenBy: (takenBy.get(raw.span_id) ?? [])
      .filter((back) => back.trace_id !== trace.trace_id || back.span_id !== raw.span_id),
    events: raw.events.map((event) => ({ ...event, at: since(event.time_unix_nano) })),
    logs: [],
  }));
}

function attachLogs(logs, spans, byKey, since) {
  const all = logs.map((log) => {
    const index = byKey.get(`${log.trace_id} ${log.span_id}`);
    const ready = { ...log, at: since(log.time_unix_nano), index };
    if (index !== undefined) spans[index].logs.push(ready);
    return ready;
  });
  return { all: all.sort((a, b) => a.at - b.at) };
}

/** Of each trace, the path through its longest root. */
function criticalOf(traces, spans, tree) {
  const longest = new Map();
  spans.forEach((span, index) => {
    if (tree.parent[index] !== -1) return;
    const best = longest.get(span.trace);
    if (best === undefined || spans[best].duration < span.duration) longest.set(span.trace, index);
  });
  const paths = [...longest.values()].map((root) => [...criticalPath(spans, tree, root)]);
  return new Map(paths.flat());
}

/**
 * In a batch, the spans that work for messages of other traces only: they and what is below them
 * are not part of the story of the traces that are drawn.
 */
export function foreignWork(model) {
  const drawn = new Set(model.traces.map((trace) => trace.trace_id));
  const foreign = [...model.spans.keys()].filter((index) => {
    const { links } = model.spans[index];
    return links.length > 0 && !links.some((link) => drawn.has(link.trace_id));
  });
  return new Set(foreign);
}

/** The main root's name, for titles. */
export function titleOf(model) {
  const first = model.spans[model.tree.order[0]];
  return first ? `${first.service}: ${first.name}` : "an empty trace";
}

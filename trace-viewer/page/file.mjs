// Trace files, opened in the page: OTLP JSON and Jaeger JSON. The viewer itself writes them.
// Whoever made a file may have made it badly: what has the wrong shape is left out.

import { whole } from "./format.mjs";

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const CODES = ["unset", "ok", "error"];

/** Traces and logs of a file's text, each a map by trace id; throws a sentence for the reader. */
export function parseFile(text) {
  const documents = jsonDocuments(text);
  const found = { traces: new Map(), logs: new Map() };
  for (const document of documents) {
    if (Array.isArray(document?.data)) list(document.data).forEach((trace) => addJaeger(found, trace));
    else if (document?.resourceSpans || document?.resourceLogs) addOtlp(found, document);
  }
  found.traces.forEach((trace, id) => { if (trace.spans.length === 0) found.traces.delete(id); });
  if (found.traces.size === 0) {
    throw new Error("No trace is in this file. OTLP JSON and Jaeger JSON can be opened.");
  }
  const spans = new Map();
  for (const trace of found.traces.values()) {
    for (const span of trace.spans) spans.set(`${trace.trace_id} ${span.span_id}`, span);
  }
  for (const trace of found.traces.values()) finish(trace, found.traces, spans);
  return found;
}

/** One document, or one in each line as collectors write them. */
function jsonDocuments(text) {
  try {
    return [JSON.parse(text)];
  } catch {
    try {
      return text.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
    } catch {
      throw new Error("This file is not JSON. OTLP JSON and Jaeger JSON can be opened.");
    }
  }
}

/** The objects of a list. */
function list(given) {
  return Array.isArray(given) ? given.filter((item) => item && typeof item === "object") : [];
}

function traceOf(found, id) {
  if (!found.traces.has(id)) {
    found.traces.set(id, { trace_id: id, spans: [], resources: [], places: new Map(), linked_from: [], truncated: false });
  }
  return found.traces.get(id);
}

function addOtlp(found, document) {
  for (const { resource, scopeSpans } of list(document.resourceSpans)) {
    const attributes = fromPairs(resource?.attributes);
    for (const { scope, spans } of list(scopeSpans)) {
      for (const span of list(spans)) addOtlpSpan(found, attributes, resource, scope, span);
    }
  }
  for (const { resource, scopeLogs } of list(document.resourceLogs)) {
    const service = String(fromPairs(resource?.attributes)["service.name"] ?? "");
    for (const record of list(scopeLogs).flatMap(({ logRecords }) => list(logRecords))) {
      const id = hex(record.traceId);
      if (!found.logs.has(id)) found.logs.set(id, []);
      found.logs.get(id).push({
        time_unix_nano: String(record.timeUnixNano ?? record.observedTimeUnixNano ?? "0"),
        severity: severityOf(record), service, trace_id: id, span_id: hex(record.spanId),
        body: fromValue(record.body), attributes: fromPairs(record.attributes), event_name: record.eventName ?? "",
      });
    }
  }
}

function addOtlpSpan(found, attributes, resource, scope, span) {
  const trace = traceOf(found, hex(span.traceId));
  const { resources, places } = trace;
  if (!places.has(attributes)) places.set(attributes, resources.push(attributes) - 1);
  const start = whole(span.startTimeUnixNano ?? 0);
  trace.spans.push({
    span_id: hex(span.spanId), parent_span_id: hex(span.parentSpanId) || null,
    service: String(attributes["service.name"] ?? ""), name: String(span.name ?? ""),
    kind: named(KINDS, span.kind, "SPAN_KIND_"), start_unix_nano: String(start),
    duration_ns: length(start, whole(span.endTimeUnixNano ?? 0)),
    status: { code: named(CODES, span.status?.code, "STATUS_CODE_"), message: String(span.status?.message ?? "") },
    flags: Number(span.flags ?? 0) & 0xff, trace_state: String(span.traceState ?? ""),
    attributes: fromPairs(span.attributes),
    events: list(span.events).map((event) => ({
      name: String(event.name ?? ""), time_unix_nano: String(event.timeUnixNano ?? "0"), attributes: fromPairs(event.attributes),
    })),
    links: list(span.links).map((link) => ({
      trace_id: hex(link.traceId), span_id: hex(link.spanId), attributes: fromPairs(link.attributes),
    })),
    resource: places.get(attributes), scope: { name: scope?.name ?? "", version: scope?.version ?? "" },
    source: { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] },
    dropped: {
      attributes: span.droppedAttributesCount ?? 0, events: span.droppedEventsCount ?? 0, links: span.droppedLinksCount ?? 0,
    },
  });
}

const SEVERITIES = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** The sender's word, or the data model's for the number: each stands for four. */
function severityOf({ severityText, severityNumber }) {
  if (severityText) return String(severityText);
  const name = SEVERITIES[Math.floor((severityNumber - 1) / 4)] ?? "";
  const step = (severityNumber - 1) % 4;
  return name && step ? `${name}${step + 1}` : name;
}

function length(start, end) {
  return end > start ? Number(end - start) : 0;
}

/** An enum as OTLP JSON has it: a number, or by some senders its name. */
function named(names, given, prefix) {
  if (typeof given === "number") return names[given] ?? names[0];
  const name = String(given ?? "").replace(prefix, "").toLowerCase();
  return names.includes(name) ? name : names[0];
}

function hex(id) {
  return typeof id === "string" ? id.toLowerCase() : "";
}

function fromPairs(pairs) {
  return Object.fromEntries(list(pairs).map((pair) => [String(pair?.key), fromValue(pair?.value)]));
}

function fromValue(value) {
  if (!value || typeof value !== "object") return null;
  if ("arrayValue" in value) return list(value.arrayValue?.values).map(fromValue);
  if ("kvlistValue" in value) return fromPairs(value.kvlistValue?.values);
  if ("intValue" in value) return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : String(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

function addJaeger(found, jaeger) {
  const id = hex(jaeger?.traceID).padStart(32, "0");
  const trace = traceOf(found, id);
  const processes = jaeger?.processes ?? {};
  const names = Object.keys(processes);
  const offset = trace.resources.length;
  const places = new Map(names.map((name, index) => [name, offset + index]));
  for (const name of names) {
    const service = String(processes[name]?.serviceName ?? "");
    trace.resources.push({ "service.name": service, ...fromTags(processes[name]?.tags) });
  }
  for (const span of list(jaeger?.spans)) {
    const references = list(span.references);
    const parent = references.find((to) => to.refType === "CHILD_OF" && hex(to.traceID).padStart(32, "0") === id);
    const attributes = fromTags(span.tags);
    const kind = named(KINDS, attributes["span.kind"] ?? "internal", "");
    const failed = attributes.error === true || attributes["otel.status_code"] === "ERROR";
    trace.spans.push({
      span_id: hex(span.spanID), parent_span_id: parent ? hex(parent.spanID) : null,
      service: String(processes[span.processID]?.serviceName ?? ""), name: String(span.operationName ?? ""), kind,
      start_unix_nano: String(micros(span.startTime)), duration_ns: Math.max(0, Number(span.duration ?? 0)) * 1000,
      status: { code: failed ? "error" : "unset", message: String(attributes["otel.status_description"] ?? "") },
      flags: Number(span.flags ?? 0), trace_state: String(attributes["w3c.tracestate"] ?? ""), attributes,
      events: list(span.logs).map((log) => {
        const { event, ...rest } = fromTags(log.fields);
        return { name: String(event ?? "log"), time_unix_nano: String(micros(log.timestamp)), attributes: rest };
      }),
      links: references.filter((to) => to !== parent)
        .map((to) => ({ trace_id: hex(to.traceID).padStart(32, "0"), span_id: hex(to.spanID), attributes: {} })),
      resource: places.get(span.processID), scope: { name: String(attributes["otel.scope.name"] ?? ""), version: "" },
      source: { process: processes[span.processID], span },
      dropped: { attributes: 0, events: 0, links: 0 },
    });
  }
}

function micros(given) {
  return whole(Math.trunc(Number(given) || 0)) * 1000n;
}

function fromTags(tags) {
  return Object.fromEntries(list(tags).map((tag) => [String(tag?.key), tag?.value ?? null]));
}

/** What the store would have added: both ends of links, and parents that are not there. */
function finish(trace, traces, spans) {
  const ids = new Set(trace.spans.map((span) => span.span_id));
  trace.missing_parents ??= trace.spans.filter((span) => span.parent_span_id && !ids.has(span.parent_span_id));
  for (const span of trace.spans) {
    for (const link of span.links) {
      const there = spans.get(`${link.trace_id} ${link.span_id}`);
      link.found = Boolean(there);
      if (!there) continue;
      Object.assign(link, { service: there.service, name: there.name, kind: there.kind });
      traces.get(link.trace_id).linked_from.push({
        trace_id: trace.trace_id, span_id: span.span_id, service: span.service, name: span.name,
        kind: span.kind, to_span_id: link.span_id,
      });
    }
  }
}

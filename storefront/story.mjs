// Reads the hops of an order out of its traces: who called whom, and the header that crossed.
//
// Behind the gateway nobody can look at the wire from here. But the span that sends is the header: its
// trace id, its own id and its flags are what it has written, in `traceparent`, for the next one to read.

/** Of the same call to the same service, more are counted, not drawn. */
const ALIKE = 3;
/** A picture with more hops tells nothing more. */
const MOST = 120;
const NOBODY = "nobody has a span for it";

/**
 * `traces` are answers of the viewer's /api/traces/{id}, by id, as far as they have come. A hop has
 * { from, to, kind, label, traceparent, tracestate, trace, span, error, nanos, statements, more }.
 */
export function storyOf(order, traces) {
  const story = { traces, hops: [], later: [], visited: new Set(), children: new Map() };
  const first = traces.get(order.traceId);
  const entry = first && entryOf(first, order);
  story.hops.push(firstHop(order, entry, first));
  if (entry) visit(story, first, entry);
  // The queue comes last, as in life.
  for (const { trace, call } of story.later) taken(story, trace, call);
  return story.hops;
}

/** All ids that the story may need next: of traces that took a message of one that is known. */
export function linkedIds(trace) {
  return [...new Set(trace.linked_from.map((back) => back.trace_id))];
}

/** Is a call there whose other side is not? It may still come, or nobody was there to record it. */
export function hasUnanswered(hops) {
  return hops.some((hop) => hop.note === NOBODY);
}

/** What this page has sent in the order's own trace. */
function tryOf(order) {
  return order.tries.find((sent) => sent.traceId && sent.traceId === order.traceId);
}

/** The gateway's span of that request, or of the first one. */
function entryOf(trace, order) {
  const servers = trace.spans.filter((span) => span.kind === "server").sort(byStart);
  return servers.find((span) => span.parent_span_id === tryOf(order)?.spanId) ?? servers[0];
}

function firstHop(order, entry, trace) {
  const own = tryOf(order);
  const sent = own ?? order.tries.at(-1) ?? {};
  const sender = entry && trace.spans.find((span) => span.span_id === entry.parent_span_id && span.kind === "client");
  const foreign = "in a trace of its own: the gateway did not go on with this one";
  return {
    from: "browser", to: "gateway", kind: "http", label: "POST /checkout", ...sent,
    ...(sender ? crossed(trace, sender) : { trace: order.traceId, span: own?.spanId ?? entry?.span_id }),
    error: order.answer?.status >= 400 || !order.answer ? String(order.answer?.status ?? "no answer") : null,
    note: sender || own ? null : sent.traceparent ? foreign : "no traceparent: the gateway begins the trace",
  };
}

/** What one service did for one request or message: its calls in the order of time, its statements. */
function visit(story, trace, span) {
  if (story.visited.has(span)) return;
  story.visited.add(span);
  const below = callsBelow(childrenOf(story, trace), span);
  const statements = below.filter((call) => call.attributes["db.system.name"]);
  const calls = below.filter((call) => !call.attributes["db.system.name"] && call.attributes["messaging.operation.type"] !== "settle");
  const alike = new Map();
  for (const call of calls) {
    if (story.hops.length >= MOST) return;
    const hop = hopOf(story, trace, call);
    const key = `${hop.to} ${call.name}`;
    const same = alike.get(key) ?? { count: 0 };
    alike.set(key, same);
    same.count += 1;
    if (same.count > ALIKE) { same.last.more = same.count - ALIKE; continue; }
    same.last = hop;
    story.hops.push(hop);
    if (hop.kind === "kafka") story.later.push({ trace, call });
    else if (hop.callee) visit(story, trace, hop.callee);
  }
  if (statements.length === 0) return;
  const chips = statements.slice(0, MOST).map((call) => ({ name: call.name, span: call.span_id, error: errorOf(call) !== null }));
  story.hops.push({ from: span.service, to: "SQL", kind: "sql", trace: trace.trace_id, statements: chips });
}

function hopOf(story, trace, call) {
  const { attributes } = call;
  const callee = childrenOf(story, trace).get(call.span_id)?.find((span) => span.kind === "server");
  const kafka = call.kind === "producer";
  return {
    from: call.service, to: kafka ? "Kafka" : callee?.service ?? attributes["server.address"] ?? "nobody",
    kind: kafka ? "kafka" : attributes["rpc.system.name"] ? "grpc" : "http",
    label: attributes["url.full"] ? `${call.name} ${pathOf(attributes["url.full"])}` : attributes["rpc.system.name"] ? call.name.replace(/^.*\.(?=\w+\/)/, "") : call.name,
    ...crossed(trace, call), callee,
    note: kafka || callee ? null : NOBODY,
  };
}

/** Both sides of a queue: a link to the producer's span, in a trace of its own. */
function taken(story, trace, call) {
  const links = trace.linked_from.filter((back) => back.to_span_id === call.span_id);
  const consumers = links.map((back) => {
    const of = story.traces.get(back.trace_id);
    return { of, span: of?.spans.find((span) => span.span_id === back.span_id) };
  }).filter(({ span }) => span);
  // A batch links to all its messages, and so does the span of each one below it: the latter did the work.
  const workers = consumers.filter(({ span }) => !consumers.some((other) => other.span.parent_span_id === span.span_id));
  // Where the relation is set to be a parent's, the work is in the same trace.
  const below = childrenOf(story, trace).get(call.span_id) ?? [];
  const children = below.filter((span) => span.kind === "consumer").map((span) => ({ of: trace, span, child: true }));
  for (const { of, span, child } of [...workers, ...children]) {
    if (story.hops.length >= MOST) return;
    story.hops.push({
      from: "Kafka", to: span.service, kind: child ? "kafka" : "link", label: span.name, ...crossed(trace, call),
      trace: of.trace_id, span: span.span_id, nanos: Number(span.duration_ns), error: errorOf(span),
      begins: child ? null : of.trace_id,
    });
    visit(story, of, span);
  }
}

function crossed(trace, call) {
  const flags = call.flags.toString(16).padStart(2, "0");
  return {
    traceparent: `00-${trace.trace_id}-${call.span_id}-${flags}`, tracestate: call.trace_state || null,
    trace: trace.trace_id, span: call.span_id, error: errorOf(call), nanos: Number(call.duration_ns),
  };
}

/** The CLIENT and PRODUCER spans of one visit, which ends where another service begins. */
function callsBelow(children, root) {
  const calls = [];
  const within = new Set([root]);
  for (const span of within) {
    for (const child of children.get(span.span_id) ?? []) {
      if (child.kind === "client" || child.kind === "producer") calls.push(child);
      else if (child.kind === "internal") within.add(child);
    }
  }
  return calls.sort(byStart);
}

/** The spans of a trace by their parent's id. */
function childrenOf({ children }, trace) {
  const known = children.get(trace);
  if (known) return known;
  const byParent = new Map();
  for (const span of trace.spans) {
    if (!byParent.has(span.parent_span_id)) byParent.set(span.parent_span_id, []);
    byParent.get(span.parent_span_id).push(span);
  }
  children.set(trace, byParent);
  return byParent;
}

function errorOf(span) {
  return span.status.code === "error" ? span.status.message || span.attributes["error.type"] || "error" : null;
}

function byStart(a, b) {
  return BigInt(a.start_unix_nano) < BigInt(b.start_unix_nano) ? -1 : 1;
}

function pathOf(url) {
  try {
    return new URL(url).pathname;
  } catch {
    return url;
  }
}

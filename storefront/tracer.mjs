// A whole tracer: makes spans, and sends them as OTLP/JSON. It knows no shop and needs no library.
//
// Specifications: W3C Trace Context (https://www.w3.org/TR/trace-context-2/), OTLP/JSON
// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).

export const INTERNAL = 1, CLIENT = 3;
const STATUS_ERROR = 2;

/**
 * Trace flags, one byte. Bit 0, "sampled": always. A person clicks now and then, so there is nothing
 * to save, and every service behind follows what the root decides. Bit 1, "random": the trace id is.
 */
const FLAGS = 0b11;
const UNSAMPLED = 0;

/** Spans wait so long for others to share a request; more than so many are not kept. */
const WAIT_MS = 300, MOST = 256;

/** Random bytes as lowercase hexadecimal digits. All zeros would mean "no id", so not that. */
function randomId(bytes) {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  if (random.every((byte) => byte === 0)) return randomId(bytes);
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** version "00", trace id (16 bytes), id of the span that sends it (8 bytes), flags. */
function header(traceId, spanId, flags) {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, "0")}`;
}

/** For requests that are worth no trace: a root of their own, which says so to everybody behind it. */
export function unsampledTraceparent() {
  return header(randomId(16), randomId(8), UNSAMPLED);
}

/**
 * Time since 1970 in nanoseconds, too many digits for a number: BigInt. performance.now() never
 * jumps, but stands still while a laptop sleeps; so each trace begins by looking at the clock.
 */
let origin = performance.timeOrigin;
function lookAtTheClock() {
  const wall = Date.now() - performance.now();
  if (Math.abs(wall - origin) > 100) origin = wall;
}
function now() {
  return BigInt(Math.round(origin * 1e3)) * 1000n + BigInt(Math.round(performance.now() * 1e6));
}

class Span {
  constructor(tracer, name, { kind = INTERNAL, parent, attributes = {} } = {}) {
    if (!parent) lookAtTheClock();
    this.tracer = tracer;
    this.name = name;
    this.kind = kind;
    this.traceId = parent?.traceId ?? randomId(16);
    this.spanId = randomId(8);
    this.parentSpanId = parent?.spanId;
    this.traceState = parent?.traceState;
    this.attributes = { ...attributes };
    this.start = now();
    tracer.open.add(this);
  }

  /** What goes into a request's headers, so that the callee's span becomes this one's child. */
  get headers() {
    const traceparent = header(this.traceId, this.spanId, FLAGS);
    return this.traceState ? { traceparent, tracestate: this.traceState } : { traceparent };
  }

  /** The span did not get what it is for. `type` is of low cardinality: a status code, an error's name. */
  fail(message, type) {
    // Receivers set bounds, in bytes.
    this.error = new TextDecoder().decode(new TextEncoder().encode(message).subarray(0, 250));
    this.attributes["error.type"] = String(type);
  }

  /** Hands it over, once. */
  end() {
    if (!this.tracer.open.delete(this)) return;
    this.finish = now();
    this.tracer.take(this);
  }

  otlp() {
    return {
      traceId: this.traceId, spanId: this.spanId, parentSpanId: this.parentSpanId, traceState: this.traceState,
      flags: FLAGS, name: this.name, kind: this.kind,
      startTimeUnixNano: String(this.start), endTimeUnixNano: String(this.finish),
      attributes: pairs(this.attributes),
      status: this.error === undefined ? {} : { code: STATUS_ERROR, message: this.error },
    };
  }
}

/** OTLP says of each value what it is. Whole numbers have 64 bits, so they travel as text. */
function pairs(attributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) }
      : typeof value === "boolean" ? { boolValue: value } : { stringValue: String(value) },
  }));
}

export class Tracer {
  open = new Set(); // begun, not ended
  waiting = []; // ended, not sent
  sent = 0;
  lost = 0;

  /** `told` is called whenever the counts have changed. */
  constructor(service, url, told = () => {}) {
    Object.assign(this, { service, url, told });
    // Whoever leaves in the middle leaves a trace with an end, not one whose root nobody has.
    addEventListener("pagehide", () => {
      for (const span of this.open) { span.fail("the page was left", "page_left"); span.end(); }
      this.flush();
    });
  }

  span(name, options) {
    return new Span(this, name, options);
  }

  take(span) {
    if (this.waiting.length >= MOST) { this.lost += 1; return this.told(); }
    this.waiting.push(span);
    this.timer ??= setTimeout(() => this.flush(), WAIT_MS);
  }

  /** Never throws, and nobody waits for it: an order does not depend on its telemetry. */
  async flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const spans = this.waiting.splice(0);
    if (spans.length === 0) return;
    const resource = { attributes: pairs({ "service.name": this.service, "telemetry.sdk.language": "webjs" }) };
    const scopeSpans = [{ scope: { name: this.service }, spans: spans.map((span) => span.otlp()) }];
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
    // keepalive: the request outlives the page.
    const request = { method: "POST", headers: { "content-type": "application/json" }, body, keepalive: true };
    const arrived = await fetch(this.url, request).then((answer) => answer.ok, () => false);
    this[arrived ? "sent" : "lost"] += spans.length;
    this.told();
  }
}

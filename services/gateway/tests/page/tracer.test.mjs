// The tracer without a browser: what goes into headers, what is exported, and that nobody waits for it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const listeners = {};
let posted;
globalThis.addEventListener = (name, listener) => { listeners[name] = listener; };
globalThis.fetch = async (url, request) => { posted.push({ url, request }); return { ok: true }; };
const { CLIENT, Tracer, unsampledTraceparent } = await import("../../../../storefront/tracer.mjs");

beforeEach(() => { posted = []; });
const spansOf = ({ request }) => JSON.parse(request.body).resourceSpans[0].scopeSpans[0].spans;

test("a traceparent has a version, the trace's id, the sending span's id and sampled, random flags", () => {
  const span = new Tracer("shop", "/here").span("click");
  assert.equal(span.headers.traceparent, `00-${span.traceId}-${span.spanId}-03`);
  assert.match(span.headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/);
  assert.equal(span.headers.tracestate, undefined);
});

test("what is worth no trace says so, with an id of its own", () => {
  assert.match(unsampledTraceparent(), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  assert.notEqual(unsampledTraceparent(), unsampledTraceparent());
});

test("an id is never all zeros", () => {
  const real = crypto.getRandomValues.bind(crypto);
  let calls = 0;
  crypto.getRandomValues = (bytes) => { calls += 1; return calls <= 2 ? bytes.fill(0) : real(bytes); };
  try {
    assert.match(new Tracer("shop", "/here").span("click").traceId, /[1-9a-f]/);
  } finally {
    delete crypto.getRandomValues;
  }
  assert.ok(calls > 2);
});

test("a child has its parent's trace, and a tracestate that came with it goes on", () => {
  const tracer = new Tracer("shop", "/here");
  const root = tracer.span("click");
  root.traceState = "vendor=1";
  const child = tracer.span("POST", { kind: CLIENT, parent: root });
  assert.equal(child.traceId, root.traceId);
  assert.equal(child.parentSpanId, root.spanId);
  assert.equal(child.headers.tracestate, "vendor=1");
});

test("spans go out together as OTLP/JSON: hex ids, numbers and times as texts", async () => {
  const tracer = new Tracer("shop", "/here");
  const root = tracer.span("click", { attributes: { lines: 2, gift: true, tier: "gold" } });
  const child = tracer.span("POST", { kind: CLIENT, parent: root });
  child.fail("no", 503);
  child.end();
  child.end();
  root.end();
  await tracer.flush();
  assert.equal(posted.length, 1);
  assert.equal(posted[0].url, "/here");
  assert.equal(posted[0].request.keepalive, true);
  const [first, second] = spansOf(posted[0]);
  assert.deepEqual([first.name, first.kind, first.parentSpanId, first.status], ["POST", 3, root.spanId, { code: 2, message: "no" }]);
  assert.deepEqual(first.attributes, [{ key: "error.type", value: { stringValue: "503" } }]);
  assert.deepEqual(second.attributes.map(({ value }) => value), [{ intValue: "2" }, { boolValue: true }, { stringValue: "gold" }]);
  assert.match(second.startTimeUnixNano, /^\d{19}$/);
  assert.ok(BigInt(second.startTimeUnixNano) <= BigInt(first.startTimeUnixNano));
  assert.ok(BigInt(first.endTimeUnixNano) <= BigInt(second.endTimeUnixNano));
  assert.ok(Math.abs(Number(BigInt(second.endTimeUnixNano) / 1_000_000n) - Date.now()) < 60_000);
  assert.equal(tracer.sent, 2);
});

test("an export that fails is counted, and nobody hears an error", async () => {
  const real = globalThis.fetch;
  let told = 0;
  const tracer = new Tracer("shop", "/here", () => { told += 1; });
  for (const answer of [async () => ({ ok: false }), async () => { throw new TypeError("offline"); }]) {
    globalThis.fetch = answer;
    tracer.span("click").end();
    await tracer.flush();
  }
  globalThis.fetch = real;
  assert.deepEqual([tracer.sent, tracer.lost, told], [0, 2, 2]);
});

test("who leaves the page in the middle leaves an end", async () => {
  const tracer = new Tracer("shop", "/here");
  tracer.span("click");
  listeners.pagehide();
  assert.equal(spansOf(posted[0])[0].status.message, "the page was left");
  assert.equal(tracer.open.size, 0);
});

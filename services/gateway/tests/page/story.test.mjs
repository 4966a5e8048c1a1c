// The hops of an order, read out of its traces.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hasUnanswered, storyOf } from "../../../../storefront/story.mjs";

const CLICK = "a".repeat(32), WORK = "b".repeat(32);
let clock = 0;

function span(service, kind, name, id, parent, more = {}) {
  clock += 1;
  return {
    service, kind, name, span_id: id, parent_span_id: parent ?? null, start_unix_nano: String(clock), duration_ns: 1000,
    flags: 3, trace_state: "", status: { code: "unset", message: "" }, attributes: {}, ...more,
  };
}

const http = (path) => ({ attributes: { "url.full": `http://h:1${path}`, "server.address": "h" } });
const sql = { attributes: { "db.system.name": "sqlite" } };
const order = (more) => ({ traceId: CLICK, answer: { status: 202 }, tries: [{ traceId: CLICK, spanId: "c1", traceparent: `00-${CLICK}-c1-03` }], ...more });

function checkout(...more) {
  const spans = [
    span("storefront", "internal", "place_order", "c0"), span("storefront", "client", "POST", "c1", "c0"),
    span("gateway", "server", "POST /checkout", "g1", "c1"), span("gateway", "internal", "business.checkout", "g2", "g1"), ...more,
  ];
  return { trace_id: CLICK, spans, linked_from: [] };
}

test("before the viewer knows anything there is the hop that this page has made", () => {
  const [hop, ...rest] = storyOf(order(), new Map());
  assert.deepEqual([hop.from, hop.to, hop.traceparent, hop.span, rest.length], ["browser", "gateway", `00-${CLICK}-c1-03`, "c1", 0]);
});

test("a hop is the CLIENT span that sent it, and statements stand together below it", () => {
  const trace = checkout(
    span("gateway", "client", "GET", "g3", "g2", http("/quote/MUG-2?coupon=REDACTED")), span("pricing", "server", "GET /quote/{sku}", "p1", "g3"),
    span("pricing", "client", "SELECT items", "p2", "p1", sql), span("gateway", "client", "INSERT checkouts", "g4", "g1", sql));
  const hops = storyOf(order(), new Map([[CLICK, trace]]));
  assert.deepEqual(hops.map(({ from, to }) => `${from} ${to}`), ["browser gateway", "gateway pricing", "pricing SQL", "gateway SQL"]);
  assert.equal(hops[1].traceparent, `00-${CLICK}-g3-03`);
  assert.equal(hops[1].label, "GET /quote/MUG-2");
  assert.deepEqual(hops[3].statements.map(({ name }) => name), ["INSERT checkouts"]);
});

test("across a queue there is a link, drawn last, to a trace of its own", () => {
  const trace = checkout(span("gateway", "producer", "send order.created", "g5", "g2"), span("gateway", "client", "UPDATE checkouts", "g6", "g2", sql));
  trace.linked_from = ["f1", "f2"].map((id) => ({ trace_id: WORK, span_id: id, to_span_id: "g5" }));
  const work = { trace_id: WORK, linked_from: [], spans: [
    span("fulfillment", "consumer", "process_batch order.created", "f1"), span("fulfillment", "consumer", "process order.created", "f2", "f1"),
    span("fulfillment", "client", "inventory.v1.Inventory/ReserveStock", "f3", "f2", { attributes: { "rpc.system.name": "grpc" } }), span("inventory", "server", "x", "i1", "f3"),
  ] };
  const hops = storyOf(order(), new Map([[CLICK, trace], [WORK, work]]));
  assert.deepEqual(hops.map(({ from, to, kind }) => `${from} ${to} ${kind}`),
    ["browser gateway http", "gateway Kafka kafka", "gateway SQL sql", "Kafka fulfillment link", "fulfillment inventory grpc"]);
  assert.deepEqual([hops[3].traceparent, hops[3].begins, hops[3].span], [`00-${CLICK}-g5-03`, WORK, "f2"]);
  assert.equal(hops[4].label, "Inventory/ReserveStock");
});

test("a topic's name stays whole, dots and slashes and all", () => {
  const trace = checkout(span("gateway", "producer", "send order.created/refused", "g5", "g2"));
  assert.equal(storyOf(order(), new Map([[CLICK, trace]])).at(-1).label, "send order.created/refused");
});

test("a call is unanswered until the other side's span has come, a message never", () => {
  const sent = [span("gateway", "client", "GET", "g3", "g2", http("/quote/MUG-2")), span("gateway", "producer", "send order.created", "g5", "g2")];
  const after = (...more) => storyOf(order(), new Map([[CLICK, checkout(...sent, ...more)]]));
  assert.equal(hasUnanswered(after()), true);
  assert.equal(hasUnanswered(after(span("pricing", "server", "GET /quote/{sku}", "p1", "g3"))), false);
});

test("the same call again and again is counted from the fourth on", () => {
  const tries = Array.from({ length: 6 }, (_, index) => span("gateway", "client", "GET", `t${index}`, "g2", { ...http("/quote/MUG-2"), status: { code: "error", message: "" } }));
  const hops = storyOf(order(), new Map([[CLICK, checkout(...tries)]]));
  assert.deepEqual(hops.map(({ more }) => more), [undefined, undefined, undefined, 3]);
  assert.equal(hops[1].note, "nobody has a span for it");
});

test("spans that are their own ancestors end somewhere", () => {
  const trace = checkout(span("gateway", "internal", "x", "l1", "g2"), span("gateway", "internal", "y", "g2", "l1"));
  assert.equal(storyOf(order(), new Map([[CLICK, trace]])).length, 1);
  const calls = checkout(span("gateway", "client", "GET", "k1", "k2", http("/")), span("gateway", "server", "GET /", "k2", "k1"), span("gateway", "client", "GET", "k1", "g2", http("/")));
  assert.ok(storyOf(order(), new Map([[CLICK, calls]])).length < 20);
});

test("a gateway that begins a trace of its own is said to", () => {
  const strange = order({ tries: [{ traceId: "d".repeat(32), spanId: "d1", traceparent: `00-${"d".repeat(32)}-d1-03` }] });
  const trace = { trace_id: CLICK, linked_from: [], spans: [span("gateway", "server", "POST /checkout", "g1")] };
  assert.match(storyOf(strange, new Map([[CLICK, trace]]))[0].note, /trace of its own/);
  assert.match(storyOf(order({ tries: [{}] }), new Map([[CLICK, trace]]))[0].note, /no traceparent/);
});

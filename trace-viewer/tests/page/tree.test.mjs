// The tree, own time and the critical path, of good traces and of broken ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { prepare, foreignWork } from "../../page/model.mjs";
import { visibleRows } from "../../page/tree.mjs";
import { edgesOf } from "../../page/map.mjs";
import { link, span, trace } from "./build.mjs";

const names = (model, rows) => rows.map((index) => model.spans[index].id);

test("spans come below their parents, by start", () => {
  const model = prepare([trace("t", [span("c", "a", 30, 10), span("b", "a", 10, 10), span("a", null, 0, 100)])]);
  assert.deepEqual(names(model, model.tree.order), ["a", "b", "c"]);
  assert.deepEqual(names(model, visibleRows(model.tree, new Set([2]))), ["a"]);
});

test("a circle of parents, a span that is its own parent and a missing parent are all shown and named", () => {
  const spans = [span("a", "b", 0, 1), span("b", "a", 1, 1), span("c", "c", 2, 1), span("d", "nobody", 3, 1)];
  const model = prepare([trace("t", spans)]);
  assert.equal(model.tree.order.length, 4);
  assert.deepEqual(model.spans.filter((one) => one.cycle).map((one) => one.id), ["a", "c"]);
  assert.deepEqual(model.spans.filter((one) => one.missing).map((one) => one.id), ["d"]);
});

test("two spans with one id are both shown", () => {
  const model = prepare([trace("t", [span("a", null, 0, 5), span("a", null, 1, 5), span("b", "a", 2, 1)])]);
  assert.equal(model.tree.order.length, 3);
});

test("a chain of 20,000 spans and a fan of 20,000 are laid out without a deep stack", () => {
  const chain = Array.from({ length: 20_000 }, (_, at) => span(`s${at}`, at ? `s${at - 1}` : null, at, 40_000 - at));
  assert.equal(prepare([trace("t", chain)]).tree.depth[19_999], 19_999);
  const fan = Array.from({ length: 20_000 }, (_, at) => span(`s${at}`, at ? "s0" : null, at, 1));
  assert.equal(prepare([trace("t", fan)]).tree.children[0].length, 19_999);
});

test("a span's own time is what its children leave", () => {
  const model = prepare([trace("t", [span("a", null, 0, 100), span("b", "a", 10, 30), span("c", "a", 20, 30), span("d", "a", 90, 50)])]);
  assert.deepEqual(model.spans[0].own, [[0, 10], [50, 90]]);
  assert.equal(model.spans[0].ownTotal, 50);
});

test("the critical path goes through the child that ended last, and leaves out what nobody waited for", () => {
  const spans = [span("a", null, 0, 100), span("b", "a", 10, 20), span("c", "a", 15, 65), span("late", "a", 50, 500)];
  const path = prepare([trace("t", spans)]).critical;
  assert.deepEqual(path.get(2), [[15, 80]]);
  assert.deepEqual(path.get(0), [[0, 15], [80, 100]]);
  assert.equal(path.has(1), false);
  assert.equal(path.has(3), false);
});

test("times at the ends of what 64 bits hold are drawn", () => {
  const endless = { ...span("a", null, 0, 0), start_unix_nano: "0", duration_ns: 18446744073709551615 };
  const model = prepare([trace("t", [endless, span("b", "a", 0, 1)])]);
  assert.ok(Number.isFinite(model.end) && model.end > 0);
});

test("of a batch, the work for other traces' messages is foreign in the joined view", () => {
  const orders = trace("p", [span("send", null, 0, 5, { kind: "producer" })]);
  const batch = trace("c", [
    span("batch", null, 10, 50, { links: [link("p", "send", "shop"), link("q", "x", "shop")] }),
    span("ours", "batch", 12, 5, { links: [link("p", "send", "shop")] }),
    span("theirs", "batch", 20, 5, { links: [link("q", "x", "shop")] }),
  ]);
  const model = prepare([orders, batch]);
  assert.deepEqual(names(model, [...foreignWork(model)]), ["theirs"]);
});

test("on the map, a message that a batch and its own span took is one call over the queue", () => {
  const taken = { kind: "consumer", service: "warehouse", links: [link("p", "send", "shop")] };
  const map = edgesOf(prepare([trace("c", [span("batch", null, 0, 9, taken), span("one", "batch", 1, 5, taken)])]));
  assert.deepEqual(map.edges.map(told), [["service:shop", "service:warehouse", true, 1, 0, null]]);
});

const told = ({ from, to, asynchronous, calls, errors, median_ns }) => [from, to, asynchronous, calls, errors, median_ns];

test("on the map, a topic and a database stand beside the services, whether their other end is drawn or not", () => {
  const topic = { "messaging.system": "kafka", "messaging.destination.name": "orders" };
  const send = span("send", "root", 5, 2, { kind: "producer", attributes: topic });
  const query = span("query", "root", 1, 3, { kind: "client", attributes: { "db.system.name": "sqlite", "db.namespace": "shop" } });
  const root = span("root", null, 0, 10);
  const take = span("take", null, 25, 1, { kind: "consumer", service: "warehouse", attributes: topic, links: [link("p", "send", "shop")] });
  const back = { trace_id: "c", span_id: "take", service: "warehouse", name: "take", kind: "consumer", to_span_id: "send" };
  const orders = trace("p", [root, query, send], { linked_from: [back] });
  const work = trace("c", [take]);
  const sql = ["service:shop", "database:shop@shop", false, 1, 0, 3];
  const taken = (wait) => ["queue:orders", "service:warehouse", true, 1, 0, wait];
  assert.deepEqual(edgesOf(prepare([orders, work])).edges.map(told), [sql, ["service:shop", "queue:orders", true, 1, 0, 2], taken(20)]);
  assert.deepEqual(edgesOf(prepare([orders])).edges.map(told), [sql, ["service:shop", "queue:orders", true, 1, 0, 2], taken(null)]);
  assert.deepEqual(edgesOf(prepare([work])).edges.map(told), [["service:shop", "queue:orders", true, 1, 0, null], taken(null)]);
});

test("on the map, a call fails and lasts as its caller saw it", () => {
  const call = span("call", null, 0, 90, { kind: "client", status: { code: "error", message: "timeout" } });
  const map = edgesOf(prepare([trace("t", [call, span("answer", "call", 5, 10, { service: "pricing", kind: "server" })])]));
  assert.deepEqual(map.edges.map(told), [["service:shop", "service:pricing", false, 1, 1, 90]]);
});

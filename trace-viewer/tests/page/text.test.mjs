// What is typed, written and compared: search words, files, colours, times.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../page/api.mjs";
import { colorClass } from "../../page/color.mjs";
import { alignTraces, verdict } from "../../page/compare.mjs";
import { parseFile } from "../../page/file.mjs";
import { clock, duration } from "../../page/format.mjs";
import { prepare } from "../../page/model.mjs";
import { routeOf } from "../../page/routes.mjs";
import { parseSearch, withWord } from "../../page/search.mjs";
import { link, span, trace } from "./build.mjs";

test("search words become the API's parameters", () => {
  const { query } = parseSearch('service:gateway operation:"GET /checkout" status:error min:1.5s http.route=/a:b');
  assert.equal(query.toString(), "service=gateway&operation=GET+%2Fcheckout&status=error&min_duration_ms=1500&attribute=http.route%3D%2Fa%3Ab");
  assert.equal(parseSearch("ABCDEF0123456789abcdef0123456789").traceId, "abcdef0123456789abcdef0123456789");
  assert.match(parseSearch("colour:red").problem, /colour:/);
  assert.match(parseSearch("min:soon").problem, /min:250ms/);
  assert.equal(withWord('a=b service:x', "service", "the shop"), 'a=b service:"the shop"');
});

test("an OTLP JSON file has types, links both ways and logs, and each span keeps what the file said of it", () => {
  const pair = (key, value) => ({ key, value });
  const resource = { attributes: [pair("service.name", { stringValue: "shop" })] };
  const attributes = [
    pair("n", { intValue: "1" }), pair("large", { intValue: "9007199254740993" }), pair("f", { doubleValue: 1.5 }), pair("b", { boolValue: true }),
    pair("list", { arrayValue: { values: [{ intValue: 1 }, { stringValue: "y" }] } }), pair("none", {}), pair("map", { kvlistValue: { values: [pair("k", { stringValue: "v" })] } }),
  ];
  const send = { traceId: "T", spanId: "AA", name: "send", kind: 4, startTimeUnixNano: "10", endTimeUnixNano: "12", attributes };
  const take = { traceId: "T", spanId: "bb", parentSpanId: "aa", kind: 5, status: { code: 2, message: "no" }, links: [{ traceId: "t", spanId: "aa" }] };
  const scope = { name: "lib", version: "1" };
  const log = { observedTimeUnixNano: "5", severityNumber: 18, traceId: "t", spanId: "aa", body: { stringValue: "said" } };
  const { traces, logs } = parseFile(JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [send, take] }] }], resourceLogs: [{ resource, scopeLogs: [{ logRecords: [log] }] }],
  }));
  const read = traces.get("t");
  assert.deepEqual(read.spans[0].attributes, { n: 1, large: "9007199254740993", f: 1.5, b: true, list: [1, "y"], none: null, map: { k: "v" } });
  assert.equal(read.spans[0].duration_ns, 2);
  assert.deepEqual(read.spans[1].status, { code: "error", message: "no" });
  assert.equal(read.spans[1].links[0].name, "send");
  assert.equal(read.linked_from[0].span_id, "bb");
  assert.deepEqual(read.spans[1].source, { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [take] }] }] });
  const [told] = logs.get("t");
  assert.deepEqual([told.time_unix_nano, told.severity, told.service, told.body], ["5", "ERROR2", "shop", "said"]);
});

test("a Jaeger file opens, and a file of something else says what can be opened", () => {
  const jaeger = { data: [{ traceID: "ab", processes: { p: { serviceName: "shop" } }, spans: [
    { spanID: "1", operationName: "root", processID: "p", startTime: 5, duration: 2, references: [], tags: [{ key: "span.kind", value: "server" }] },
    { spanID: "2", operationName: "child", processID: "p", startTime: 6, duration: 1, references: [{ refType: "CHILD_OF", traceID: "ab", spanID: "1" }], tags: [{ key: "error", value: true }] },
  ] }] };
  const read = parseFile(JSON.stringify(jaeger)).traces.get("ab".padStart(32, "0"));
  assert.deepEqual(read.spans.map((one) => [one.name, one.kind, one.duration_ns, one.status.code]),
    [["root", "server", 2000, "unset"], ["child", "internal", 1000, "error"]]);
  for (const text of ["", "no json", "[1]", '{"resourceSpans":7}', "null", '{"data":[null]}']) {
    assert.throws(() => parseFile(text), /can be opened/, text);
  }
});

test("hostile files are read without harm", () => {
  const odd = { resourceSpans: [null, { resource: 5, scopeSpans: [{ spans: [null, {}, { traceId: 7, spanId: [], attributes: [null, { key: "__proto__", value: { stringValue: "x" } }] }] }] }] };
  assert.equal(prepare([...parseFile(JSON.stringify(odd)).traces.values()]).spans.length, 2);
  assert.equal({}.polluted, undefined);
});

test("integers that a number cannot hold keep their digits where the runtime tells them", () => {
  const read = parse('{"a": 9007199254740993, "b": 1}');
  assert.equal(read.b, 1);
  assert.ok(["9007199254740993", "9007199254740992"].includes(String(read.a)));
});

test("what is gone, new, failing or slower is named", () => {
  const before = prepare([trace("a", [span("1", null, 0, 50e6), span("2", "1", 0, 10e6, { name: "quote" }), span("3", "1", 0, 1e6, { name: "old" })])]);
  const after = prepare([trace("b", [span("1", null, 0, 50e6, { name: "span 1" }), span("2", "1", 0, 30e6, { name: "quote" }), span("4", "1", 0, 1e6, { name: "fresh" })])]);
  const told = alignTraces(before, after).map((line) => [line.span.name, verdict(line)]);
  assert.deepEqual(told, [["span 1", "same"], ["quote", "slower"], ["old", "gone"], ["fresh", "new"]]);
});

test("a service's colour depends on its name alone, and the shop's services differ", () => {
  const shop = ["storefront", "gateway", "pricing", "fulfillment", "inventory", "fraud", "loadgen"].map(colorClass);
  assert.equal(new Set(shop).size, 7);
  assert.match(colorClass("\u{1F600} any"), /^c[0-9]$/);
});

test("durations and times of any size are short texts", () => {
  assert.deepEqual([0, 1, 1500, 12_345_678, 2e9, 1.8e19].map(duration), ["0", "1 ns", "1.50 µs", "12.3 ms", "2.00 s", "208333 d"]);
  assert.equal(clock("18446744073709551615000000000"), "18446744073709551615000000000 ns");
  assert.doesNotThrow(() => clock("garbage"));
});

test("an address shows its view, and a malformed id shows none", () => {
  const at = (path) => routeOf(new URL(path, "http://x"))?.view ?? null;
  const id = "0".repeat(31) + "1";
  assert.deepEqual([`/`, `/trace/${id}`, `/joined/${id}`, `/compare/${id}/${id}`, `/map`].map(at), ["list", "trace", "joined", "compare", "map"]);
  assert.deepEqual([`/trace/abc`, `/trace`, `/compare/${id}`, `/x`].map(at), [null, null, null, null]);
});

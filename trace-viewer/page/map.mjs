// Who calls which service, database and queue: solid where the caller waits, dashed over a queue.

import { colorClass } from "./color.mjs";
import { h, s } from "./dom.mjs";
import { count, duration } from "./format.mjs";

const WIDTH = 186;
const HEIGHT = 52;
const GAP_X = 120;
const GAP_Y = 34;
/** Of a hostile or very large system, as much as can be looked at. */
const MOST_NODES = 60;
const MOST_EDGES = 300;

/** Edges and nodes of the spans that are drawn, in the shape that the API's map has. */
export function edgesOf(model) {
  const nodes = new Map();
  const edges = new Map();
  const meet = (kind, name, system = "", at = "") => {
    const id = `${kind}:${name}${at && `@${at}`}`;
    if (!nodes.has(id)) nodes.set(id, { id, kind, name, system, at, spans: 0, errors: 0 });
    return nodes.get(id);
  };
  const add = (from, to, asynchronous, error, time) => {
    const key = JSON.stringify([from.id, to.id, asynchronous]);
    if (!edges.has(key)) edges.set(key, { from: from.id, to: to.id, asynchronous, calls: 0, errors: 0, times: [] });
    const edge = edges.get(key);
    edge.calls += 1;
    edge.errors += error ? 1 : 0;
    if (time !== undefined) edge.times.push(time);
  };
  const service = (span) => meet("service", span.service);
  const queue = ({ raw: { attributes } }) => {
    const name = text(attributes["messaging.destination.name"]);
    return name && meet("queue", name, text(attributes["messaging.system"]));
  };
  // A batch's span and a message's own both link to the producer: one message is one call, and
  // the span with fewer links tells more of it.
  const taken = new Map();
  const take = (key, sent, to, from) => {
    if (sent && sent.kind !== "producer" && sent.service === to.service) return;
    const through = sent ? queue(sent) || service(sent) : queue(to) || meet("service", from);
    const known = taken.get(`${key} ${to.service}`);
    if (known && known.links <= to.links.length) return;
    if (!sent && !known && through.kind === "queue") add(meet("service", from), through, true, false);
    taken.set(`${key} ${to.service}`, { through, sent, to, links: to.links.length });
  };
  const spanOf = (key) => model.spans[model.byKey.get(key)];
  model.spans.forEach((span, index) => {
    const node = service(span);
    node.spans += 1;
    node.errors += span.error ? 1 : 0;
    const parent = model.spans[model.tree.parent[index]];
    if (parent && (parent.kind === "producer" || (span.kind === "consumer" && parent.service !== span.service))) {
      take(parent.key, parent, span);
    } else if (parent && parent.service !== span.service) {
      const caller = parent.kind === "client" ? parent : span;
      add(service(parent), node, false, span.error || caller.error, caller.duration);
    }
    for (const end of span.kind === "consumer" ? span.links.filter((link) => link.service) : []) {
      const key = `${end.trace_id} ${end.span_id}`;
      take(key, spanOf(key), span, end.service);
    }
    if (span.kind === "producer" && queue(span)) add(node, queue(span), true, span.error, span.duration);
    const { "db.system.name": system, "db.namespace": name, "server.address": at } = span.raw.attributes;
    if (span.kind === "client" && text(system)) {
      add(node, meet("database", text(name) || text(system), text(system), text(at) || span.service), false, span.error, span.duration);
    }
    for (const end of span.takenBy) {
      const key = `${span.key} ${end.service}`;
      if (!taken.has(key)) taken.set(key, { through: queue(span) || node, to: end, links: Infinity });
    }
  });
  for (const { through, sent, to } of taken.values()) {
    add(through, meet("service", to.service), true, to.error, sent && Math.max(0, to.start - sent.start));
  }
  const told = ({ times, ...edge }) => {
    times.sort((a, b) => a - b);
    const quantile = (part) => times[Math.max(0, Math.ceil(times.length * part) - 1)] ?? null;
    return { ...edge, calls_per_minute: null, median_ns: quantile(0.5), p95_ns: quantile(0.95) };
  };
  return { nodes: [...nodes.values()], edges: [...edges.values()].map(told) };
}

function text(given) {
  return typeof given === "string" ? given : "";
}

export function serviceMap({ nodes: all, edges: every, seconds }) {
  if (all.length === 0) return h("p", { class: "empty" }, "No spans, no services yet.");
  const nodes = all.length > MOST_NODES ? [...all].sort((a, b) => b.spans - a.spans).slice(0, MOST_NODES) : all;
  const shown = new Map(nodes.map((node) => [node.id, node]));
  const edges = every.filter(({ from, to }) => shown.has(from) && shown.has(to)).sort((a, b) => b.calls - a.calls).slice(0, MOST_EDGES);
  const left = [[all.length - nodes.length, "node"], [every.length - edges.length, "edge"]].filter(([number]) => number > 0);
  const place = layout(nodes, edges);
  const width = Math.max(...[...place.values()].map(({ x }) => x)) + WIDTH + 40;
  const height = Math.max(...[...place.values()].map(({ y }) => y)) + HEIGHT + 60;
  const picture = s("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "Services, databases, queues and the calls between them; the table below says the same" },
    s("defs", {}, s("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" }, s("path", { d: "M0 0 L8 4 L0 8 z" }))),
    edges.map((edge) => arrow(edge, place)),
    nodes.map((node) => box(node, place.get(node.id))));
  return h("div", { class: "tab-map" },
    h("div", { class: "map-frame", tabindex: "0", role: "region", "aria-label": "The map, to be scrolled" }, picture),
    h("div", { class: "map-frame", tabindex: "0", role: "region", "aria-label": "The calls, to be scrolled" }, tableOf(edges, shown)),
    left.length > 0 && h("p", { class: "hint" }, `${left.map(([number, word]) => count(number, word)).join(" and ")} with the fewest calls are left out.`),
    h("p", { class: "hint" }, "Solid: the caller waits, and the time is the caller's. Dashed: over a queue, found by links; the time is the sending's before the queue, and behind it from the sending to the taking.",
      seconds >= 1 && ` Calls a minute are those of the ${duration(seconds * 1e9)} in which these traces came here.`));
}

/** Columns by the longest way from a service that nobody calls; circles stop at the last column. */
function layout(nodes, edges) {
  const column = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < Math.min(nodes.length, 30); round += 1) {
    for (const { from, to } of edges) {
      const next = column.get(from) + 1;
      if (from !== to && column.get(to) < next && next < nodes.length) column.set(to, next);
    }
  }
  const filled = new Map();
  const order = ({ kind, name }) => `${["service", "queue", "database"].indexOf(kind)}${name}`;
  return new Map([...nodes].sort((a, b) => (order(a) < order(b) ? -1 : 1)).map(({ id }) => {
    const x = column.get(id);
    const y = filled.get(x) ?? 0;
    filled.set(x, y + 1);
    return [id, { x: 20 + x * (WIDTH + GAP_X), y: 30 + y * (HEIGHT + GAP_Y) + (x % 2) * 22, above: 0, below: 0 }];
  }));
}

/** A service is a box, a database a drum, a queue a pill. */
const SHAPES = {
  service: () => [s("rect", { width: WIDTH, height: HEIGHT, rx: 6 }), s("rect", { class: "stripe", width: 6, height: HEIGHT, rx: 3 })],
  database: () => [
    s("path", { d: `M0 7 v${HEIGHT - 14} a${WIDTH / 2} 7 0 0 0 ${WIDTH} 0 v-${HEIGHT - 14}` }),
    s("ellipse", { cx: WIDTH / 2, cy: 7, rx: WIDTH / 2, ry: 7 })],
  queue: () => [s("rect", { width: WIDTH, height: HEIGHT, rx: HEIGHT / 2 })],
};

function box(node, { x, y }) {
  const name = node.name.length > 22 ? `${node.name.slice(0, 21)}…` : node.name;
  const failed = node.errors > 0 && `, ${count(node.errors, "error")}`;
  const sub = node.kind === "service"
    ? (node.spans ? `${count(node.spans, "span")}${failed || ""}` : "in another trace")
    : `${node.system || node.kind}${node.at && node.at !== node.name ? ` at ${node.at}` : ""}`;
  const indent = { service: 18, database: 12, queue: 26 }[node.kind];
  const low = node.kind === "database" ? 3 : 0;
  return s("g", { class: node.kind === "service" ? `node ${colorClass(node.name)}` : `node ${node.kind}`, transform: `translate(${x} ${y})` },
    s("title", {}, `${node.kind} ${node.name}`), SHAPES[node.kind](),
    s("text", { x: indent, y: 22 + low, class: "label" }, name),
    s("text", { x: indent, y: 40, class: failed ? "sub bad" : "sub" }, sub.length > 28 ? `${sub.slice(0, 27)}…` : sub));
}

function arrow(edge, place) {
  const [from, to] = [place.get(edge.from), place.get(edge.to)];
  const shift = edge.asynchronous ? 8 : -4;
  const forward = to.x > from.x;
  const [x1, y1] = [from.x + (forward ? WIDTH : WIDTH / 2), from.y + (forward ? HEIGHT / 2 : HEIGHT) + (forward ? shift : 0)];
  const [x2, y2] = [to.x + (forward ? 0 : WIDTH / 2), to.y + (forward ? HEIGHT / 2 : HEIGHT) + (forward ? shift : 0)];
  const bend = forward ? `C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2}` : `C${x1} ${y1 + 40} ${x2} ${y2 + 40}`;
  // At the arrow's tip, on the side that it does not come from: where ways begin and cross, labels would too.
  const side = y1 < y2 ? "below" : "above";
  const aside = y1 < y2 ? 17 + 15 * to.below : -7 - 15 * to.above;
  const [lx, ly] = forward ? [x2 - 10, y2 + aside] : [(x1 + x2) / 2, (y1 + y2) / 2 + 34];
  if (forward) to[side] += 1;
  const rate = edge.calls_per_minute;
  return s("g", { class: `edge${edge.asynchronous ? " queue" : ""}${edge.errors ? " failing" : ""}` },
    s("path", { d: `M${x1} ${y1} ${bend} ${x2} ${y2}`, "marker-end": "url(#tip)" }),
    s("text", { x: lx, y: ly, class: forward ? "before" : "" },
      `${rate === null ? edge.calls : `${shortNumber(rate)}/min`}${edge.errors ? `, ${edge.errors} failed` : ""}`));
}

function shortNumber(rate) {
  return rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1);
}

function tableOf(edges, nodes) {
  const heads = ["from", "to", "how", "calls", "a minute", "errors", "median", "95 % within"];
  const time = (nanos) => (nanos === null ? "–" : duration(Number(nanos)));
  const name = (id) => [nodes.get(id).name, nodes.get(id).system && h("small", {}, ` ${nodes.get(id).system}`)];
  const how = (edge) => (edge.asynchronous ? "queue" : { database: "query" }[nodes.get(edge.to).kind] ?? "call");
  return h("table", { class: "plain" }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, edges.map((edge) => h("tr", {}, [
      name(edge.from), name(edge.to), how(edge), edge.calls,
      edge.calls_per_minute === null ? "–" : shortNumber(edge.calls_per_minute),
      edge.errors ? `${edge.errors} (${((edge.errors / edge.calls) * 100).toFixed(1)} %)` : "0",
      time(edge.median_ns), time(edge.p95_ns),
    ].map((cell) => h("td", {}, cell))))));
}

// Which service calls which: solid where the caller waits, dashed over a queue.

import { colorClass } from "./color.mjs";
import { h, s } from "./dom.mjs";
import { count } from "./format.mjs";

const WIDTH = 190;
const HEIGHT = 52;
const GAP_X = 130;
const GAP_Y = 34;

/** Edges and services of the spans that are drawn, in the shape that the API's map has. */
export function edgesOf(model) {
  const services = new Map();
  const edges = new Map();
  // A batch's span and a message's own both link to the producer: one message is one call.
  const taken = new Set();
  const take = (message, from, to, error) => {
    const key = `${message} ${to}`;
    if (!taken.has(key)) { taken.add(key); add(from, to, true, error); }
  };
  const add = (from, to, asynchronous, error) => {
    const key = JSON.stringify([from, to, asynchronous]);
    const edge = edges.get(key) ?? { from, to, asynchronous, calls: 0, errors: 0 };
    edge.calls += 1;
    edge.errors += error ? 1 : 0;
    edges.set(key, edge);
  };
  const meet = (name) => { if (!services.has(name)) services.set(name, { name, spans: 0, errors: 0 }); };
  model.spans.forEach((span, index) => {
    const node = services.get(span.service) ?? { name: span.service, spans: 0, errors: 0 };
    node.spans += 1;
    node.errors += span.error ? 1 : 0;
    services.set(span.service, node);
    const parent = model.spans[model.tree.parent[index]];
    if (parent && (parent.kind === "producer" || (span.kind === "consumer" && parent.service !== span.service))) {
      take(parent.key, parent.service, span.service, span.error);
    } else if (parent && parent.service !== span.service) {
      add(parent.service, span.service, false, span.error);
    }
    for (const end of span.kind === "consumer" ? span.links.filter((link) => link.service) : []) {
      meet(end.service);
      take(`${end.trace_id} ${end.span_id}`, end.service, span.service, span.error);
    }
    for (const end of span.takenBy) {
      meet(end.service);
      take(span.key, span.service, end.service, false);
    }
  });
  return { services: [...services.values()], edges: [...edges.values()], seconds: 0 };
}

export function serviceMap({ services, edges, seconds }) {
  if (services.length === 0) return h("p", { class: "empty" }, "No spans, no services yet.");
  const place = layout(services, edges);
  const width = Math.max(...[...place.values()].map(({ x }) => x)) + WIDTH + 40;
  const height = Math.max(...[...place.values()].map(({ y }) => y)) + HEIGHT + 60;
  const picture = s("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "Services and their calls; the table below says the same" },
    s("defs", {}, s("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" }, s("path", { d: "M0 0 L8 4 L0 8 z" }))),
    edges.filter((edge) => place.has(edge.from) && place.has(edge.to)).map((edge) => arrow(edge, place)),
    services.map((service) => box(service, place.get(service.name))));
  return h("div", { class: "tab-map" }, h("div", { class: "map-frame" }, picture), tableOf(edges, seconds),
    h("p", { class: "hint" }, "Solid: the caller waits. Dashed: over a queue, found by links and by producer spans."));
}

/** Columns by the longest way from a service that nobody calls; circles stop at the last column. */
function layout(services, edges) {
  const column = new Map(services.map(({ name }) => [name, 0]));
  for (let round = 0; round < Math.min(services.length, 30); round += 1) {
    for (const { from, to } of edges) {
      const next = (column.get(from) ?? 0) + 1;
      if (from !== to && column.has(to) && column.get(to) < next && next < services.length) column.set(to, next);
    }
  }
  const filled = new Map();
  return new Map([...services].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name }) => {
    const x = column.get(name);
    const y = filled.get(x) ?? 0;
    filled.set(x, y + 1);
    return [name, { x: 20 + x * (WIDTH + GAP_X), y: 30 + y * (HEIGHT + GAP_Y) + (x % 2) * 22 }];
  }));
}

function box(service, { x, y }) {
  const name = service.name.length > 22 ? `${service.name.slice(0, 21)}…` : service.name;
  return s("g", { class: `node ${colorClass(service.name)}`, transform: `translate(${x} ${y})` },
    s("title", {}, service.name),
    s("rect", { width: WIDTH, height: HEIGHT, rx: 6 }), s("rect", { class: "stripe", width: 6, height: HEIGHT, rx: 3 }),
    s("text", { x: 18, y: 22, class: "label" }, name),
    s("text", { x: 18, y: 40, class: service.errors ? "sub bad" : "sub" },
      service.spans ? `${count(service.spans, "span")}${service.errors ? `, ${count(service.errors, "error")}` : ""}` : "in another trace"));
}

function arrow(edge, place) {
  const [from, to] = [place.get(edge.from), place.get(edge.to)];
  const shift = edge.asynchronous ? 8 : -4;
  const forward = to.x > from.x;
  const [x1, y1] = [from.x + (forward ? WIDTH : WIDTH / 2), from.y + (forward ? HEIGHT / 2 : HEIGHT) + (forward ? shift : 0)];
  const [x2, y2] = [to.x + (forward ? 0 : WIDTH / 2), to.y + (forward ? HEIGHT / 2 : HEIGHT) + (forward ? shift : 0)];
  const bend = forward ? `C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2}` : `C${x1} ${y1 + 40} ${x2} ${y2 + 40}`;
  return s("g", { class: `edge${edge.asynchronous ? " queue" : ""}${edge.errors ? " failing" : ""}` },
    s("path", { d: `M${x1} ${y1} ${bend} ${x2} ${y2}`, "marker-end": "url(#tip)" }),
    s("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 6 + (forward ? 0 : 40) }, edge.errors ? `${edge.calls}, ${edge.errors} failed` : String(edge.calls)));
}

function tableOf(edges, seconds) {
  const rate = (edge) => (seconds > 0 ? `${((edge.calls / seconds) * 60).toFixed(1)}` : "–");
  const heads = ["from", "to", "how", "calls", "calls a minute", "errors"];
  return h("table", { class: "plain" }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", {}, head)))),
    h("tbody", {}, edges.map((edge) => h("tr", {}, [
      edge.from, edge.to, edge.asynchronous ? "queue" : "call", edge.calls, rate(edge),
      edge.errors ? `${edge.errors} (${((edge.errors / edge.calls) * 100).toFixed(1)} %)` : "0",
    ].map((cell) => h("td", {}, cell))))));
}

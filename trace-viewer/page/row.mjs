// One line of the waterfall: the span's name, and its bar with own time, critical path and events.

import { colorClass } from "./color.mjs";
import { h, to } from "./dom.mjs";
import { clock, count, duration, short } from "./format.mjs";
import { pathOf } from "./routes.mjs";

const MOST_INDENT = 14;
const MOST_MARKS = 6;
const MOST_PARTS = 24;
/** Short words for kinds; work inside of a service has none. */
const KINDS = { server: "server", client: "client", producer: "producer", consumer: "consumer" };

export function spanRow(waterfall, index) {
  const { model, selected, collapsed, dimmed } = waterfall;
  const span = model.spans[index];
  const { tree } = model;
  const below = tree.end[index] - rowOfTree(model, index) - 1;
  const closed = collapsed.has(index);
  const classes = ["row", colorClass(span.service)];
  if (index === selected) classes.push("selected");
  if (span.error) classes.push("failed");
  if (dimmed.has(index)) classes.push("dim");
  return h("div", {
    class: classes.join(" "), id: `row-${index}`, "data-index": index, role: "treeitem",
    "aria-level": tree.depth[index] + 1, "aria-selected": String(index === selected),
    "aria-expanded": below > 0 ? String(!closed) : null,
  },
  h("div", { class: "name", style: { "padding-left": `${4 + Math.min(tree.depth[index], MOST_INDENT) * 13}px` } },
    below > 0
      ? h("button", { class: "fold", tabindex: "-1", "aria-label": closed ? "open" : "close" }, closed ? `▸ ${below}` : "▾")
      : h("i", { class: "leaf" }),
    h("b", { title: span.service }, span.service),
    h("span", { class: "operation", title: `${span.service}: ${span.name}` }, span.name),
    chips(span, closed)),
  bars(waterfall, span, index));
}

/** A span's place in the whole tree, counted once. */
function rowOfTree(model, index) {
  model.rowOfTree ??= model.tree.order.reduce((rows, at, row) => { rows[at] = row; return rows; },
    new Int32Array(model.spans.length));
  return model.rowOfTree[index];
}

function chips(span, closed) {
  return [
    span.error && h("em", { class: "chip bad", title: span.raw.status.message || "status: error" }, "error"),
    closed && span.errorsBelow > 0 && h("em", { class: "chip bad" }, `${span.errorsBelow} below`),
    span.missing && h("em", { class: "chip warn", title: `Its parent ${span.parent} is not in this trace` },
      `parent ${short(span.parent)} missing`),
    span.cycle && h("em", { class: "chip warn", title: "Its ancestors run in a circle" }, "its own ancestor"),
    linkChip(span.links, "←", "from"),
    linkChip(span.takenBy, "→", "taken by"),
    KINDS[span.kind] && h("small", {}, KINDS[span.kind]),
  ];
}

/** One end leads there at once; of many, the span's details tell. */
function linkChip(ends, arrow, word) {
  if (ends.length === 0) return false;
  const traces = new Set(ends.map((end) => end.trace_id));
  if (traces.size > 1) return h("em", { class: "chip link", title: "See the span's details" }, `${arrow} ${count(ends.length, "link")}`);
  // Of a batch and of the one message in it, the one message is meant.
  const end = ends[ends.length - 1];
  const name = end.service ?? short(end.trace_id);
  const title = `${word} ${end.service ?? "a span that is not kept"}: ${end.name ?? end.span_id}`;
  if (end.found === false) return h("em", { class: "chip gone", title }, `${arrow} ${name}, not kept`);
  return to(pathOf.span(end.trace_id, end.span_id), { class: "chip link", title, tabindex: "-1" }, `${arrow} ${word} ${name}`);
}

function bars(waterfall, span, index) {
  const { model } = waterfall;
  const left = waterfall.share(span.start);
  const right = waterfall.share(span.start + span.duration);
  const label = duration(span.duration);
  // Beside the bar, on the side that has room; on it where neither has.
  const place = right <= 0.86 ? { left: `${right * 100}%` }
    : left > 0.14 ? { right: `${(1 - left) * 100}%` } : { right: "2px" };
  const word = right > 0.86 && left <= 0.14 ? "time within" : "time";
  const marks = [
    ...span.events.map((event) => ["event", event.at, event.name]),
    ...span.logs.map((log) => ["log", log.at, String(log.body)]),
  ].filter(([, at]) => waterfall.share(at) >= 0 && waterfall.share(at) <= 1).slice(0, MOST_MARKS);
  return h("div", { class: "bars" },
    h("div", {
      class: "bar", title: `${span.name}: ${label}, of which ${duration(span.ownTotal)} its own`,
      style: {
        left: `${left * 100}%`, width: `${Math.max(0, right - left) * 100}%`,
        background: layers(waterfall, span, model.critical.get(index)),
      },
    }),
    right >= 0 && left <= 1 && h("span", { class: word, style: place }, label),
    marks.map(([kind, at, name]) => h("i", {
      class: kind === "log" ? "mark round" : "mark", title: `${kind}: ${name}`, style: { left: `${waterfall.share(at) * 100}%` },
    })));
}

/** Strong where the span itself works, pale where it waits; below, what the end waited for. */
function layers(waterfall, span, critical) {
  const strong = stripes(span.own, span, "var(--service)");
  const line = critical && stripes(critical, span, "var(--critical)");
  return [line && `${line} bottom / 100% 3px no-repeat`, strong, "var(--pale)"].filter(Boolean).join(", ");
}

function stripes(parts, span, color) {
  const at = (time) => ((time - span.start) / (span.duration || 1)) * 100;
  const wide = parts.filter(([from, till]) => at(till) - at(from) > 0.2).slice(0, MOST_PARTS);
  if (span.duration === 0) return `linear-gradient(${color}, ${color})`;
  if (wide.length === 0) return "linear-gradient(transparent, transparent)";
  const stops = wide.flatMap(([from, till]) => [
    `transparent ${at(from)}%`, `${color} ${at(from)}%`, `${color} ${at(till)}%`, `transparent ${at(till)}%`,
  ]);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** The head of one trace among several. */
export function groupRow(trace, model) {
  const first = model.spans.find((span) => span.trace === trace.trace_id);
  return h("div", { class: "row group" },
    h("span", {}, `trace ${short(trace.trace_id)} `),
    to(pathOf.trace(trace.trace_id), { tabindex: "-1" }, "show it alone"),
    h("small", {}, `${count(trace.spans.length, "span")}, starts ${first ? clock(trace.start_unix_nano ?? first.raw.start_unix_nano, false) : ""}`));
}

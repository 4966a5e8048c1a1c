// Draws the hops of an order, top to bottom: on the left who calls whom, on the right (or, where it is
// narrow, below) the header that crossed. Trace ids of one trace have one colour.

import { colorClass } from "./color.mjs";
import { s } from "./dom.mjs";
import { duration } from "./format.mjs";

const WIDE = 880, LANES_LEAST = 400, LANES_MOST = 510, MARGIN = 42, LINE = 17, HEAD = 40;
/** Width of a letter of the fixed font, of the other one roughly. */
const MONO = 6.7, LETTER = 7, SMALL = 6.9, BOLD = 1.15;
const ONE_LINE = 68 * MONO, TWO_LINES = 48 * MONO, ROOMY = 420;

/** `linkOf(trace, span)` is the address of a span in the viewer, or null without a viewer. */
export function drawHops(hops, width, linkOf) {
  const lanes = [...new Set(hops.flatMap((hop) => [hop.from, hop.to]))].filter((name) => name !== "SQL");
  const wide = width >= WIDE;
  const lanesWidth = wide ? Math.min(Math.max(width - ONE_LINE - 20, LANES_LEAST), LANES_MOST) : width;
  const gap = (lanesWidth - 2 * MARGIN) / Math.max(lanes.length - 1, 1);
  const place = {
    wide, lanesWidth, xOf: (name) => MARGIN + Math.max(lanes.indexOf(name), 0) * gap,
    textX: wide ? lanesWidth + 14 : 2, textWidth: wide ? width - lanesWidth - 16 : width - 4,
    traces: [...new Set(hops.flatMap((hop) => [hop.begins ?? hop.trace]))], linkOf,
  };
  let y = HEAD;
  const rows = [];
  for (const hop of hops) {
    const { node, height } = row(hop, place);
    node.setAttribute("transform", `translate(0 ${y})`);
    rows.push(s("g", { class: "life" }, wideLives(lanes, place, y, height)), node);
    y += height;
  }
  return s("svg", { "data-testid": "hops", class: "hops", width, height: y, viewBox: `0 0 ${width} ${y}`, role: "group", "aria-label": "The hops of this order, in their order" },
    lanes.map((name, index) => laneHead(name, place.xOf(name), gap < 84 && index % 2 === 1)), rows);
}

function laneHead(name, x, lower) {
  const service = name === "browser" ? "storefront" : name;
  const y = lower ? 30 : 14;
  const shown = cut(name, 14);
  const width = shown.length * SMALL + 12;
  return s("g", { class: `lane ${name === "Kafka" ? "queue" : colorClass(service)}` },
    s("rect", { x: x - width / 2, y: y - 12, width, height: 17, rx: 4 }), s("text", { x, y, "text-anchor": "middle" }, shown));
}

function wideLives(lanes, { wide, xOf }, y, height) {
  const end = wide ? y + height : y + 24;
  return lanes.map((name) => s("line", { x1: xOf(name), x2: xOf(name), y1: y, y2: end }));
}

function row(hop, place) {
  return hop.kind === "sql" ? statementsRow(hop, place) : hopRow(hop, place);
}

function hopRow(hop, place) {
  const lines = linesOf(hop, place);
  const top = place.wide ? 6 : 26;
  const height = Math.max(34, top + lines.length * LINE + 8);
  const href = place.linkOf(hop.trace, hop.span);
  const name = `${hop.from} to ${hop.to}: ${hop.label}. ${hop.traceparent ? `traceparent ${hop.traceparent}` : ""}${hop.error ? `. Failed: ${hop.error}` : ""}`;
  const node = s(href ? "a" : "g", { class: `hop ${hop.kind}${hop.error ? " failed" : ""}`, href, "data-testid": "hop", "aria-label": name },
    s("rect", { class: "hit", x: 1, y: 1, width: place.textX + place.textWidth - 2, height: height - 2, rx: 5 }),
    arrow(hop, place),
    lines.map((line, index) => s("text", { x: place.textX, y: top + 11 + index * LINE, class: line.mono ? "mono" : null },
      line.parts.map(([kind, text]) => s("tspan", { class: kind }, text)))));
  return { node, height };
}

function arrow({ from, to }, { xOf, wide }) {
  const y = wide ? 18 : 14;
  const [a, b] = [xOf(from), xOf(to)];
  const way = b >= a ? 1 : -1;
  return s("g", { class: "arrow" },
    s("circle", { cx: a, cy: y, r: 3.5 }),
    s("path", { class: "shaft", d: `M${a} ${y}H${b - way * 7}` }),
    s("path", { class: "tip", d: `M${b} ${y}l${-way * 8} -5v10z` }));
}

function linesOf(hop, place) {
  const most = Math.floor(place.textWidth / LETTER);
  const time = hop.nanos === undefined || place.textWidth < ROOMY ? "" : `  ${duration(hop.nanos)}`;
  const route = `${hop.from} → ${hop.to} `;
  const lines = [{ parts: [["route", route], ["", cut(hop.label, most - Math.ceil(route.length * BOLD) - time.length)], ["soft", time]] }];
  if (hop.error) lines.push({ parts: [["bad", cut(`✗ ${hop.error}`, most)]] });
  if (hop.traceparent) lines.push(...headerLines(hop, place));
  const mono = Math.floor(place.textWidth / MONO);
  if (hop.tracestate) lines.push({ mono: true, parts: [["soft", "tracestate  "], ["", cut(hop.tracestate, mono - 12)]] });
  if (hop.baggage) lines.push({ mono: true, parts: [["soft", "baggage     "], ["", cut(hop.baggage, mono - 12)]] });
  if (hop.begins) {
    lines.push({ parts: [["join", "a link, not a parent: the work goes on in a trace of its own"]] });
    lines.push({ mono: true, parts: [["soft", "trace "], [traceClass(hop.begins, place), hop.begins]] });
  }
  if (hop.note) lines.push({ parts: [["soft", cut(hop.note, most)]] });
  if (hop.more) lines.push({ parts: [["soft", `and ${hop.more} more like this`]] });
  return lines;
}

function headerLines({ traceparent }, place) {
  const [version, trace, span, flags] = traceparent.split("-");
  const name = ["soft", "traceparent "];
  const head = [["soft", `${version}-`], [traceClass(trace, place), trace]];
  const rest = [["soft", "-"], ["span", span], ["soft", `-${flags}`]];
  const lines = place.textWidth >= ONE_LINE ? [[name, ...head, ...rest]]
    : place.textWidth >= TWO_LINES ? [[name, ...head], [["soft", " ".repeat(name[1].length)], ...rest]]
      : [[name], head, [["soft", "  "], ...rest]];
  return lines.map((parts) => ({ mono: true, parts }));
}

function traceClass(id, { traces }) {
  const index = traces.indexOf(id);
  return index < 0 ? "id" : `id t${index % 3}`;
}

/** Nothing crosses to a database: each statement is a CLIENT span, and the trace ends there. */
function statementsRow({ from, trace, statements }, place) {
  const top = place.wide ? 6 : 26;
  let x = place.textX, y = top;
  const chips = statements.map(({ name, span, error }) => {
    const width = name.length * SMALL + 20;
    if (x > place.textX && x + width > place.textX + place.textWidth) { x = place.textX; y += 28; }
    const href = place.linkOf(trace, span);
    const chip = s(href ? "a" : "g", { class: `chip${error ? " failed" : ""}`, href, "data-testid": "hop", "aria-label": `SQL of ${from}: ${name}` },
      s("rect", { x, y, width, height: 23, rx: 11 }), s("text", { x: x + width / 2, y: y + 16, "text-anchor": "middle" }, name));
    x += width + 6;
    return chip;
  });
  const at = place.xOf(from), cy = place.wide ? 10 : 6;
  const drum = s("path", { class: "drum", d: `M${at - 9} ${cy}v12c0 5 18 5 18 0V${cy}M${at - 9} ${cy}c0 -5 18 -5 18 0c0 5 -18 5 -18 0` });
  return { node: s("g", { class: `sql ${colorClass(from)}` }, drum, chips), height: y + 33 };
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, Math.max(most - 1, 0))}…` : text;
}

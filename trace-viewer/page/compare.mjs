// Two traces side by side: what is missing, what is new, what got slower.

import * as api from "./api.mjs";
import { colorClass } from "./color.mjs";
import { h, put, to } from "./dom.mjs";
import { count, duration, short } from "./format.mjs";
import { prepare, titleOf } from "./model.mjs";
import { pathOf } from "./routes.mjs";

/** Spans of both with the same way from the root, by service, kind and name, are the same work. */
export function alignTraces(a, b) {
  const places = new Map();
  [a, b].forEach((model, side) => {
    const keys = new Array(model.spans.length);
    for (const index of model.tree.order) {
      const span = model.spans[index];
      const above = model.tree.parent[index];
      const own = JSON.stringify([span.service, span.kind, span.name]);
      const parent = above >= 0 ? keys[above] : null;
      // A number stands for the whole way: texts would grow with the depth.
      const key = parent === null ? own : `${places.get(parent).id} ${own}`;
      keys[index] = key;
      if (!places.has(key)) {
        places.set(key, { id: places.size, parent, span, depth: parent === null ? 0 : places.get(parent).depth + 1, below: [], sides: [none(), none()] });
        if (parent !== null) places.get(parent).below.push(key);
      }
      const tally = places.get(key).sides[side];
      tally.spans += 1;
      tally.time += span.duration;
      tally.errors += span.error ? 1 : 0;
    }
  });
  const lines = [];
  const open = [...places].filter(([, place]) => place.parent === null).map(([key]) => key).reverse();
  while (open.length) {
    const place = places.get(open.pop());
    lines.push({ span: place.span, depth: place.depth, a: place.sides[0], b: place.sides[1] });
    open.push(...[...place.below].reverse());
  }
  return lines;
}

function none() {
  return { spans: 0, time: 0, errors: 0 };
}

/** In one word what became of it: "gone", "new", "failing", "slower", "faster" or "same". */
export function verdict({ a, b }) {
  if (b.spans === 0) return "gone";
  if (a.spans === 0) return "new";
  if (b.errors > a.errors) return "failing";
  const [before, after] = [a.time / a.spans, b.time / b.spans];
  if (Math.abs(after - before) < 1e6 || Math.max(before, after) < 1.3 * Math.min(before, after)) return "same";
  return after > before ? "slower" : "faster";
}

const MOST_LINES = 600;

export class ComparePage {
  constructor(route, root) {
    this.show(route.ids, root).catch((error) => put(root, h("div", { class: "empty" },
      h("h1", {}, "These traces cannot be compared"), h("p", {}, `${error.message}.`))));
  }

  async show(ids, root) {
    const models = (await Promise.all(ids.map(api.trace))).map((trace) => prepare([trace]));
    const lines = alignTraces(...models).map((line) => ({ ...line, verdict: verdict(line) }));
    const longest = Math.max(...lines.flatMap(({ a, b }) => [a.time, b.time]), 1);
    const number = (word) => lines.filter((line) => line.verdict === word).length;
    const told = ["gone", "new", "failing", "slower", "faster"].filter(number).map((word) => `${number(word)} ${word}`);
    document.title = "Two traces compared";
    put(root, h("header", { class: "trace-head" }, h("h1", {}, "Two traces compared"),
      h("div", { class: "numbers" }, models.map((model, side) => h("span", {}, h("b", {}, "AB"[side]), " ",
        to(pathOf.trace(ids[side]), {}, `${titleOf(model)} (${short(ids[side])})`),
        ` ${duration(model.end)}, ${count(model.spans.length, "span")}`))),
      h("div", { class: "actions" }, to(pathOf.compare(ids[1], ids[0]), { class: "button" }, "Swap A and B"),
        h("span", { role: "status" }, told.length ? `From A to B: ${told.join(", ")}.` : "The same work, at about the same speed."))),
    h("div", { class: "scroll" }, h("table", { class: "plain compare" },
      h("thead", {}, h("tr", {}, ["span", "A", "B", "", "B against A"].map((head) => h("th", {}, head)))),
      h("tbody", {}, lines.slice(0, MOST_LINES).map((line) => row(line, longest)))),
    lines.length > MOST_LINES && h("p", { class: "hint" }, `${lines.length - MOST_LINES} more are not shown.`)));
  }

  destroy() {}
}

function row({ span, depth, a, b, verdict: word }, longest) {
  const tell = (side) => (side.spans === 0 ? "–" : `${duration(side.time)}${side.spans > 1 ? ` in ${side.spans}` : ""}`);
  const bar = (side, name) => h("i", { class: `against ${name}`, style: { width: `${(side.time / longest) * 100}%` } });
  const change = b.time / (b.spans || 1) - a.time / (a.spans || 1);
  const words = { gone: "only in A", new: "only in B", failing: "fails in B", same: "" }[word] ?? `${word} by ${duration(Math.abs(change))}`;
  return h("tr", { class: word },
    h("td", { style: { "padding-left": `${8 + Math.min(depth, 14) * 14}px` } },
      h("b", { class: `service ${colorClass(span.service)}` }, span.service), " ", span.name, " ", h("small", {}, span.kind === "internal" ? "" : span.kind)),
    h("td", { class: "number" }, tell(a)), h("td", { class: "number" }, tell(b)),
    h("td", { class: "bars-of" }, bar(a, "a"), bar(b, "b")), h("td", {}, words));
}

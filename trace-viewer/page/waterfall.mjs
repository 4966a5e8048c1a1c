// The waterfall: one line a span, of which only those in sight are in the document.

import { h, s, put } from "./dom.mjs";
import { duration } from "./format.mjs";
import { visibleRows } from "./tree.mjs";
import { groupRow, spanRow } from "./row.mjs";

export const ROW = 26;
const SPARE_ROWS = 4;
const MOST_LINES = 40;
const TICKS = 5;

/**
 * `on.select(index)` when a span is chosen, `on.change()` when the part in sight changes.
 * A span's index, not its row, is what callers know.
 */
export class Waterfall {
  constructor(model, { collapsed = new Set(), dimmed = new Set(), grouped = false, on }) {
    Object.assign(this, { model, collapsed, dimmed, grouped, on, selected: -1, zoom: [0, model.end] });
    this.axis = h("div", { class: "axis", "aria-hidden": "true" });
    this.lines = s("svg", { class: "lines", "aria-hidden": "true" });
    this.layer = h("div", { class: "rows" });
    this.space = h("div", { class: "space" }, this.layer, this.lines);
    this.body = h("div", {
      class: "waterfall", role: "tree", tabindex: "0", "aria-label": "Spans of the trace, by start",
      on: { scroll: () => this.schedule(), click: (event) => this.clicked(event) },
    }, this.space);
    this.element = h("div", { class: "waterfall-frame" }, this.axis, this.body);
    this.watching = new ResizeObserver(() => this.schedule());
    this.watching.observe(this.body);
    this.arrange();
  }

  destroy() {
    this.watching.disconnect();
  }

  /** Works out the rows anew, after something was opened or closed. */
  arrange() {
    const { model } = this;
    this.rows = [];
    let rank = -1;
    for (const index of visibleRows(model.tree, this.collapsed)) {
      const own = model.spans[index].rank;
      if (this.grouped && own !== rank) this.rows.push(-1 - own);
      rank = own;
      this.rows.push(index);
    }
    this.rowOf = new Map(this.rows.map((index, row) => [index, row]));
    this.space.style.height = `${this.rows.length * ROW + 8}px`;
    this.schedule();
  }

  schedule() {
    this.due ??= requestAnimationFrame(() => { this.due = undefined; this.draw(); });
  }

  draw() {
    const first = Math.max(0, Math.floor(this.body.scrollTop / ROW) - SPARE_ROWS);
    const last = Math.min(this.rows.length, first + Math.ceil(this.body.clientHeight / ROW) + 2 * SPARE_ROWS);
    const elements = [];
    for (let row = first; row < last; row += 1) {
      const index = this.rows[row];
      const element = index < 0 ? groupRow(this.model.traces[-1 - index], this.model) : spanRow(this, index);
      element.style.top = `${row * ROW}px`;
      elements.push(element);
    }
    put(this.layer, elements);
    this.drawAxis();
    this.drawLines(first, last);
    const active = this.rowOf.has(this.selected) ? `row-${this.selected}` : null;
    if (active) this.body.setAttribute("aria-activedescendant", active);
    this.on.change();
  }

  drawAxis() {
    const [from, to] = this.zoom;
    const ticks = Array.from({ length: TICKS }, (_, at) => at / (TICKS - 1));
    put(this.axis, h("span", { class: "axis-name" }, "service and span"), h("div", { class: "ticks" },
      ticks.map((at) => h("span", { style: { left: `${at * 100}%` } }, duration(from + at * (to - from))))));
  }

  /** Dashed lines from a producer's bar to those that took its message. */
  drawLines(first, last) {
    if (!this.grouped) return;
    const paths = [];
    const bars = this.layer.querySelector(".bars");
    const frame = bars?.getBoundingClientRect();
    const left = frame ? frame.left - this.space.getBoundingClientRect().left : 0;
    // Never over the names, however far to the left a time is.
    const at = (time) => left + Math.max(0, this.share(time)) * (frame?.width ?? 0);
    for (const [producer, consumer] of this.pairs()) {
      const [up, down] = [this.rowOf.get(producer), this.rowOf.get(consumer)];
      if (Math.min(up, down) >= last || Math.max(up, down) < first) continue;
      const [a, b] = [this.model.spans[producer], this.model.spans[consumer]];
      const [x1, y1] = [at(a.start + a.duration), (up + 0.5) * ROW];
      const [x2, y2] = [at(b.start), (down + 0.5) * ROW];
      paths.push(s("path", { d: `M${x1} ${y1} C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}` }));
      if (paths.length === MOST_LINES) break;
    }
    put(this.lines, paths);
  }

  /** Producer and consumer of each link of which both ends have a row. */
  pairs() {
    return this.model.spans.flatMap((span, consumer) => {
      if (!this.rowOf.has(consumer)) return [];
      const ends = span.links.map((link) => this.model.byKey.get(`${link.trace_id} ${link.span_id}`));
      return ends.filter((producer) => this.rowOf.has(producer)).map((producer) => [producer, consumer]);
    });
  }

  /** Where a time is between the left edge, 0, and the right one, 1; not far outside of them. */
  share(time) {
    const [from, to] = this.zoom;
    return Math.min(1.2, Math.max(-0.2, (time - from) / (to - from)));
  }

  setZoom(from, to) {
    const wide = to - from > this.model.end / 1e6;
    this.zoom = wide ? [Math.max(0, from), Math.min(this.model.end, to)] : [0, this.model.end];
    this.draw();
  }

  clicked(event) {
    if (event.target.closest("a")) return;
    const row = event.target.closest("[data-index]");
    if (!row) return;
    const index = Number(row.dataset.index);
    if (event.target.closest(".fold")) this.fold(index);
    else this.select(index);
  }

  fold(index, close = !this.collapsed.has(index)) {
    if (this.model.tree.children[index].length === 0) return;
    if (close) this.collapsed.add(index);
    else this.collapsed.delete(index);
    this.arrange();
  }

  foldAll(close) {
    const { tree } = this.model;
    this.collapsed.clear();
    // The roots stay open, so that something is left to see.
    if (close) tree.children.forEach((below, index) => { if (below.length && tree.depth[index] > 0) this.collapsed.add(index); });
    this.arrange();
  }

  /** Chooses a span, opens what hides it, and brings it into sight. */
  select(index, quiet = false) {
    const { tree } = this.model;
    for (let above = tree.parent[index]; above >= 0; above = tree.parent[above]) this.collapsed.delete(above);
    this.selected = index;
    this.arrange();
    this.reveal(index);
    if (!quiet) this.on.select(index);
  }

  reveal(index) {
    const top = (this.rowOf.get(index) ?? 0) * ROW;
    const { scrollTop, clientHeight } = this.body;
    if (top < scrollTop + ROW || top > scrollTop + clientHeight - 2 * ROW) {
      this.body.scrollTop = Math.max(0, top - clientHeight / 3);
    }
  }

  /** The next or previous span in sight that is `wanted`. */
  move(step, wanted = () => true) {
    let row = this.selected < 0 ? (step > 0 ? -1 : this.rows.length) : this.rowOf.get(this.selected) ?? -1;
    for (row += step; row >= 0 && row < this.rows.length; row += step) {
      const index = this.rows[row];
      if (index >= 0 && wanted(this.model.spans[index])) { this.select(index); return; }
    }
  }
}

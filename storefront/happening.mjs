// "What just happened": asks the viewer for the order's traces until all of the story is there, and draws it.

import { isFinal } from "./checkout.mjs";
import { h, put } from "./dom.mjs";
import { drawHops } from "./hops.mjs";
import { poll } from "./poll.mjs";
import { hasUnanswered, linkedIds, storyOf } from "./story.mjs";

/** Spans come some hundred milliseconds after what they tell. */
const PATIENCE_MS = 30_000;
/** For the other side of a call less long: there may be none. An SDK that sends last waits 5 s by default. */
const OTHER_SIDE_MS = 10_000;
/** An order has two traces. Messages may lead to more, but not to so many that a picture helps. */
const MOST_TRACES = 6;
/** Among so many of the newest checkouts an order is looked for. */
const NEWEST = 50;
/** Were there more than that meanwhile, it is asked for by its id after so long. */
const SURELY_MS = 4000;

export class Happening {
  traces = new Map();

  constructor(order, { viewer_url: viewer }) {
    Object.assign(this, { order, viewer: viewer?.replace(/\/$/, "") });
    this.frame = h("div", { class: "hops-frame" });
    this.note = h("p", { class: "hint remark" });
    const hint = this.viewer && h("p", { class: "hint" }, "Top to bottom, who called whom and the header that crossed. Each line leads to its span.");
    this.element = h("section", { class: "happening", "aria-label": "Hops" }, hint, this.frame, this.note, legend());
    new ResizeObserver(() => this.draw()).observe(this.frame);
  }

  /** Only who looks at it makes it ask. */
  follow(looking) {
    this.looking = looking;
    if (looking) this.update();
  }

  update() {
    this.draw();
    const key = `${this.order.traceId} ${this.order.state}`;
    if (!this.looking || !this.viewer || !this.order.traceId || this.order.state === "sending" || key === this.asked) return;
    this.asked = key;
    this.since = performance.now();
    this.watch(key);
  }

  async watch(key) {
    const there = await poll(async () => {
      if (key !== this.asked) return true;
      await this.fetchAll();
      const whole = this.whole();
      this.draw();
      return whole;
    }, PATIENCE_MS);
    if (key === this.asked && !there) { this.late = true; this.draw(); }
  }

  async fetchAll() {
    if (!await this.hasCome()) return;
    const ids = [this.order.traceId];
    for (const id of ids) {
      const trace = await this.ask(`/${id}`);
      if (!trace) continue;
      this.traces.set(id, trace);
      ids.push(...linkedIds(trace).filter((linked) => !ids.includes(linked)).slice(0, MOST_TRACES - ids.length));
    }
  }

  /** Asked for by its id too early, a trace would be a 404, which browsers write down as an error. */
  async hasCome() {
    const { traceId } = this.order;
    if (this.traces.has(traceId) || performance.now() - this.since > SURELY_MS) return true;
    const query = new URLSearchParams({ service: "gateway", operation: "POST /checkout", limit: NEWEST });
    return Boolean((await this.ask(`?${query}`))?.traces.some((trace) => trace.trace_id === traceId));
  }

  async ask(what) {
    try {
      const response = await fetch(`${this.viewer}/api/traces${what}`, { headers: { accept: "application/json" }, credentials: "omit" });
      this.away = false;
      return response.ok ? await response.json() : null;
    } catch {
      this.away = true;
      return null;
    }
  }

  /** Nothing more will come: no parent, no callee, and the queue's other end has told its part. */
  whole(hops = storyOf(this.order, this.traces)) {
    const traces = [...this.traces.values()];
    const first = this.traces.get(this.order.traceId);
    if (!first || !isFinal(this.order) || traces.some((trace) => trace.missing_parents.length > 0)) return false;
    if (this.order.orderId && !this.traces.has(this.order.fulfillmentTraceId)) return false;
    return performance.now() - this.since > OTHER_SIDE_MS || !hasUnanswered(hops);
  }

  draw() {
    const width = Math.floor(this.frame.clientWidth);
    if (width === 0) return;
    const hops = storyOf(this.order, this.traces);
    // Drawn anew only when it looks different: the keyboard may stand on a hop.
    const key = JSON.stringify([width, hops]);
    if (key !== this.drawn) {
      const stood = [...this.frame.querySelectorAll("a")].indexOf(document.activeElement);
      this.drawn = key;
      put(this.frame, drawHops(hops, width, (trace, span) => (this.viewer && span ? `${this.viewer}/trace/${trace}?span=${span}` : null)));
      if (stood >= 0) this.frame.querySelectorAll("a")[stood]?.focus();
    }
    this.note.textContent = this.remark(hops);
  }

  remark(hops) {
    if (!this.viewer) return "What lies behind the gateway is known to the viewer of traces, and this shop was started without the address of one (VIEWER_URL).";
    if (this.away) return "The viewer of traces cannot be reached, so only what this page has seen itself is drawn.";
    const whole = this.whole(hops);
    if (this.late && !whole) return "Not all of it has reached the viewer. The traces themselves say what is missing.";
    if (hops.length === 1) return "The rest is on its way to the viewer…";
    return whole ? "" : "Watching for the rest…";
  }
}

function legend() {
  return h("p", { class: "legend hint" },
    h("code", {}, h("span", { class: "id t0" }, "trace id")), " the same in all hops of a trace · ",
    h("code", {}, h("span", { class: "span" }, "parent id")), " the span that sent the header, and the receiver's parent · last two digits: flags, odd is recorded · ",
    h("span", { class: "join" }, "dashed"), " a link, not a parent");
}

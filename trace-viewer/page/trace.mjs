// The page of a trace, alone or joined with those that links lead to.

import * as api from "./api.mjs";
import { colorClass } from "./color.mjs";
import { copyButton, h, put, to } from "./dom.mjs";
import { spanDetail } from "./detail.mjs";
import { clock, count, duration, short } from "./format.mjs";
import { keysOf } from "./trace_keys.mjs";
import { logTab } from "./logs.mjs";
import { serviceMap, edgesOf } from "./map.mjs";
import { Minimap } from "./minimap.mjs";
import { foreignWork, prepare, titleOf } from "./model.mjs";
import { pathOf } from "./routes.mjs";
import { Waterfall } from "./waterfall.mjs";

const LOOK_AGAIN_MS = [700, 1000, 1500, 2500, 4000, 8000, 15_000, 30_000];
/** Looking again at a large trace may take this share of the time. */
const MOST_LOOKING = 1 / 20;

/** Lets the browser draw and hear keys between two pieces of work. */
const breathe = () => new Promise((done) => { setTimeout(done); });

export class TracePage {
  constructor(route, root, go) {
    Object.assign(this, { route, root, go, id: route.ids[0], joined: route.view === "joined", looks: 0 });
    this.tab = route.query.get("tab") ?? "spans";
    this.start();
  }

  async start() {
    const began = performance.now();
    try {
      await this.load();
    } catch (error) {
      if (this.gone) return;
      const waiting = error.status === 404 && this.looks < 6;
      put(this.root, h("div", { class: "empty" },
        h("h1", {}, waiting ? "Waiting for the first spans…" : "This trace cannot be shown"),
        h("p", {}, `Trace ${this.id}: ${error.message}.`),
        !waiting && h("p", {}, "It may have made room for newer ones, or it came from a file that has to be opened again. ",
          to(pathOf.list(), {}, "All traces"))));
    }
    this.took = performance.now() - began;
    this.lookAgain();
  }

  /** Spans arrive late, and consumers later: the page follows until nothing more comes. */
  lookAgain() {
    if (this.gone || api.opened.traces.has(this.id) || this.looks >= LOOK_AGAIN_MS.length) return;
    this.timer = setTimeout(() => this.start(), Math.max(LOOK_AGAIN_MS[this.looks], this.took / MOST_LOOKING));
    this.looks += 1;
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.timer);
    this.close();
  }

  close() {
    this.waterfall?.destroy();
    this.minimap?.destroy();
  }

  async load() {
    const own = api.logs(this.id);
    own.catch(() => {});
    const { traces, more } = this.joined ? await api.joined(this.id) : { traces: [await api.trace(this.id)], more: 0 };
    const logsOf = (trace) => (trace.trace_id === this.id ? own : api.logs(trace.trace_id));
    const logs = (await Promise.all(traces.map(logsOf))).flat();
    if (this.gone) return;
    const links = traces.reduce((sum, trace) => sum + trace.linked_from.length, 0);
    const seen = `${traces.map((trace) => trace.spans.length)} ${links} ${logs.length}`;
    if (seen === this.seen) return;
    if (this.seen) this.looks = 0;
    this.seen = seen;
    traces.sort((a, b) => (BigInt(a.start_unix_nano ?? a.spans[0]?.start_unix_nano ?? 0) < BigInt(b.start_unix_nano ?? b.spans[0]?.start_unix_nano ?? 0) ? -1 : 1));
    this.more = more;
    await breathe();
    const model = prepare(traces, logs);
    await breathe();
    if (!this.gone) this.show(model);
  }

  show(model) {
    const wanted = this.selectedId ?? this.route.query.get("span");
    const scrolled = this.waterfall?.body.scrollTop ?? 0;
    const foreign = this.joined ? foreignWork(model) : new Set();
    // Spans that came since have moved the indexes.
    const closed = [...this.waterfall?.collapsed ?? []].map((index) => model.byKey.get(this.model.spans[index].key));
    const collapsed = this.waterfall ? new Set(closed.filter((index) => index !== undefined)) : new Set(foreign);
    this.close();
    this.model = model;
    this.waterfall = new Waterfall(model, {
      collapsed, dimmed: foreign, grouped: this.joined && model.traces.length > 1,
      on: { select: (index) => this.selected(index), change: () => this.minimap?.update() },
    });
    this.minimap = new Minimap(this.waterfall);
    this.side = h("aside", { hidden: true });
    document.title = `${titleOf(model)} · traces`;
    this.draw();
    const index = model.spans.findIndex((span) => span.id === wanted);
    this.waterfall.body.scrollTop = scrolled;
    if (index >= 0) {
      this.waterfall.select(index, true);
      this.showDetail(index);
    } else if (wanted) {
      put(this.note, `Span ${short(wanted)} is not in this trace.`);
    }
    if (document.activeElement === document.body) this.waterfall.body.focus({ preventScroll: true });
  }

  draw() {
    const { model } = this;
    this.note = h("span", { class: "hint", role: "status" });
    const tabs = [["spans", "Spans", model.spans.length], ["logs", "Logs", model.logs.length], ["map", "Services", model.services.length]];
    const content = {
      spans: () => [this.minimap.element, h("div", { class: "split" }, this.waterfall.element, this.side)],
      logs: () => [logTab(model)],
      map: () => [serviceMap(edgesOf(model))],
    }[this.tab] ?? (() => []);
    put(this.root, this.head(),
      h("nav", { class: "tabs", "aria-label": "Views of the trace" },
        tabs.map(([name, label, number]) => h("button", {
          "aria-pressed": String(this.tab === name), on: { click: () => this.openTab(name) },
        }, label, h("small", {}, ` ${number}`))), this.note),
      content());
  }

  head() {
    const { model, id } = this;
    const linked = model.spans.some((span) => span.links.length || span.takenBy.length);
    const truncated = model.traces.some((trace) => trace.truncated);
    const first = model.spans[model.tree.order[0]];
    const toFirst = (color, text, wanted) => {
      const { trace, id: span } = model.spans[model.tree.order.find((index) => wanted(model.spans[index]))];
      return to(this.joined ? pathOf.joined(id, span) : pathOf.span(trace, span), { class: color }, text);
    };
    return h("header", { class: "trace-head" },
      h("h1", {}, first && h("b", { class: `service ${colorClass(first.service)}` }, first.service), " ", first?.name ?? "an empty trace"),
      h("div", { class: "numbers" },
        h("span", {}, first ? clock(first.raw.start_unix_nano) : ""),
        h("span", {}, h("b", {}, duration(model.end))),
        h("span", {}, count(model.spans.length, "span")),
        model.errors > 0 && toFirst("bad", count(model.errors, "error"), (span) => span.error),
        model.missing > 0 && toFirst("warn", count(model.missing, "missing parent"), (span) => span.missing),
        truncated && h("span", { class: "warn" }, "cut short: more spans came than are kept"),
        this.joined && h("span", {}, count(model.traces.length, "trace"), this.more > 0 && `, ${this.more} more not shown`),
        h("span", { class: "legend" }, model.services.slice(0, 12).map((name) => h("i", { class: `swatch ${colorClass(name)}` }, name)))),
      h("div", { class: "actions" },
        this.joined ? to(pathOf.trace(id), { class: "button" }, "This trace alone")
          : linked && to(pathOf.joined(id, this.selectedId ?? this.route.query.get("span")), { class: "button strong" }, "Joined view: before and after the queue"),
        h("button", { on: { click: () => this.waterfall.foldAll(this.waterfall.collapsed.size === 0) } }, "Fold"),
        !api.opened.traces.has(id) && h("a", { class: "button", href: api.filePath(id, { linked: this.joined }), download: true,
          title: "An OTLP JSON file: drop it on this page, or send it to a collector" }, "Download"),
        to(`/?compare=${id}`, { class: "button" }, "Compare…"),
        h("span", { class: "id" }, h("code", { title: id }, short(id)), copyButton(id, "copy id"))));
  }

  openTab(name) {
    this.tab = name;
    this.address({ tab: name === "spans" ? null : name });
    this.draw();
    this.waterfall.schedule();
  }

  selected(index) {
    this.selectedId = this.model.spans[index].id;
    this.address({ span: this.selectedId });
    this.showDetail(index);
  }

  showDetail(index) {
    this.selectedId = this.model.spans[index].id;
    this.side.hidden = false;
    put(this.side, spanDetail(this.model, index, () => this.closeDetail()));
    this.side.scrollTop = 0;
    this.waterfall.reveal(index); // the details have taken room from it
  }

  closeDetail() {
    this.side.hidden = true;
    this.selectedId = undefined;
    this.waterfall.selected = -1;
    this.waterfall.schedule();
    this.address({ span: null });
    this.waterfall.body.focus({ preventScroll: true });
  }

  /** What is chosen is in the address, without a step in the history for each. */
  address(changes) {
    const url = new URL(location.href);
    for (const [name, given] of Object.entries(changes)) {
      if (given) url.searchParams.set(name, given);
      else url.searchParams.delete(name);
    }
    history.replaceState(null, "", url);
  }

  /** Goes to a span that is drawn already. Of the joined view, links stay inside. */
  reach(route) {
    const span = route.query.get("span");
    if (route.view !== "trace" || !span) return false;
    const index = this.model?.byKey.get(`${route.ids[0]} ${span}`);
    if (index === undefined) return false;
    if (this.tab !== "spans") this.openTab("spans");
    this.waterfall.select(index);
    return true;
  }

  key(event) {
    return this.model ? keysOf(this, event) : false;
  }
}

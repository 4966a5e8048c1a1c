// The list of traces: searched, live, and never hiding what is broken.

import * as api from "./api.mjs";
import { colorClass } from "./color.mjs";
import { h, put, to } from "./dom.mjs";
import { ago, clock, count, duration, json, short } from "./format.mjs";
import { pathOf } from "./routes.mjs";
import { HELP, parseSearch, withWord } from "./search.mjs";

const SOONEST_MS = 1500;
const LATEST_MS = 20_000;
const LIMIT = 100;

export class ListPage {
  constructor(route, root, go) {
    Object.assign(this, { go, text: route.query.get("q") ?? "", against: route.query.get("compare"), wait: SOONEST_MS, chosen: -1 });
    if (!/^[0-9a-f]{32}$/i.test(this.against ?? "")) this.against = null;
    this.list = h("div", { class: "traces", role: "list" });
    this.told = h("span", { class: "hint", role: "status" });
    put(root, h("h1", { class: "unseen" }, "Traces"), this.form(), this.list);
    document.title = "Traces";
    this.awake = () => { if (!document.hidden) this.now(); };
    document.addEventListener("visibilitychange", this.awake);
    this.now();
    this.askServices();
  }

  askServices() {
    api.get("/api/services").then(({ services }) => {
      if (this.gone) return;
      this.offer(services);
      if (this.traces?.length === 0) this.show([]);
    }, () => {});
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.awake);
  }

  form() {
    this.input = h("input", {
      type: "search", id: "search", value: this.text, autocomplete: "off", spellcheck: "false",
      placeholder: "service:gateway  status:error  min:100ms  key=value  or a trace id", "aria-label": "Search traces",
      on: { search: () => this.search(this.input.value), change: () => this.search(this.input.value) },
    });
    this.services = h("select", { "aria-label": "Service", on: { change: (event) => this.set("service", event.target.value, "operation") } }, h("option", { value: "" }, "every service"));
    this.operations = h("select", { "aria-label": "Operation", on: { change: (event) => this.set("operation", event.target.value) } }, h("option", { value: "" }, "every operation"));
    const failed = h("button", { type: "button", on: { click: () => this.set("status", this.text.includes("status:error") ? "" : "error") } }, "errors only");
    return h("form", { class: "search", role: "search", on: { submit: (event) => { event.preventDefault(); this.search(this.input.value); } } },
      this.input, this.services, this.operations, failed, this.told,
      this.against && h("p", { class: "notice" }, "Choose the trace to compare with ", h("code", {}, short(this.against)), ". ",
        to(pathOf.trace(this.against), {}, "Back to it")));
  }

  offer(services) {
    this.known = services;
    const fill = (select, first, names) => put(select, h("option", { value: "" }, first), names.map((name) => h("option", { value: name }, name)));
    const { query } = parseSearch(this.text);
    const service = query?.get("service") ?? "";
    fill(this.services, "every service", services.map(({ name }) => name));
    this.services.value = services.some(({ name }) => name === service) ? service : "";
    const of = service ? services.filter(({ name }) => name === service) : services;
    fill(this.operations, "every operation", [...new Set(of.flatMap(({ operations }) => operations))].slice(0, 500));
    this.operations.value = query?.get("operation") ?? "";
  }

  set(name, value, without) {
    let text = withWord(this.input.value, name, value);
    if (without) text = withWord(text, without, "");
    this.input.value = text;
    this.search(text);
  }

  search(text) {
    if (text.trim() === this.text.trim()) return;
    this.text = text;
    const { traceId } = parseSearch(text);
    if (traceId) { this.go(pathOf.trace(traceId)); return; }
    const url = new URL(location.href);
    if (text.trim()) url.searchParams.set("q", text.trim());
    else url.searchParams.delete("q");
    history.replaceState(null, "", url);
    if (this.known) this.offer(this.known);
    this.seen = undefined;
    this.now();
  }

  now() {
    this.wait = SOONEST_MS;
    this.poll();
  }

  /** Sooner while something changes, later while nothing does, never while nobody looks. */
  async poll() {
    clearTimeout(this.timer);
    const asked = this.text;
    try {
      const { query, problem } = parseSearch(asked);
      if (problem) { put(this.told, problem); return; }
      if (!query.has("limit")) query.set("limit", String(LIMIT));
      const { traces } = await api.get(`/api/traces?${query}`);
      if (this.gone || asked !== this.text) return;
      const seen = json(traces);
      if (seen !== this.seen) { this.seen = seen; this.wait = SOONEST_MS; this.show(traces); }
      put(this.told, traces.length === 0 ? "" : `${count(traces.length, "trace")}${traces.length === LIMIT ? ", the newest" : ""}, live`);
    } catch (error) {
      if (this.gone) return;
      put(this.told, error.status === 400 ? error.message : `The viewer does not answer (${error.message}); trying again.`);
    }
    this.wait = Math.min(LATEST_MS, this.wait * 1.5);
    if (!this.gone && !document.hidden) this.timer = setTimeout(() => this.poll(), this.wait);
  }

  show(traces) {
    const focused = document.activeElement?.dataset?.trace;
    this.traces = [...this.fromFile(), ...traces];
    const longest = Math.max(...this.traces.map((trace) => Number(trace.duration_ns)), 1);
    put(this.list, this.traces.map((trace) => this.row(trace, longest)), this.traces.length === 0 && this.nothing());
    if (focused) this.list.querySelector(`[data-trace="${CSS.escape(focused)}"]`)?.focus();
    if (this.known && traces.some((trace) => trace.root && !this.knows(trace.root.service))) this.askServices();
  }

  knows(service) {
    return this.known.some(({ name }) => name === service);
  }

  nothing() {
    const service = parseSearch(this.text).query?.get("service");
    const unknown = service && this.known && !this.knows(service) && h("p", {}, `A word alone is a service's name, and none is called “${service}”.`);
    if (this.text.trim()) return h("div", { class: "empty" }, h("p", {}, "No trace matches."), unknown, h("p", { class: "hint" }, HELP));
    return h("div", { class: "empty" }, h("h2", {}, "No traces yet"),
      h("p", {}, "Place an order in the shop, or drop a trace file here (OTLP JSON or Jaeger JSON). The list follows by itself."));
  }

  /** Those of an opened file, on top. */
  fromFile() {
    return [...api.opened.traces.values()].map((trace) => {
      const root = trace.spans.find((span) => !span.parent_span_id);
      const starts = trace.spans.map((span) => BigInt(span.start_unix_nano));
      const start = starts.reduce((least, at) => (at < least ? at : least), starts[0] ?? 0n);
      const ends = trace.spans.map((span, index) => Number(starts[index] - start) + Number(span.duration_ns));
      return {
        trace_id: trace.trace_id, root: root ?? null, first: root ?? trace.spans[0] ?? null, start_unix_nano: String(start), file: api.opened.name,
        duration_ns: ends.reduce((a, b) => Math.max(a, b), 0), span_count: trace.spans.length,
        error_count: trace.spans.filter((span) => span.status.code === "error").length,
        services: [...new Set(trace.spans.map((span) => span.service))],
        linked: trace.linked_from.length > 0 || trace.spans.some((span) => span.links.length > 0),
        missing_parents: trace.missing_parents.length,
      };
    });
  }

  row(trace, longest) {
    const path = this.against ? pathOf.compare(this.against, trace.trace_id) : pathOf.trace(trace.trace_id);
    const first = trace.first?.service ?? trace.services[0] ?? "";
    return h("div", { class: "item", role: "listitem" }, to(path, { class: "trace", "data-trace": trace.trace_id },
      h("time", { title: clock(trace.start_unix_nano) }, ago(trace.start_unix_nano)),
      h("span", { class: "what" }, h("b", { class: `service ${colorClass(first)}` }, first), " ",
        trace.first?.name, " ", !trace.root && h("em", { class: "chip warn" }, "no root span")),
      h("span", { class: "marks" },
        trace.file && h("em", { class: "chip" }, `from ${trace.file}`),
        trace.error_count > 0 && h("em", { class: "chip bad" }, count(trace.error_count, "error")),
        trace.missing_parents > 0 && h("em", { class: "chip warn" }, count(trace.missing_parents, "missing parent")),
        trace.linked && h("em", { class: "chip link", title: "Linked to other traces" }, "⇄ linked")),
      h("span", { class: "services" }, trace.services.slice(0, 8).map((name) => h("i", { class: `swatch ${colorClass(name)}` }, name))),
      h("span", { class: "number" }, count(trace.span_count, "span")),
      h("span", { class: "length" }, h("i", { style: { width: `${Math.sqrt(Number(trace.duration_ns) / longest) * 100}%` } }), h("span", {}, duration(Number(trace.duration_ns)))),
      h("code", { title: trace.trace_id }, short(trace.trace_id))));
  }

  key(event) {
    const rows = [...this.list.querySelectorAll("a.trace")];
    const at = rows.indexOf(document.activeElement);
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!step) return false;
    rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
    return true;
  }
}

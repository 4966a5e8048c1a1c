// One order as the customer sees it: its state, the ways to its traces, what just happened.

import { canAskAgain } from "./checkout.mjs";
import { copyButton, h, put } from "./dom.mjs";
import { faultOf } from "./faults.mjs";
import { clock, money } from "./format.mjs";
import { Happening } from "./happening.mjs";

const SENTENCES = {
  sending: "On its way to the shop…",
  accepted: "The shop has it. The warehouse will hear of it through Kafka…",
  reserved: "The warehouse has put it aside for you.",
  out_of_stock: "The warehouse does not have enough.",
  failed: "It could not be fulfilled, and nothing is kept aside.",
  refused: "The shop said no.",
  "not placed": "Nothing was promised, and nothing is lost.",
  unanswered: "Whether the shop has it, nobody here knows.",
};

const MEANINGS = {
  traceresponse: "the trace in which you were answered, and the gateway's span: hand it over with a complaint",
  "server-timing": "the same, where a page's scripts and the browser's network tab find it",
  "idempotency-replayed": "the order was there already: this is the answer of the first time",
  "retry-after": "seconds to wait before it is worth asking again",
};

export class OrderCard {
  constructor(order, settings, again) {
    Object.assign(this, { order, settings });
    this.state = h("b", { class: "state", "data-testid": "order-state" });
    this.sentence = h("p", { class: "sentence" });
    this.again = h("button", { type: "button", on: { click: again } }, "Try again");
    this.retry = h("p", { class: "retry" }, this.again, h("span", {}, "Safe: it goes out with the same Idempotency-Key, so there will be one order at most."));
    this.ways = h("p", { class: "ways" });
    this.fault = h("div", { class: "asked" });
    this.facts = h("dl", { class: "facts" });
    this.headers = h("section", { class: "headers", "data-testid": "headers" });
    this.happening = new Happening(order, settings);
    this.total = h("span", { class: "total" });
    this.title = h("h3", { tabindex: -1 }, order.title);
    this.details = h("details", {}, h("summary", {}, "What just happened"), this.fault, this.happening.element, this.headers, this.facts);
    this.details.addEventListener("toggle", () => this.happening.follow(this.details.open));
    const head = h("div", { class: "order-head" }, this.title, h("small", {}, clock(order.placedAt)), order.fault && h("code", { class: "fault" }, order.fault), this.total, this.state);
    this.element = h("li", { class: "order", "data-testid": "order" }, head, this.sentence, this.retry, this.ways, this.details);
    this.update();
  }

  open() {
    this.details.open = true;
  }

  close() {
    this.details.open = false;
  }

  /** Brings it before the customer's eyes, and the keyboard with them. */
  reveal() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.title.focus({ preventScroll: true });
    this.element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  update() {
    const { order } = this;
    this.state.textContent = order.state;
    this.element.dataset.state = order.state.replace(" ", "-");
    this.total.textContent = order.total === undefined ? "" : money(order.total, order.body.currency) +
      (order.discount > 0 ? ` (coupon: −${money(order.discount, order.body.currency)})` : "");
    const reason = order.reason ? ` ${sentence(order.reason)}` : "";
    const silence = order.silent ? " It takes unusually long: reload the page to ask again." : "";
    this.sentence.textContent = SENTENCES[order.state] + reason + silence;
    this.retry.hidden = !canAskAgain(order);
    this.showWays();
    this.showFault();
    this.showHeaders();
    this.showFacts();
    this.happening.update();
  }

  /** Of another tracing tool the gateway knows only where a trace is to be found (TRACE_URL). */
  url(view, trace = this.order.traceId) {
    const { viewer_url: viewer, trace_url: template } = this.settings;
    if (!trace) return null;
    if (!viewer) return (view === "trace" && template?.replace("{trace_id}", trace)) || null;
    // The warehouse's lines have the other trace's id: joined, the log has both.
    const logs = `${this.order.orderId ? "joined" : "trace"}/${trace}?tab=logs`;
    const path = { trace: `trace/${trace}`, joined: `joined/${trace}`, logs }[view];
    return `${viewer.replace(/\/$/, "")}/${path}`;
  }

  showWays() {
    // Made anew only when they lead elsewhere: the keyboard may stand on one of them.
    const key = `${this.order.traceId} ${Boolean(this.order.orderId)}`;
    if (key === this.waysKey || !this.url("trace")) return;
    this.waysKey = key;
    // What never got to the warehouse is told by the one trace.
    const best = this.order.orderId ? "joined" : "trace";
    const way = (view, text) => this.url(view) && h("a", { class: view === best ? "button strong" : "button", href: this.url(view), "data-testid": `${view}-link` }, text);
    put(this.ways, way("joined", "From the click to the warehouse"), way("trace", "The trace of the click"), way("logs", "Its log lines"));
  }

  showFault() {
    const { order } = this;
    if (!order.fault || !order.traceId || this.faultKey === order.tries.length) return;
    this.faultKey = order.tries.length;
    const { title, expect, view, look } = faultOf(order.fault);
    // It struck the first try only: a later one went out without it.
    const place = order.tries.length > 1 ? "your first try" : view === "joined" ? "from the click to the warehouse" : "the trace of the click";
    const url = this.url(view, order.tries[0]?.traceId ?? order.traceId);
    put(this.fault, h("h4", {}, `You asked for: ${title}`), h("p", {}, expect), h("p", {}, "To see it: ", url ? h("a", { href: url }, place) : place, `, ${look}`));
  }

  showHeaders() {
    const { answer } = this.order;
    this.headers.hidden = !answer;
    const key = JSON.stringify(answer);
    if (!answer || key === this.headersKey) return;
    this.headersKey = key;
    const rows = answer.headers.map(([name, value]) => entry(name, value, MEANINGS[name]));
    if (answer.problem) rows.push(entry("trace_id in the problem", answer.problem.trace_id ?? "none", "the same trace, for those who keep only the answer's body"));
    put(this.headers, h("h4", {}, `What the answer said (${answer.status})`), h("dl", {}, rows));
  }

  showFacts() {
    const { order } = this;
    const link = (trace) => (this.url("trace", trace) ? h("a", { href: this.url("trace", trace) }, h("code", {}, trace)) : h("code", {}, trace));
    put(this.facts,
      order.orderId && [h("dt", {}, "Order"), h("dd", {}, h("code", {}, order.orderId))],
      order.traceId && [h("dt", {}, "Checkout's trace"), h("dd", {}, link(order.traceId))],
      order.fulfillmentTraceId && [h("dt", {}, "Fulfillment's trace"), h("dd", {}, link(order.fulfillmentTraceId))],
      [h("dt", {}, "Idempotency-Key"), h("dd", {}, h("code", {}, order.key))]);
  }
}

function entry(name, value, meaning) {
  return [h("dt", {}, name), h("dd", {}, h("code", {}, value), " ", copyButton(value, name), h("small", {}, meaning))];
}

/** What a service says has no capital and no full stop. */
function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}

// Places an order: the root of the trace, the key under which it can be asked for again, the answer.

import { baggageOf } from "./faults.mjs";
import { tracedFetch } from "./traced_fetch.mjs";

/** What a page has to remember of one click. The key is made once, and stays with the order. */
export function newOrder(cart, fault) {
  return {
    key: crypto.randomUUID(),
    body: cart.order(),
    title: cart.title(),
    placedAt: Date.now(),
    fault: fault || null,
    faultDue: Boolean(fault),
    state: "sending",
    tries: [],
  };
}

/** True while nobody knows what became of it, or it failed: asking again with its key is safe then. */
export function canAskAgain(order) {
  return order.state === "unanswered" || order.state === "not placed";
}

export function isFinal(order) {
  return !["sending", "accepted"].includes(order.state);
}

/** Sends the order, for the first time or again. Changes `order`; never throws. */
export async function send(order, tracer) {
  const { body } = order;
  order.state = "sending";
  const root = tracer?.span("place_order", {
    attributes: { "app.checkout.currency": body.currency, "app.customer.tier": body.customer.tier, "app.lines": body.lines.length },
  });
  const fault = order.faultDue ? baggageOf(order.fault) : {};
  order.faultDue = false;
  const headers = { "content-type": "application/json", "idempotency-key": order.key, ...fault };
  try {
    const got = await tracedFetch(tracer, root, "/checkout", { method: "POST", headers, body: JSON.stringify(body) });
    remember(order, got);
    understand(order, got.response, got.text);
    if (root && order.orderId) root.attributes["app.order.id"] = order.orderId;
    if (!got.response.ok) root?.fail(order.reason, got.response.status);
  } catch (error) {
    remember(order, error);
    order.traceId = root?.traceId;
    order.answer = null;
    order.state = "unanswered";
    order.reason = error.name === "TimeoutError" ? "The shop took too long to answer." : "The shop could not be reached.";
    root?.fail(order.reason, error.name);
  } finally {
    root?.end();
  }
}

/** What crossed the first hop, of each try: the diagram begins with the one that made the order. */
function remember(order, { sent, span }) {
  const { traceparent, tracestate, baggage } = sent ?? {};
  order.tries.push({ traceparent, tracestate, baggage, traceId: span?.traceId, spanId: span?.spanId });
}

function understand(order, response, text) {
  const answer = parsed(text);
  const said = ["traceresponse", "server-timing", "idempotency-replayed", "retry-after"];
  order.answer = {
    status: response.status,
    headers: said.map((name) => [name, response.headers.get(name)]).filter(([, value]) => value !== null),
    problem: response.ok ? null : { title: answer.title, detail: answer.detail, trace_id: answer.trace_id },
  };
  const trace = response.headers.get("traceresponse")?.split("-")[1];
  order.traceId = answer.trace_id ?? trace ?? order.tries.at(-1).traceId;
  order.reason = answer.detail ?? (response.ok ? null : `The shop answered ${response.status}.`);
  if (response.ok && answer.order_id) {
    Object.assign(order, { state: answer.state, orderId: answer.order_id, discount: answer.discount_cents, total: answer.total_cents });
  } else {
    order.state = isForNow(response) ? "not placed" : "refused";
  }
}

/** A failure, or another request with the same key under way: the next answer may be a better one. */
function isForNow(response) {
  return response.status >= 500 || response.headers.has("retry-after") || response.ok;
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

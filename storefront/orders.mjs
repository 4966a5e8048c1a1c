// The orders of this tab, newest first: places them, asks how far they are, remembers them.

import { canAskAgain, isFinal, newOrder, send } from "./checkout.mjs";
import { byId, say } from "./dom.mjs";
import { OrderCard } from "./order_card.mjs";
import { poll } from "./poll.mjs";
import { untracedFetch } from "./traced_fetch.mjs";

const KEPT = "orders", MOST = 10;

/** A crashed fulfillment is back within some ten seconds; this is patience enough. */
const PATIENCE_MS = 120_000;

export class Orders {
  /** `accepted` is told of each order that the shop has taken. */
  constructor(settings, tracer, accepted) {
    Object.assign(this, { settings, tracer, accepted });
    // What an older page has kept is no order to this one.
    this.orders = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]").filter((order) => order.tries);
    this.cards = new Map();
    for (const order of [...this.orders].reverse()) {
      // The page was left before the answer came, so nobody here knows it.
      if (order.state === "sending") Object.assign(order, { state: "unanswered", reason: "The page was left before the answer came." });
      this.put(order);
      this.follow(order);
    }
    if (this.orders.length > 0) this.cards.get(this.orders[0].key).open();
  }

  /** The same cart again, after an order of which nothing came: the same order, under the same key. */
  async place(cart, fault) {
    const [last] = this.orders;
    const wanted = JSON.stringify(cart.order());
    if (last && canAskAgain(last) && JSON.stringify(last.body) === wanted && !fault) return this.again(last);
    const order = newOrder(cart, fault);
    for (const card of this.cards.values()) card.close();
    this.orders.unshift(order);
    for (const old of this.orders.splice(MOST)) { this.cards.get(old.key).element.remove(); this.cards.delete(old.key); }
    const card = this.put(order);
    card.open();
    card.reveal();
    await this.transmit(order);
  }

  async again(order) {
    const card = this.cards.get(order.key);
    card.open();
    card.reveal();
    await this.transmit(order);
  }

  async transmit(order) {
    const sending = send(order, this.tracer);
    this.changed(order);
    await sending;
    this.changed(order);
    if (order.orderId) this.accepted(order);
    this.follow(order);
  }

  put(order) {
    const card = new OrderCard(order, this.settings, () => this.again(order));
    this.cards.set(order.key, card);
    byId("order-list").prepend(card.element);
    byId("orders").hidden = false;
    return card;
  }

  changed(order) {
    sessionStorage.setItem(KEPT, JSON.stringify(this.orders));
    this.cards.get(order.key)?.update();
    if (order.state !== order.said) {
      order.said = order.state;
      say(`Order ${order.state.replaceAll("_", " ")}. ${order.reason ?? ""}`);
    }
  }

  /** Asks how far it is, until that is final. */
  async follow(order) {
    if (order.state !== "accepted") return;
    const url = `/orders/${encodeURIComponent(order.orderId)}`;
    order.silent = false;
    const ended = await poll(async () => {
      const response = await untracedFetch(url, this.settings.telemetry);
      const view = await response.json();
      if (!response.ok) return false;
      Object.assign(order, { state: view.state, reason: view.reason ?? view.note, fulfillmentTraceId: view.fulfillment_trace_id });
      this.changed(order);
      return isFinal(order);
    }, PATIENCE_MS);
    order.silent = !ended;
    this.changed(order);
  }
}

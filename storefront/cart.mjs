// What the customer wants: lines, currency, coupon, tier. Kept for this tab, shown in the form.

import { picture } from "./articles.mjs";
import { byId, h, put, say } from "./dom.mjs";
import { count, money } from "./format.mjs";

const KEPT = "cart", LAST = "last-cart", MOST = 1000;

export class Cart {
  lines = new Map(); // SKU to quantity
  rows = new Map(); // SKU to element

  constructor(items) {
    this.items = new Map(items.map((item) => [item.sku, item]));
    this.form = byId("cart");
    this.restore(sessionStorage.getItem(KEPT));
    this.form.addEventListener("change", (event) => {
      if (event.target.closest("#lines")) this.set(event.target.name, Number(event.target.value));
    });
    for (const field of [byId("coupon"), byId("tier")]) field.addEventListener("change", () => this.keep());
    for (const radio of document.getElementsByName("currency")) radio.addEventListener("change", () => this.show());
    this.show();
  }

  get currency() {
    return document.querySelector("[name=currency]:checked").value;
  }

  get pieces() {
    return [...this.lines.values()].reduce((sum, quantity) => sum + quantity, 0);
  }

  /** In cents, before any coupon: what a coupon takes off, pricing alone knows. */
  get sum() {
    return [...this.lines].reduce((sum, [sku, quantity]) => sum + quantity * this.items.get(sku).unit_cents[this.currency], 0);
  }

  /** The body of `POST /checkout`. There is no account here and no payment, so both are made up. */
  order() {
    const coupon = byId("coupon").value.trim().toUpperCase();
    return {
      lines: [...this.lines].map(([sku, quantity]) => ({ sku, quantity })),
      currency: this.currency,
      customer: { id: "guest", tier: byId("tier").value, email: "guest@example.com" },
      ...(coupon && { coupon }),
      payment_token: "tok_demo",
    };
  }

  /** "2 × Hand-thrown mug · Stoneware teapot and 3 more". */
  title() {
    const names = [...this.lines].map(([sku, quantity]) => `${quantity > 1 ? `${quantity} × ` : ""}${this.items.get(sku).name}`);
    return names.slice(0, 2).join(" · ") + (names.length > 2 ? ` and ${names.length - 2} more` : "");
  }

  add(sku) {
    const quantity = (this.lines.get(sku) ?? 0) + 1;
    this.set(sku, quantity);
    say(`${this.items.get(sku).name}: ${Math.min(quantity, MOST)} in the cart`);
  }

  /** What is no quantity takes the line out. */
  set(sku, quantity) {
    const whole = Math.min(Math.floor(quantity) || 0, MOST);
    if (whole >= 1) this.lines.set(sku, whole);
    else this.lines.delete(sku);
    this.show();
  }

  /** An order was accepted; who wants the same again gets it by one click. */
  empty() {
    sessionStorage.setItem(LAST, this.text());
    this.lines.clear();
    byId("coupon").value = "";
    this.show();
  }

  text() {
    return JSON.stringify({ lines: [...this.lines], currency: this.currency, coupon: byId("coupon").value, tier: byId("tier").value });
  }

  restore(text) {
    const { lines = [], currency = "EUR", coupon = "", tier = "standard" } = JSON.parse(text ?? "{}");
    this.lines = new Map(lines.filter(([sku]) => this.items.has(sku)));
    document.querySelector(`[name=currency][value=${currency}]`).checked = true;
    byId("coupon").value = coupon;
    byId("tier").value = tier;
  }

  show() {
    this.showLines();
    byId("sum").value = money(this.sum, this.currency);
    byId("cart-count").textContent = this.pieces;
    byId("place-order").disabled = this.lines.size === 0;
    const full = [...this.lines.values()].includes(MOST) ? ` (of one article ${MOST} at most)` : "";
    byId("cart-hint").textContent = this.lines.size === 0 ? "" : `${count(this.pieces, "piece")}${full}. The shop says the total when it has the order.`;
    document.dispatchEvent(new Event("prices"));
    this.keep();
  }

  keep() {
    sessionStorage.setItem(KEPT, this.text());
  }

  /** Rows are changed in place, for the keyboard may stand in one of them. */
  showLines() {
    const place = byId("lines");
    if (this.lines.size === 0) {
      const stood = place.contains(document.activeElement);
      this.rows.clear();
      put(place, this.nothing());
      if (stood) this.form.focus();
      return;
    }
    if (this.rows.size === 0) put(place, h("ul"));
    for (const [sku, row] of this.rows) if (!this.lines.has(sku)) this.drop(sku, row);
    for (const [sku, quantity] of this.lines) {
      if (!this.rows.has(sku)) this.rows.set(sku, place.firstChild.appendChild(this.row(sku)));
      const row = this.rows.get(sku);
      row.querySelector("input").value = quantity;
      row.querySelector(".price").textContent = money(quantity * this.items.get(sku).unit_cents[this.currency], this.currency);
    }
  }

  drop(sku, row) {
    if (row.contains(document.activeElement)) this.form.focus();
    row.remove();
    this.rows.delete(sku);
  }

  nothing() {
    const last = sessionStorage.getItem(LAST);
    const again = () => { this.restore(last); this.show(); byId("place-order").focus(); };
    return h("div", { class: "nothing" }, h("p", {}, "Nothing in it yet."), last && h("button", { type: "button", on: { click: again } }, "The same again"));
  }

  row(sku) {
    const { name } = this.items.get(sku);
    const step = (by, sign, word) => h("button", { type: "button", class: "step", "aria-label": `${word} ${name}`, on: { click: () => this.set(sku, this.lines.get(sku) + by) } }, sign);
    return h("li", {},
      h("img", { src: picture(sku), alt: "", width: 48, height: 36 }), h("span", { class: "name" }, name), h("span", { class: "price" }),
      h("span", { class: "steps" }, step(-1, "−", "One less:"),
        h("input", { name: sku, type: "number", min: 0, max: MOST, inputmode: "numeric", "aria-label": `Quantity of ${name}` }),
        step(1, "+", "One more:")));
  }
}

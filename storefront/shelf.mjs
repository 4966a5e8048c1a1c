// The articles, as cards.

import { inOrder, line, picture } from "./articles.mjs";
import { byId, h, put } from "./dom.mjs";
import { money } from "./format.mjs";

export function showShelf(items, cart) {
  const prices = [];
  const card = ({ sku, name, unit_cents }) => {
    const price = h("span", { class: "price" });
    prices.push(() => { price.textContent = money(unit_cents[cart.currency], cart.currency); });
    return h("li", { class: "card", "data-testid": `item-${sku}` },
      h("div", { class: "picture" }, h("img", { src: picture(sku), alt: "", width: 160, height: 120 })),
      h("h3", {}, name),
      h("p", {}, line(sku)),
      h("div", { class: "buy" }, price,
        h("button", { type: "button", "data-testid": `add-${sku}`, "aria-label": `Add to cart: ${name}`, on: { click: () => cart.add(sku) } }, "Add to cart")));
  };
  put(byId("articles"), inOrder(items).map(card)).removeAttribute("aria-busy");
  const show = () => { for (const price of prices) price(); };
  document.addEventListener("prices", show);
  show();
}

/** Pricing is away: a sentence, its trace, and a way to ask again. */
export function showNoArticles(sentence, traceLink, again) {
  byId("articles").removeAttribute("aria-busy");
  const place = byId("no-articles");
  const button = h("button", { type: "button", on: { click: () => { place.hidden = true; again(); } } }, "Try again");
  put(place, h("p", {}, sentence), h("p", {}, traceLink, " ", button)).hidden = false;
}

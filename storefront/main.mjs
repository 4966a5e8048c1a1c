// The shop's page: loads the articles, fills the cart, places orders.

import { Cart } from "./cart.mjs";
import { byId, h, put } from "./dom.mjs";
import { faultOf } from "./faults.mjs";
import { Orders } from "./orders.mjs";
import { showNoArticles, showShelf } from "./shelf.mjs";
import { tracedFetch } from "./traced_fetch.mjs";
import { Tracer } from "./tracer.mjs";

const NO_SETTINGS = { telemetry: false, viewer_url: null, faults: [] };

const settings = await fetch("/storefront.json").then((answer) => answer.json()).catch(() => NO_SETTINGS);
const tracer = settings.telemetry ? new Tracer("storefront", "/telemetry/v1/traces", showSpans) : null;

function showSpans() {
  const { sent = 0, lost = 0 } = tracer ?? {};
  const counts = `${sent} of this page's own spans sent${lost > 0 ? `, ${lost} lost. Orders do not depend on them` : ""}.`;
  byId("spans").textContent = tracer ? counts : "This page sends no spans of its own: the shop takes none. Its traces begin at the gateway.";
}

/** Loading the articles is a trace too: if they are late or missing, it tells where. */
async function loadItems() {
  byId("articles").setAttribute("aria-busy", "true");
  const root = tracer?.span("load_items");
  try {
    const { response, text } = await tracedFetch(tracer, root, "/items");
    if (!response.ok) throw refusal(response, text);
    return JSON.parse(text).items;
  } catch (error) {
    root?.fail(error.message, error.status ?? error.name);
    const trace = error.trace ?? root?.traceId;
    const url = settings.viewer_url && trace && `${settings.viewer_url}/trace/${trace}`;
    const sentence = error.status ? error.message : "The shop cannot be reached.";
    showNoArticles(`There are no articles to show. ${sentence}`, url && h("a", { href: url }, "Its trace"), open);
    return null;
  } finally {
    root?.end();
  }
}

function refusal(response, text) {
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // No problem document: the status has to do.
  }
  const trace = problem.trace_id ?? response.headers.get("traceresponse")?.split("-")[1];
  return Object.assign(new Error(problem.detail ?? `The shop answered ${response.status}.`), { status: response.status, trace });
}

function offerFaults() {
  byId("faults").hidden = settings.faults.length === 0;
  const chooser = byId("fault");
  chooser.append(...settings.faults.map((name) => h("option", { value: name }, faultOf(name).title)));
  const explain = () => {
    const { title, expect, name } = faultOf(chooser.value);
    put(byId("fault-expect"), chooser.value && [h("p", {}, h("b", {}, "You should then see: "), expect), title !== name && h("p", {}, h("code", {}, name))]);
  };
  chooser.addEventListener("change", explain);
  // A fault is for one order only.
  return () => { const name = chooser.value; chooser.value = ""; explain(); return name; };
}

const takeFault = offerFaults();
let cart;
// Empty again, unless it was changed meanwhile.
const orders = new Orders(settings, tracer, (order) => {
  if (cart && JSON.stringify(cart.order()) === JSON.stringify(order.body)) cart.empty();
});

async function open() {
  const items = await loadItems();
  if (!items) return;
  cart = new Cart(items);
  showShelf(items, cart);
}

const button = byId("place-order");
let placing = false;
byId("cart").addEventListener("submit", async (event) => {
  event.preventDefault();
  // A second click while the first is on its way is no second order.
  if (placing || !cart?.lines.size) return;
  placing = true;
  button.disabled = true;
  button.textContent = "Placing…";
  await orders.place(cart, takeFault());
  button.textContent = "Place order";
  button.disabled = cart.lines.size === 0;
  placing = false;
});

if (settings.viewer_url) Object.assign(byId("traces"), { href: settings.viewer_url, hidden: false });
showSpans();
open();

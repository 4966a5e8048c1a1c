// The page: which view an address shows, keys, and files that are dropped on it.

import * as api from "./api.mjs";
import { ComparePage } from "./compare.mjs";
import { h, put, to } from "./dom.mjs";
import { ListPage } from "./list.mjs";
import { serviceMap } from "./map.mjs";
import { pathOf, routeOf } from "./routes.mjs";
import { TracePage } from "./trace.mjs";

const root = document.querySelector("main");
const help = document.querySelector("dialog");
let page;

class MapPage {
  constructor(_, place) {
    document.title = "Services";
    api.get("/api/map").then(
      (map) => put(place, h("header", { class: "trace-head" }, h("h1", {}, "Services, from the spans that are kept")), serviceMap(map)),
      (error) => put(place, h("p", { class: "empty" }, error.message)));
  }

  destroy() {}
}

class NoPage {
  constructor(_, place) {
    document.title = "No such page";
    put(place, h("div", { class: "empty" }, h("h1", {}, "There is nothing at this address"), h("p", {}, to(pathOf.list(), {}, "All traces"))));
  }

  destroy() {}
}

const PAGES = { list: ListPage, trace: TracePage, joined: TracePage, compare: ComparePage, map: MapPage };

function show() {
  page?.destroy();
  const route = routeOf(new URL(location.href));
  document.body.dataset.view = route?.view ?? "none";
  put(root);
  page = new (PAGES[route?.view] ?? NoPage)(route, root, go);
}

function go(path) {
  const url = new URL(path, location.href);
  const route = routeOf(url);
  if (route && page.reach?.(route)) return;
  history.pushState(null, "", url);
  show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-inside]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (help.open) {
    if (event.key === "Escape") help.close();
    return;
  }
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const button = event.target.closest("button, summary, a");
  if (button && (event.key === "Enter" || event.key === " ")) return;
  if (event.key === "?") help.showModal();
  else if (event.key === "/") searchBox();
  else if (event.key === "m") go(pathOf.map());
  else if (event.key === "u") go(pathOf.list());
  else if (!page.key?.(event)) return;
  event.preventDefault();
});

function searchBox() {
  if (!document.querySelector("#search")) go(pathOf.list());
  document.querySelector("#search").focus();
}

async function openFile(file) {
  if (!file) return;
  try {
    const ids = await api.open(file);
    history.pushState(null, "", ids.length === 1 ? pathOf.trace(ids[0]) : pathOf.list());
    show();
  } catch (error) {
    const notice = h("div", { class: "toast", role: "alert" }, error.message);
    document.body.append(notice);
    setTimeout(() => notice.remove(), 8000);
  }
}

const picker = document.querySelector("#file");
picker.addEventListener("change", () => { openFile(picker.files[0]); picker.value = ""; });
document.querySelector("#open").addEventListener("click", () => picker.click());
document.querySelector("#keys").addEventListener("click", () => help.showModal());
document.addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  openFile(event.dataTransfer.files[0]);
});
window.addEventListener("popstate", show);
show();

// Everything about one span: what it did, what it said, where it came from and who took it on.

import { dictionary, sent } from "./api.mjs";
import { colorClass } from "./color.mjs";
import { copyButton, h, put, to } from "./dom.mjs";
import { clock, count, duration, json, short, value } from "./format.mjs";
import { logLine } from "./logs.mjs";
import { pathOf } from "./routes.mjs";

const MOST_LOGS = 50;
const LONG = 400;

export function spanDetail(model, index, close) {
  const span = model.spans[index];
  const { raw } = span;
  const parts = [
    h("header", { class: colorClass(span.service) },
      h("div", {}, h("b", { class: "service" }, span.service), " ", h("small", {}, span.kind),
        span.error && h("em", { class: "chip bad" }, "error"),
        h("button", { class: "quiet close", "aria-label": "Close the details", on: { click: close } }, "✕")),
      h("h2", {}, span.name)),
    raw.status.message && h("p", { class: "problem" }, raw.status.message),
    span.missing && missingParent(span),
    facts(model, span, index),
    linkSection("Came from", "←", span.links),
    linkSection("Taken by", "→", span.takenBy),
    section("Log lines", span.logs.length, () => span.logs.slice(0, MOST_LOGS).map((log) => logLine(log))),
    span.logs.length === 0 && linesAround(model, index),
    section("Events", span.events.length, () => span.events.map((event) => eventOf(event, span))),
    attributes(raw.attributes),
    folded("Resource: who sent it", () => table("resource", Object.entries(span.resource))),
    folded(span.raw.source ? "As the file has it" : "OTLP, as sent", () => {
      const place = h("div", {}, h("p", { class: "hint" }, "…"));
      sent(span).then((document) => json(document, 2)).then(
        (text) => put(place, copyButton(text), h("pre", { tabindex: "0" }, text)),
        (error) => put(place, h("p", { class: "problem" }, `${error.message}.`)));
      return place;
    }),
  ];
  return h("article", { class: "detail", "aria-label": `Span ${span.name}` }, parts);
}

function facts(model, span, index) {
  const { raw } = span;
  const parent = model.tree.parent[index];
  const row = (name, ...content) => [h("dt", {}, name), h("dd", {}, content)];
  const left = Object.entries(raw.dropped).filter(([, number]) => number > 0);
  return h("dl", { class: "facts" },
    row("lasted", duration(span.duration), ", own work ", duration(span.ownTotal)),
    row("started", clock(raw.start_unix_nano), `, ${duration(span.start)} in`),
    row("span id", h("code", {}, span.id), copyButton(span.id)),
    row("trace id", h("code", {}, span.trace), copyButton(span.trace)),
    parent >= 0 && row("parent", to(pathOf.span(span.trace, span.parent), {}, model.spans[parent].name)),
    model.critical.has(index) && row("critical path", "the end of the trace waited for this"),
    row("flags", raw.flags & 1 ? "sampled" : "not sampled", raw.flags & 2 ? ", random trace id" : ""),
    raw.trace_state && row("tracestate", h("code", {}, raw.trace_state)),
    raw.scope.name && row("scope", raw.scope.name, " ", raw.scope.version),
    left.length > 0 && row("left out", left.map(([what, number]) => `${number} ${what}`).join(", ")));
}

/** Which id is missing, why that may be, and where to read on. */
export function missingParent(span) {
  return h("section", { class: "warning" },
    h("h3", {}, "Its parent is missing"),
    h("p", {}, "This span names ", h("code", {}, span.parent), " as its parent. No span of this trace has that id. Most often:"),
    h("ol", {},
      h("li", {}, "The parent has not ended or not been exported yet, or its process stopped before it could. This page looks again by itself."),
      h("li", {}, "The parent's process exports elsewhere, or its sampler dropped the span while the context went on."),
      h("li", {}, "The context came from outside, or from a stale one: a proxy, a caller, or code that stored an old traceparent.")),
    h("p", {}, h("a", { href: pathOf.missing() }, "How to find out which")));
}

function section(title, number, content) {
  if (!number) return false;
  return h("section", {}, h("h3", {}, title, number > 1 && h("small", {}, ` ${number}`)), content(),
    title === "Log lines" && number > MOST_LOGS && h("p", { class: "hint" }, `The first ${MOST_LOGS}; the tab Logs has all.`));
}

/** A statement says nothing itself: the lines of the work that ran it, in the same service. */
function linesAround(model, index) {
  let at = model.tree.parent[index];
  while (at >= 0 && model.spans[at].logs.length === 0) at = model.tree.parent[at];
  if (!(at >= 0) || model.spans[at].service !== model.spans[index].service) return false;
  const { logs, trace, id, name } = model.spans[at];
  return h("section", {}, h("h3", {}, "Log lines around it"),
    h("p", { class: "hint" }, "None is its own. Of ", to(pathOf.span(trace, id), {}, name), ":"),
    logs.slice(0, MOST_LOGS).map((log) => logLine(log)));
}

/** Opened when asked, and made only then. */
function folded(title, content) {
  const inside = h("div");
  return h("details", {
    on: { toggle: (event) => { if (event.target.open && !inside.hasChildNodes()) put(inside, content()); } },
  }, h("summary", {}, title), inside);
}

/** A batch may link to hundreds: they scroll in their own box and can be narrowed down. */
function linkSection(title, arrow, ends) {
  if (ends.length === 0) return false;
  const list = h("ul", { class: "links" });
  const show = (wanted) => put(list, ends
    .filter((end) => !wanted || [end.service, end.name, end.trace_id, end.span_id].some((text) => text?.includes(wanted)))
    .slice(0, 200).map((end) => linkLine(arrow, end)));
  show("");
  return h("section", {}, h("h3", {}, title, ends.length > 1 && h("small", {}, ` ${ends.length}`)),
    ends.length > 8 && h("input", {
      type: "search", placeholder: "service, name or id", "aria-label": `Narrow down: ${title}`,
      on: { input: (event) => show(event.target.value.trim()) },
    }),
    list);
}

function linkLine(arrow, end) {
  const known = end.found !== false;
  const where = h("code", {}, short(end.trace_id));
  const extra = Object.entries(end.attributes ?? {}).map(([key, given]) => `${key}=${value(given)}`).join("  ");
  return h("li", { class: end.service ? colorClass(end.service) : "" },
    known
      ? to(pathOf.span(end.trace_id, end.span_id), {}, `${arrow} `, end.service && h("b", { class: "service" }, end.service), " ", end.name ?? end.span_id)
      : h("span", { class: "gone" }, `${arrow} span ${end.span_id}, not kept here`),
    " ", where, extra && h("small", { class: "extra" }, extra));
}

function eventOf(event, span) {
  const { "exception.type": type, "exception.message": message, "exception.stacktrace": stack, ...rest } = event.attributes;
  return h("div", { class: type || message ? "event exception" : "event" },
    h("p", {}, eventName(event.name), " ", h("small", {}, `${duration(event.at - span.start)} after the span's start`)),
    (type || message) && h("p", { class: "problem" }, [type, message].filter(Boolean).map(value).join(": ")),
    stack && folded("Stack", () => [copyButton(value(stack)), h("pre", {}, value(stack))]),
    Object.keys(rest).length > 0 && table("event", Object.entries(rest)));
}

function eventName(name) {
  const place = h("b", { class: "explained" }, name);
  dictionary().then((known) => put(place, term(name, known.get(`event name ${name}`))));
  return place;
}

/** Those of the standard first, then the application's own. */
function attributes(given) {
  const entries = Object.entries(given);
  if (entries.length === 0) return false;
  const place = h("div");
  const show = (known) => {
    const standard = ([key]) => known.get(key)?.source?.startsWith("conventions") || /^(http|url|db|rpc|messaging|network|server|client|user_agent|error|exception|code|thread)\./.test(key);
    const groups = [["Standard attributes", entries.filter(standard)], ["Attributes of the application", entries.filter((entry) => !standard(entry))]];
    put(place, groups.filter(([, of]) => of.length).map(([title, of]) => h("section", {}, h("h3", {}, title), table("span", of, known))));
  };
  show(new Map());
  dictionary().then(show);
  return place;
}

/** `of`: "span", "event" or "resource", for a name may mean another thing there. */
function table(of, entries, known) {
  const body = h("table", { class: "attributes" });
  const fillIn = (meanings) => put(body, entries.map(([key, given]) => line(key, given, meanings.get(`${of} ${key}`) ?? meanings.get(key))));
  fillIn(known ?? new Map());
  if (!known) dictionary().then(fillIn);
  return body;
}

function line(key, given, entry) {
  const text = value(given);
  const shown = h("td", {}, h("span", { class: typeof given }, text.length > LONG ? `${text.slice(0, LONG)}…` : text), copyButton(text));
  if (text.length > LONG) {
    const more = h("button", { class: "quiet", on: { click: () => { shown.firstChild.textContent = text; more.remove(); } } },
      `all ${count(text.length, "character")}`);
    shown.append(more);
  }
  return h("tr", {}, h("th", { scope: "row", class: "explained" }, term(key, entry)), shown);
}

/** A name that may be broken after its dots. */
function breakable(name) {
  return name.split(/(?<=[._])/).flatMap((part) => [part, h("wbr")]);
}

const SOURCES = {
  conventions: "OpenTelemetry's semantic conventions",
  "conventions, deprecated": "OpenTelemetry's semantic conventions, where it has another name by now",
  shared_telemetry: "the telemetry crate's dictionary, shared_telemetry::names",
  "the application": "the application's own dictionary",
};
let meanings = 0;

/** A name; where the dictionary has it, with its meaning: under the pointer, on focus, and to stay by a click. */
function term(name, entry) {
  if (!entry) return breakable(name);
  const id = `meaning-${meanings += 1}`;
  const words = entry.meaning.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : part));
  const button = h("button", { class: "term", type: "button", "aria-expanded": "false", "aria-describedby": id }, breakable(name));
  button.addEventListener("click", () => button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false")));
  return [button, h("span", { class: "meaning", role: "tooltip", id }, words, ". ",
    h("small", {}, `${entry.type}; from ${SOURCES[entry.source] ?? entry.source}`))];
}

// Log lines: beside their span, and all of a trace's.

import { colorClass } from "./color.mjs";
import { h, put, to } from "./dom.mjs";
import { clock, count, duration, short, value } from "./format.mjs";
import { pathOf } from "./routes.mjs";

const MOST = 100;

/** One line; with `span`, the name of the span that it belongs to leads there. */
export function logLine(log, span) {
  const severity = log.severity || "-";
  const level = /^(ERROR|FATAL|WARN)/.exec(severity)?.[1].toLowerCase() ?? "calm";
  const fields = Object.entries(log.attributes).map(([key, given]) => `${key}=${value(given)}`).join("  ");
  return h("div", { class: `log ${level} ${colorClass(log.service)}` },
    h("time", { title: log.time_unix_nano }, span === undefined ? clock(log.time_unix_nano, false) : `+${duration(log.at)}`),
    h("b", { class: "severity" }, severity),
    span !== undefined && h("b", { class: "service" }, log.service),
    h("span", { class: "said" }, value(log.body), fields && h("small", {}, fields)),
    span && to(pathOf.span(log.trace_id, log.span_id), { class: "of" }, span.name),
    span === null && h("span", { class: "of" }, log.span_id ? `span ${short(log.span_id)} is not here` : "no span"));
}

/** All lines of the drawn traces, with a box to narrow them down; the first ones are shown. */
export function logTab(model) {
  const list = h("div", { class: "log-list" });
  const told = h("span", { class: "hint" });
  let shown = MOST;
  let wanted = "";
  const draw = () => {
    const found = model.logs.filter((log) => !wanted || textOf(log).includes(wanted));
    put(told, count(found.length, "line"));
    put(list, found.slice(0, shown).map((log) => logLine(log, log.index === undefined ? null : model.spans[log.index])),
      found.length > shown && h("button", { on: { click: () => { shown += 500; draw(); } } }, `show ${found.length - shown} more`));
  };
  draw();
  const filter = h("input", {
    type: "search", placeholder: "Find in the log", "aria-label": "Find in the log",
    on: { input: (event) => { wanted = event.target.value.trim().toLowerCase(); shown = MOST; draw(); } },
  });
  if (model.logs.length === 0) return h("p", { class: "empty" }, "No log line was sent with this trace's id.");
  return h("div", { class: "tab-logs" }, h("div", { class: "bar-of-tab" }, filter, told), list);
}

function textOf(log) {
  log.text ??= `${log.service} ${log.severity} ${value(log.body)} ${value(log.attributes)}`.toLowerCase();
  return log.text;
}

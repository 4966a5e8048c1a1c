// Asks the viewer's JSON API, and keeps what was opened from files beside it.

import { parseFile } from "./file.mjs";

/** Traces and logs that came from a file; they never leave the page. */
export const opened = { name: "", traces: new Map(), logs: new Map() };

/** The JSON of an answer; an error has the sentence that the viewer gave, and its status. */
export async function get(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  const text = await response.text();
  if (response.ok) return parse(text);
  let detail = `the viewer answered ${response.status}`;
  try {
    detail = JSON.parse(text).detail ?? detail;
  } catch {
    // Not a problem document: the status has to do.
  }
  throw Object.assign(new Error(detail), { status: response.status });
}

/** Integers that a number cannot hold become BigInt, where the browser tells their digits. */
export function parse(text) {
  if (!/[:,[]\s*-?\d{16,}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, item, context) => {
    const lost = typeof item === "number" && Number.isInteger(item) && !Number.isSafeInteger(item);
    return lost && /^-?\d+$/.test(context?.source ?? "") ? BigInt(context.source) : item;
  });
}

export async function trace(id) {
  return opened.traces.get(id) ?? get(`/api/traces/${encodeURIComponent(id)}`);
}

export async function logs(id) {
  if (opened.traces.has(id)) return opened.logs.get(id) ?? [];
  try {
    return (await get(`/api/traces/${encodeURIComponent(id)}/logs`)).logs;
  } catch (error) {
    if (error.status === 404) return [];
    throw error;
  }
}

/** A trace as a file, with those that links join to it or of one span alone. */
export function filePath(id, { linked, span } = {}) {
  const query = linked ? "?linked=true" : span ? `?span=${encodeURIComponent(span)}` : "";
  return `/api/traces/${encodeURIComponent(id)}/otlp${query}`;
}

/** A span as it was sent, with its resource, scope and log records; as the file had it, if one was opened. */
export async function sent(span) {
  return span.raw.source ?? get(filePath(span.trace, { span: span.id }));
}

let asked;
/** What attributes, events and spans mean, by name. */
export function dictionary() {
  asked ??= get("/api/dictionary").then(
    ({ entries }) => new Map(entries.flatMap((entry) => [[`${entry.of} ${entry.name}`, entry], [entry.name, entry]])),
    () => new Map(),
  );
  return asked;
}

/** Opens a file in the page alone. Returns the ids of its traces. */
export async function open(file) {
  const found = parseFile(await file.text());
  opened.name = file.name;
  opened.traces = found.traces;
  opened.logs = found.logs;
  return [...found.traces.keys()];
}

const AT_MOST = 40;
/**
 * A trace with those that it came from and those that took its messages, over any number of
 * queues. Other orders of a shared batch are left out: they are neither.
 */
export async function joined(id) {
  const traces = new Map([[id, await trace(id)]]);
  let more = 0;
  for (const next of [causes, effects]) {
    const queue = [id];
    while (queue.length) {
      for (const other of next(traces.get(queue.shift()))) {
        if (traces.has(other)) continue;
        if (traces.size >= AT_MOST) { more += 1; continue; }
        const found = await trace(other).catch(() => null);
        if (found) { traces.set(other, found); queue.push(other); }
      }
    }
  }
  return { traces: [...traces.values()], more };
}

function causes(of) {
  return new Set(of.spans.flatMap((span) => span.links).filter((link) => link.found).map((link) => link.trace_id));
}

function effects(of) {
  return new Set(of.linked_from.map((back) => back.trace_id));
}

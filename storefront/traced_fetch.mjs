// A request with its CLIENT span, named and described as the semantic conventions for HTTP say.

import { CLIENT, unsampledTraceparent } from "./tracer.mjs";

/** Longer than the gateway lets anybody wait for pricing, the broker and another with the same key. */
const PATIENCE_MS = 20_000;

/** Without a parent (the gateway takes no spans from pages) no span is made and no header sent. */
export async function tracedFetch(tracer, parent, path, { method = "GET", headers = {}, ...rest } = {}) {
  const url = new URL(path, location.href);
  const span = parent && tracer.span(method, { kind: CLIENT, parent, attributes: describe(method, url) });
  const sent = { ...headers, ...span?.headers };
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { ...rest, method, headers: sent, signal });
    // The answer has come when its body has.
    const text = await response.text();
    if (span) {
      span.attributes["http.response.status_code"] = response.status;
      if (!response.ok) span.fail("", response.status);
    }
    return { response, text, span, sent };
  } catch (error) {
    span?.fail(error.message, error.name);
    throw Object.assign(error, { sent, span });
  } finally {
    span?.end();
  }
}

/** For polls: nobody wants a hundred traces of one question. The root decides, so nobody records it. */
export function untracedFetch(path, telemetry) {
  const headers = { accept: "application/json", ...(telemetry && { traceparent: unsampledTraceparent() }) };
  return fetch(path, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** No query of ours holds a secret, but who knows of tomorrow's: values are left out. */
function describe(method, url) {
  const shown = new URL(url);
  for (const key of new Set(shown.searchParams.keys())) shown.searchParams.set(key, "REDACTED");
  return {
    "http.request.method": method,
    "url.full": shown.href,
    "server.address": url.hostname,
    "server.port": Number(url.port || { "http:": 80, "https:": 443 }[url.protocol]),
  };
}

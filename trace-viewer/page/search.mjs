// What is typed into the search box, as the API's query string and back.

const NAMES = {
  service: "service", operation: "operation", op: "operation", status: "status", linked: "linked_to",
  min: "min_duration_ms", limit: "limit",
};
const MILLIS = { ns: 1e-6, us: 1e-3, "µs": 1e-3, ms: 1, s: 1e3, min: 6e4 };

/** Words, with "quoted parts" kept together: `op:"GET /checkout"` is one. */
export function words(text) {
  return [...text.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)].map(([word]) => word.replaceAll('"', ""));
}

/**
 * `service:x operation:"GET /y" status:error min:100ms key=value`, or a trace id.
 * Returns { traceId } or { query } or { problem }.
 */
export function parseSearch(text) {
  const query = new URLSearchParams();
  for (const word of words(text)) {
    if (/^[0-9a-f]{32}$/i.test(word)) return { traceId: word.toLowerCase() };
    const equals = word.indexOf("=");
    const colon = word.indexOf(":");
    if (colon > 0 && (equals < 0 || colon < equals)) {
      const asked = word.slice(0, colon).toLowerCase();
      const name = Object.hasOwn(NAMES, asked) && NAMES[asked];
      let value = word.slice(colon + 1);
      if (!name) return { problem: `“${word.slice(0, colon)}:” is not known. ${HELP}` };
      if (name === "min_duration_ms") value = millis(value);
      if (value === undefined) return { problem: "min: needs a duration such as min:250ms or min:2s." };
      query.set(name, value);
    } else if (equals > 0) {
      query.append("attribute", word);
    } else {
      query.set("service", word);
    }
  }
  return { query };
}

/** What can be typed. */
export const HELP =
  "Try service:gateway, operation:\"GET /checkout\", status:error, min:100ms, an attribute such as " +
  "http.route=/checkout, or a trace id.";

function millis(text) {
  const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|min)?$/.exec(text);
  return match ? String(Number(match[1]) * MILLIS[match[2] ?? "ms"]) : undefined;
}

/** The text with one `name:value` in place of what it had; an empty value takes it out. */
export function withWord(text, name, value) {
  const kept = words(text).filter((word) => !word.startsWith(`${name}:`)).map(quoted);
  return [...kept, ...(value ? [quoted(`${name}:${value}`)] : [])].join(" ");
}

function quoted(word) {
  if (!/\s/.test(word)) return word;
  const colon = word.search(/[:=]/) + 1;
  return `${word.slice(0, colon)}"${word.slice(colon)}"`;
}

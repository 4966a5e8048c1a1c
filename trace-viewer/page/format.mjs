// Durations, times and values as people read them.

const UNITS = [["d", 86_400e9], ["h", 3_600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3]];
const LAST_DATE_MS = 8_640_000_000_000_000n;

/** Nanoseconds with three digits: "12.3 ms". */
export function duration(nanos) {
  if (!Number.isFinite(nanos)) return "?";
  if (nanos === 0) return "0";
  const size = Math.abs(nanos);
  for (const [unit, factor] of UNITS) {
    if (size >= factor) return `${digits(nanos / factor)} ${unit}`;
  }
  return `${Math.round(nanos)} ns`;
}

function digits(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return value.toExponential(2);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A moment, given as a decimal string of nanoseconds since 1970: local time, to the millisecond. */
export function clock(unixNano, withDate = true) {
  const millis = whole(unixNano) / 1_000_000n;
  if (millis > LAST_DATE_MS) return `${unixNano} ns`;
  const date = new Date(Number(millis));
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` +
    `.${String(date.getMilliseconds()).padStart(3, "0")}`;
  if (!withDate) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** A decimal string as a whole number; what is none counts as zero. */
export function whole(text) {
  // No time has more digits, and a million of them take seconds to read.
  if (String(text).length > 40) return 0n;
  try {
    return BigInt(text);
  } catch {
    return 0n;
  }
}

/** "1 span", "2 spans". */
export function count(number, word) {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

/** How long ago, roughly. */
export function ago(unixNano, now = Date.now()) {
  const seconds = Math.round((now - Number(whole(unixNano) / 1_000_000n)) / 1000);
  if (seconds < 0) return "in the future";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** An attribute's value as one text. */
export function value(given) {
  if (typeof given === "string") return given;
  if (given === null || given === undefined) return "(empty)";
  return typeof given === "object" ? json(given) : String(given);
}

/** JSON with integers of any size. */
export function json(given, indent) {
  return JSON.stringify(given, (_, item) => (typeof item === "bigint" ? String(item) : item), indent);
}

/** The first digits of an id. */
export function short(id) {
  return String(id).slice(0, 8);
}

// Money, durations and times as people read them.

export function money(cents, currency) {
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(cents / 100);
}

/** Nanoseconds with three digits: "12.3 ms". */
export function duration(nanos) {
  const [unit, factor] = nanos >= 1e9 ? ["s", 1e9] : nanos >= 1e6 ? ["ms", 1e6] : ["µs", 1e3];
  const value = nanos / factor;
  return `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`;
}

/** "1 article", "2 articles". */
export function count(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

export function clock(millis) {
  return new Date(millis).toLocaleTimeString("en-GB");
}

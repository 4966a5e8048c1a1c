// A service's colour comes from its name alone, by the same rule as in the trace viewer: the gateway
// has one colour here and there.

const COLORS = 10;

export function colorClass(service) {
  let hash = 0x811c9dc5;
  for (const letter of service) {
    hash ^= letter.codePointAt(0);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return `c${(hash >>> 16) % COLORS}`;
}

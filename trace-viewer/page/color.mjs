// A service's colour comes from its name alone: the same on every page and on every day.

/** How many colours style.css has, named c0 and on. */
export const COLORS = 10;

/** FNV-1a of the name, spread over the palette. */
export function colorIndex(service) {
  let hash = 0x811c9dc5;
  for (const letter of service) {
    hash ^= letter.codePointAt(0);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return (hash >>> 16) % COLORS;
}

export function colorClass(service) {
  return `c${colorIndex(service)}`;
}

// Asks again until it is enough: soon at first, then less and less often, never at the same beat as others.

const FIRST_MS = 200, LONGEST_MS = 4000, GROWTH = 1.5;

/**
 * Calls `ask` until it says true, or the patience is over. Returns whether it said true. An `ask` that
 * throws has to be asked again.
 */
export async function poll(ask, patienceMs) {
  const deadline = performance.now() + patienceMs;
  for (let pause = FIRST_MS; ; pause = Math.min(pause * GROWTH, LONGEST_MS)) {
    if (await ask().catch(() => false)) return true;
    if (performance.now() >= deadline) return false;
    // Half of it is left to chance: a thousand pages must not ask in the same moment.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

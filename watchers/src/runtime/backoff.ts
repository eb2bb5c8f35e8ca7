/** After so many tries an intent is parked for a person to look at. */
export const MAX_TRIES = 12;

/** So long after its first try it is parked too: 24 hours. */
export const MAX_TRYING_EPOCHS = 2880n;

/** Longest wait between two tries. */
const CEILING_MS = 300_000;

/** Full jitter over 1, 2, 4 … 300 seconds: how long to wait after the try numbered `tries` (from 1) failed. */
export function backoffMs(tries: number, random: () => number, baseMs = 1000): number {
  const ceiling = Math.min(CEILING_MS, baseMs * 2 ** Math.min(tries - 1, 20));
  return Math.ceil(ceiling * random());
}

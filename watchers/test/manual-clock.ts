import type { Clock } from "../src/runtime/clock.ts";

export interface ManualClock extends Clock {
  /** Time passes. */
  advance(ms: number): void;
  /** Somebody sets the machine's clock. */
  set(ms: number): void;
}

/** A clock that a test moves; sleeping moves it too. */
export function manualClock(start = 1_800_000_000_000): ManualClock {
  let now = start;
  let passed = 0;
  const advance = (ms: number) => {
    now += ms;
    passed += ms;
  };
  return {
    now: () => now,
    monotonic: () => passed,
    sleep: async (ms) => advance(ms),
    advance,
    set: (ms) => {
      now = ms;
    },
  };
}

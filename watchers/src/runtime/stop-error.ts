import { findCause } from "@holdfast/sdk";

/** How the daemon ended: what a supervisor sees. */
export const EXIT = { ok: 0, error: 1, incomplete: 2, config: 3, failStop: 4, interrupted: 130 } as const;

/**
 * The daemon must not go on: trying again in the next step would not help, or could do harm. `exitCode` 1 may be started
 * again by a supervisor, 3 wants another configuration, 4 a person, 130 nothing: a person ended it.
 */
export class StopError extends Error {
  readonly exitCode: 1 | 3 | 4 | 130;
  constructor(exitCode: 1 | 3 | 4 | 130, what: string, next: string, cause?: unknown) {
    super(`${what}\nNext: ${next}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The reason to stop in an error, if there is one: viem wraps what a transport throws. */
export function stopErrorIn(error: unknown): StopError | undefined {
  return findCause(error, (cause) => cause instanceof StopError) as StopError | undefined;
}

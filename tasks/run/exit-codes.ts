import { BaseError, DeploymentUnknownError } from "@holdfast/sdk";
import { KeystoreError } from "@holdfast/sdk/node";

/** Exit codes of every task. */
export const EXIT = { ok: 0, error: 1, incomplete: 2, config: 3, interrupted: 130 } as const;

/** An argument, a setting or a key is missing or wrong. */
export class TaskConfigError extends BaseError {
  constructor(shortMessage: string, next: string) {
    super(shortMessage, { next });
  }
}

/** Some of it was done, and some was not. */
export class TaskIncompleteError extends BaseError {
  /** What was done, as the task would have told it. */
  readonly done: object;
  constructor(shortMessage: string, done: object, options: { next: string; cause?: unknown }) {
    super(shortMessage, options);
    this.done = done;
  }
}

/** Ctrl-C. */
export class TaskInterruptedError extends BaseError {
  constructor() {
    super("Interrupted.", {
      next: "npx hardhat deal list: what was submitted may still have landed; nothing else was left half-done",
    });
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof TaskInterruptedError) return EXIT.interrupted;
  if (error instanceof TaskIncompleteError) return EXIT.incomplete;
  const config = [TaskConfigError, DeploymentUnknownError, KeystoreError];
  if (config.some((kind) => error instanceof kind)) return EXIT.config;
  // Hardhat's own errors here are about its configuration: a variable that is not set, a URL that is none.
  return isHardhatError(error) ? EXIT.config : EXIT.error;
}

export function isHardhatError(error: unknown): boolean {
  return (error as { constructor?: { name?: string } } | undefined)?.constructor?.name === "HardhatError";
}

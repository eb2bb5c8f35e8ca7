import { BaseError } from "../../errors/base-error.ts";

/** One thing wrong with a spec. */
export interface SpecProblem {
  /** Where, as one would write it in TypeScript: `inputs[0].target`; empty for the spec as a whole. */
  path: string;
  what: string;
  /** What to do about it. */
  next: string;
}

/** A job spec that no node may run. All that is wrong with it is in `problems`. */
export class SpecInvalidError extends BaseError {
  readonly problems: readonly SpecProblem[];
  constructor(problems: readonly SpecProblem[], cause?: unknown) {
    const [first] = problems as [SpecProblem];
    super(`The job spec is invalid${at(first)}: it ${first.what}.`, {
      next: first.next,
      ...(problems.length > 1 && {
        details: problems.map((p) => `${p.path || "(spec)"} ${p.what}. ${p.next}`).join("\n"),
      }),
      ...(cause !== undefined && { cause }),
    });
    this.problems = problems;
  }
}

/** Text is no raw CIDv1 over a sha2-256, or hex no sha2-256. */
export class CidNotRawError extends BaseError {
  constructor(value: string) {
    super(`${JSON.stringify(value)} has no sha2-256 of raw bytes in it.`, {
      next: "Give a raw CIDv1 in base32 (bafkrei…), or its digest as 0x and 64 hex digits.",
    });
  }
}

/** A spec cannot be compiled to a job as it was asked for. */
export class JobNotCompiledError extends BaseError {
  constructor(why: string, next: string) {
    super(`The spec compiles to no Bacalhau job: ${why}.`, { next });
  }
}

function at({ path }: SpecProblem): string {
  return path === "" ? "" : ` at ${path}`;
}

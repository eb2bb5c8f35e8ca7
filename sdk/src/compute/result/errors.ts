import { BaseError } from "../../errors/base-error.ts";

/** A CAR is not exactly one task's result: something is missing, too much, or in another place. */
export class ResultCarInvalidError extends BaseError {
  /** The shard that lacks a file. */
  readonly shard: number | undefined;
  /** The file that is missing. */
  readonly path: string | undefined;
  constructor(why: string, where: { shard?: number; path?: string } = {}) {
    super(`These bytes are no task's result: ${why}.`, {
      next: "Fetch them again from elsewhere; packResult writes them.",
    });
    this.shard = where.shard;
    this.path = where.path;
  }
}

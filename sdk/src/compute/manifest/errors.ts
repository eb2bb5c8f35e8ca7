import { BaseError } from "../../errors/base-error.ts";

/** Files or bytes make no canonical result manifest. */
export class ResultManifestInvalidError extends BaseError {
  constructor(why: string, cause?: unknown) {
    super(`This is no result manifest: ${why}.`, {
      next: "Ask whoever published it for the canonical one; encodeResultManifest writes it.",
      ...(cause !== undefined && { cause }),
    });
  }
}

/** A result is not the one that its root names. */
export class ResultMismatchError extends BaseError {
  /** The shard in which they differ; undefined if it is the root. */
  readonly shard: number | undefined;
  /** The file in which they differ; undefined if it is the manifest or the root. */
  readonly path: string | undefined;
  constructor(why: string, where: { shard?: number; path?: string } = {}) {
    super(`The result is not the one committed to: ${why}.`, {
      next: "Fetch it again from elsewhere. If it stays so, challenge the task while its window is open.",
    });
    this.shard = where.shard;
    this.path = where.path;
  }
}

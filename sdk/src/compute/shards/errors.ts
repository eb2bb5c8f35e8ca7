import { BaseError } from "../../errors/base-error.ts";

/** What a job is to name (inputs, workers, attestors, shards) makes no sense as it is. */
export class JobPlanInvalidError extends BaseError {
  constructor(why: string, next: string) {
    super(`The job cannot be planned so: ${why}.`, { next });
  }
}

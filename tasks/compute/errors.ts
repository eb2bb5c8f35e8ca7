import { BaseError, type LintFinding } from "@holdfast/sdk";
import { TaskConfigError } from "../run/exit-codes.ts";

/** A file that a command is given is not there, or is not what it should be. */
export class FileUnusableError extends TaskConfigError {
  constructor(shortMessage: string, next: string, cause?: unknown) {
    super(shortMessage, next);
    this.cause = cause;
  }
}

/** The linter refuses a module. */
export class ModuleRefusedError extends BaseError {
  readonly finding: LintFinding;
  constructor(name: string, finding: LintFinding) {
    const { weight, where, what, next } = finding;
    const rule = weight === "loose" ? " A strict spec takes no such module." : "";
    super(`${name} is refused at ${where}: ${what}${rule}`, {
      next: `npx hardhat compute lint ${name}: it shows all. ${next}`,
    });
    this.finding = finding;
  }
}

/** A task of a job is not where a command needs it. */
export class JobStateError extends BaseError {
  constructor(shortMessage: string, next: string) {
    super(shortMessage, { next });
  }
}

/** What a worker serves is not the result that it committed to, or is not there. */
export class ResultRefusedError extends BaseError {
  constructor(task: number, why: string, next: string, cause?: unknown) {
    super(`The result of task ${task} is refused: ${why}`, { next, cause });
  }
}

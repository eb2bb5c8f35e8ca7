/** What an error of Holdfast carries beside its one-line message. */
export interface BaseErrorOptions {
  /** The error this one explains. */
  cause?: unknown;
  /** What happened underneath, verbatim: another program's message, raw data. */
  details?: string;
  /** The command or step to try next, as a person would type or do it. */
  next?: string;
}

/**
 * The base of every error that the SDK throws. `shortMessage` says what happened and why, `next` what to do about it,
 * and `walk` looks through the chain of causes (which may be viem's errors, Node's, or ours).
 */
export class BaseError extends Error {
  readonly shortMessage: string;
  readonly details: string | undefined;
  readonly next: string | undefined;

  constructor(shortMessage: string, options: BaseErrorOptions = {}) {
    const details = options.details ?? messageOf(options.cause);
    const lines = [shortMessage];
    if (details !== undefined) lines.push(`Details: ${details}`);
    if (options.next !== undefined) lines.push(`Next: ${options.next}`);
    super(lines.join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.shortMessage = shortMessage;
    this.details = details;
    this.next = options.next;
  }

  /** The first error of the cause chain, this one first, that `matches`; without `matches`, the innermost cause. */
  walk(): unknown;
  walk(matches: (error: unknown) => boolean): unknown;
  walk(matches?: (error: unknown) => boolean): unknown {
    return matches ? findCause(this, matches) : innermostCause(this);
  }
}

/** The first error in the cause chain of `error` (itself first) that `matches`, or undefined. Survives cycles. */
export function findCause(error: unknown, matches: (error: unknown) => boolean): unknown {
  for (const cause of causes(error)) if (matches(cause)) return cause;
  return undefined;
}

function innermostCause(error: unknown): unknown {
  let innermost = error;
  for (const cause of causes(error)) innermost = cause;
  return innermost;
}

function* causes(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>();
  for (let cause = error; cause !== undefined && cause !== null && !seen.has(cause); ) {
    seen.add(cause);
    yield cause;
    cause = typeof cause === "object" && "cause" in cause ? cause.cause : undefined;
  }
}

function messageOf(cause: unknown): string | undefined {
  if (cause instanceof BaseError) return cause.shortMessage;
  if (cause instanceof Error) return cause.message.split("\n")[0];
  return undefined;
}

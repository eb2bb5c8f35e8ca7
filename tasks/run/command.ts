import { BaseError, findCause } from "@holdfast/sdk";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CommonArguments } from "../define.ts";
import { type Connection, connect } from "./connection.ts";
import { exitCodeOf, isHardhatError, TaskIncompleteError, TaskInterruptedError } from "./exit-codes.ts";
import { createOutput, emphasis, type Output, toJson } from "./output.ts";
import { createPrompts, type Prompts } from "./prompts.ts";

/** What a task is run with. */
export interface Context extends Output {
  readonly hre: HardhatRuntimeEnvironment;
  readonly prompts: Prompts;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The chain of --network, and the accounts that the configuration has for it. */
  connect(): Promise<Connection>;
}

/** What a task came to. */
export interface Outcome {
  json: object;
  /** The same for people. */
  text: string;
  /** Default 0. */
  exitCode?: number;
}

/** How long a task that is interrupted may take to put things away. */
const GRACE_MS = 10_000;

/**
 * An action for Hardhat: prints what `run` comes to, or an error without a stack trace and with the next command, and sets the
 * exit code. A task that has told its result itself comes to undefined.
 */
export function command<args extends CommonArguments>(
  run: (args: args, context: Context) => Promise<Outcome | undefined>,
): (args: args, hre: HardhatRuntimeEnvironment) => Promise<void> {
  return async (args, hre) => {
    const output = createOutput(args.json);
    const interruption = new AbortController();
    using prompts = createPrompts();
    const onSignal = () => {
      if (interruption.signal.aborted) process.exit(130);
      interruption.abort(new TaskInterruptedError());
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
    promptOnStderr(hre, prompts);
    try {
      const context: Context = {
        ...{ ...output, hre, prompts, signal: interruption.signal },
        connect: () => connect(hre),
      };
      const outcome = await unlessAborted(run(args, context), interruption.signal);
      if (outcome === undefined) return;
      output.result(outcome.json, outcome.text);
      process.exitCode = outcome.exitCode ?? 0;
    } catch (thrown) {
      const error = interruption.signal.aborted ? interruption.signal.reason : thrown;
      process.exitCode = exitCodeOf(error);
      report(error, args.json, hre.globalOptions.showStackTraces);
      // What was interrupted may still hold sockets or timers.
      if (interruption.signal.aborted) process.exit();
    } finally {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    }
  };
}

/** Hardhat asks on stdout, where a result alone may stand: its questions (of its keystore) go the same way as ours. */
function promptOnStderr(hre: HardhatRuntimeEnvironment, prompts: Prompts): void {
  hre.hooks.registerHandlers("userInterruptions", {
    displayMessage: async (_context, _who, message) => void process.stderr.write(`${message}\n`),
    requestInput: (_context, _who, question) => prompts.ask(question),
    requestSecretInput: (_context, _who, question) => prompts.askSecret(question),
  });
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      const timer = setTimeout(() => reject(signal.reason), GRACE_MS);
      void settled.then(() => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  });
  return Promise.race([work, aborted]);
}

function report(thrown: unknown, asJson: boolean, withStack: boolean): void {
  const { message, next } = reasonFor(thrown);
  const done = thrown instanceof TaskIncompleteError ? { done: thrown.done } : {};
  const { name } = thrown as Error;
  if (asJson) process.stdout.write(`${toJson({ error: { name, message, next }, ...done })}\n`);
  if (withStack) process.stderr.write(`${callsOf(thrown as Error)}\n`);
  process.stderr.write(`${emphasis("red", "Error:")} ${message}\nNext: ${next}\n`);
}

/** A stack without the message at its head, which may hold an endpoint's URL, with its key. */
function callsOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}

const UNREACHABLE = new Set(["HttpRequestError", "TimeoutError", "WebSocketRequestError"]);

/** viem's and Node's messages are cut to what is said of the matter: the rest may hold an endpoint's URL, with its key. */
export function reasonFor(thrown: unknown): { message: string; next: string } {
  const own = findCause(thrown, (cause) => cause instanceof BaseError) as BaseError | undefined;
  if (own !== undefined) {
    return { message: own.shortMessage, next: own.next ?? "npx hardhat fil doctor" };
  }
  if (isHardhatError(thrown)) {
    const { formattedMessage = "" } = thrown as { formattedMessage?: string };
    const next = /configuration variable|keystore|env/i.test(formattedMessage)
      ? "npx hardhat keys new, or keys import, or set the environment variable that it names"
      : "npx hardhat fil doctor";
    return { message: formattedMessage.split("\n")[0]!, next };
  }
  const unreachable = findCause(thrown, (cause) => UNREACHABLE.has((cause as Error).name)) as
    | { details?: string }
    | undefined;
  if (unreachable !== undefined) {
    return {
      message: `The RPC endpoint does not answer: ${unreachable.details ?? "timeout"}.`,
      next: "npx hardhat fil doctor",
    };
  }
  const { shortMessage, details, message } = thrown as { [part: string]: string | undefined };
  const said = [shortMessage, details].filter((part) => part !== undefined && part !== "");
  return {
    message: (said.length > 0 ? said.join(" ") : (message ?? String(thrown))).split("\n")[0]!,
    next: "npx hardhat fil doctor",
  };
}

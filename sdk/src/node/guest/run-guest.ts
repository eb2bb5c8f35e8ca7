import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseError } from "../../errors/base-error.ts";
import type { DirectoryOrder } from "./guest-files.ts";
import type { GuestBytes, GuestOutcome, GuestRequest, GuestResult } from "./guest-run.ts";

/** What a run may use at most. */
export interface GuestLimits {
  /** Of the guest's memory; rounded up to pages of 64 KiB. Default 256 MiB. */
  memoryBytes?: number;
  /** Of wall clock, start of the process included. Default 60,000. */
  timeMs?: number;
  /** Of standard output, standard error and all files together. Default 64 MiB. */
  outputBytes?: number;
}

/** What of its surroundings a guest that should not can see. The defaults are the same for every run. */
export interface GuestSurroundings {
  /** Unix nanoseconds. Default: the start of 2022. */
  clockStart?: bigint;
  /** Of all files, Unix nanoseconds. Default 0. */
  fileTime?: bigint;
  /** Default "ascending". */
  order?: DirectoryOrder;
  /** Default "". */
  randomSeed?: string;
}

export interface RunGuestOptions {
  /** WebAssembly, with WASI preview 1. */
  module: Uint8Array;
  /** Without the program's name, which is empty. */
  args?: string[];
  env?: Record<string, string>;
  /** Files that it finds under these paths, which start with `/`. */
  inputs?: GuestBytes[];
  /** Directories in its root that it may write to. Default `["outputs"]`. */
  outputs?: string[];
  /** Default `_start`. */
  entrypoint?: string;
  limits?: GuestLimits;
  surroundings?: GuestSurroundings;
  /** Ends the run. */
  signal?: AbortSignal;
}

/** A guest did not come to its end: it trapped, could not be loaded, or took more than it may. */
export class GuestFailedError extends BaseError {
  constructor(details: string) {
    super("The guest did not finish.", {
      details,
      next: "Mend the module or raise the limits. npx hardhat compute lint <wasm> says what nodes refuse.",
    });
  }
}

/** Where the module of `runGuest` lies among the guest's files. */
const MODULE_PATH = "/main.wasm";
const PAGE = 65_536;
const MAX_PAGES = 65_536;

/**
 * Runs a WebAssembly program in a process of its own, which sees nothing of this machine: files are in memory, the clock
 * and random bytes follow from `surroundings`, there is no network.
 * @throws {GuestFailedError} when it does not finish. A program that exits with a code other than 0 did.
 */
export async function runGuest(options: RunGuestOptions): Promise<GuestResult> {
  const outcome = await runOutcome(options);
  if ("failure" in outcome) throw new GuestFailedError(outcome.failure);
  return outcome.result;
}

/** As `runGuest`, for whom a failure is one of the answers. */
export function runOutcome(options: RunGuestOptions): Promise<GuestOutcome> {
  const { module, inputs = [], limits, signal, ...rest } = options;
  const all = [{ path: MODULE_PATH, bytes: module }, ...inputs];
  const request = guestRequest({ module: MODULE_PATH, inputs: all, limits, ...rest });
  return runInProcess(request, limits?.timeMs ?? 60_000, signal);
}

/** A whole request from what is asked for, with the defaults of `RunGuestOptions`. */
export function guestRequest(
  asked: Pick<GuestRequest, "module" | "inputs"> &
    Partial<Pick<GuestRequest, "importModules" | "entrypoint" | "args" | "env" | "outputs">> & {
      limits?: GuestLimits | undefined;
      surroundings?: GuestSurroundings | undefined;
    },
): GuestRequest {
  const { limits = {}, surroundings = {}, ...rest } = asked;
  return {
    ...{ importModules: [], entrypoint: "_start", args: [], env: {}, outputs: ["outputs"] },
    ...rest,
    memoryPages: Math.min(MAX_PAGES, Math.ceil((limits.memoryBytes ?? 256 << 20) / PAGE)),
    outputBytes: limits.outputBytes ?? 64 << 20,
    ...{ clockStart: 1_640_995_200_000_000_000n, fileTime: 0n, order: "ascending" as const, randomSeed: "" },
    ...surroundings,
  };
}

/** Runs a request in a new process, and kills it after `timeMs`. */
export function runInProcess(
  request: GuestRequest,
  timeMs: number,
  signal?: AbortSignal,
): Promise<GuestOutcome> {
  const here = fileURLToPath(import.meta.url);
  const script = fileURLToPath(new URL(`./guest-process${extname(here)}`, import.meta.url));
  const child = fork(script, [], {
    // Nothing of the host's: not its environment, its options, its terminal.
    ...{ env: {}, stdio: ["ignore", "ignore", "ignore", "ipc"], serialization: "advanced" },
    execArgv: guestProcessFlags(),
  });
  return new Promise((resolve) => {
    const end = (outcome: GuestOutcome) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      child.removeAllListeners();
      child.on("error", () => {}); // what is still on its way to a process that is gone
      child.kill("SIGKILL");
      resolve(outcome);
    };
    const abort = () => end({ failure: "Execution cancelled", limit: true });
    const timer = setTimeout(
      () => end({ failure: `Execution timed out after ${timeMs / 1000}s`, limit: true }),
      timeMs,
    );
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort);
    child.once("message", (outcome: GuestOutcome) => end(outcome));
    child.once("error", (error) =>
      end({ failure: `the guest's process did not start: ${error.message}`, limit: true }),
    );
    child.once("exit", (code, by) =>
      end({ failure: `the guest's process ended: ${by ?? code}`, limit: true }),
    );
    child.send(request, () => {});
  });
}

/**
 * Node's options for a guest's process: it may start its thread, and read the code that runs here. A second fence: what
 * keeps a guest in is that WebAssembly has no way to call anything but the functions that it is given.
 */
export function guestProcessFlags(): string[] {
  const here = fileURLToPath(import.meta.url);
  const library = dirname(dirname(createRequire(here).resolve("@bjorn3/browser_wasi_shim")));
  return [
    ...["--permission", "--allow-worker", `--allow-fs-read=${dirname(here)}`, `--allow-fs-read=${library}`],
    ...["--max-old-space-size=256", "--disable-warning=SecurityWarning"],
  ];
}

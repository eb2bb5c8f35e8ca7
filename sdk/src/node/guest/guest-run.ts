import { type Fd, WASIProcExit } from "@bjorn3/browser_wasi_shim";
import {
  type DirectoryOrder,
  EmptyInput,
  type FileSystemOptions,
  GuestDirectory,
  GuestFile,
  OutputStream,
  RootDirectory,
} from "./guest-files.ts";
import { createHost, type Surroundings, WASI_MODULE } from "./guest-host.ts";
import { capModule, ModuleRefused } from "./wasm-module.ts";
import { type ImportValue, type Instance, type Module, webAssembly } from "./web-assembly.ts";

/** A file that a guest reads or has written, by its path from the guest's root. */
export interface GuestBytes {
  path: string;
  bytes: Uint8Array;
}

/** One run of a guest, as its process is told of it. */
export interface GuestRequest {
  /** Path of the module among the inputs. */
  module: string;
  /** Paths of modules that are instantiated before. */
  importModules: string[];
  entrypoint: string;
  args: string[];
  env: Record<string, string>;
  inputs: GuestBytes[];
  /** Directories in the root that the guest may write to. */
  outputs: string[];
  /** Of 64 KiB. */
  memoryPages: number;
  outputBytes: number;
  clockStart: bigint;
  fileTime: bigint;
  order: DirectoryOrder;
  randomSeed: string;
}

/** How a run ended. */
export interface GuestResult {
  /** What it passed to `proc_exit`; -1 when its entry point returned, which is success. */
  exit: number;
  /** In its output directories, sorted by path. */
  files: GuestBytes[];
  stdout: Uint8Array;
  stderr: Uint8Array;
  /** Bytes of the first write to each. */
  firstWrites: { stdout: number; stderr: number };
}

export type GuestOutcome = { result: GuestResult } | GuestFailure;

/** Why a run did not come to its end. */
export interface GuestFailure {
  failure: string;
  /** It took more than it may: on another machine, or another day, it might have finished. */
  limit: boolean;
}

class OutputTooLarge extends Error {}

/** Runs a guest in this thread, to its end: whoever calls it can end the thread from outside. */
export function runHere(request: GuestRequest): GuestOutcome {
  let left = request.outputBytes;
  const options: FileSystemOptions = {
    fileTime: request.fileTime,
    order: request.order,
    spend(bytes) {
      left -= bytes;
      if (left < 0) throw new OutputTooLarge(`output over limit of ${request.outputBytes} bytes`);
    },
  };
  const [stdout, stderr] = [new OutputStream(options), new OutputStream(options)];
  try {
    const root = rootOf(request, options);
    const stdio = () => [new EmptyInput(), stdout, stderr, new RootDirectory(root)];
    const exit = call(request, root, stdio, { ...options, ...request });
    const files = request.outputs.flatMap((name) => filesUnder(name, root.find(name)));
    return {
      result: {
        exit,
        files,
        stdout: stdout.contents.slice(),
        stderr: stderr.contents.slice(),
        firstWrites: { stdout: stdout.firstWrite, stderr: stderr.firstWrite },
      },
    };
  } catch (error) {
    const limit = error instanceof OutputTooLarge || isStackOverflow(error);
    return { failure: messageOf(error), limit };
  }
}

/** Inputs, each at its path; then outputs, which take the place of what has their name. */
function rootOf({ inputs, outputs }: GuestRequest, options: FileSystemOptions): GuestDirectory {
  const root = new GuestDirectory(options);
  const folderOf = (parts: string[]) => {
    let folder = root;
    for (const part of parts) {
      let next = folder.entries.get(part);
      if (!(next instanceof GuestDirectory)) {
        next = new GuestDirectory(options);
        folder.entries.set(part, next);
      }
      folder = next;
    }
    return folder;
  };
  for (const { path, bytes } of inputs) {
    const parts = path.split("/").filter((part) => part !== "");
    folderOf(parts.slice(0, -1)).entries.set(parts.at(-1)!, new GuestFile(options, bytes));
  }
  for (const name of outputs) root.entries.set(name, new GuestDirectory(options, true));
  return root;
}

function filesUnder(path: string, entry: GuestFile | GuestDirectory | number): GuestBytes[] {
  if (!(entry instanceof GuestDirectory)) return [];
  const names = [...entry.entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.flatMap(([name, file]) =>
    file instanceof GuestFile ? [{ path: `${path}/${name}`, bytes: file.contents.slice() }] : [],
  );
}

function call(
  request: GuestRequest,
  root: GuestDirectory,
  stdio: () => Fd[],
  surroundings: Surroundings,
): number {
  const load = createLoader(request, root, stdio, surroundings);
  for (const path of request.importModules) {
    attempt(`failed to load import module ${path}`, () => load(path));
  }
  const instance = attempt(`failed to load entry module ${request.module}`, () => load(request.module));
  const entry = instance.exports[request.entrypoint];
  if (typeof entry !== "function") {
    throw new ModuleRefused(`unable to find the entrypoint '${request.entrypoint}' in the WASM module`);
  }
  try {
    entry();
    return -1;
  } catch (error) {
    if (error instanceof WASIProcExit) return error.code;
    throw error;
  }
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ModuleRefused(`${what}: ${messageOf(error)}`);
  }
}

/** Instantiates modules by path, and before each what it imports: WASI, or another module under its path. */
function createLoader(
  request: GuestRequest,
  root: GuestDirectory,
  stdio: () => Fd[],
  surroundings: Surroundings,
): (path: string) => Instance {
  const loaded = new Map<string, Instance | undefined>();
  const args = ["", ...request.args];
  const env = Object.keys(request.env)
    .sort()
    .map((key) => `${key}=${request.env[key]}`);

  function load(name: string): Instance {
    const path = pathOf(name, root);
    const known = loaded.get(path);
    if (known !== undefined) return known;
    if (loaded.has(path)) throw new ModuleRefused(`module "${path}" imports itself`);
    loaded.set(path, undefined);
    const file = root.find(path);
    if (!(file instanceof GuestFile)) throw new ModuleRefused(`module not found: "${name}"`);
    const module = attempt(`failed to compile module at "${name}"`, () =>
      compile(capModule(file.contents, request.memoryPages)),
    );
    const host = createHost(args, env, stdio(), surroundings);
    const modules = new Map<string, Record<string, unknown>>([[WASI_MODULE, host.functions]]);
    for (const { module: from } of webAssembly.Module.imports(module)) {
      if (!modules.has(from)) modules.set(from, dependency(from).exports);
    }
    const instance = attempt(
      `failed to load module at "${name}"`,
      () => new webAssembly.Instance(module, importsOf(module, modules)),
    );
    if (instance.exports.memory instanceof webAssembly.Memory) host.bind(instance.exports.memory);
    loaded.set(path, instance);
    return instance;
  }

  function dependency(name: string): Instance {
    if (typeof root.find(relative(name)) === "number") throw new ModuleRefused(`unknown module "${name}"`);
    return load(name);
  }

  return load;
}

function importsOf(module: Module, modules: Map<string, Record<string, unknown>>) {
  const imports: Record<string, Record<string, ImportValue>> = {};
  for (const { module: from, name } of webAssembly.Module.imports(module)) {
    const exports = modules.get(from)!;
    if (!Object.hasOwn(exports, name)) {
      throw new ModuleRefused(`"${name}" is not exported in module "${from}"`);
    }
    (imports[from] ??= {})[name] = exports[name] as ImportValue;
  }
  return imports;
}

/** A directory with one module stands for that module. */
function pathOf(name: string, root: GuestDirectory): string {
  const path = relative(name);
  const entry = root.find(path);
  if (!(entry instanceof GuestDirectory)) return path;
  const modules = [...entry.entries.keys()].filter((file) => file.endsWith(".wasm"));
  if (modules.length !== 1) throw new ModuleRefused(`module not found: "${name}"`);
  return `${path}/${modules[0]}`;
}

function relative(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

function compile(bytes: Uint8Array<ArrayBuffer>): Module {
  try {
    return new webAssembly.Module(bytes);
  } catch (error) {
    if (!(error instanceof webAssembly.CompileError)) throw error;
    throw new ModuleRefused(error.message.replace(/^WebAssembly\.Module\(\): /, ""));
  }
}

/** V8's words for traps, and WebAssembly's own, which others use. */
const TRAPS: [RegExp, string][] = [
  [/^unreachable/, "unreachable"],
  [/^memory access out of bounds|^data segment/, "out of bounds memory access"],
  [/^(divide|remainder) by zero/, "integer divide by zero"],
  [/^divide result unrepresentable/, "integer overflow"],
  [/^float unrepresentable/, "invalid conversion to integer"],
  [/^table (index|access|or)|^null function|function signature mismatch/, "invalid table access"],
];

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

function messageOf(error: unknown): string {
  if (error instanceof WASIProcExit) return `module closed with exit_code(${error.code})`;
  const message = error instanceof Error ? error.message : String(error);
  if (isStackOverflow(error)) return "stack overflow";
  if (!(error instanceof webAssembly.RuntimeError)) return message;
  const trap = TRAPS.find(([pattern]) => pattern.test(message))?.[1] ?? message;
  return `wasm error: ${trap}\nwasm stack trace:\n\t${(error as Error).stack?.match(/wasm-function\[\d+\]/)?.[0] ?? ""}`;
}

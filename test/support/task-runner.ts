import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const ROOT = join(import.meta.dirname, "../..");
const HARDHAT = join(ROOT, "node_modules/hardhat/dist/src/cli.js");

/** What a task said and how it ended. */
export interface TaskRun {
  readonly command: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TaskOptions {
  /** Lines of stdin: answers to questions. */
  input?: string;
  /** Variables beside the runner's; undefined removes one. */
  env?: Record<string, string | undefined>;
  cwd?: string;
}

/** Runs `npx hardhat …` in processes of their own, with a home of their own, and keeps all that they say. */
export interface TaskRunner extends AsyncDisposable {
  readonly home: string;
  /** Everything that any task said, but for a devnet's own account list. */
  readonly runs: TaskRun[];
  readonly env: Record<string, string | undefined>;
  run(args: string[], options?: TaskOptions): Promise<TaskRun>;
  /** With --json. @returns the object on stdout @throws if stdout is anything else, or the exit code another than `code` */
  json<T = Record<string, unknown>>(args: string[], options?: TaskOptions & { code?: number }): Promise<T>;
  /** Starts one that runs until it is told to stop. */
  start(args: string[], options?: TaskOptions): ChildProcess;
}

export async function createTaskRunner(): Promise<TaskRunner> {
  const home = await mkdtemp(join(tmpdir(), "holdfast-tasks-"));
  const runs: TaskRun[] = [];
  const env: Record<string, string | undefined> = {
    // Hardhat's keystore is kept below it; in CI Hardhat would not look there.
    ...{ XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, HOME: home, CI: undefined },
    ...{ GITHUB_ACTIONS: undefined, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", NO_COLOR: "1", TZ: "UTC" },
    // The same code is loaded each time.
    NODE_COMPILE_CACHE: join(home, "compiled"),
  };

  function start(args: string[], options: TaskOptions = {}): ChildProcess {
    const merged: NodeJS.ProcessEnv = { ...process.env, ...env, ...options.env };
    for (const [name, value] of Object.entries(merged)) if (value === undefined) delete merged[name];
    return spawn(process.execPath, [HARDHAT, ...args], { cwd: options.cwd ?? ROOT, env: merged });
  }

  async function run(args: string[], options: TaskOptions = {}): Promise<TaskRun> {
    const child = start(args, options);
    child.stdin!.end(options.input ?? "");
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, "exit"),
    ]);
    const done = { command: args.join(" "), code: code as number | null, stdout, stderr };
    runs.push(done);
    return done;
  }

  return {
    ...{ home, runs, env, start, run },
    async json(args, options = {}) {
      const { code, stdout, stderr, command } = await run([...args, "--json"], options);
      const wanted = options.code ?? 0;
      if (code !== wanted) throw new Error(`${command}: exit code ${code}, wanted ${wanted}\n${stderr}`);
      // Nothing else on stdout, or this throws.
      return JSON.parse(stdout);
    },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** What a command said and how it ended. */
export interface CommandRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs commands as somebody does who types them. */
export interface Shell {
  run(command: string, answers?: readonly string[]): Promise<CommandRun>;
  /** Starts one that goes on. */
  start(command: string): ChildProcess;
}

/** A shell in a checkout, with a home of its own and no terminal: questions are answered by lines of stdin. */
export async function createShell(root: string, variables: Record<string, string>): Promise<Shell> {
  const home = join(root, ".home");
  await mkdir(home);
  const { CI: _, GITHUB_ACTIONS: __, ...inherited } = process.env;
  const env = {
    ...inherited,
    ...{ HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, NO_COLOR: "1" },
    ...{ HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", NODE_COMPILE_CACHE: join(home, "compiled") },
    PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
    ...variables,
  };
  // Of what goes on it is the program that is told to stop: npx would not pass that on.
  const start = (command: string) => spawn("sh", ["-c", command], { cwd: root, env });
  return {
    start: (command) => start(command.replace(/^npx /, "exec ")),
    async run(command, answers = []) {
      const child = start(command);
      child.stdin.end(answers.map((line) => `${line}\n`).join(""));
      const [stdout, stderr, [code]] = await Promise.all([
        ...[text(child.stdout), text(child.stderr), once(child, "exit")],
      ] as const);
      return { code: code as number | null, stdout, stderr };
    },
  };
}

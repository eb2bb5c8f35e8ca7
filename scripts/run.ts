import { spawn } from "node:child_process";
import { delimiter, resolve } from "node:path";

export interface Finished {
  readonly output: string;
  /** null if a signal ended it. */
  readonly exitCode: number | null;
}

/** Runs a command, of node_modules/.bin first, without a stdin; shows its output as it comes, and returns it. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  const path = `${resolve("node_modules/.bin")}${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env, PATH: path },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  return await new Promise((settle, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => settle({ output, exitCode }));
  });
}

/** Foundry's binary itself: its npm launcher exits 0 when tests fail. */
export function forge(): string {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  return resolve(`node_modules/@foundry-rs/forge-${platform}/bin/forge`);
}

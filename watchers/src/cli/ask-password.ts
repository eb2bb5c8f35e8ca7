import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks at the terminal, showing nothing of what is typed; undefined if there is no terminal. */
export async function askPassword(prompt: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return undefined;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  stderr.write(prompt);
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(undefined));
      lines.once("SIGINT", () => lines.close());
    });
  } finally {
    lines.close();
    stderr.write("\n");
  }
}

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { EXIT, StopError } from "../runtime/stop-error.ts";

/** Whoever was asked said Ctrl-C. */
export class InterruptedError extends StopError {
  constructor() {
    super(
      EXIT.interrupted,
      "Interrupted at the password's prompt: nothing was opened.",
      "start it again; with key.passwordFile nobody is asked.",
    );
  }
}

/** Where to ask: the process's own, or what stands for it. */
export type Terminal = { stdin: NodeJS.ReadableStream & { isTTY?: boolean }; stderr: NodeJS.WritableStream };

/**
 * Asks at the terminal, showing nothing of what is typed; undefined if there is no terminal, or at its end (Ctrl-D).
 * @throws InterruptedError on Ctrl-C
 */
export async function askPassword(
  prompt: string,
  { stdin, stderr }: Terminal = process,
): Promise<string | undefined> {
  if (!stdin.isTTY) return undefined;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  stderr.write(prompt);
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(undefined));
      lines.once("SIGINT", () => reject(new InterruptedError()));
    });
  } finally {
    lines.close();
    stderr.write("\n");
  }
}

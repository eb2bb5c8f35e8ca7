import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { TaskConfigError } from "./exit-codes.ts";

/** Asks on stderr, so that stdout holds the result alone; without a terminal, answers are lines of stdin. */
export interface Prompts extends Disposable {
  ask(question: string): Promise<string>;
  /** The answer is not shown. */
  askSecret(question: string): Promise<string>;
}

export function createPrompts(): Prompts {
  let piped: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;

  async function fromPipe(question: string): Promise<string> {
    piped ??= createInterface({ input: process.stdin });
    lines ??= piped[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (done === true) {
      throw new TaskConfigError(
        `Nobody is there to answer "${question}".`,
        "Run it in a terminal, or give the answer on stdin, one line for each question",
      );
    }
    return value;
  }

  function fromTerminal(question: string, secret: boolean): Promise<string> {
    // What is typed is echoed by readline itself: a secret goes to a stream that shows nothing.
    const output = secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
    const terminal = createInterface({ input: process.stdin, output, terminal: true });
    if (secret) process.stderr.write(question);
    return new Promise((resolve) => {
      terminal.question(secret ? "" : question, (answer) => {
        terminal.close();
        if (secret) process.stderr.write("\n");
        resolve(answer);
      });
    });
  }

  const ask = (question: string, secret: boolean) => {
    if (process.stdin.isTTY) return fromTerminal(`${question}: `, secret);
    process.stderr.write(`${question}\n`);
    return fromPipe(question);
  };
  return {
    ask: (question) => ask(question, false),
    askSecret: (question) => ask(question, true),
    [Symbol.dispose]: () => {
      piped?.close();
    },
  };
}

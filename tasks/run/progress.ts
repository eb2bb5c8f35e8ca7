import { BaseError } from "@holdfast/sdk";
import { DefaultRenderer, Listr, ListrLogger, type ListrTask, ProcessOutput, SimpleRenderer } from "listr2";

/** Says how far a stage is. `always`: a line that must not be left out for being soon after another. */
export type Tell = (line: string, always?: boolean) => void;

/** Something that takes more than a second. */
export interface Stage {
  title: string;
  run(tell: Tell): Promise<void>;
}

/** listr2 would look whether stdout is a terminal; here stdout is for the result, and stderr was looked at. */
class ChangingList extends DefaultRenderer {
  static override readonly nonTTY = true;
}

/** Least milliseconds between two lines of one stage where they stay, and do not replace each other. */
const QUIET_MS = 2_000;

/**
 * Runs stages one after the other: on a terminal as a list that changes in place, in a pipe as plain lines. All on stderr.
 * The first failure ends it, and is thrown.
 */
export async function inStages(stages: Stage[]): Promise<void> {
  const changing = process.stderr.isTTY === true;
  let failure: unknown;
  const tasks: ListrTask[] = stages.map(({ title, run }) => ({
    title,
    task: async (_context, task) => {
      let told = Number.NEGATIVE_INFINITY;
      const tell: Tell = (line, always = false) => {
        const now = performance.now();
        if (!changing && !always && now - told < QUIET_MS) return;
        told = now;
        task.output = line;
      };
      try {
        await run(tell);
      } catch (error) {
        failure = error;
        // Of the whole message only this: the rest may hold an endpoint's URL.
        throw new Error(error instanceof BaseError ? error.shortMessage.split(": ")[0] : "failed");
      }
    },
  }));
  const logger = new ListrLogger({
    processOutput: new ProcessOutput(process.stderr, process.stderr),
    useIcons: true,
  });
  const list = new Listr(tasks, {
    ...{ concurrent: false, exitOnError: true, registerSignalListeners: false },
    ...{ renderer: changing ? ChangingList : SimpleRenderer, rendererOptions: { logger } as object },
  });
  await list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}

/** One stage with a result. */
export async function inStage<T>(title: string, work: (tell: Tell) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await inStages([
    {
      title,
      run: async (tell) => {
        result = await work(tell);
      },
    },
  ]);
  return result as T;
}

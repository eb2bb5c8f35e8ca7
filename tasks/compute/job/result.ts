import { cidOfDigest } from "@holdfast/sdk";
import type { CommonArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { TaskIncompleteError } from "../../run/exit-codes.ts";
import { fields, table } from "../../run/output.ts";
import { sizeText } from "../../run/parse.ts";
import { inStage } from "../../run/progress.ts";
import { JobStateError, ResultRefusedError } from "../errors.ts";
import { absentFolder, fetchResult, writeResult } from "./fetch-result.ts";
import { findResults } from "./find-results.ts";
import { findJob } from "./open-job.ts";

interface ResultArguments extends CommonArguments {
  job: string;
  task: string | undefined;
  out: string;
}

interface Verified {
  task: number;
  state: string;
  worker: string;
  root: string;
  folder: string;
  files: { shard: number; exit: number; path: string; size: number; sha256: string }[];
}

export default command<ResultArguments>(async (args, context) => {
  const connection = await context.connect();
  const { jobId, job, tasks, time, escrow, registry } = await findJob(
    { ...args, tasks: args.task },
    connection,
  );
  const results = await findResults(connection, tasks, { escrow, registry, job, head: time.head });
  for (const { task, state } of tasks) {
    if (!results.some((result) => result.task.task === task)) {
      context.note(`  task ${task} is ${state}: no result of it stands`);
    }
  }
  if (results.length === 0) {
    throw new JobStateError(
      `No result of job ${jobId} stands${args.task === undefined ? "" : ` of task ${args.task}`}.`,
      `npx hardhat compute job status ${jobId}`,
    );
  }
  const folders = await Promise.all(results.map(({ task }) => absentFolder(args.out, task.task)));
  const verified: Verified[] = [];
  const refused: ResultRefusedError[] = [];
  for (const [at, result] of results.entries()) {
    const { worker, root } = result;
    const { task, state } = result.task;
    const folder = folders[at]!;
    try {
      const found = await inStage(`Task ${task}: fetching and verifying`, (tell) =>
        fetchResult(result, job, {
          signal: context.signal,
          onBytes: (bytes) => tell(sizeText(BigInt(bytes))),
        }),
      );
      await writeResult(folder, found);
      const files = found.manifests.flatMap(({ exit, files }, shard) =>
        files.map((file) => ({ shard, exit, ...file })),
      );
      verified.push({ task, state, worker, root, folder, files });
    } catch (error) {
      if (!(error instanceof ResultRefusedError)) throw error;
      refused.push(error);
    }
  }
  const [first, ...others] = refused;
  for (const { shortMessage } of others) context.note(`  ${shortMessage}`);
  if (first !== undefined) {
    if (verified.length === 0) throw first;
    throw new TaskIncompleteError(
      `${verified.length} of ${results.length} results are verified. ${first.shortMessage}`,
      { job: jobId, tasks: verified },
      { next: first.next!, cause: first },
    );
  }
  return {
    json: { job: jobId, spec: cidOfDigest(job.params.specDigest), tasks: verified },
    text: [
      ...verified.map(({ files, ...task }) =>
        [fields(task), table(files.map(({ size, ...file }) => ({ ...file, bytes: size }))), ""].join("\n"),
      ),
      "Every byte hashes to the root on chain.",
    ].join("\n"),
  };
});

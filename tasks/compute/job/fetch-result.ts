import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BaseError, cidOfDigest, type FoundJob, type TaskFiles, verifyTaskResult } from "@holdfast/sdk";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { ResultRefusedError } from "../errors.ts";
import type { StandingResult } from "./find-results.ts";

/** The most bytes of a CAR, which is held in memory, and the longest wait for it. */
const MAX_BYTES = 1 << 30;
const TIMEOUT_MS = 600_000;

/**
 * Fetches a result from its worker and checks every byte of it against the root on chain.
 * @throws ResultRefusedError
 */
export async function fetchResult(
  result: StandingResult,
  job: FoundJob,
  { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<TaskFiles> {
  const { task, state } = result.task;
  const next =
    state === "Submitted"
      ? `npx hardhat compute job result ${job.id} --task ${task} --out <folder>: once more; if it stays so, npx hardhat compute job challenge ${job.id} ${task} --withheld`
      : `npx hardhat compute job result ${job.id} --task ${task} --out <folder>: once more, its worker has to keep it`;
  const url = result.url();
  let car: Uint8Array;
  try {
    car = await download(url, signal, onBytes);
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof BaseError ? cause.shortMessage : ((cause as Error).cause ?? cause);
    throw new ResultRefusedError(task, `${url} does not give it: ${messageOf(why)}.`, next, cause);
  }
  try {
    const { root, piece } = result;
    return verifyTaskResult(car, { spec: cidOfDigest(job.params.specDigest), task, root, piece });
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new ResultRefusedError(task, cause.shortMessage, next, cause);
  }
}

async function download(
  url: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!response.ok) throw new BaseError(`it answers ${response.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new BaseError(`it has more than ${MAX_BYTES} bytes`);
    onBytes(size);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function messageOf(why: unknown): string {
  return why instanceof Error ? why.message : String(why);
}

/** Where a task's files go. @throws TaskConfigError if something is there: what was not verified may not stand beside it */
export async function absentFolder(out: string, task: number): Promise<string> {
  const folder = join(out, `task-${task}`);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (!there) return folder;
  throw new TaskConfigError(`${folder} is there already.`, "Remove it, or name another folder by --out");
}

/** Writes all files of a verified result, or none; of several shards each into a folder of its own. */
export async function writeResult(folder: string, { manifests, files }: TaskFiles): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.`);
  try {
    for (const [shard, manifest] of manifests.entries()) {
      for (const { path, sha256 } of manifest.files) {
        const target = join(temporary, manifests.length === 1 ? "" : `shard-${shard}`, path);
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, files.get(sha256)!, { flag: "wx" });
      }
    }
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

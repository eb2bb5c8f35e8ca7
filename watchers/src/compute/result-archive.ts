import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BaseError } from "@holdfast/sdk";
import { extract } from "tar-stream";

/** What a run left behind. */
export interface RunFiles {
  /** As the node says it. */
  exitCode: number;
  /** `stdout`, `stderr` and what lies in the output directories. */
  files: { path: string; bytes: Uint8Array }[];
}

/** An archive of results is none that an honest node makes. */
export class ResultArchiveError extends BaseError {
  constructor(why: string, cause?: unknown) {
    super(`The result's archive was refused: ${why}.`, {
      next: "Run the job again, on another compute node if this repeats.",
      ...(cause !== undefined && { cause }),
    });
  }
}

const MAX_ENTRIES = 20_000;

/**
 * The files in a tar.gz of results, in memory: nothing is written anywhere, links and devices are refused, and so is whatever is
 * larger than `most` bytes, however small it is compressed. Paths that climb, repeat or clash, the manifest refuses.
 * @throws ResultArchiveError
 */
export async function readResultArchive(
  body: ReadableStream<Uint8Array>,
  most: number,
): Promise<RunFiles["files"]> {
  const source = Readable.fromWeb(body as never);
  const gunzip = createGunzip();
  const entries = extract();
  source.on("error", (error) => gunzip.destroy(error)).pipe(gunzip);
  gunzip.on("error", (error) => entries.destroy(error)).pipe(entries);
  const files: RunFiles["files"] = [];
  let total = 0;
  let count = 0;
  try {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (++count > MAX_ENTRIES) throw new ResultArchiveError(`it has more than ${MAX_ENTRIES} entries`);
      if (type === "directory") {
        entry.resume();
        continue;
      }
      if (type !== "file") throw new ResultArchiveError(`${JSON.stringify(name)} is a ${type}`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        total += chunk.length;
        if (total > most) throw new ResultArchiveError(`it has more than ${most} bytes`);
        chunks.push(chunk);
      }
      files.push({ path: name.replace(/^\.\//, ""), bytes: new Uint8Array(Buffer.concat(chunks)) });
    }
  } catch (error) {
    if (error instanceof ResultArchiveError) throw error;
    throw new ResultArchiveError("it is damaged", error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  return files;
}

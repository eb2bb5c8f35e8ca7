import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CID } from "multiformats/cid";
import { type CarSource, openCars } from "../dataset/block-source.ts";
import { DatasetOutputError } from "../dataset/errors.ts";
import { type DatasetItem, readDataset as readItems } from "../dataset/read-dataset.ts";
import { openCarFile } from "./car-file.ts";

export interface ReadPathOptions {
  /** UnixFS root or manifest CID. */
  root: CID | string;
  /** The directory to write, or, for a dataset that is one file, the file. */
  output: string;
  /** Replace files that are there already. Without it they are an error. */
  overwrite?: boolean;
  onProgress?: (progress: ReadProgress) => void;
  signal?: AbortSignal;
}

export interface ReadProgress {
  files: number;
  bytes: number;
}

/**
 * Writes a dataset out of CARs (paths, or anything that can be read at a position). Every block is verified against
 * its CID, nothing is written outside `output` (symbolic links that are there are never followed), and on failure or
 * abort all that was created is removed again.
 * @throws DatasetOutputError, CarMalformedError, CarBlockCorruptError, DatasetBlockMissingError, DatasetMalformedError
 */
export async function readDataset(
  cars: (string | CarSource)[],
  options: ReadPathOptions,
): Promise<ReadProgress> {
  const root = typeof options.root === "string" ? CID.parse(options.root) : options.root;
  await using opened = new AsyncDisposableStack();
  const sources: CarSource[] = [];
  for (const car of cars) sources.push(typeof car === "string" ? opened.use(await openCarFile(car)) : car);
  const blocks = await openCars(sources);
  const output = new OutputTree(resolve(options.output), options.overwrite ?? false);
  const progress: ReadProgress = { files: 0, bytes: 0 };
  try {
    for await (const item of readItems(blocks, root, options.signal)) {
      if (item.kind === "directory") await output.directory(item.path);
      else await output.file(item, progress, options);
    }
    return progress;
  } catch (error) {
    await output.remove();
    throw error;
  }
}

/** What has been written, so that it can be taken back. */
class OutputTree {
  readonly #top: string;
  readonly #overwrite: boolean;
  readonly #files: string[] = [];
  readonly #directories: string[] = [];

  constructor(top: string, overwrite: boolean) {
    this.#top = top;
    this.#overwrite = overwrite;
  }

  async directory(path: string[]): Promise<void> {
    const directory = join(this.#top, ...path);
    if (path.length === 0) await this.#makeParents(directory);
    const made = await mkdir(directory).then(() => true, ifExists);
    if (made) this.#directories.push(directory);
    else await this.#check(directory);
  }

  async file(
    item: DatasetItem & { kind: "file" },
    progress: ReadProgress,
    options: ReadPathOptions,
  ): Promise<void> {
    const path = join(this.#top, ...item.path);
    if (item.path.length === 0) await this.#makeParents(path);
    const existing = await lstat(path).catch(() => undefined);
    if (existing !== undefined && (!this.#overwrite || existing.isDirectory())) throw taken(path);
    // Written beside its place: what is there now stays whole until the new file is.
    const partial = existing === undefined ? path : join(dirname(path), `.${randomUUID()}.partial`);
    {
      await using handle = await open(partial, "wx");
      this.#files.push(partial);
      for await (const bytes of item.content()) {
        options.signal?.throwIfAborted();
        await handle.writeFile(bytes);
        progress.bytes += bytes.length;
        options.onProgress?.({ ...progress });
      }
    }
    if (partial !== path) {
      await rename(partial, path);
      this.#files.pop();
    }
    progress.files++;
    options.onProgress?.({ ...progress });
  }

  async remove(): Promise<void> {
    for (const file of this.#files) await rm(file, { force: true });
    for (const directory of this.#directories.reverse()) await rmdir(directory).catch(() => {});
  }

  async #makeParents(path: string): Promise<void> {
    const parent = dirname(path);
    if ((await lstat(parent).catch(() => undefined)) !== undefined) return;
    await this.#makeParents(parent);
    await mkdir(parent);
    this.#directories.push(parent);
  }

  /** A directory that is there already: only a real one is written into. */
  async #check(directory: string): Promise<void> {
    if (!(await lstat(directory)).isDirectory()) throw taken(directory);
  }
}

function ifExists(error: NodeJS.ErrnoException): false {
  if (error.code === "EEXIST") return false;
  throw error;
}

function taken(path: string): DatasetOutputError {
  return new DatasetOutputError(
    path,
    "something else is there",
    "Name another output, or ask to overwrite files.",
  );
}

import { DatasetEntryUnsupportedError } from "./errors.ts";

/** A file to pack. `content` is called once; its chunks must not be reused by whoever yields them. */
export interface FileEntry {
  kind: "file";
  /** Name inside its directory. For messages only, if it is the dataset's top. */
  name: string;
  /** How errors name it. */
  path: string;
  content(): AsyncIterable<Uint8Array>;
}

/** A directory to pack. `entries` may come in any order. */
export interface DirectoryEntry {
  kind: "directory";
  name: string;
  path: string;
  entries(): Promise<DatasetEntry[]>;
}

/** What a dataset is made of: no modes, no times, no links, so that the same files always give the same root. */
export type DatasetEntry = FileEntry | DirectoryEntry;

/** A directory's entries in the order of a dataset: by the bytes of their names, which are kept as they are. */
export async function sortedEntries(directory: DirectoryEntry): Promise<DatasetEntry[]> {
  const named = (await directory.entries()).map((entry) => ({
    entry,
    bytes: new TextEncoder().encode(entry.name),
  }));
  named.sort((a, b) => compareBytes(a.bytes, b.bytes));
  for (const [index, { entry }] of named.entries()) {
    const problem = nameProblem(entry.name);
    if (problem)
      throw new DatasetEntryUnsupportedError(entry.path, `named ${JSON.stringify(entry.name)} (${problem})`);
    if (entry.name === named[index - 1]?.entry.name) {
      throw new DatasetEntryUnsupportedError(entry.path, "there twice");
    }
  }
  return named.map(({ entry }) => entry);
}

/** Why a name cannot be a file's name on any system that a dataset may be read back on; undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "an empty name";
  if (name === "." || name === "..") return "a name that means another directory";
  if (name.includes("/") || name.includes("\0")) return "a name with a separator in it";
  if (/\p{Surrogate}/u.test(name)) return "a name that is not Unicode";
  return undefined;
}

/** Orders as memcmp does, the shorter of two equal beginnings first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

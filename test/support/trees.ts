import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A directory's content in memory. */
export type Tree = { [name: string]: Tree | Uint8Array };

export async function writeTree(path: string, tree: Tree | Uint8Array): Promise<void> {
  if (tree instanceof Uint8Array) return writeFile(path, tree);
  await mkdir(path, { recursive: true });
  for (const [name, child] of Object.entries(tree)) await writeTree(join(path, name), child);
}

export async function readTree(path: string): Promise<Tree> {
  const tree: Tree = Object.create(null);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    tree[entry.name] = entry.isDirectory() ? await readTree(child) : new Uint8Array(await readFile(child));
  }
  return tree;
}

/** Bytes with no two equal blocks. */
export function bytesOf(length: number, salt = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = salt * 2654435761 + 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it should have been refused");
}

/** Empty things, Unicode in both forms, hostile-looking names, depth, and equal files of several blocks. */
export const sample: Tree = {
  "empty file": new Uint8Array(0),
  "empty directory": {},
  "caf\u00e9": bytesOf(10, 1),
  "cafe\u0301": bytesOf(10, 2),
  "日本語 🗻": {
    "\u202Ertl": bytesOf(3),
    "back\\slash": bytesOf(5, 3),
    "%2e%2e": { ".hidden": bytesOf(1, 9) },
  },
  deep: { a: { b: { c: { d: { e: { f: { g: bytesOf(100, 4) } } } } } } },
  "big.bin": bytesOf(3 * 1024 * 1024 + 17, 5),
  "twin.bin": bytesOf(3 * 1024 * 1024 + 17, 5),
};

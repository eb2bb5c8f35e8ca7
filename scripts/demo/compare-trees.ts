import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * How two files or directories differ, byte for byte: the first difference in words; undefined if they are the same.
 */
export async function firstDifference(one: string, other: string): Promise<string | undefined> {
  const [a, b] = await Promise.all([stat(one), stat(other).catch(() => undefined)]);
  if (b === undefined) return `${other} is missing`;
  if (a.isDirectory() !== b.isDirectory()) return `one of ${one} and ${other} is a directory`;
  if (!a.isDirectory()) return (await sameBytes(one, other)) ? undefined : `${one} and ${other} differ`;
  const [names, others] = (await Promise.all([readdir(one), readdir(other)])).map((list) => list.sort()) as [
    string[],
    string[],
  ];
  if (names.join("\0") !== others.join("\0")) return `${one} and ${other} list other names`;
  for (const name of names) {
    const difference = await firstDifference(join(one, name), join(other, name));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

async function sameBytes(one: string, other: string): Promise<boolean> {
  if ((await stat(one)).size !== (await stat(other)).size) return false;
  const [a, b] = [one, other].map((path) =>
    createReadStream(path, { highWaterMark: 1 << 20 })[Symbol.asyncIterator](),
  );
  let left: Buffer = Buffer.alloc(0);
  let right: Buffer = Buffer.alloc(0);
  for (;;) {
    if (left.length === 0) left = ((await a?.next())?.value as Buffer | undefined) ?? Buffer.alloc(0);
    if (right.length === 0) right = ((await b?.next())?.value as Buffer | undefined) ?? Buffer.alloc(0);
    const length = Math.min(left.length, right.length);
    if (length === 0) return left.length === right.length;
    if (!left.subarray(0, length).equals(right.subarray(0, length))) return false;
    left = left.subarray(length);
    right = right.subarray(length);
  }
}

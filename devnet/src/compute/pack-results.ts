import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { GuestResult } from "@holdfast/sdk/node";
import { pack } from "tar-stream";

/** Writes the archive that the local publisher serves: `.`, `exitCode`, `stderr`, `stdout`, a folder a result path. */
export async function packResults(path: string, result: GuestResult, outputs: string[]): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createGzip(), createWriteStream(`${path}.new`));
  const folder = (name: string) => archive.entry({ name, type: "directory", mode: 0o755 });
  const file = (name: string, bytes: Uint8Array) => archive.entry({ name, mode: 0o644 }, Buffer.from(bytes));
  folder(".");
  file("exitCode", Buffer.from(`${result.exit}`).subarray(0, 4));
  for (const name of [...outputs].sort()) {
    folder(name);
    for (const { path, bytes } of result.files) if (path.startsWith(`${name}/`)) file(path, bytes);
  }
  file("stderr", result.stderr);
  file("stdout", result.stdout);
  archive.finalize();
  await written;
  await rename(`${path}.new`, path);
}

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CarStore, type JobSpec, lintModule, memoryPages, packDataset, parseSpec } from "@holdfast/sdk";
import { rawCidOf } from "@holdfast/sdk/node";
import { type Output, table } from "../run/output.ts";
import { FileUnusableError, ModuleRefusedError } from "./errors.ts";

/** A job spec's file, in any layout. @throws FileUnusableError, SpecInvalidError */
export async function readSpec(path: string): Promise<JobSpec> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new FileUnusableError(`${path} cannot be read: ${cause.code}.`, "Name the spec's JSON file", cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FileUnusableError(`${path} is not JSON.`, "Name the spec's JSON file", cause);
  }
  return parseSpec(value);
}

/** Where the bytes are that a spec names by their CIDs. */
export interface SpecFiles {
  /** @throws FileUnusableError */
  bytesOf(file: { cid: string; name: string }): Promise<Uint8Array>;
}

/**
 * Files of a folder by their CIDs, whatever they are called: each is hashed once. The spec's own folder, if none is named.
 * @throws FileUnusableError
 */
export async function openFiles(specPath: string, named: string | undefined): Promise<SpecFiles> {
  const folder = named ?? dirname(specPath);
  const listed = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new FileUnusableError(
      `${folder} cannot be read: ${cause.code}.`,
      "Name a folder by --files",
      cause,
    );
  });
  const names = listed.filter((entry) => entry.isFile()).map(({ name }) => name);
  const known = new Map<string, string>();
  return {
    async bytesOf({ cid, name }) {
      const isRaw = cid.startsWith("bafkrei");
      const likely = names.filter((other) => other === cid || other === name);
      for (const candidate of new Set([...likely, ...names])) {
        const path = join(folder, candidate);
        const hashed = known.get(`${isRaw} ${path}`);
        if (hashed !== undefined && hashed !== cid) continue;
        const bytes = await readFile(path);
        const found = isRaw ? rawCidOf(bytes) : await dagCidOf(candidate, bytes);
        known.set(`${isRaw} ${path}`, found);
        if (found === cid) return bytes;
      }
      throw new FileUnusableError(
        `No file in ${folder} has the bytes of ${name} (${cid}).`,
        "Put it there, or name the folder that it is in by --files",
      );
    },
  };
}

/** What `dataset pack` calls a file that is more than one block. */
async function dagCidOf(name: string, bytes: Uint8Array): Promise<string> {
  const content = async function* () {
    yield bytes;
  };
  const { root } = await packDataset({ kind: "file", name, path: name, content }, nowhere);
  return `${root}`;
}

/** Keeps of a CAR what is read again: its beginning. */
const nowhere: CarStore = {
  async create() {
    let start: Uint8Array | undefined;
    return {
      append: async (bytes) => {
        start ??= bytes.slice();
      },
      close: async () => {},
      overwrite: async () => {},
      readStart: async (length) => start!.subarray(0, length),
    };
  },
};

/**
 * Refuses a module that no node runs, or that a strict spec may not have; says what else the linter found.
 * @throws ModuleRefusedError
 */
export function checkModule(spec: JobSpec, module: Uint8Array, { note }: Output): void {
  const { verdict, findings } = lintModule(module, { memoryPages: memoryPages(spec) });
  const fatal = findings.find(
    ({ weight }) => weight === "refused" || (weight === "loose" && spec.determinism === "strict"),
  );
  if (fatal !== undefined) throw new ModuleRefusedError(spec.module.name, fatal);
  if (verdict === "loose") {
    note(
      `  ${spec.module.name} is loose: two honest runs may differ, and an arbiter excuses the worker then.\n${table(
        findings.filter(({ weight }) => weight === "loose").map(({ where, what }) => ({ where, what })),
      )}`,
    );
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import type { Execution, HistoryItem, Job } from "../../src/compute/job.ts";

const GUESTS = join(import.meta.dirname, "../../guests");
let names = 0;

/** The compiled guest in `guests/<name>`. */
export function guest(name: string): Uint8Array {
  return readFileSync(join(GUESTS, name, `${name.split("/").at(-1)}.wasm`));
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is what the tests are about
  body: any;
  headers: Headers;
}

export interface State {
  Job: Job;
  Executions: { Items: Execution[] };
  History: { Items: HistoryItem[] };
}

/** One call of the API below `/api/v1`. Strings are sent as they are. */
export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    redirect: "manual",
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: unknown = text;
  try {
    parsed = JSON.parse(text);
  } catch {} // not everything that a server says is JSON
  return { status: response.status, body: parsed, headers: response.headers };
}

/** An input of a job that is in the job itself. */
export function inline(target: string, bytes: Uint8Array | string, type = "application/octet-stream") {
  const data = Buffer.from(bytes).toString("base64");
  return { Target: target, Source: { Type: "inline", Params: { URL: `data:${type};base64,${data}` } } };
}

export interface JobOptions {
  args?: string[];
  inputs?: object[];
  engine?: Record<string, unknown>;
  task?: Record<string, unknown>;
  job?: Record<string, unknown>;
}

/** A job of one module, with a name of its own. */
export function jobOf(module: Uint8Array, options: JobOptions = {}) {
  const { args = [], inputs = [], engine = {}, task = {}, job = {} } = options;
  return {
    Job: {
      Name: `holdfast-${process.pid}-${Date.now()}-${names++}`,
      ...{ Namespace: "default", Type: "batch", Count: 1 },
      ...job,
      Tasks: [
        {
          Name: "main",
          Engine: {
            Type: "wasm",
            Params: { EntryModule: "/main.wasm", Entrypoint: "_start", Parameters: args, ...engine },
          },
          InputSources: [inline("/main.wasm", module), ...inputs],
          ResultPaths: [{ Name: "outputs", Path: "/outputs" }],
          ...{ Publisher: { Type: "local" }, Network: { Type: "None" }, Resources: { Memory: "64MB" } },
          Timeouts: { ExecutionTimeout: 20, QueueTimeout: 0, TotalTimeout: 60 },
          ...task,
        },
      ],
    },
  };
}

export type AnyJob = ReturnType<typeof jobOf>;

export async function submit(url: string, job: AnyJob): Promise<string> {
  const { status, body } = await call(url, "PUT", "/orchestrator/jobs", job);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.JobID;
}

export async function stateOf(url: string, id: string): Promise<State> {
  return (await call(url, "GET", `/orchestrator/jobs/${id}?include=executions,history`)).body;
}

/** Waits until `holds`. */
export async function until(url: string, id: string, holds: (state: State) => boolean): Promise<State> {
  for (let looks = 0; looks < 1_000; looks++) {
    const state = await stateOf(url, id);
    if (holds(state)) return state;
    await sleep(50);
  }
  throw new Error(`job ${id} did not get there`);
}

export function finished(url: string, id: string): Promise<State> {
  return until(url, id, ({ Job }) => ["Completed", "Failed", "Stopped"].includes(Job.State.StateType));
}

/** Submits a job and waits for its end. */
export async function run(url: string, job: AnyJob): Promise<State> {
  return finished(url, await submit(url, job));
}

/** Name and text of each entry of an execution's result; folders end in a slash. */
export async function resultOf(execution: Execution | undefined): Promise<Map<string, string>> {
  const response = await fetch(execution?.PublishedResult.Params?.URL as string);
  return untar(Buffer.from(await response.arrayBuffer()));
}

async function untar(bytes: Buffer): Promise<Map<string, string>> {
  const archive = extract();
  archive.end(gunzipSync(bytes));
  const entries = new Map<string, string>();
  for await (const entry of archive) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    const { name, type } = entry.header;
    entries.set(type === "directory" ? `${name.replace(/\/$/, "")}/` : name, Buffer.concat(parts).toString());
  }
  return entries;
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const NAME_SECTION = [0, 5, 4, ...Buffer.from("name")];
const START = [7, 10, 1, 6, ...Buffer.from("_start"), 0, 0];
const ONE_FUNCTION = [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, ...START];

/** Modules of a few bytes. */
export const modules = {
  /** `_start` is `unreachable`. */
  trap: Uint8Array.from([...HEADER, ...ONE_FUNCTION, 10, 5, 1, 3, 0, 0x00, 0x0b, ...NAME_SECTION]),
  /** `_start` does not end. */
  loop: Uint8Array.from([
    ...[...HEADER, ...ONE_FUNCTION, 10, 9, 1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b, ...NAME_SECTION],
  ]),
  /** Does nothing, and has no names. */
  nameless: Uint8Array.from([...HEADER, ...ONE_FUNCTION, 10, 4, 1, 2, 0, 0x0b]),
  /** A memory of so many pages. */
  memory: (pages: number) => {
    const leb = [(pages & 0x7f) | 0x80, ((pages >> 7) & 0x7f) | 0x80, pages >> 14];
    return Uint8Array.from([...HEADER, 5, 2 + leb.length, 1, 0, ...leb, ...NAME_SECTION]);
  },
  /** Imports the function `f` of a module. */
  importing: (from: string) => {
    const entry = [1, from.length, ...Buffer.from(from), 1, ...Buffer.from("f"), 0, 0];
    return Uint8Array.from([...[...HEADER, 1, 4, 1, 0x60, 0, 0, 2, entry.length, ...entry, ...NAME_SECTION]]);
  },
};

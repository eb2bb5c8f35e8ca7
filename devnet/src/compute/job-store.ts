import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError, jobNotFound } from "./api-error.ts";
import { type HistoryItem, type JobRecord, newest } from "./job.ts";

/** Unix nanoseconds. */
export function now(): number {
  return Date.now() * 1e6;
}

/** A node's jobs, each a file in its folder that is written anew after every change: a kill loses nothing. */
export class JobStore {
  readonly #folder: string;
  readonly #records = new Map<string, JobRecord>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
    const records = files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as JobRecord);
    records.sort((a, b) => a.versions[0]!.CreateTime - b.versions[0]!.CreateTime);
    for (const record of records) this.#records.set(newest(record).ID, record);
  }

  /** In the order of their creation. */
  all(): JobRecord[] {
    return [...this.#records.values()];
  }

  byName(name: string, namespace: string): JobRecord | undefined {
    return this.all().find((record) => {
      const job = newest(record);
      return job.Name === name && job.Namespace === namespace;
    });
  }

  /** By id, by the start of one, or by name. */
  find(idOrName: string, namespace: string): JobRecord {
    const found = this.match(idOrName, namespace);
    if (found === undefined) throw jobNotFound(idOrName);
    return found;
  }

  /** As `find`, for whom a job that is not there is no error. */
  match(idOrName: string, namespace: string): JobRecord | undefined {
    const named = this.byName(idOrName, namespace);
    if (named !== undefined || !idOrName.startsWith("j-")) return named;
    const alike = this.all().filter((record) => newest(record).ID.startsWith(idOrName));
    const exact = alike.find((record) => newest(record).ID === idOrName);
    if (exact === undefined && alike.length > 1) {
      throw new ApiError(500, `multiple jobs found for id ${idOrName}`, {
        ...{ code: "MultipleJobsFound", component: "JobStore", hint: "Use full job ID" },
      });
    }
    return exact ?? alike[0];
  }

  save(record: JobRecord): void {
    const { ID } = newest(record);
    this.#records.set(ID, record);
    const path = join(this.#folder, `${ID}.json`);
    writeFileSync(`${path}.new`, JSON.stringify(record));
    renameSync(`${path}.new`, path);
  }
}

/** Notes what happened, of the job's newest version. */
export function note(
  record: JobRecord,
  topic: string,
  message: string,
  { execution, details }: { execution?: string | undefined; details?: Record<string, string> } = {},
): void {
  const { ID, Version } = newest(record);
  const time = new Date().toISOString();
  const item: HistoryItem = {
    SeqNum: record.history.length + 1,
    Type: execution === undefined ? "JobLevel" : "ExecutionLevel",
    ...{ JobID: ID, JobVersion: Version },
    ...(execution !== undefined && { ExecutionID: execution }),
    Event: { Message: message, Topic: topic, Timestamp: time, ...(details && { Details: details }) },
    Time: time,
  };
  record.history.push(item);
}

import { type ApiError, badRequest, refused } from "./api-error.ts";
import type { Job, Task } from "./job.ts";
import { parseMemory } from "./resources.ts";

type Fields = Record<string, unknown>;

/** Kinds of values: of JSON, of a list of one kind, of a map to one kind, or of an object's fields. */
type Shape =
  | "string"
  | "integer"
  | "any"
  | { list: Shape }
  | { map: Shape }
  | { fields: Record<string, Shape> };

const SPEC: Shape = { fields: { Type: "string", Params: { map: "any" } } };
const JOB: Shape = {
  fields: {
    ...{ Name: "string", Namespace: "string", Type: "string", Priority: "integer", Count: "integer" },
    ...{ Constraints: { list: "any" }, Meta: { map: "string" }, Labels: { map: "string" } },
    Tasks: {
      list: {
        fields: {
          ...{
            Name: "string",
            Engine: SPEC,
            Publisher: SPEC,
            Env: { map: "string" },
            Meta: { map: "string" },
          },
          InputSources: { list: { fields: { Source: SPEC, Alias: "string", Target: "string" } } },
          ResultPaths: { list: { fields: { Name: "string", Path: "string" } } },
          Resources: { map: "string" },
          Network: { fields: { Type: "string" } },
          Timeouts: { map: "integer" },
        },
      },
    },
  },
};

/** Go's decoder takes null for what is not there, and nothing of another kind than it expects. */
function checkShape(value: unknown, shape: Shape, at: string): void {
  const fail = (kind: string) => {
    const reason = `Unmarshal type error: expected=${kind}, got=${typeof value}, field=${at}`;
    return badRequest(`code=400, message=${reason}, internal=json: cannot unmarshal`);
  };
  if (value === undefined || value === null || shape === "any") return;
  if (shape === "string" || shape === "integer") {
    if (shape === "string" ? typeof value !== "string" : !Number.isSafeInteger(value)) throw fail(shape);
  } else if ("list" in shape) {
    if (!Array.isArray(value)) throw fail("list");
    for (const each of value) {
      if (each === null) throw fail("list");
      checkShape(each, shape.list, at);
    }
  } else {
    if (typeof value !== "object" || Array.isArray(value)) throw fail("object");
    for (const [key, each] of Object.entries(value)) {
      const inner =
        "map" in shape ? shape.map : Object.hasOwn(shape.fields, key) ? shape.fields[key]! : "any";
      checkShape(each, inner, `${at}.${key}`);
    }
  }
}

const TYPES = ["batch", "ops", "service", "daemon"];

/** What of a submitted job is kept, with what the server adds; throws what the server answers to a bad one. */
export function readJob(body: unknown): Pick<Job, "Name" | "Namespace" | "Type" | "Priority" | "Count"> &
  Pick<Job, "Constraints" | "Labels" | "Tasks"> & {
    Meta: Record<string, string>;
    Warnings: string[] | null;
  } {
  const job = withoutNulls((body as { Job?: Fields } | undefined)?.Job) as Fields | undefined;
  if (job === undefined || typeof job !== "object") throw badRequest("empty/nil job");
  checkShape(job, JOB, "Job");
  const type = text(job.Type);
  if (type === "") throw badRequest("missing job type");
  if (!TYPES.includes(type)) throw badRequest(`invalid job type: "${type}"`);
  const tasks = (job.Tasks ?? []) as Fields[];
  if (tasks.length === 0) throw badRequest("missing job tasks");
  const count = (job.Count as number | undefined) ?? 1;
  if (count < 0) throw badRequest("job count must be >= 0");
  return {
    Name: text(job.Name),
    Namespace: text(job.Namespace) || "default",
    Type: type,
    Priority: (job.Priority as number | undefined) ?? 0,
    Count: count,
    Constraints: (job.Constraints as unknown[] | undefined) ?? [],
    Meta: Object.fromEntries(
      Object.entries((job.Meta as Record<string, string> | undefined) ?? {}).filter(
        ([key]) => !key.startsWith("bacalhau.org/"),
      ),
    ),
    Labels: (job.Labels as Record<string, string> | undefined) ?? {},
    Tasks: [readTask(tasks[0]!)],
    Warnings: tasks.length > 1 ? ["job contains more than one task. only the first will be run"] : null,
  };
}

function readTask(task: Fields): Task {
  const name = text(task.Name);
  const fail = (reason: string) => badRequest(`task ${name} validation failed: ${reason}`);
  if (name === "") throw fail("missing task name");
  const engine = task.Engine as Task["Engine"] | undefined;
  if (!engine?.Type) throw fail("invalid engine: missing spec type");
  checkEnv(task.Env as Task["Env"], fail);
  const inputs = (task.InputSources ?? []) as Task["InputSources"] & {};
  const targets = new Set<string>();
  for (const { Target, Source } of inputs) {
    if (!Target) throw fail("invalid input source: missing target");
    if (!Source?.Type) throw fail("invalid input source: missing spec type");
    if (targets.has(Target)) throw fail(`input source with target '${Target}' already exists`);
    targets.add(Target);
  }
  const results = (task.ResultPaths ?? []) as Task["ResultPaths"] & {};
  for (const { Name, Path } of results) {
    if (!Name) throw fail("invalid output: result path must have a name");
    // Bacalhau makes a directory of that name, wherever it leads; here nothing leaves the result.
    if (/[/\\]|^\.\.?$/.test(Name)) throw fail(`invalid output: result path name \`${Name}\` is not plain`);
    if (!Path?.startsWith("/")) throw fail(`invalid output: result path \`${Path}\` must be absolute`);
  }
  const resources = { CPU: "500m", Memory: "512mb", ...(task.Resources as Task["Resources"]) };
  resources.Memory = resources.Memory.toLowerCase();
  if (parseMemory(resources.Memory) === undefined) {
    throw fail(`invalid resources: invalid memory value: ${resources.Memory}`);
  }
  const publisher: Task["Publisher"] = { Type: "", ...(task.Publisher as Task["Publisher"] | undefined) };
  if (results.length > 0 && publisher.Type === "") {
    throw storeRefuses(name, "publisher must be set if result paths are set");
  }
  return {
    Name: name,
    Engine: engine,
    Publisher: publisher,
    ...(task.Env !== undefined && { Env: task.Env as Record<string, string> }),
    ...(task.Meta !== undefined && { Meta: task.Meta as Record<string, string> }),
    ...(inputs.length > 0 && {
      InputSources: inputs.map(({ Source, Alias = "", Target }) => ({ Source, Alias, Target })),
    }),
    ...(results.length > 0 && { ResultPaths: results }),
    Resources: resources,
    // A node that runs no jobs with a network takes one that says nothing of it for one without.
    Network: { Type: (task.Network as Task["Network"] | undefined)?.Type ?? "None" },
    Timeouts: readTimeouts(name, (task.Timeouts ?? {}) as Task["Timeouts"], fail),
  };
}

function checkEnv(env: Task["Env"], fail: (reason: string) => ApiError): void {
  for (const [key, value] of Object.entries(env ?? {})) {
    const refuse = (reason: string) => fail(`environment variable '${key}' ${reason}`);
    if (key !== key.toUpperCase()) throw refuse("must be uppercase");
    if (!/^[A-Z][A-Z0-9_]*$/.test(key)) throw refuse("must start with a letter and contain only A-Z, 0-9, _");
    if (key.startsWith("BACALHAU_")) throw refuse("cannot start with BACALHAU_");
    if (value === "") throw refuse("cannot have empty value");
  }
}

function readTimeouts(
  name: string,
  asked: Task["Timeouts"],
  fail: (reason: string) => ApiError,
): Task["Timeouts"] {
  const { ExecutionTimeout = 0, QueueTimeout = 0, TotalTimeout = 0 } = asked;
  const kinds = { execution: ExecutionTimeout, queue: QueueTimeout, total: TotalTimeout };
  for (const [kind, seconds] of Object.entries(kinds)) {
    if (seconds < 0) throw fail(`invalid timeouts: invalid ${kind} timeout value: 0s`);
  }
  if (TotalTimeout > 0 && ExecutionTimeout + QueueTimeout > TotalTimeout) {
    throw storeRefuses(
      name,
      `task timeouts validation failed: execution timeout ${ExecutionTimeout}s and queue timeout ${QueueTimeout}s should be less than total timeout ${TotalTimeout}s`,
    );
  }
  const execution = ExecutionTimeout || TotalTimeout;
  return {
    ...(execution > 0 && { ExecutionTimeout: execution }),
    ...(QueueTimeout > 0 && { QueueTimeout }),
    ...(TotalTimeout > 0 && { TotalTimeout }),
  };
}

function storeRefuses(task: string, reason: string): ApiError {
  return refused(`task ${task} validation failed: ${reason}`);
}

/** A copy in which what is null is not there. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each) => withoutNulls(each) ?? null);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNulls(each)]])),
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

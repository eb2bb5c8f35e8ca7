import { z } from "zod";
import { shardRange } from "../shards/shard-range.ts";
import { fileCidProblem } from "./cid.ts";

/** The most bytes a spec may have. */
export const SPEC_MAX_BYTES = 256 * 1024;
/** The most shards of a task, and tasks of a job: what the contract takes. */
export const SPEC_MAX_SHARDS_PER_TASK = 256;
export const SPEC_MAX_TASKS = 65_535;
/** Where a node mounts the module. Inputs and outputs stay out of it. */
export const MODULE_TARGET = "/app";

const WEEK = 7 * 24 * 3600;
/** Bacalhau names these itself, so no output may. */
const TAKEN = ["stdout", "stderr", "exitCode", "app"];
const PLACEHOLDER = /\{[a-z]+\}/g;
const PLACEHOLDERS = { list: ["{shard}", "{shards}"], range: ["{shard}", "{shards}", "{start}", "{end}"] };

type Refusal = [what: string, next: string];

/** Text that passes `check`; what it says goes into the error, with what to do. */
function text(least: number, most: number, check: (value: string) => Refusal | undefined) {
  return z
    .string()
    .min(least)
    .max(most)
    .superRefine((value, context) => {
      if (!value.isWellFormed())
        refuse(context, "has half a surrogate pair in it", "Use well-formed Unicode.");
      else if (value.includes("\0")) refuse(context, "has a NUL in it", "Leave the NUL out.");
      const refusal = check(value);
      if (refusal !== undefined) refuse(context, ...refusal);
    });
}

function refuse(context: z.RefinementCtx, what: string, next: string, path: PropertyKey[] = []): void {
  context.addIssue({ code: "custom", message: what, params: { next }, path });
}

const anyText = (least: number, most: number) => text(least, most, () => undefined);
/** `abort`: what is out of bounds is not looked at any further. */
const whole = (least: number, most: number) =>
  z.int({ abort: true }).min(least, { abort: true }).max(most, { abort: true });
const listOf = <Item extends z.ZodType>(item: Item, least: number, most: number) =>
  z.array(item).min(least, { abort: true }).max(most, { abort: true });

const cid = text(1, 128, (value) => {
  const problem = fileCidProblem(value);
  return problem === undefined
    ? undefined
    : [problem, "Give the file's CIDv1 in base32, bafkrei… or bafybei…."];
});

const fileName = text(1, 128, (value) =>
  /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(value)
    ? undefined
    : [
        "is no plain file name",
        "Use letters, digits, '.', '_', '-', no '/' and no leading '.': the name is the end of a URL.",
      ],
);

const target = text(2, 512, (value) => {
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(value)) {
    return ["is no absolute path of plain names", "Write it like /in/0: no '//', no '/' at the end."];
  }
  if (value.split("/").some((part) => part === "." || part === "..")) {
    return ["climbs out of its directory", "Leave '.' and '..' out of it."];
  }
  return under(MODULE_TARGET, value)
    ? ["lies where the module is", "Choose another directory, such as /in/0."]
    : undefined;
});

const output = text(1, 64, (value) => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(value)) {
    return ["is no plain name", "Name the directory: letters, digits, '_', '-', as in outputs."];
  }
  return TAKEN.includes(value) ? ["is a name that nodes use themselves", "Call it outputs."] : undefined;
});

const variable = text(1, 64, (value) => {
  if (!/^[A-Z][A-Z0-9_]*$/.test(value)) {
    return ["is no variable's name", "Use capitals, digits and '_', a capital first."];
  }
  return value.startsWith("BACALHAU_") || value === "SHARD_INDEX" || value === "SHARD_COUNT"
    ? ["is set by the node", "Choose another name."]
    : undefined;
});

const value = text(1, 4096, (value) =>
  value.startsWith("env:")
    ? ["asks for a variable of the node's own", "Write the value itself: a job sees nothing of its node."]
    : undefined,
);

const input = z.strictObject({
  cid,
  name: fileName,
  target,
  shard: z.union([z.literal("*"), z.literal("map"), whole(0, SPEC_MAX_TASKS * SPEC_MAX_SHARDS_PER_TASK - 1)]),
});

const count = whole(1, SPEC_MAX_TASKS * SPEC_MAX_SHARDS_PER_TASK);
const perTask = whole(1, SPEC_MAX_SHARDS_PER_TASK);

const sharding = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("list"), count, perTask }),
  z.strictObject({ kind: z.literal("range"), count, perTask, items: whole(1, Number.MAX_SAFE_INTEGER) }),
]);

/** The schema of a job spec, version 1: docs/compute-spec.md. Without `diskMb` a node caps outputs as it likes. */
export const specSchema = z
  .strictObject({
    v: z.literal(1),
    engine: z.literal("wasm"),
    module: z.strictObject({ cid, name: fileName }),
    entrypoint: z.literal("_start"),
    args: listOf(anyText(0, 4096), 0, 256),
    env: z.record(variable, value).refine((env) => Object.keys(env).length <= 64, {
      error: "has more than 64 variables",
      params: { next: "Put the rest into args or an input." },
    }),
    inputs: listOf(input, 0, 1024),
    outputs: listOf(output, 1, 8),
    resources: z.strictObject({
      cpuMillis: whole(10, 64_000),
      memoryMb: whole(1, 4_294),
      diskMb: whole(1, 1_000_000).optional(),
    }),
    timeouts: z.strictObject({
      executionSeconds: whole(1, WEEK),
      queueSeconds: whole(0, WEEK),
      totalSeconds: whole(1, WEEK),
    }),
    determinism: z.enum(["strict", "loose"]),
    sharding,
  })
  .superRefine((spec, context) => {
    checkTimeouts(spec, context);
    checkSharding(spec, context);
    checkArgs(spec, context);
    checkOutputs(spec, context);
    checkTargets(spec, context);
  });

/** A job spec, version 1. */
export type JobSpec = z.infer<typeof specSchema>;
/** A file that a spec's job reads. */
export type SpecInput = JobSpec["inputs"][number];

function checkTimeouts({ timeouts }: JobSpec, context: z.RefinementCtx): void {
  if (timeouts.executionSeconds + timeouts.queueSeconds > timeouts.totalSeconds) {
    const least = timeouts.executionSeconds + timeouts.queueSeconds;
    refuse(context, "is less than executionSeconds and queueSeconds together", `Make it at least ${least}.`, [
      "timeouts",
      "totalSeconds",
    ]);
  }
}

function checkSharding({ sharding, inputs }: JobSpec, context: z.RefinementCtx): void {
  const { count, perTask, kind } = sharding;
  const at = ["sharding", "count"];
  if (count % perTask !== 0)
    refuse(context, `is no multiple of perTask, ${perTask}`, "Fill the last task.", at);
  if (count / perTask > SPEC_MAX_TASKS) {
    refuse(context, `makes more than ${SPEC_MAX_TASKS} tasks`, "Put more shards into a task.", at);
  }
  const mapped = inputs.filter((input) => input.shard === "map").length;
  const items = kind === "range" ? sharding.items : mapped;
  if (kind === "range" && mapped > 0) {
    refuse(
      context,
      `does not fit ${mapped} inputs with shard "map"`,
      'Make it "list", or give those inputs shard "*".',
      ["sharding", "kind"],
    );
  } else if (items < count) {
    const what = kind === "range" ? "items" : 'inputs with shard "map"';
    refuse(context, `leaves shards empty: there are ${items} ${what}`, `Make it at most ${items}.`, at);
  }
  for (const [index, { shard }] of inputs.entries()) {
    if (typeof shard === "number" && shard >= count) {
      refuse(context, `is no shard of ${count}`, `Shards count from 0 to ${count - 1}.`, [
        "inputs",
        index,
        "shard",
      ]);
    }
  }
}

function checkArgs({ args, sharding }: JobSpec, context: z.RefinementCtx): void {
  const known = PLACEHOLDERS[sharding.kind];
  for (const [index, arg] of args.entries()) {
    const unknown = arg.match(PLACEHOLDER)?.find((found) => !known.includes(found));
    if (unknown === undefined) continue;
    refuse(context, `has ${unknown} in it, which nothing fills`, `Known are ${known.join(", ")}.`, [
      "args",
      index,
    ]);
  }
}

function checkOutputs({ outputs, inputs }: JobSpec, context: z.RefinementCtx): void {
  for (const [index, output] of outputs.entries()) {
    if (outputs.indexOf(output) !== index)
      refuse(context, "is there twice", "Name it once.", ["outputs", index]);
    for (const [at, { target }] of inputs.entries()) {
      if (under(`/${output}`, target)) {
        refuse(context, `lies in the output ${output}`, "Choose another directory, such as /in/0.", [
          "inputs",
          at,
          "target",
        ]);
      }
    }
  }
}

/** Of two sources in one directory, or in a directory and one under it, a node hides the first. */
function checkTargets(spec: JobSpec, context: z.RefinementCtx): void {
  const readers = new Map<string, Set<number | "*">>();
  const placed = placements(spec);
  const clash = (index: number, with_: string) =>
    refuse(
      context,
      `is mounted over what a shard has at ${with_}`,
      "Give each input a directory of its own.",
      ["inputs", index, "target"],
    );
  for (const [index, { target, shard }] of placed.entries()) {
    const seen = readers.get(target) ?? new Set();
    if (meets(seen, shard)) clash(index, target);
    readers.set(target, seen.add(shard));
  }
  for (const [index, { target, shard }] of placed.entries()) {
    for (let cut = target.lastIndexOf("/"); cut > 0; cut = target.lastIndexOf("/", cut - 1)) {
      const above = target.slice(0, cut);
      if (meets(readers.get(above), shard)) clash(index, above);
    }
  }
}

/** Every input with the shard that reads it, "map" inputs dealt out in order. */
export function placements({ inputs, sharding }: JobSpec): { target: string; shard: number | "*" }[] {
  const mapped = inputs.filter((input) => input.shard === "map").length;
  let next = 0;
  let shard = 0;
  return inputs.map((input) => {
    if (input.shard !== "map") return { target: input.target, shard: input.shard };
    while (shard < sharding.count - 1 && next >= shardRange(mapped, sharding.count, shard).end) shard++;
    next++;
    return { target: input.target, shard };
  });
}

function meets(seen: Set<number | "*"> | undefined, shard: number | "*"): boolean {
  if (seen === undefined) return false;
  return shard === "*" ? seen.size > 0 : seen.has("*") || seen.has(shard);
}

function under(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

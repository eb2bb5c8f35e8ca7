import { type Context, Hono } from "hono";
import { badRequest, internal, jobNotFound, refused } from "./api-error.ts";
import { ComputeState, type Execution, isTerminal, type Job, type JobRecord, newest } from "./job.ts";
import type { JobStore } from "./job-store.ts";
import { readSelector } from "./label-selector.ts";
import { pageToken, readPage } from "./paging.ts";
import type { Scheduler } from "./scheduler.ts";
import { readJob } from "./validate-job.ts";

const HISTORY_PAGE = 100;
const LIST_PAGE = 10;

/** `/api/v1/orchestrator/jobs`. */
export function jobsApi(store: JobStore, scheduler: Scheduler): Hono {
  const api = new Hono();
  const find = (context: Context) =>
    store.find(context.req.param("id") ?? "", context.req.query("namespace") ?? "default");

  api.on(["PUT", "POST"], "/", async (context) => {
    const body = await readJson(context);
    return context.json(scheduler.submit(readJob(body), body.Force === true));
  });
  api.get("/", (context) => context.json(list(store, context)));
  api.get("/:id", (context) => {
    const record = find(context);
    const job = versionOf(record, context.req.query("job_version"));
    const include = (context.req.query("include") ?? "").split(",");
    return context.json({
      Job: job,
      ...(include.includes("history") && { History: historyPage(record, context) }),
      ...(include.includes("executions") && { Executions: executionList(record, context) }),
    });
  });
  api.delete("/:id", async (context) => {
    const record = find(context);
    const { reason } = await readJson(context);
    return context.json(scheduler.stop(record, typeof reason === "string" ? reason : ""));
  });
  api.put("/:id/rerun", async (context) => {
    const { JobVersion, Reason } = await readJson(context);
    const id = context.req.param("id");
    const record = store.match(id, context.req.query("namespace") ?? "default");
    if (record === undefined) throw refused(`job not found: ${id}`);
    const reason = typeof Reason === "string" ? Reason : "";
    return context.json(scheduler.rerun(record, Number(JobVersion ?? 0), reason));
  });
  api.get("/:id/history", (context) => context.json(historyPage(find(context), context)));
  api.get("/:id/executions", (context) => context.json(executionList(find(context), context)));
  api.get("/:id/versions", (context) => context.json({ NextToken: "", Items: find(context).versions }));
  api.get("/:id/results", (context) => {
    const record = find(context);
    const results = record.executions.filter(
      ({ JobVersion, ComputeState: { StateType }, PublishedResult }) =>
        JobVersion === newest(record).Version &&
        StateType === ComputeState.Completed &&
        PublishedResult.Type !== "",
    );
    return context.json({
      NextToken: "",
      Items: results.map(({ PublishedResult }) => PublishedResult),
    });
  });
  return api;
}

async function readJson(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    throw badRequest("code=400, message=unexpected EOF, internal=unexpected EOF");
  }
}

function list(store: JobStore, context: Context): object {
  const query = (key: string) => context.req.query(key);
  const order = query("order_by") ?? "created_at";
  if (!["created_at", "modified_at", ""].includes(order)) throw internal();
  const { limit, offset } = readPage(query("limit"), query("next_token"), LIST_PAGE);
  const selects = readSelector((context.req.queries("labels") ?? []).join(","));
  const namespace = query("namespace") ?? "default";
  const jobs = store
    .all()
    .map(newest)
    .filter((job) => (namespace === "*" || job.Namespace === namespace) && selects(job.Labels));
  if (order === "modified_at") jobs.sort((a, b) => a.ModifyTime - b.ModifyTime);
  if (query("reverse") === "true") jobs.reverse();
  const more = offset + limit < jobs.length;
  return {
    NextToken: more ? pageToken(limit, offset + limit) : "",
    Items: jobs.slice(offset, offset + limit),
  };
}

function versionOf(record: JobRecord, asked: string | undefined): Job {
  const version = Number(asked ?? 0);
  const job = version === 0 ? newest(record) : record.versions[version - 1];
  if (job === undefined) throw jobNotFound(newest(record).ID);
  return job;
}

/** Whether something belongs to the version that is asked for: the newest, one, or all. */
function inVersion(record: JobRecord, context: Context): (item: { JobVersion: number }) => boolean {
  if (context.req.query("all_job_versions") === "true") return () => true;
  const { Version } = versionOf(record, context.req.query("job_version"));
  return ({ JobVersion }) => JobVersion === Version;
}

function executionList(record: JobRecord, context: Context): object {
  const order = context.req.query("order_by") ?? "create_time";
  if (!["create_time", "created_at", "modify_time", "modified_at", ""].includes(order)) throw internal();
  const executions = record.executions.filter(inVersion(record, context));
  if (order.startsWith("modif")) executions.sort((a, b) => a.ModifyTime - b.ModifyTime);
  if (context.req.query("reverse") === "true") executions.reverse();
  return { NextToken: "", Items: executions.map((execution) => withJob(record, execution)) };
}

/** An execution carries its job as it was when the execution was asked for. */
function withJob(record: JobRecord, execution: Execution): object {
  const job = record.versions[execution.JobVersion - 1]!;
  const State = { StateType: "Pending" };
  return { ...execution, Job: { ...job, State, Revision: 1, ModifyTime: job.CreateTime } };
}

/** Goes on at a number of the history. An empty token means that nothing more will come: all is read and over. */
function historyPage(record: JobRecord, context: Context): object {
  const query = (key: string) => context.req.query(key);
  const { limit, offset } = readPage(query("limit"), query("next_token"), HISTORY_PAGE);
  const level = { job: "JobLevel", execution: "ExecutionLevel" }[query("event_type") ?? ""];
  const since = Number(query("since") ?? 0) * 1000;
  const execution = query("execution_id") ?? "";
  const belongs = inVersion(record, context);
  const Items = record.history
    .filter(
      (item) =>
        item.SeqNum >= offset &&
        belongs(item) &&
        (level === undefined || item.Type === level) &&
        (execution === "" || item.ExecutionID?.startsWith(execution)) &&
        Date.parse(item.Time) >= since,
    )
    .slice(0, limit);
  const next = Items.length === 0 ? offset : Items.at(-1)!.SeqNum + 1;
  const isRead = Items.length < limit || next > record.history.length;
  return { NextToken: isTerminal(newest(record)) && isRead ? "" : pageToken(limit, next), Items };
}

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { listen } from "../http-listener.ts";
import { ApiError } from "./api-error.ts";
import { authorize, type ComputeUser } from "./authorize.ts";
import { Executor, type ExecutorLimits } from "./executor.ts";
import { JobStore } from "./job-store.ts";
import { jobsApi } from "./jobs-api.ts";
import { agentApi, nodesApi, VERSION } from "./node-info.ts";
import { serveResult } from "./results-api.ts";
import { Scheduler } from "./scheduler.ts";

export interface ComputeNodeOptions {
  /** Keeps jobs, and results; a node that is started on it again goes on with them. */
  dataDir: string;
  /** Default: any that is free. Results carry it in their address: a restarted node needs the same. */
  port?: number;
  /** Who may call the API. Default: everyone, as on Bacalhau. */
  users?: ComputeUser[];
  limits?: Partial<ExecutorLimits>;
}

/** A compute node that runs. */
export interface ComputeNode {
  /** Base of the API, without `/api/v1`. */
  readonly url: string;
  readonly nodeId: string;
  /** Ends it, and every execution; jobs go on when a node is started on the same folder. */
  close(): Promise<void>;
}

const MAX_BODY = 10_000_000;
const MIN_CLIENT = [1, 4, 0];

/** Starts a compute node on this machine's loopback interface: Bacalhau's REST API, and WebAssembly to run. */
export async function startComputeNode(options: ComputeNodeOptions): Promise<ComputeNode> {
  const { dataDir, port = 0, users = [] } = options;
  const results = join(dataDir, "results");
  mkdirSync(results, { recursive: true });
  const nodeId = readNodeId(join(dataDir, "node-id"));
  const limits: ExecutorLimits = {
    slots: availableParallelism(),
    memoryBytes: totalmem() / 2,
    outputBytes: 256 << 20,
    inputBytes: 512 << 20,
    retryMs: 1_000,
    ...options.limits,
  };
  const store = new JobStore(join(dataDir, "jobs"));
  const executor = new Executor(limits, results, (name) => `${listener.url}/${name}`);
  const scheduler = new Scheduler(store, executor, nodeId);
  const app = routes(store, scheduler, executor, { nodeId, results, users });
  const listener = await listen((request) => app.fetch(request), port);
  scheduler.resume();
  return {
    url: listener.url,
    nodeId,
    async close() {
      scheduler.close();
      executor.close();
      await listener.stop();
    },
  };
}

function routes(
  store: JobStore,
  scheduler: Scheduler,
  executor: Executor,
  { nodeId, results, users }: { nodeId: string; results: string; users: ComputeUser[] },
): Hono {
  const app = new Hono();
  app.onError((error, context) => answer(error, context));
  app.notFound((context) => answer(unknownUrl(), context));
  app.use(async (context, next) => {
    const old = refuseClient(context);
    if (old !== undefined) return old;
    authorize(context, users);
    await next();
    context.header("X-Bacalhau-Git-Version", VERSION.GitVersion);
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY,
      onError: (context) => answer(new ApiError(413, "Request Entity Too Large"), context),
    }),
  );
  app.get("/:name{e-.+\\.tar\\.gz}", (context) => serveResult(context, results));
  for (const path of ["/", "/version"]) app.get(path, (to) => to.redirect("/api/v1/agent/version", 301));
  app.get("/livez", (context) => context.redirect("/api/v1/agent/alive", 301));
  const counts = () => executor.counts;
  app.route("/api/v1/orchestrator/jobs", jobsApi(store, scheduler));
  app.route("/api/v1/orchestrator/nodes", nodesApi(nodeId, counts));
  app.route("/api/v1/agent", agentApi(nodeId, counts));
  return app;
}

function answer(error: Error, context: Context): Response {
  const known = error instanceof ApiError ? error : new ApiError(500, "Internal server error", {});
  return context.json(known.body(context.req.header("x-request-id") ?? ""), known.status);
}

function unknownUrl(): ApiError {
  return new ApiError(404, "The requested resource/URL was not found.", {
    code: "NotFound",
    hint: "The server version may be older than this CLI version and does not support the endpoint yet.",
  });
}

/** Clients older than the API's shape are sent away, in a shape of its own. */
function refuseClient(context: Context): Response | undefined {
  const version = context.req.header("x-bacalhau-git-version");
  if (version === undefined) return undefined;
  const parts = /^v(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) return context.json({ Error: `Invalid client version ${version}` }, 400);
  const difference = parts.map((part, index) => part - MIN_CLIENT[index]!).find((each) => each !== 0) ?? 0;
  if (difference >= 0) return undefined;
  return context.json(
    {
      ...{ Error: "Client version is outdated. Update your client", MinVersion: MIN_CLIENT.join(".") },
      ...{ ClientVersion: version.slice(1), ServerVersion: "1.9.3" },
    },
    403,
  );
}

function readNodeId(path: string): string {
  if (!existsSync(path)) writeFileSync(path, `n-${randomUUID()}`);
  return readFileSync(path, "utf8");
}

import { arch, availableParallelism, platform, totalmem } from "node:os";
import { Hono } from "hono";
import { ApiError } from "./api-error.ts";

/** What the API says of itself: the release whose ways it has, and that it is not it. */
export const VERSION = {
  ...{ Major: "1", Minor: "9", GitVersion: "v1.9.3+embedded" },
  ...{ GitCommit: "0000000000000000000000000000000000000000", BuildDate: "1970-01-01T00:00:00Z" },
  ...{ GOOS: platform(), GOARCH: arch() === "x64" ? "amd64" : arch() },
};

export interface NodeCounts {
  running: number;
  waiting: number;
}

function nodeInfo(id: string, counts: NodeCounts): object {
  const capacity = { CPU: availableParallelism(), Memory: totalmem(), Disk: 0 };
  return {
    ...{ NodeID: id, NodeType: "Compute" },
    Labels: { name: id, os_arch: VERSION.GOARCH, os_type: VERSION.GOOS },
    SupportedProtocols: ["bprotocol/v2", "ncl/v1"],
    ComputeNodeInfo: {
      ExecutionEngines: ["wasm"],
      Publishers: ["noop", "local"],
      StorageSources: ["inline", "urldownload"],
      ...{
        MaxCapacity: capacity,
        QueueCapacity: {},
        AvailableCapacity: capacity,
        MaxJobRequirements: capacity,
      },
      ...{ RunningExecutions: counts.running, EnqueuedExecutions: counts.waiting, address: "" },
    },
    BacalhauVersion: VERSION,
  };
}

/** `/api/v1/orchestrator/nodes`: the one that there is. */
export function nodesApi(id: string, counts: () => NodeCounts): Hono {
  const since = new Date().toISOString();
  const state = () => ({
    Info: nodeInfo(id, counts()),
    ...{ Membership: "APPROVED", Connection: "CONNECTED" },
    ConnectionState: {
      ...{ Status: "CONNECTED", LastHeartbeat: new Date().toISOString(), ConnectedSince: since },
      DisconnectedSince: "0001-01-01T00:00:00Z",
    },
  });
  const api = new Hono();
  api.get("/", (context) => context.json({ NextToken: "", Nodes: [state()] }));
  api.get("/:id", (context) => {
    const asked = context.req.param("id");
    if (id.startsWith(asked)) return context.json({ Node: state() });
    throw new ApiError(404, `node not found: ${asked}`, { code: "NotFound", component: "NodesManager" });
  });
  return api;
}

/** `/api/v1/agent`. */
export function agentApi(id: string, counts: () => NodeCounts): Hono {
  const api = new Hono();
  api.get("/alive", (context) => context.json({ Status: "OK" }));
  api.get("/version", (context) => context.json(VERSION));
  api.get("/node", (context) => context.json(nodeInfo(id, counts())));
  api.get("/authconfig", (context) => context.json({ Version: "1.0.0", Config: {} }));
  api.get("/config", (context) =>
    context.json({ config: { NameProvider: "puuid", Engines: { Disabled: ["docker"] } } }),
  );
  return api;
}

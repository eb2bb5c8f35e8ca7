import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { call, guest, jobOf, modules, run, submit } from "./client.ts";
import type { Target } from "./target.ts";

/** What the API answers, good requests and bad ones. */
export function apiFacts(target: () => Target): void {
  const get = (path: string, headers = {}) => call(target().url, "GET", path, undefined, headers);
  const put = (body: unknown) => call(target().url, "PUT", "/orchestrator/jobs", body);
  const quick = (options = {}) => jobOf(guest("test/actions"), { args: ["say", "1"], ...options });

  it("it is alive, says who it is, and shows one node that runs wasm", async () => {
    expect((await get("/agent/alive")).body).to.deep.equal({ Status: "OK" });
    expect((await get("/agent/version")).body).to.include({ Major: "1", Minor: "9" });
    expect((await get("/agent/authconfig")).body).to.deep.equal({ Version: "1.0.0", Config: {} });
    const [node] = (await get("/orchestrator/nodes")).body.Nodes;
    expect(node).to.include({ Membership: "APPROVED", Connection: "CONNECTED" });
    expect(node.ConnectionState.Status).to.equal("CONNECTED");
    expect(node.Info.NodeType).to.equal("Compute");
    expect(node.Info.ComputeNodeInfo.ExecutionEngines).to.deep.equal(["wasm"]);
    expect(node.Info.ComputeNodeInfo.StorageSources).to.have.members(["inline", "urldownload"]);
    expect(node.Info.ComputeNodeInfo.Publishers).to.include.members(["local", "noop"]);
    expect((await get("/agent/node")).body.NodeID).to.equal(node.Info.NodeID);
    const byPrefix = await get(`/orchestrator/nodes/${node.Info.NodeID.slice(0, 10)}`);
    expect(byPrefix.body.Node.Info.NodeID).to.equal(node.Info.NodeID);
    expect((await get("/orchestrator/nodes/n-none")).body).to.include({
      Code: "NotFound",
      Component: "NodesManager",
    });
  });

  it("PUT answers 200 with the ids; errors echo X-Request-Id", async () => {
    const { status, body } = await put(quick());
    expect([status, Object.keys(body).sort()]).to.deep.equal([200, ["EvaluationID", "JobID", "Warnings"]]);
    expect(body.JobID).to.match(/^j-[0-9a-f-]{36}$/);
    expect(body.EvaluationID).to.match(/^[0-9a-f-]{36}$/);
    expect(body.Warnings).to.equal(null);
    expect((await get("/orchestrator/jobs/none", { "X-Request-Id": "r-1" })).body.RequestID).to.equal("r-1");
  });

  it("a job that is not there: 404 of the job store, wherever it is asked for", async () => {
    for (const path of ["", "/executions", "/history", "/versions", "/results"]) {
      const { status, body } = await get(`/orchestrator/jobs/none${path}`);
      expect(status).to.equal(404);
      expect(body).to.deep.equal({
        ...{
          Status: 404,
          Message: "job not found: none",
          RequestID: "",
          Code: "NotFound",
          Component: "JobStore",
        },
      });
    }
  });

  it("an unknown address, and a method that is none: 404 of the server", async () => {
    for (const [method, path] of [["GET", "/nope"] as const, ["PATCH", "/orchestrator/jobs"] as const]) {
      const { status, body } = await call(target().url, method, path);
      expect([status, body.Code, body.Component]).to.deep.equal([404, "NotFound", "APIServer"]);
    }
  });

  for (const [what, job, message] of [
    ["no type", { job: { Type: undefined } }, "missing job type"],
    ["an unknown type", { job: { Type: "nope" } }, 'invalid job type: "nope"'],
    ["a negative count", { job: { Count: -1 } }, "job count must be >= 0"],
    ["a task without a name", { task: { Name: "" } }, "task  validation failed: missing task name"],
    ["no engine", { task: { Engine: {} } }, "task main validation failed: invalid engine: missing spec type"],
    [
      "a relative result path",
      { task: { ResultPaths: [{ Name: "o", Path: "o" }] } },
      "task main validation failed: invalid output: result path `o` must be absolute",
    ],
    [
      "a small letter in a variable's name",
      { task: { Env: { x: "1" } } },
      "task main validation failed: environment variable 'x' must be uppercase",
    ],
    [
      "an empty variable",
      { task: { Env: { X: "" } } },
      "task main validation failed: environment variable 'X' cannot have empty value",
    ],
    [
      "a variable of the node's",
      { task: { Env: { BACALHAU_X: "1" } } },
      "task main validation failed: environment variable 'BACALHAU_X' cannot start with BACALHAU_",
    ],
    [
      "a memory that is none",
      { task: { Resources: { Memory: "abc" } } },
      "task main validation failed: invalid resources: invalid memory value: abc",
    ],
  ] as const) {
    it(`${what}: 400, of the server`, async () => {
      const { body } = await put(quick(job));
      expect(body).to.deep.equal({
        ...{ Status: 400, Message: message, RequestID: "", Code: "InternalError", Component: "APIServer" },
      });
    });
  }

  it("result paths without a publisher, timeouts that do not fit: 400, of the job store", async () => {
    const bare = await put(quick({ task: { Publisher: undefined } }));
    expect(bare.body).to.deep.include({ Status: 400, Code: "BadRequest", Component: "JobStore" });
    expect(bare.body.Message).to.match(/publisher must be set if result paths are set$/);
    const Timeouts = { ExecutionTimeout: 10, QueueTimeout: 10, TotalTimeout: 15 };
    const late = await put(quick({ task: { Timeouts } }));
    expect(late.body).to.deep.include({ Status: 400, Code: "BadRequest", Component: "JobStore" });
    expect(late.body.Message).to.match(
      /execution timeout 10s and queue timeout 10s should be less than total/,
    );
  });

  it("a body that is no JSON, or has no job: 400; one over 10 MB: 413", async () => {
    expect((await put("{")).status).to.equal(400);
    expect((await put({})).body.Message).to.equal("empty/nil job");
    const large = await put("x".repeat(11_000_000));
    expect([large.status, large.body.Message]).to.deep.equal([413, "Request Entity Too Large"]);
  });

  it("clients older than v1.4.0 are refused, in a shape of its own", async () => {
    const { status, body } = await get("/agent/version", { "X-Bacalhau-Git-Version": "v1.3.9" });
    expect(status).to.equal(403);
    expect(body).to.deep.include({ MinVersion: "1.4.0", ClientVersion: "1.3.9" });
    expect(Object.keys(body).sort()).to.deep.equal(["ClientVersion", "Error", "MinVersion", "ServerVersion"]);
    expect((await get("/agent/version", { "X-Bacalhau-Git-Version": "v1.4.0" })).status).to.equal(200);
  });

  it("lists jobs by label, a page at a time, in the order of their creation", async () => {
    const tag = `t${randomUUID().slice(0, 8)}`;
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      ids.push(await submit(target().url, quick({ job: { Labels: { tag, index: `${index}` } } })));
    }
    const list = async (query: string) => (await get(`/orchestrator/jobs?labels=tag=${tag}&${query}`)).body;
    const idsOf = ({ Items }: { Items: { ID: string }[] }) => Items.map(({ ID }) => ID);
    const first = await list("limit=2");
    expect(idsOf(first)).to.deep.equal(ids.slice(0, 2));
    expect(Buffer.from(first.NextToken, "base64url").toString()).to.equal(":N:2:2");
    const rest = await list(`limit=2&next_token=${first.NextToken}`);
    expect([idsOf(rest), rest.NextToken]).to.deep.equal([ids.slice(2), ""]);
    expect(idsOf(await list("reverse=true"))).to.deep.equal([...ids].reverse());
    expect(idsOf(await list("labels=index in (0,2)"))).to.deep.equal([ids[0], ids[2]]);
    expect(idsOf(await list("labels=index!=1"))).to.deep.equal([ids[0], ids[2]]);
    expect(idsOf(await list("labels=!index"))).to.deep.equal([]);
  });

  it("an order that is none: 500; a page token or a selector that is none: 400", async () => {
    expect((await get("/orchestrator/jobs?order_by=nope")).status).to.equal(500);
    expect((await get("/orchestrator/jobs?next_token=***")).status).to.equal(400);
    expect((await get("/orchestrator/jobs?labels=((")).status).to.equal(400);
  });

  it("a job is found by name in its namespace only, and by the start of its id", async () => {
    const Namespace = `n${randomUUID().slice(0, 8)}`;
    const job = quick({ job: { Namespace, Name: `two words ${Namespace}` } });
    const id = await submit(target().url, job);
    const path = `/orchestrator/jobs/${encodeURIComponent(job.Job.Name)}`;
    expect((await get(path)).status).to.equal(404);
    expect((await get(`${path}?namespace=${Namespace}`)).body.Job.ID).to.equal(id);
    const { Job } = await run(target().url, quick());
    expect((await get(`/orchestrator/jobs/${Job.ID.slice(0, 14)}`)).body.Job.ID).to.equal(Job.ID);
    expect((await get("/orchestrator/jobs/j-")).body.Code).to.equal("MultipleJobsFound");
  });

  it("history comes in pages, the token empty only when nothing more will come", async () => {
    const { Job } = await run(target().url, quick());
    const page = async (query: string) => (await get(`/orchestrator/jobs/${Job.ID}/history?${query}`)).body;
    const first = await page("limit=4");
    expect(Buffer.from(first.NextToken, "base64url").toString()).to.equal(":N:4:5");
    const rest = await page(`limit=4&next_token=${first.NextToken}`);
    expect([first.Items.length, rest.Items.length, rest.NextToken]).to.deep.equal([4, 2, ""]);
    expect((await page("event_type=job")).Items).to.have.length(3);
    const id = await submit(target().url, jobOf(modules.loop));
    const running = await get(`/orchestrator/jobs/${id}/history`);
    expect(running.body.NextToken).to.not.equal("");
    await call(target().url, "DELETE", `/orchestrator/jobs/${id}`, { reason: "enough" });
  });

  it("results are archives of gzip, whole and in ranges; 404 for a name that is none", async () => {
    const { Job, Executions } = await run(target().url, quick());
    const { body } = await get(`/orchestrator/jobs/${Job.ID}/results`);
    expect(body).to.deep.equal({ NextToken: "", Items: [Executions.Items[0]!.PublishedResult] });
    const address = body.Items[0].Params.URL as string;
    expect(address).to.match(new RegExp(`/${Executions.Items[0]!.ID}\\.tar\\.gz$`));
    const whole = await fetch(address);
    expect(whole.headers.get("content-type")).to.equal("application/gzip");
    const bytes = Buffer.from(await whole.arrayBuffer());
    const part = await fetch(address, { headers: { Range: "bytes=2-5" } });
    expect([part.status, part.headers.get("content-range")]).to.deep.equal([
      206,
      `bytes 2-5/${bytes.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer())).to.deep.equal(bytes.subarray(2, 6));
    expect((await fetch(address, { headers: { Range: "bytes=999999-" } })).status).to.equal(416);
    expect((await fetch(address.replace(/e-[0-9a-f-]+/, `e-${randomUUID()}`))).status).to.equal(404);
  });

  it("old addresses are redirects", async () => {
    for (const [from, to] of [
      ["/", "/api/v1/agent/version"] as const,
      ["/livez", "/api/v1/agent/alive"] as const,
    ]) {
      const { status, headers } = await fetch(`${target().url}${from}`, { redirect: "manual" });
      expect([status, headers.get("location")]).to.deep.equal([301, to]);
    }
  });
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { call, jobOf, modules, run } from "../../test/compute/client.ts";
import { type ComputeNode, startComputeNode } from "./compute-node.ts";

/** Every place in a value, as a list of keys. */
function placesOf(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

describe("compute node: jobs that are none", function () {
  this.timeout(120_000);
  let node: ComputeNode;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-compute-"));
    node = await startComputeNode({ dataDir: folder, limits: { retryMs: 1 } });
  });
  after(async () => {
    await node.close();
    await rm(folder, { recursive: true });
  });

  it("any value in any place of a job: an answer, and the node lives", async () => {
    const good = jobOf(modules.trap, { task: { Env: { A: "1" } }, job: { Labels: { a: "1" } } });
    const values = fc.oneof(
      fc.constantFrom(null, "", "..", "../x", -1, 1e15, 1.5, [], {}, [null], [{}], { Type: 7 }, "__proto__"),
      fc.json().map((text) => JSON.parse(text) as unknown),
    );
    const mutation = fc.tuple(fc.constantFrom(...placesOf(good)), values);
    await fc.assert(
      fc.asyncProperty(mutation, async ([place, value]) => {
        const { status } = await call(node.url, "PUT", "/orchestrator/jobs", replaced(good, place, value));
        expect(status).to.be.oneOf([200, 400, 500]);
      }),
      { numRuns: 300, seed: 11 },
    );
    const { Executions } = await run(node.url, jobOf(modules.trap));
    expect(Executions.Items[0]!.ComputeState.Message).to.match(/^wasm error: unreachable/);
  });

  it("a job that no node takes fails at once without a queue timeout, however fast it is looked at", async () => {
    const Engine = { Type: "docker", Params: { Image: "busybox:1.37.0" } };
    const real = Date.now;
    const moment = real();
    Date.now = () => moment;
    try {
      const { Job } = await run(node.url, jobOf(modules.trap, { task: { Engine } }));
      expect(Job.State.Message).to.match(/does not support docker, only wasm$/);
    } finally {
      Date.now = real;
    }
  });

  it("a result path that would leave the result is refused", async () => {
    for (const Name of ["..", "a/b", "../../escaped"]) {
      const job = jobOf(modules.trap, { task: { ResultPaths: [{ Name, Path: "/x" }] } });
      expect((await call(node.url, "PUT", "/orchestrator/jobs", job)).status).to.equal(400);
    }
  });
});

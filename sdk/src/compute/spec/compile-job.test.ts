import { expect } from "chai";
import { cidOf, sampleSpec } from "../../../test/sample-spec.ts";
import { cidOfDigest, sha256Hex } from "./cid.ts";
import { compileJob, INLINE_MAX_BYTES, inputsOfShard, memoryPages } from "./compile-job.ts";
import { JobNotCompiledError } from "./errors.ts";
import { parseSpec, specDigest } from "./parse-spec.ts";
import type { JobSpec } from "./schema.ts";

const blobs = {
  inputUrls: (file: { cid: string; name: string }) => `http://127.0.0.1:9900/blob/${file.cid}/${file.name}`,
};
const first = { chainId: 314159, jobId: 12n, task: 0, round: 0, shard: 0 };

describe("compileJob", () => {
  it("gives the job that a real Bacalhau 1.9.3 ran, key by key", () => {
    const spec = sampleSpec();
    const digest8 = specDigest(spec).slice(2, 10);
    expect(compileJob(spec, { ...first, task: 3, ...blobs })).to.deep.equal({
      Name: `cod-314159-12-3-0-${digest8}`,
      Namespace: "default",
      Type: "batch",
      Count: 1,
      Labels: { "cod.chain": "314159", "cod.job": "12", "cod.task": "3", "cod.round": "0" },
      Constraints: [],
      Tasks: [
        {
          Name: "main",
          Engine: {
            Type: "wasm",
            Params: {
              EntryModule: "/app/main.wasm",
              Entrypoint: "_start",
              Parameters: ["--in", "/in/0/data.csv", "--out", "/outputs/result.csv"],
            },
          },
          Env: { SHARD_INDEX: "3", SHARD_COUNT: "8" },
          InputSources: [
            {
              Target: "/app",
              Source: {
                Type: "urlDownload",
                Params: { URL: `http://127.0.0.1:9900/blob/${cidOf("module")}/main.wasm` },
              },
            },
            {
              Target: "/in/0",
              Source: {
                Type: "urlDownload",
                Params: { URL: `http://127.0.0.1:9900/blob/${cidOf("data 3")}/data.csv` },
              },
            },
          ],
          ResultPaths: [{ Name: "outputs", Path: "/outputs" }],
          Publisher: { Type: "local" },
          Resources: { CPU: "1", Memory: "256Mb" },
          Network: { Type: "None" },
          Timeouts: { ExecutionTimeout: 600, QueueTimeout: 300, TotalTimeout: 1200 },
        },
      ],
    });
  });
});

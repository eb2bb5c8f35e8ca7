import { expect } from "chai";
import { cidOf, sampleSpec } from "../../../test/sample-spec.ts";
import { cidOfDigest, sha256Hex } from "./cid.ts";
import { compileJob, INLINE_MAX_BYTES, inputsOfShard, jobShape, memoryPages } from "./compile-job.ts";
import { JobNotCompiledError } from "./errors.ts";
import { specDigest } from "./parse-spec.ts";

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

  const lot = { kind: "range", count: 8, perTask: 4, items: 1003 };

  it("fills in shard, shards, start and end, counted over the whole job", () => {
    const args = ["{shard}/{shards}", "{start}-{end}", "{}", "{{shard}}"];
    const spec = sampleSpec({ args, inputs: [], env: { MODE: "fast" }, sharding: lot });
    const [task] = compileJob(spec, { ...first, ...blobs, task: 1, shard: 2 }).Tasks;
    expect(task.Engine.Params.Parameters).to.deep.equal(["6/8", "753-878", "{}", "{6}"]);
    expect(task.Env).to.deep.equal({ MODE: "fast", SHARD_INDEX: "6", SHARD_COUNT: "8" });
  });

  it("names each shard of a lot, and each round, apart", () => {
    const spec = sampleSpec({ inputs: [], sharding: lot });
    const names = [0, 1].flatMap((round) =>
      [0, 1].flatMap((task) =>
        [0, 1, 2, 3].map((shard) => compileJob(spec, { ...first, ...blobs, round, task, shard })),
      ),
    );
    expect(new Set(names.map(({ Name }) => Name)).size).to.equal(16);
    expect(names[6]?.Name).to.match(/^cod-314159-12-1-0-[0-9a-f]{8}-2$/);
    expect(names[6]?.Labels["cod.shard"]).to.equal("2");
    expect(jobShape(spec)).to.deep.equal({ tasks: 2, shardsPerTask: 4 });
  });

  it("gives the same job for the same arguments", () => {
    const options = { ...first, ...blobs, task: 2 };
    expect(compileJob(sampleSpec(), options)).to.deep.equal(compileJob(sampleSpec(), options));
  });

  it("writes resources as Bacalhau reads them", () => {
    const resources = { cpuMillis: 1500, memoryMb: 64, diskMb: 100 };
    const job = compileJob(sampleSpec({ resources }), { ...first, ...blobs });
    expect(job.Tasks[0].Resources).to.deep.equal({ CPU: "1500m", Memory: "64Mb", Disk: "100Mb" });
    expect(memoryPages({ resources })).to.equal(977);
    expect(memoryPages({ resources: { ...resources, memoryMb: 4294 } })).to.equal(65_522);
  });

  it("puts bytes into the job as a file in the place of a download", () => {
    const module = new TextEncoder().encode("module");
    const data = new TextEncoder().encode("data 0");
    const inline = new Map([
      [cidOf("module"), module],
      [cidOf("data 0"), data],
    ]);
    expect(compileJob(sampleSpec(), { ...first, inline }).Tasks[0].InputSources).to.deep.equal([
      {
        Target: "/app/main.wasm",
        Source: { Type: "inline", Params: { URL: "data:application/wasm;base64,bW9kdWxl" } },
      },
      {
        Target: "/in/0/data.csv",
        Source: { Type: "inline", Params: { URL: "data:application/octet-stream;base64,ZGF0YSAw" } },
      },
    ]);
  });

  it("puts no other bytes in than the spec names, and no more than a message holds", () => {
    const wrong = new Map([[cidOf("module"), new TextEncoder().encode("another")]]);
    expect(() => compileJob(sampleSpec(), { ...first, ...blobs, inline: wrong })).to.throw(
      JobNotCompiledError,
      "are others",
    );
    const compileWith = (size: number) => {
      const bytes = new Uint8Array(size);
      const cid = cidOfDigest(sha256Hex(bytes));
      const spec = sampleSpec({ module: { cid, name: "main.wasm" } });
      return compileJob(spec, { ...first, ...blobs, inline: new Map([[cid, bytes]]) });
    };
    expect(JSON.stringify(compileWith(INLINE_MAX_BYTES)).length).to.be.below(1024 * 1024);
    expect(() => compileWith(INLINE_MAX_BYTES + 1)).to.throw(JobNotCompiledError, "700001 bytes");
  });

  it("says which file has no source, and which URL would give it another name", () => {
    expect(() => compileJob(sampleSpec(), first)).to.throw(JobNotCompiledError, cidOf("module"));
    for (const url of [
      "ftp://a/main.wasm",
      "http://a/b?main.wasm",
      "http://a/b#/main.wasm",
      "http://a/xmain.wasm",
      "/main.wasm",
    ]) {
      const inputUrls = () => url;
      expect(() => compileJob(sampleSpec(), { ...first, inputUrls }), url).to.throw(JobNotCompiledError, url);
    }
  });

  it("refuses tasks and shards that are not there", () => {
    for (const [task, shard] of [
      [8, 0],
      [-1, 0],
      [0.5, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      expect(() => compileJob(sampleSpec(), { ...first, ...blobs, task, shard })).to.throw(
        JobNotCompiledError,
      );
    }
  });
});

describe("inputsOfShard", () => {
  it("deals mapped inputs out in order, and gives each shard what is for all and for it", () => {
    const file = (text: string, target: string, shard: unknown) => ({
      cid: cidOf(text),
      name: "x",
      target,
      shard,
    });
    const spec = sampleSpec({
      inputs: [
        file("a", "/in/0", "map"),
        file("all", "/all", "*"),
        file("b", "/in/1", "map"),
        file("c", "/in/0", "map"),
        file("two", "/two", 2),
        file("d", "/in/0", "map"),
        file("e", "/in/0", "map"),
      ],
      sharding: { kind: "list", count: 4, perTask: 2 },
    });
    const read = [0, 1].flatMap((task) => [0, 1].map((shard) => inputsOfShard(spec, task, shard)));
    expect(read.map((inputs) => inputs.map(({ cid }) => cid))).to.deep.equal(
      [
        ["a", "all", "b"],
        ["all", "c"],
        ["all", "two", "d"],
        ["all", "e"],
      ].map((texts) => texts.map(cidOf)),
    );
  });
});

import { expect } from "chai";
import { guest, inline, jobOf, modules, resultOf, run } from "./client.ts";
import type { Target } from "./target.ts";

/** What guests can do and see, as a real node was seen to let them. */
export function guestFacts(target: () => Target): void {
  const act = (...args: string[]) =>
    jobOf(guest("test/actions"), { args, inputs: [inline("/in/a.txt", "Hello")] });
  const first = async (job: ReturnType<typeof jobOf>) => (await run(target().url, job)).Executions.Items[0]!;
  const causeOf = async (module: Uint8Array, options = {}) =>
    (await first(jobOf(module, options))).ComputeState.Message;

  it("a module without a name section is not loaded", async () => {
    expect(await causeOf(modules.nameless)).to.equal(
      'failed to load entry module /main.wasm: failed to compile module at "/main.wasm": Name section not found',
    );
  });

  it("what is no module is not loaded", async () => {
    expect(await causeOf(Buffer.from("hello"))).to.match(/: invalid magic number$/);
  });

  it("a memory over the limit is not loaded: 64 MB are 977 pages", async () => {
    expect(await causeOf(modules.memory(4_000))).to.match(
      /: section memory: min 4000 pages \(250 Mi\) over limit of 977 pages \(61 Mi\)$/,
    );
    expect(await causeOf(modules.memory(65_536))).to.match(
      /: section memory: min 65536 pages \(4 Gi\) over limit/,
    );
  });

  it("imports that are nowhere are named", async () => {
    const prefix = "failed to load entry module /main.wasm: ";
    expect(await causeOf(modules.importing("env"))).to.equal(`${prefix}unknown module "env"`);
    expect(await causeOf(modules.importing("wasi_snapshot_preview1"))).to.equal(
      `${prefix}failed to load module at "/main.wasm": "f" is not exported in module "wasi_snapshot_preview1"`,
    );
  });

  it("an entry point that is not there is named", async () => {
    expect(await causeOf(modules.trap, { engine: { Entrypoint: "nope" } })).to.equal(
      "unable to find the entrypoint 'nope' in the WASM module",
    );
    expect(await causeOf(modules.trap, { engine: { Entrypoint: undefined } })).to.equal(
      "unable to find the entrypoint '' in the WASM module",
    );
  });

  for (const [args, code, file] of [
    [["nothing"], -1, "-1"],
    [["exit", "0"], 0, "0"],
    [["exit", "3"], 3, "3"],
    [["exit", "256"], 256, "256"],
    [["exit-negative", "5"], 4_294_967_291, "4294"],
  ] as const) {
    it(`${args.join(" ")}: exit code ${code}, in the file ${file}, and the job completes`, async () => {
      const execution = await first(act(...args));
      expect([execution.ComputeState.StateType, execution.RunOutput.ExitCode]).to.deep.equal([9, code]);
      expect((await resultOf(execution)).get("exitCode")).to.equal(file);
    });
  }

  it("RunOutput has what was written first, the result has all", async () => {
    const execution = await first(act("say", "6"));
    expect(execution.RunOutput).to.include({
      Stdout: "line 0\n",
      StdoutTruncated: false,
      stderr: "to stderr\n",
    });
    expect((await resultOf(execution)).get("stdout")).to.equal(
      Array.from({ length: 6 }, (_, index) => `line ${index}\n`).join(""),
    );
  });

  it("RunOutput ends after 2,048 bytes, and says so", async () => {
    const { RunOutput } = await first(act("long", "3000"));
    expect([RunOutput.Stdout.length, RunOutput.StdoutTruncated]).to.deep.equal([2_048, true]);
  });

  it("files: outputs are flat and written once, all else is read or not there", async () => {
    const execution = await first(act("files"));
    const result = await resultOf(execution);
    expect(result.get("stdout")?.trim().split("\n")).to.deep.equal([
      ...["create=0", "write=0", "seek=0", "read back=4", "truncate=52"],
      ...["open existing to write=0", "write to existing=8"],
      ...["create outside=44", "create in a missing folder=44", "create among inputs=44"],
      ...["open input to write=0", "write to input=8"],
      ...["escape by dots=63", "escape through outputs=63", "absolute=63", "host file=44"],
      ...["mkdir=52", "rename=52", "unlink=52", "symlink=52", "stdin=0"],
    ]);
    expect(result.get("outputs/a")).to.equal("hello");
    expect([...result.keys()].filter((name) => name.startsWith("outputs/"))).to.deep.equal([
      "outputs/",
      "outputs/a",
    ]);
  });

  it("the result: exit code, streams, and a directory for each result path, even an empty one", async () => {
    const result = await resultOf(await first(act("nothing")));
    expect([...result.keys()].sort()).to.deep.equal(["./", "exitCode", "outputs/", "stderr", "stdout"]);
  });

  it("the environment: the job's, the node's, sorted", async () => {
    const job = jobOf(guest("test/environment"), { task: { Env: { SHARD_INDEX: "3", A: "1" } } });
    const { Job, Executions } = await run(target().url, job);
    const [execution] = Executions.Items;
    expect((await resultOf(execution)).get("stdout")).to.equal(
      [
        "A=1",
        `BACALHAU_EXECUTION_ID=${execution!.ID}`,
        `BACALHAU_JOB_ID=${Job.ID}`,
        "BACALHAU_JOB_TYPE=batch",
        "BACALHAU_PARTITION_COUNT=1",
        "BACALHAU_PARTITION_INDEX=0",
        "SHARD_INDEX=3",
        "",
      ].join("\n"),
    );
  });

  it("growth past the limit fails in the guest, which goes on", async () => {
    expect((await resultOf(await first(act("grow", "100000")))).get("stdout")).to.equal("grow=-1\n");
    expect((await resultOf(await first(act("bomb")))).get("stdout")).to.equal("pages=977\n");
  });

  it("endless recursion fails", async () => {
    expect((await first(act("recurse"))).ComputeState).to.deep.equal({
      StateType: 10,
      Message: "stack overflow",
    });
  });

  it("a float's 0/0 has its sign bit set on x86", async function () {
    if (process.arch !== "x64") return this.skip();
    expect((await resultOf(await first(jobOf(guest("test/not-a-number"))))).get("stdout")).to.equal("1\n");
  });
}

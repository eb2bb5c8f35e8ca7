import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { guest, modules } from "../../../../devnet/test/compute/client.ts";
import {
  GuestFailedError,
  type GuestLimits,
  guestProcessFlags,
  type RunGuestOptions,
  runGuest,
} from "./run-guest.ts";

const LIMITS: GuestLimits = { memoryBytes: 64e6, timeMs: 20_000, outputBytes: 4 << 20 };

describe("runGuest: hostile guests", function () {
  this.timeout(60_000);
  const act = (args: string[], limits: GuestLimits = {}) =>
    runGuest({ module: guest("test/actions"), args, limits: { ...LIMITS, ...limits } });
  const failureOf = async (run: Promise<unknown>) => {
    const error = await run.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(GuestFailedError);
    return (error as GuestFailedError).details;
  };
  const load = (module: Uint8Array, options: Partial<RunGuestOptions> = {}) =>
    runGuest({ module, limits: LIMITS, ...options });

  it("an endless loop ends when its time does", async () => {
    const began = performance.now();
    expect(await failureOf(act(["loop"], { timeMs: 1_000 }))).to.equal("Execution timed out after 1s");
    expect(performance.now() - began).to.be.below(5_000);
  });

  it("a memory bomb gets what it may, touched to the last page, and no more", async () => {
    const { stdout } = await act(["bomb"]);
    expect(Buffer.from(stdout).toString()).to.equal("pages=977\n");
  });

  for (const flood of ["flood", "flood-file", "many-files"]) {
    it(`${flood}: ends at the limit of its output`, async () => {
      expect(await failureOf(act([flood]))).to.equal("output over limit of 4194304 bytes");
    });
  }

  it("endless recursion ends, and so does nothing else", async () => {
    expect(await failureOf(act(["recurse"]))).to.equal("stack overflow");
  });

  it("no path leads out", async () => {
    const inputs = [{ path: "/in/a.txt", bytes: Buffer.from("Hello") }];
    const { stdout } = await load(guest("test/actions"), { args: ["files"], inputs });
    const lines = Buffer.from(stdout).toString();
    for (const refused of ["escape by dots=63", "escape through outputs=63", "absolute=63", "host file=44"]) {
      expect(lines).to.include(refused);
    }
  });

  it("imports that it may not have", async () => {
    expect(await failureOf(load(modules.importing("env")))).to.match(/unknown module "env"$/);
    expect(await failureOf(load(modules.importing("wasi_snapshot_preview1")))).to.match(
      /"f" is not exported/,
    );
    expect(await failureOf(load(modules.importing("constructor")))).to.match(/unknown module "constructor"$/);
  });

  it("what is no module, or half of one", async () => {
    expect(await failureOf(load(Buffer.from("hello")))).to.match(/invalid magic number$/);
    expect(await failureOf(load(new Uint8Array(0)))).to.match(/invalid magic number$/);
    expect(await failureOf(load(guest("word-count").subarray(0, 5_000)))).to.match(/unexpected end/);
    expect(await failureOf(load(modules.nameless))).to.match(/Name section not found$/);
  });

  it("a memory section of 4 GiB", async () => {
    expect(await failureOf(load(modules.memory(65_536)))).to.match(
      /min 65536 pages \(4 Gi\) over limit of 977 pages \(61 Mi\)$/,
    );
  });

  it("an abort ends it at once", async () => {
    const control = new AbortController();
    setTimeout(() => control.abort(), 300);
    expect(await failureOf(load(modules.loop, { signal: control.signal }))).to.equal("Execution cancelled");
  });
});

describe("runGuest", function () {
  this.timeout(60_000);

  it("answers with exit code, streams and files; clock and random bytes are the same each time", async () => {
    const options = { module: guest("test/entropy"), limits: LIMITS };
    const [first, second] = [await runGuest(options), await runGuest(options)];
    expect(first).to.deep.include({ exit: -1, files: [] });
    expect(first.stdout).to.deep.equal(second.stdout);
    const other = await runGuest({ ...options, surroundings: { randomSeed: "other" } });
    expect(other.stdout).to.not.deep.equal(first.stdout);
  });

  it("a guest sees the environment that it is given, and nothing of this process's", async () => {
    process.env.HOLDFAST_TEST_SECRET = "secret";
    const { stdout } = await runGuest({ module: guest("test/environment"), env: { B: "2", A: "1" } });
    delete process.env.HOLDFAST_TEST_SECRET;
    expect(Buffer.from(stdout).toString()).to.equal("A=1\nB=2\n");
  });

  it("its process may read no file of the host's, write none, start nothing", async () => {
    const attempts = {
      read: "require('fs').readFileSync('/etc/hostname')",
      write: `require('fs').writeFileSync('${import.meta.dirname}/escaped', '')`,
      start: "require('child_process').execSync('true')",
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      const script = `try { ${attempt}; console.log('done') } catch (error) { console.log(error.code) }`;
      const node = promisify(execFile)(process.execPath, [...guestProcessFlags(), "-e", script], { env: {} });
      expect((await node).stdout.trim(), what).to.equal("ERR_ACCESS_DENIED");
    }
  });

  it("it ends with whoever started it, even when that one is killed", async function () {
    if (process.platform !== "linux") return this.skip();
    const parent = fork(
      fileURLToPath(new URL("../../../../devnet/test/compute/endless-run.ts", import.meta.url)),
    );
    await once(parent, "message");
    const children = await readFile(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8");
    const guest = Number(children.trim().split(" ")[0]);
    expect(isRunning(guest)).to.equal(true);
    parent.kill("SIGKILL");
    for (let looks = 0; looks < 100 && isRunning(guest); looks++) await sleep(50);
    expect(isRunning(guest)).to.equal(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

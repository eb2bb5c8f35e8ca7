import { existsSync } from "node:fs";
import { join } from "node:path";
import { createHoldfastClient, devnet as devnetChain, getCopies } from "@holdfast/sdk";
import type { PackedPath } from "@holdfast/sdk/node";
import { expect } from "chai";
import { http } from "viem";
import {
  ask,
  type DaemonBench,
  eventually,
  openDaemonBench,
  PASSWORD,
  type Running,
  TOKEN,
} from "../../watchers/test/daemon-bench.ts";

/** `holdfast-watch` as its operator has it: processes, signals, exit codes, HTTP. */
describe("holdfast-watch on a devnet", function () {
  this.timeout(240_000);
  let bench: DaemonBench;
  let first: PackedPath;
  let second: PackedPath;

  before(async () => {
    bench = await openDaemonBench();
    first = await bench.pack("first", "some bytes ".repeat(20_000));
    second = await bench.pack("second", "other bytes ".repeat(20_000));
    bench.configure({ watchers: [bench.policy(first), bench.policy(second, { copies: 1 })] });
  });
  after(() => bench[Symbol.asyncDispose]());

  async function running(env?: Record<string, string>): Promise<{ daemon: Running; url: string }> {
    const daemon = bench.start(["run"], env);
    const [, url] = await daemon.says(/"url":"(http[^"]+)"/);
    return { daemon, url: url as string };
  }

  async function stop({ child, ended }: Running): Promise<{ code: number | null; ms: number }> {
    const since = performance.now();
    child.kill("SIGTERM");
    const { code } = await ended;
    return { code, ms: performance.now() - since };
  }

  const statusOf = async (url: string) => JSON.parse((await ask(bench, `${url}/status`)).text);

  it("says with --dry-run what it would do, sends nothing and leaves nothing behind", async () => {
    const before = await bench.devnet.chain.client.getTransactionCount({
      address: bench.devnet.accounts.client.account.address,
    });
    const { intents, failures } = await bench.json(["run", "--dry-run"]);
    expect(failures).to.deep.equal([]);
    expect(intents.map(({ kind }: { kind: string }) => kind)).to.deep.equal([
      "propose",
      "propose",
      "propose",
    ]);
    expect(intents[0].call).to.match(/^0x[0-9a-fA-F]{40}\.propose\(\{"offerId":"1"/);
    expect(existsSync(join(bench.folder, "watch.db"))).to.equal(false);
    expect(
      await bench.devnet.chain.client.getTransactionCount({
        address: bench.devnet.accounts.client.account.address,
      }),
    ).to.equal(before);
  });

  it("keeps two datasets, refuses a second daemon, and ends with 0 on SIGTERM", async () => {
    const { daemon, url } = await running();
    await eventually("three active copies", async () => {
      const { text } = await ask(bench, `${url}/metrics`);
      return /holdfast_deals_copies\{state="Active"\} 3\b/.test(text) || undefined;
    });
    const rival = await bench.call(["run"]);
    expect(rival.code).to.equal(1);
    expect(rival.stderr).to.contain(`in use by process ${daemon.child.pid} on`).and.to.contain(url);

    const status = await statusOf(url);
    expect(status.watchers.map(({ name }: { name: string }) => name)).to.deep.equal([
      `deals:${first.dataset.slice(0, 10)}`,
      `deals:${second.dataset.slice(0, 10)}`,
    ]);
    expect(await bench.json(["status"])).to.deep.include({ parked: 0 });

    const { code, ms } = await stop(daemon);
    expect(code).to.equal(0);
    expect(ms).to.be.lessThan(10_000);
    expect((await bench.json(["status"], 2)).daemon).to.equal(null);
  });
});

import { expect } from "chai";
import type { Kysely } from "kysely";
import { type Address, erc20Abi } from "viem";
import { manualClock } from "../../test/manual-clock.ts";
import { DEALS, MemoryChain } from "../../test/memory-chain.ts";
import { quiet } from "../../test/quiet.ts";
import { serveChain } from "../../test/serve-chain.ts";
import type { DaemonConfig } from "../config.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { openChain } from "./chain.ts";

describe("the daemon's chain", () => {
  const MULTICALL: Address = `0x${"ca11".repeat(10)}`;

  /** A node in which code stands nowhere but at `deployed`; it notes whom calls go to. */
  async function connect(deployed: readonly Address[]) {
    const node = new MemoryChain();
    node.advance(50);
    const called: string[] = [];
    const server = await serveChain(node, ({ method, params: [first] = [] }) => {
      if (method === "eth_call") called.push((first as { to: string }).to);
      return method === "eth_getCode" && !deployed.includes(first as Address) ? "0x" : undefined;
    });
    const db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
    const config = {
      chain: { id: 31_415_926, contracts: { deals: DEALS }, multicall3: MULTICALL },
      endpoints: [server.url],
      finality: { depth: 30n },
    } as unknown as DaemonConfig;
    const chain = openChain({ config, db, clock: manualClock(), logger: quiet, metrics: createMetrics() });
    const close = async () => {
      await db.destroy();
      server.close();
    };
    return { ...chain, called, close };
  }

  it("bundles reads at the Multicall3 that the configuration names", async () => {
    const { client, called, close } = await connect([DEALS, MULTICALL]);
    const read = () =>
      client.readContract({ address: DEALS, abi: erc20Abi, functionName: "totalSupply" }).catch(() => 0n);
    await Promise.all([read(), read(), read()]);
    expect(called).to.deep.equal([MULTICALL]);
    await close();
  });

  it("refuses to start when nothing stands at that address", async () => {
    const { client, close } = await connect([DEALS]);
    const error = await client.getBlockNumber().catch((thrown: Error) => thrown);
    expect(String(error)).to.contain(`multicall3 has no code at ${MULTICALL}`);
    await close();
  });
});

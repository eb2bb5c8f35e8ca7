import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { delegatedSigner, pieceFrom } from "@holdfast/sdk";
import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import { manualClock } from "../../test/manual-clock.ts";
import { MemoryChain } from "../../test/memory-chain.ts";
import { quiet } from "../../test/quiet.ts";
import { serveChain } from "../../test/serve-chain.ts";
import { loadConfig } from "../config.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { noFault } from "../runtime/fault-point.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { LONGEST_BEAT_MS } from "../runtime/status-server.ts";
import { openDaemon } from "./daemon.ts";

describe("the daemon's sign of life", () => {
  /** A daemon whose node takes 20 seconds for every answer, and from one of them on gives none. */
  async function startSlow(answers: number) {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-health-"));
    const clock = manualClock();
    const node = new MemoryChain();
    node.advance(50);
    const ages: number[] = [];
    const hanging = Promise.withResolvers<never>();
    const hung = Promise.withResolvers<void>();
    const server = await serveChain(node, () => {
      if (ages.length === answers) {
        hung.resolve();
        return hanging.promise;
      }
      clock.advance(20_000);
      ages.push(daemon.health.beatAge());
      return undefined;
    });
    const address = `0x${"a1".repeat(20)}`;
    const file = {
      chain: {
        id: 31_415_926,
        contracts: { deals: address, registry: address, evidence: address, pay: address },
      },
      endpoints: [server.url],
      watchers: [
        {
          ...{ type: "deals", dataset: `0x${"d5".repeat(32)}`, copies: 1, token: address },
          ...{ maxRatePerTib: "1", duration: 518_400 },
          pieces: [{ cid: pieceFrom(`0x${"01".repeat(32)}`, 1000).cid, urls: ["http://127.0.0.1/a.car"] }],
        },
      ],
    };
    writeFileSync(join(folder, "holdfast.json"), JSON.stringify(file));
    const db = await openWatcherDatabase(":memory:");
    const privateKey = `0x${"11".repeat(32)}` as const;
    const key = { signer: privateKeyToAccount(privateKey), curio: delegatedSigner(privateKey) };
    const daemon = await openDaemon({
      config: loadConfig(join(folder, "holdfast.json"), {}),
      ...{ db, key, clock, logger: quiet, metrics: createMetrics(), fault: noFault, fence: async () => {} },
    });
    const stopping = new AbortController();
    const running = daemon.run(stopping.signal);
    const end = async () => {
      stopping.abort();
      server.close();
      await running;
      await daemon.close();
      await db.destroy();
      rmSync(folder, { recursive: true });
    };
    return { clock, ages, beatAge: daemon.health.beatAge, hung: hung.promise, end };
  }

  it("comes with every answer of a slow round, and ends when the round hangs", async () => {
    const { clock, ages, beatAge, hung, end } = await startSlow(6);
    try {
      await hung;
      // Two minutes, most of them in the first round: the node had to show which chain it is on.
      expect(Math.max(...ages)).to.equal(20_000);
      expect(beatAge()).to.equal(0);
      clock.advance(LONGEST_BEAT_MS);
      expect(beatAge()).to.equal(LONGEST_BEAT_MS);
    } finally {
      await end();
    }
  });
});

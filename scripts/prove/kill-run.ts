import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chance, type LotusFaceOptions } from "@holdfast/devnet";
import { createNursery, isSound, type Life, type PayerScript } from "./life.ts";
import type { PayerOrders } from "./orders.ts";
import type { Town } from "./town.ts";

export interface KillRunOptions {
  town: Town;
  folder: string;
  script: PayerScript;
  seed: number;
  /** Payouts that are asked for, over the whole run. */
  payouts: number;
  /** Lives that end at a random moment. */
  kills: number;
  /** Milliseconds of a life after its first round, at most. Default 300. */
  longestLifeMs?: number;
  /** Fault points at which two lives, one after the other, end. */
  faultPoints?: readonly string[];
  /** Of the endpoints that the payer uses. */
  faults?: NonNullable<LotusFaceOptions["faults"]>;
}

export interface KillRun {
  kills: number;
  payouts: number;
  duplicates: number;
  missing: number;
  /** Databases that `PRAGMA integrity_check` found unsound. */
  unsound: number;
  /** Fault points at which a process did not die, because it never came there. */
  unreached: string[];
  /** Rejections that nobody handled. */
  unhandled: number;
  /** Processes that refused to go on by themselves: an endpoint was of another chain. */
  refusals: number;
  /** Requests that a fault struck, and how many kinds of faults there were. */
  struck: number;
  kinds: number;
  /** Announcements that never came. */
  unannounced: number;
  /** Intents that are not done though the chain has what they are about. */
  disagreements: number;
  /** Heap after a collection in the last life, MB: in its first rounds, and at its end; and its largest RSS. */
  memory: { first: number; last: number; rss: number };
  database: string;
}

const NEVER_MS = 30_000;

/** Has a payer pay, killing it all the time; then lets it finish, and counts on the chain. */
export async function killRun(options: KillRunOptions): Promise<KillRun> {
  const { town, folder, script, seed, payouts, kills, faultPoints = [], faults } = options;
  const { longestLifeMs = 300 } = options;
  const announced = new Set<string>();
  let calls = 0;
  const service = createServer((request, response) => {
    announced.add(request.url as string);
    // Done, and yet the answer may get lost.
    if (faults !== undefined && chance(seed, "service", ++calls) < faults.rate) request.socket.destroy();
    else response.end("{}");
  });
  service.listen(0, "127.0.0.1");
  const nursery = await createNursery(script);
  const faces = [await town.open({ finality: FINALITY, ...(faults && { faults }) })];
  if (faults !== undefined) faces.push(await town.open({ finality: FINALITY, faults }));
  const orders: PayerOrders = {
    urls: faces.map(({ url }) => url),
    database: join(folder, `${script}-${seed}-${kills}.db`),
    ...{ privateKey: town.privateKey, requests: town.requests, payouts: town.payouts, from: town.from },
    announceUrl: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    pollMs: 15,
  };
  const lives = kills + 2 * faultPoints.length;
  const unreached: string[] = [];
  let [killed, unsound, unhandled, refusals] = [0, 0, 0, 0];

  function askFor(life: number): void {
    town.ask(Math.ceil((payouts * (life + 1)) / lives) - town.asked);
  }

  function after(life: Life): void {
    if (!isSound(orders.database)) unsound++;
    unhandled += life.last()?.unhandled ?? 0;
  }

  try {
    for (let index = 0; index < kills; index++) {
      askFor(index);
      const life = await nursery.begin(orders);
      // A quarter of the lives end while they are still starting.
      const isYoung = chance(seed, "young", index) < 0.25;
      if (!isYoung) await Promise.race([life.ready, life.death, sleep(NEVER_MS)]);
      await Promise.race([life.death, sleep(chance(seed, "life", index) * longestLifeMs)]);
      await life.kill();
      const { signal } = await life.death;
      if (signal === "SIGKILL") killed++;
      else refusals++;
      after(life);
    }
    for (const [index, faultAt] of [...faultPoints, ...faultPoints].sort().entries()) {
      askFor(kills + index);
      if (faultAt === "replace:after") town.holdPayer(true);
      const life = await nursery.begin({ ...orders, faultAt });
      const ended = await Promise.race([life.death, sleep(NEVER_MS)]);
      if (ended?.signal === "SIGKILL") killed++;
      else unreached.push(faultAt);
      await life.kill();
      town.holdPayer(false);
      after(life);
    }
    const memory = await finish();
    const { duplicates, missing } = await town.counts();
    const strikes = faces.map((face) => face.faults.counts());
    return {
      struck: strikes.flatMap((counts) => Object.values(counts)).reduce((sum, count) => sum + count, 0),
      kinds: new Set(strikes.flatMap((counts) => Object.keys(counts))).size,
      ...{ kills: killed, payouts: town.asked, duplicates, missing, unsound, unreached, unhandled, refusals },
      unannounced: script === "payer" ? town.asked - announced.size : 0,
      ...{ disagreements: memory.open, memory, database: orders.database },
    };
  } finally {
    await nursery.close();
    service.closeAllConnections();
    service.close();
  }

  /** Lives without an end, until all is done; a process that refuses is started again, as a supervisor would. */
  async function finish() {
    let [first, last, rss, open] = [0, 0, 0, town.asked];
    const deadline = performance.now() + 4 * NEVER_MS;
    while (open > 0 && performance.now() < deadline) {
      const life = await nursery.begin(orders);
      let isOver = false;
      life.death.then(() => {
        isOver = true;
      });
      [first, last] = [0, 0];
      while (!isOver && open > 0 && performance.now() < deadline) {
        await sleep(100);
        const news = life.last();
        if (news === undefined) continue;
        first ||= news.heapMb;
        last = news.heapMb;
        rss = Math.max(rss, news.rssMb);
        const { missing } = await town.counts();
        const expected = script === "payer" ? 2 * town.asked : town.asked;
        open = missing + news.open + Math.abs(expected - news.done);
      }
      if (isOver) refusals++;
      await life.kill();
      after(life);
    }
    return { first, last, rss, open };
  }
}

/** Finality comes early here, so that a run need not last for hours. */
export const FINALITY = { safe: 8, finalized: 8 };

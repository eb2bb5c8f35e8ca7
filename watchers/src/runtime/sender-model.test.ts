import { expect } from "chai";
import fc from "fast-check";
import type { Kysely } from "kysely";
import { MemoryNode } from "../../test/memory-node.ts";
import { Crash, count, type Policy, type SenderProcess, startSender } from "../../test/sender-process.ts";
import { account, chain } from "../../test/test-chain.ts";
import { migrations } from "../migrations/index.ts";
import { openDatabase, type RuntimeTables } from "./database.ts";
import type { Fault } from "./fault-point.ts";

/** Epochs to finality here; no reorganisation is deeper. */
const DEPTH = 6n;

/** What is promised: intents, each to be carried out once. */
interface Model {
  enqueued: number;
}

/** A sender on a node, both of which anything may happen to. */
class World {
  readonly node = new MemoryNode(account.address);
  readonly db: Kysely<RuntimeTables>;
  sender!: SenderProcess;
  /** Transactions that others signed with the account's key. */
  readonly foreign = new Set<string>();
  /** Fault points to pass until the process dies. */
  life = Number.POSITIVE_INFINITY;
  /** Requests that get no answer; of the first, those after it took effect. */
  silence = 0;
  isLate = false;

  constructor(db: Kysely<RuntimeTables>) {
    this.db = db;
    this.node.intercept = (_, forward) => {
      if (this.silence === 0) return forward();
      this.silence--;
      if (this.isLate) forward();
      throw new Error("fetch failed");
    };
  }

  readonly fault: Fault = () => {
    if (--this.life <= 0) throw new Crash();
  };

  async start(): Promise<void> {
    const { client } = this.node;
    const limits = { confirmations: DEPTH };
    this.sender = await startSender({ client, path: this.db, limits, fault: (point) => this.fault(point) });
  }

  /** What dies is started again. */
  async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.life = Number.POSITIVE_INFINITY;
      await this.start();
    }
  }

  /** Backoff is no matter here. */
  async step(): Promise<void> {
    this.sender.clock.advance(300_000);
    await this.attempt(() => this.sender.sender.advance({ latest: this.node.head, finalized: 0n }));
  }

  /** Nothing was done twice, and no nonce was signed for two intents that both had it. */
  async check(): Promise<void> {
    for (const times of this.node.tally.values()) expect(times).to.equal(1);
  }
}

type Command = fc.AsyncCommand<Model, World>;

function command(name: string, run: (model: Model, world: World) => unknown): Command {
  return {
    check: () => true,
    async run(model, world) {
      await run(model, world);
      await world.check();
    },
    toString: () => name,
  };
}

const commands = [
  fc.constantFrom<Policy>("final", "observe").map((policy) =>
    command(`enqueue ${policy}`, async (model, world) => {
      const intent = count(BigInt(++model.enqueued), policy);
      // Deciding it again after a crash is deciding the same.
      for (let time = 0; time < 2; time++) {
        await world.attempt(() => world.sender.outbox.enqueue([intent], world.node.head));
      }
    }),
  ),
  fc.constant(command("step", (_, world) => world.step())),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 4 }))
    .map(([blocks, most]) => command(`mine ${blocks}, ${most}`, (_, { node }) => node.mine(blocks, most))),
  fc.nat({ max: 3 }).map((nth) =>
    command(`drop ${nth}`, (_, { node, foreign }) => {
      const entry = [...node.mempool.values()][nth];
      if (entry !== undefined && !foreign.has(entry.hash)) node.mempool.delete(entry.nonce);
    }),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: Number(DEPTH) - 1 }), fc.boolean())
    .map(([depth, isLost]) =>
      command(`reorganise ${depth}${isLost ? ", lose" : ""}`, (_, { node, foreign }) =>
        node.reorganise(depth, ({ hash }) => isLost && !foreign.has(hash)),
      ),
    ),
  fc.boolean().map((isMined) =>
    command(`steal${isMined ? " and mine" : ""}`, async (_, world) => {
      const { node, foreign, silence } = world;
      world.silence = 0;
      const rival = node.mempool.get(node.nonce);
      const raw = await account.signTransaction({
        ...{ chainId: chain.id, type: "eip1559", nonce: node.nonce, to: account.address, gas: 1_000_000n },
        ...{ maxFeePerGas: 10n ** 6n, maxPriorityFeePerGas: ((rival?.tip ?? 10n) * 12n) / 10n + 2n },
      });
      await node.client.sendRawTransaction({ serializedTransaction: raw });
      foreign.add(node.mempool.get(node.nonce)?.hash as string);
      if (isMined) node.mine(1, 1);
      world.silence = silence;
    }),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.boolean())
    .map(([requests, isLate]) =>
      command(`silence ${requests}${isLate ? ", late" : ""}`, (_, world) =>
        Object.assign(world, { silence: requests, isLate }),
      ),
    ),
  fc
    .integer({ min: 1, max: 20 })
    .map((points) => command(`die after ${points}`, (_, world) => Object.assign(world, { life: points }))),
  fc.constantFrom(50n, 100n, 150n, 400n).map((fee) =>
    command(`base fee ${fee}`, (_, { node }) => {
      node.baseFee = fee;
    }),
  ),
];

describe("transaction sender, whatever happens", () => {
  const runs = Number(process.env.HOLDFAST_MODEL_RUNS ?? 200);

  it(`does every intent exactly once, over ${runs} random lives`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { size: "+1", maxCommands: 60 }), async (given) => {
        const world = new World(await openDatabase<RuntimeTables>(":memory:", migrations));
        await world.start();
        const model: Model = { enqueued: 0 };
        try {
          await fc.asyncModelRun(() => ({ model, real: world }), given);
          Object.assign(world, { silence: 0, life: Number.POSITIVE_INFINITY });
          world.node.baseFee = 100n;
          for (let round = 0; round < 12; round++) {
            await world.step();
            world.node.mine(Number(DEPTH) + 1);
          }
          await world.step();
          const states = await world.sender.states();
          expect(states.filter((state) => state !== "done")).to.deep.equal([]);
          const open = (await world.sender.transactions()).filter(({ live }) => live === 1);
          expect(open).to.deep.equal([]);
          const tally = [...world.node.tally]
            .map(([by, times]) => [Number(by), times])
            .sort(([a = 0], [b = 0]) => a - b);
          expect(tally).to.deep.equal(Array.from({ length: model.enqueued }, (_, index) => [index + 1, 1]));
        } finally {
          await world.db.destroy();
        }
      }),
      { numRuns: runs, seed: 20_261_125, endOnFailure: false },
    );
  }).timeout(1_000_000);
});

import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { type Action, after as afterwards } from "../support/compute-model/actions.ts";
import { drawOf } from "../support/compute-model/encoding.ts";
import { PARTIES, type Party, WORKERS, type World } from "../support/compute-model/records.ts";
import { ENDOWMENT, openComputeStage, type Stage } from "../support/compute-model/stage.ts";
import { stepOf } from "../support/compute-model/steps.ts";

const STAKE = 10n ** 7n;

function newWorld(epoch: number): World {
  const endowed = () =>
    Object.fromEntries(PARTIES.map((party) => [party, party === "burnt" ? 0n : ENDOWMENT]));
  return {
    ...{ epoch, wallets: { fil: endowed(), coin: endowed() }, credits: { fil: {}, coin: {} } },
    ...{ stakes: { fil: {}, coin: {} }, slashed: { fil: 0n, coin: 0n } },
    ...{ allowances: { escrow: { rob: 0n }, registry: { dan: 0n } }, nonces: {}, nodes: {}, accepted: [] },
    ...{ controlling: [], controls: [], copies: {}, jobs: [] },
  };
}

/** Workers with stakes; ben and cleo have one operator, anna's stores what tasks read. */
function setUp(): [Party, Action][] {
  const steps: [Party, Action][] = [];
  for (const worker of WORKERS) {
    const operator = { anna: "olga", ben: "chris", cleo: "chris", dan: "dan", eve: "eve" }[worker] as Party;
    steps.push([worker, { kind: "register", operator, endpoint: 20 }]);
    if (operator !== worker) steps.push([operator, { kind: "confirm", worker }]);
    steps.push([worker, { kind: "acceptArbiter", arbiter: "arbiter", accepted: true }]);
    if (worker !== "eve")
      steps.push([worker, { kind: "acceptArbiter", arbiter: "fallback", accepted: true }]);
    steps.push(["rita", { kind: "stake", worker, token: "fil", amount: STAKE, value: STAKE }]);
    steps.push(["rita", { kind: "stake", worker, token: "coin", amount: STAKE, value: 0n }]);
  }
  steps.push(["stan", { kind: "control", operator: "olga", provider: 7001, does: true }]);
  steps.push(["stan", { kind: "checkControl", operator: "olga", provider: 7001 }]);
  for (const [copyId, piece] of [
    [1, 100n],
    [2, 101n],
  ] as const) {
    const copy = { isLive: true, piece, provider: 7001, end: 1_000_000, railEnd: 0 };
    steps.push(["stan", { kind: "store", copyId, copy }]);
  }
  return steps;
}

describe("compute escrow, whatever everybody does", () => {
  const runs = Number(process.env.HOLDFAST_MODEL_RUNS ?? 200);
  let stage: Stage;
  let start: World;
  /** What the chain had on record before. */
  let last: Hex | undefined;
  const tried = new Set<string>();
  const done = new Set<string>();

  before(async function () {
    this.timeout(60_000);
    stage = await openComputeStage();
    start = newWorld(await stage.epoch());
    for (const [by, action] of setUp()) start = await send(start, by, action);
    await stage.rewind();
  });

  after(() => stage[Symbol.asyncDispose]());

  /** Sends it, and sees that model and chain agree on whether it is refused, and on everything else. */
  async function send(world: World, by: Party, action: Action): Promise<World> {
    const { world: next, refusal } = afterwards(world, by, action, drawOf);
    const refused = await stage.send(world, by, action);
    expect(refused, `${by}: ${action.kind}`).to.equal(refusal);
    tried.add(action.kind);
    if (refusal === undefined) done.add(action.kind);
    const { bytes, read } = await stage.look(next);
    if (refusal !== undefined && bytes === last) return next;
    last = bytes;
    const [seen, wanted] = [read(), stage.expected(next)];
    if (!isDeepStrictEqual(seen, wanted)) expect(seen, `after ${by}: ${action.kind}`).to.deep.equal(wanted);
    return next;
  }

  it(`is what a plain model of it is, over ${runs} random histories`, async () => {
    const picks = fc.array(fc.nat(), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(picks, { minLength: 1, maxLength: 80, size: "max" }), async (history) => {
        await stage.rewind();
        last = undefined;
        let world = structuredClone(start);
        for (const pick of history) {
          const step = stepOf(world, pick);
          if ("pass" in step) {
            await stage.pass(step.pass);
            world.epoch += step.pass;
          } else world = await send(world, step.by, step.action);
        }
      }),
      { numRuns: runs, seed: 20_261_125, endOnFailure: false },
    );
    // What is refused whenever anybody tries is only this.
    const idle = [...tried].filter((kind) => !done.has(kind));
    if (runs >= 200) expect(idle).to.deep.equal(["send FIL"]);
  }).timeout(3_000_000);
});

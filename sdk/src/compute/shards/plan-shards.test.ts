import { expect } from "chai";
import fc from "fast-check";
import { cidOf, sampleSpec } from "../../../test/sample-spec.ts";
import { inputsOfShard } from "../spec/index.ts";
import { JobPlanInvalidError } from "./errors.ts";
import { planByList, planByRange } from "./plan-shards.ts";
import { shardRange } from "./shard-range.ts";

const shape = fc.record({
  tasks: fc.integer({ min: 1, max: 40 }),
  shardsPerTask: fc.integer({ min: 1, max: 20 }),
  spare: fc.nat(2000),
});

describe("planByRange", function () {
  this.timeout(10_000);

  it("gives every item to one shard, in order, evenly", () => {
    fc.assert(
      fc.property(shape, ({ tasks, shardsPerTask, spare }) => {
        const items = tasks * shardsPerTask + spare;
        const plan = planByRange(items, { tasks, shardsPerTask });
        expect(plan).to.have.length(tasks * shardsPerTask);
        let next = 0;
        for (const [at, { index, task, shard, start, end }] of plan.entries()) {
          expect([index, task * shardsPerTask + shard, start]).to.deep.equal([at, at, next]);
          expect(end - start).to.be.within(Math.floor(items / plan.length), Math.ceil(items / plan.length));
          next = end;
        }
        expect(next).to.equal(items);
      }),
      { seed: 5 },
    );
  });

  it("counts exactly up to the largest number of items", () => {
    const items = Number.MAX_SAFE_INTEGER;
    const plan = planByRange(items, { tasks: 65_535, shardsPerTask: 1 });
    expect(plan.reduce((sum, { start, end }) => sum + BigInt(end - start), 0n)).to.equal(BigInt(items));
  });

  it("refuses an empty shard, and shapes that the contract refuses", () => {
    expect(() => planByRange(7, { tasks: 4, shardsPerTask: 2 })).to.throw(JobPlanInvalidError, "empty");
    for (const [tasks, shardsPerTask] of [
      [0, 1],
      [65_536, 1],
      [1, 0],
      [1, 257],
      [1.5, 1],
    ] as const) {
      expect(() => planByRange(1e9, { tasks, shardsPerTask })).to.throw(JobPlanInvalidError);
    }
    expect(() => planByRange(Number.NaN, { tasks: 1, shardsPerTask: 1 })).to.throw(JobPlanInvalidError);
  });
});

describe("planByList", () => {
  it("gives each shard the inputs that the spec of such a job gives it", () => {
    const list = Array.from({ length: 11 }, (_, index) => cidOf(`file ${index}`));
    const plan = planByList(list, { tasks: 2, shardsPerTask: 3 });
    const inputs = list.map((cid, index) => ({ cid, name: "x", target: `/in/${index % 2}`, shard: "map" }));
    const spec = sampleSpec({ inputs, sharding: { kind: "list", count: 6, perTask: 3 } });
    for (const { task, shard, items } of plan) {
      expect(inputsOfShard(spec, task, shard).map(({ cid }) => cid)).to.deep.equal(items);
    }
    expect(plan.flatMap(({ items }) => items)).to.deep.equal(list);
  });
});

describe("shardRange", () => {
  it("leaves the last shards empty if there are fewer items, and knows no other shard", () => {
    expect([0, 1, 2].map((shard) => shardRange(2, 3, shard))).to.deep.equal([
      { start: 0, end: 1 },
      { start: 1, end: 2 },
      { start: 2, end: 2 },
    ]);
    for (const [items, shards, shard] of [
      [1, 1, 1],
      [1, 1, -1],
      [1, 0, 0],
      [-1, 1, 0],
      [0.5, 1, 0],
    ] as const) {
      expect(() => shardRange(items, shards, shard)).to.throw(RangeError);
    }
  });
});

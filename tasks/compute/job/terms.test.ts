import { expect } from "chai";
import fc from "fast-check";
import { numbersOf } from "../numbers.ts";
import { inputsOf, stakeFor } from "./terms.ts";

const SEED = 0x686f6c64;

describe("a job's terms, as far as they are not said", () => {
  it("stake so much that the escrow takes the job, whatever price, fee and share of audits", () => {
    const terms = fc.record({
      maxPrice: fc.bigInt(1n, 2n ** 88n - 1n),
      arbiterFee: fc.bigInt(0n, 2n ** 88n - 1n),
      auditBps: fc.integer({ min: 0, max: 10_000 }),
      coordinatorBps: fc.integer({ min: 0, max: 10_000 }),
      onMainnet: fc.boolean(),
    });
    fc.assert(
      fc.property(terms, (asked) => {
        const stake = stakeFor(asked);
        const { maxPrice, arbiterFee } = asked;
        const audit = BigInt(asked.auditBps);
        expect(stake >= 4n * arbiterFee).to.equal(true);
        const gain = maxPrice + (maxPrice * BigInt(asked.coordinatorBps)) / 10_000n;
        const fees = arbiterFee > gain ? 3n * arbiterFee - gain : 2n * arbiterFee;
        const least = audit === 0n ? 0n : gain * 10_000n + fees * audit;
        expect(stake * audit >= least).to.equal(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
    const usual = { maxPrice: 100n, arbiterFee: 50n, coordinatorBps: 0 };
    expect(stakeFor({ ...usual, auditBps: 2_000, onMainnet: false })).to.equal(600n);
    expect(stakeFor({ ...usual, auditBps: 1_000, onMainnet: true })).to.equal(1_200n);
    expect(stakeFor({ ...usual, auditBps: 100, onMainnet: false })).to.equal(10_100n);
  });

  it("name inputs of all tasks, or of one", () => {
    expect(inputsOf("bafk", 2)).to.deep.equal([
      { task: 0, pieceCid: "bafk" },
      { task: 1, pieceCid: "bafk" },
    ]);
    expect(inputsOf("1:bafk,0:baga", 2)).to.deep.equal([
      { task: 1, pieceCid: "bafk" },
      { task: 0, pieceCid: "baga" },
    ]);
    for (const wrong of ["2:bafk", "", "bafk,", "0:", "a:b"]) {
      expect(() => inputsOf(wrong, 2), wrong).to.throw("--inputs");
    }
  });

  it("count tasks from 0, in ranges too", () => {
    expect(numbersOf("--tasks", undefined, 3)).to.deep.equal([0, 1, 2]);
    expect(numbersOf("--tasks", "5-7,0,6", 8)).to.deep.equal([0, 5, 6, 7]);
    for (const wrong of ["8", "", "1,", "3-1", "-1", "1.5", "0x1", "99999"]) {
      expect(() => numbersOf("--tasks", wrong, 8), wrong).to.throw();
    }
  });
});

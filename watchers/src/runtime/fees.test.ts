import { expect } from "chai";
import fc from "fast-check";
import { MemoryNode } from "../../test/memory-node.ts";
import { account } from "../../test/test-chain.ts";
import {
  BLOCK_GAS_LIMIT,
  costCeiling,
  gasHeadroomPercent,
  gasLimit,
  quoteFees,
  replacementFees,
} from "./fees.ts";

describe("fees", () => {
  const fees = fc
    .tuple(fc.bigInt(0n, 10n ** 15n), fc.bigInt(0n, 10n ** 15n))
    .map(([base, tip]) => ({ maxFeePerGas: base + tip, maxPriorityFeePerGas: tip }));

  it("of a replacement are at least 125 % of both, never 110 % or less, and within the ceiling", () => {
    fc.assert(
      fc.property(
        fees,
        fees,
        fc.bigInt(1n, BLOCK_GAS_LIMIT),
        fc.bigInt(0n, 10n ** 27n),
        (last, now, gas, ceiling) => {
          const next = replacementFees(last, now, gas, ceiling);
          if (next === undefined) {
            const least = (last.maxFeePerGas * 125n) / 100n + 2n;
            expect(
              least * gas > ceiling || (last.maxPriorityFeePerGas * 125n) / 100n + 2n > ceiling / gas,
            ).to.equal(true);
            return;
          }
          for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
            expect(next[fee] * 100n >= last[fee] * 125n && next[fee] > last[fee]).to.equal(true);
            // Lotus: 110 %, rounded down, and one.
            expect(next[fee] >= (last[fee] * 110n) / 100n + 1n).to.equal(true);
          }
          expect(next.maxFeePerGas * gas <= ceiling).to.equal(true);
          expect(next.maxPriorityFeePerGas <= next.maxFeePerGas).to.equal(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("of a replacement follow what is asked now, if that is more", () => {
    const next = replacementFees(
      { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n },
      { maxFeePerGas: 400n, maxPriorityFeePerGas: 50n },
      1n,
      10n ** 18n,
    );
    expect(next).to.deep.equal({ maxFeePerGas: 400n, maxPriorityFeePerGas: 50n });
  });

  it("cost at most five times the first quote, or what is configured", () => {
    expect(costCeiling(10n, 1000n)).to.equal(50n);
    expect(costCeiling(10n, 40n)).to.equal(40n);
  });

  it("leave room for the base fee to double", async () => {
    const node = new MemoryNode(account.address);
    expect(await quoteFees(node.client)).to.deep.equal({ maxFeePerGas: 210n, maxPriorityFeePerGas: 10n });
  });

  for (const [version, percent] of [
    ["1.36.2+mainnet+git.6fd1bdd6c", 100n],
    ["lotus-1.36.2+calibnet", 100n],
    ["forest/0.36.0", 100n],
    ["venus/1.19.0", 100n],
    ["HardhatNetwork/3.18.0/@nomicfoundation/edr/0.12.0", 125n],
    ["anvil/v1.7.1", 125n],
    ["Geth/v1.16.2-stable/linux-amd64/go1.24", 125n],
  ] as const) {
    it(`give the gas limit ${percent} % of an estimate by ${version}`, async () => {
      const node = new MemoryNode(account.address);
      node.intercept = () => version;
      expect(await gasHeadroomPercent(node.client)).to.equal(percent);
    });
  }

  it("never give more gas than a block has", () => {
    expect(gasLimit(8_000_000n, 125n)).to.equal(10_000_000n);
    expect(gasLimit(9_000_000_000n, 125n)).to.equal(BLOCK_GAS_LIMIT);
  });
});

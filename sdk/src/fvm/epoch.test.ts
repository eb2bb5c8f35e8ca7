import { expect } from "chai";
import { CALIBRATION_CLOCK, clockFromBlock, epoch, epochAt, epochToDate, MAINNET_CLOCK } from "./index.ts";

describe("epoch", () => {
  it("is a moment on each network: the upgrades to network version 28", () => {
    expect(epochToDate(epoch(6_052_800n), MAINNET_CLOCK).toISOString()).to.equal("2026-05-27T14:00:00.000Z");
    expect(epochToDate(epoch(3_694_534n), CALIBRATION_CLOCK).toISOString()).to.equal(
      "2026-05-07T14:00:00.000Z",
    );
  });

  it("lasts 30 s there", () => {
    const begin = epochToDate(epoch(100), MAINNET_CLOCK).getTime();
    expect(epochAt(new Date(begin), MAINNET_CLOCK)).to.equal(100n);
    expect(epochAt(new Date(begin + 29_999), MAINNET_CLOCK)).to.equal(100n);
    expect(epochAt(new Date(begin + 30_000), MAINNET_CLOCK)).to.equal(101n);
    expect(epochAt(new Date(0), MAINNET_CLOCK)).to.equal(0n);
  });

  it("is told by any block of a devnet", () => {
    const clock = clockFromBlock({ number: 40n, timestamp: 1_000_040n }, 1);
    expect(clock).to.deep.equal({ genesis: 1_000_000, secondsPerEpoch: 1 });
    expect(epochAt(epochToDate(epoch(41), clock), clock)).to.equal(41n);
  });

  it("is a uint64", () => {
    for (const value of [-1n, 2n ** 64n]) expect(() => epoch(value)).to.throw(RangeError);
    expect(() => epoch(1.5)).to.throw(RangeError);
  });
});

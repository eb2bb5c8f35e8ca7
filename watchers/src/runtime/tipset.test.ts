import { expect } from "chai";
import { refusal } from "../../test/memory-chain.ts";
import { classifyRangeError, type RangeRefusal } from "./tipset.ts";

describe("refusals of a range of events", () => {
  const SAID: [number, string, RangeRefusal][] = [
    [12, "requested epoch was a null round (4711)", "null-round"],
    [-32005, "block range exceeds maximum of 2880", "too-large"],
    [-32005, "Too many requests, retry in 1s", "too-large"],
    [
      1,
      "failed to get events for filter: failed to get events for filter from chain indexer: filter matches too many events, try a more restricted filter",
      "too-large",
    ],
    [-32000, "query returned more than 10000 results: too many results", "too-large"],
    [-32000, "context deadline exceeded", "too-large"],
    [1, "bad tipset height: lookbacks of more than 24h0m0s are disallowed", "gone"],
    [1, "bad tipset: lookbacks of more than 16h40m0s are disallowed", "gone"],
    [-32000, "history has been pruned for this block", "gone"],
    [1, "cannot ask for events for a tipset at or greater than head", "other"],
    [-32603, "internal error", "other"],
  ];
  for (const [code, message, expected] of SAID) {
    it(`takes "${message.slice(-60)}" (${code}) for ${expected}`, () => {
      expect(classifyRangeError(refusal(code, message))).to.equal(expected);
    });
  }

  it("takes a timeout for a range that is too large, and a broken connection for neither", () => {
    const timeout = Object.assign(new Error("The request took too long to respond."), {
      name: "TimeoutError",
    });
    expect(classifyRangeError(new Error("outer", { cause: timeout }))).to.equal("too-large");
    expect(classifyRangeError(new TypeError("fetch failed"))).to.equal("other");
  });
});

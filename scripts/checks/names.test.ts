import { expect } from "chai";
import { names } from "./names.ts";
import { findIn } from "./sample.ts";

describe("names", () => {
  for (const path of [
    "sdk/src/utils/hex.ts",
    "sdk/src/deals/deal-helpers.ts",
    "contracts/deals/DealLib.sol",
    "watchers/src/common.ts",
    "devnet/src/misc.ts",
    "contracts/deals/IRailManager.sol",
  ]) {
    it(`finds ${path}`, () => {
      expect(findIn(names, { [path]: "" }).join()).to.contain("Name the file or folder by the domain noun");
    });
  }

  it("takes words that only contain such a name", () => {
    expect(findIn(names, { "sdk/src/liberal/commonwealth.ts": "", "contracts/deals/Deals.sol": "" })).to.be
      .empty;
  });
});

import { expect } from "chai";
import { contractNames } from "./contract-names.ts";
import { findIn } from "./sample.ts";

describe("contract-names", () => {
  it("finds a name that is declared twice", () => {
    const [breach, ...more] = findIn(contractNames, {
      "contracts/deals/Deals.sol": "contract Deals is IDeals {}\n",
      "test/support/Deals.sol": "import {Deals as Ours} from 'x';\nabstract contract Deals {}\n",
    });
    expect(more).to.be.empty;
    expect(breach).to.contain(
      "test/support/Deals.sol:2 Deals is declared in contracts/deals/Deals.sol:1 too",
    );
  });

  it("takes different names, and words of comments", () => {
    expect(
      findIn(contractNames, {
        "contracts/deals/Deals.sol": "contract Deals is IDeals {}\n",
        "contracts/deals/IDeals.sol": "/*\ncontract Deals\n*/\ninterface IDeals {}\nlibrary DealsMath {}\n",
      }),
    ).to.be.empty;
  });
});

import { expect } from "chai";
import { customErrors } from "./custom-errors.ts";
import { findIn } from "./sample.ts";

const sample = (body: string, test: string) => ({
  "contracts/deals/IDeals.sol": "interface IDeals {\n    error DealNotOpen(uint256 id);\n}\n",
  "contracts/deals/Deals.sol": `import {IDeals} from "./IDeals.sol";\ncontract Deals is IDeals { function f() external { ${body} } }\n`,
  "test/contracts/deals/Deals.t.sol": `import {DealNotOpen} from "x";\ncontract DealsTest { function test() external { ${test} } }\n`,
});

describe("custom-errors", () => {
  it("takes an error that is thrown and tested", () => {
    expect(
      findIn(customErrors, sample("revert DealNotOpen(1);", "vm.expectRevert(IDeals.DealNotOpen.selector);")),
    ).to.be.empty;
  });

  it("finds an error that no test names; an import or a comment is no test", () => {
    const [breach] = findIn(customErrors, sample("require(false, DealNotOpen(1));", "/* DealNotOpen */"));
    expect(breach).to.contain("contracts/deals/IDeals.sol:2 DealNotOpen is thrown, but no test names it");
  });

  it("finds an error that nothing throws", () => {
    const [breach] = findIn(customErrors, sample("", "IDeals.DealNotOpen.selector;"));
    expect(breach).to.contain("DealNotOpen is never thrown");
  });

  it("lets the errors of another system's interface be", () => {
    const { "contracts/deals/IDeals.sol": outside } = sample("", "");
    expect(findIn(customErrors, { "contracts/payments/IFilecoinPay.sol": outside })).to.be.empty;
  });
});

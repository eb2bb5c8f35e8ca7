import { expect } from "chai";
import { findIn } from "./sample.ts";
import { solidityBans } from "./solidity-bans.ts";

const found = (statement: string, path = "contracts/deals/Sample.sol") =>
  findIn(solidityBans, {
    [path]: `contract Sample {\n    function f() external {\n        ${statement}\n    }\n}\n`,
  });

describe("solidity-bans", () => {
  for (const [statement, fix] of [
    ["if (tx.origin != owner) return;", "use msg.sender"],
    ["payable(owner).transfer(1 ether);", "let it withdraw"],
    ["bool sent = payable(owner).send(f(1, 2));", "let it withdraw"],
    ["uint256 deadline = block.timestamp + 1;", "use currentEpoch()"],
    ["uint256 dice = block.prevrandao;", "drand"],
    ["bytes32 dice = blockhash(block.number - 1);", "drand"],
    ['revert("no");', "throw an error named"],
    ["revert();", "throw an error named"],
    ['require(ok, "no");', "give it an error named"],
    ["require(f(a, b));", "give it an error named"],
    ['(bool ok, ) = owner.call{value: 1}("");', "fvm/ is the only door"],
    ["(bool ok, ) = owner.delegatecall(data);", "fvm/ is the only door"],
  ] as const) {
    it(`finds ${statement}`, () => {
      const breaches = found(statement);
      expect(breaches).to.have.length(1);
      expect(breaches[0]).to.match(/^contracts\/deals\/Sample\.sol:3 /);
      expect(breaches[0]).to.contain(fix);
    });
  }

  for (const statement of [
    "// tx.origin and block.timestamp are never read",
    'emit Said("tx.origin");',
    "token.transfer(owner, 1);",
    "if (block.timestamp > deadline) return; // seconds: the permit's own deadline",
    "require(ok, DealNotOpen(id));",
    "revert DealNotOpen(id);",
    "assembly { revert(add(data, 32), mload(data)) }",
    "Actors.call(id, method);",
  ]) {
    it(`takes ${statement}`, () => {
      expect(found(statement)).to.be.empty;
    });
  }

  it("lets fvm/ call and doubles do as the doubled do", () => {
    expect(found("(bool ok, ) = CALL_ACTOR.delegatecall(data);", "contracts/fvm/Actors.sol")).to.be.empty;
    expect(found('require(ok, "CALL_FAILED");', "contracts/mocks/fvm/Sample.sol")).to.be.empty;
  });
});

import { expect } from "chai";
import { fileLength } from "./file-length.ts";
import { findIn } from "./sample.ts";

const lines = (count: number) => "x\n".repeat(count);

describe("file-length", () => {
  it("finds Solidity above 500 lines and TypeScript above 400", () => {
    const found = findIn(fileLength, {
      "contracts/deals/Long.sol": lines(501),
      "contracts/deals/Fits.sol": lines(500),
      "sdk/src/deals/long.ts": lines(401),
      "sdk/src/deals/fits.ts": lines(400),
    });
    expect(found).to.have.length(2);
    expect(found[0]).to.contain("contracts/deals/Long.sol: 501 lines, limit 500 for Solidity. Split it");
    expect(found[1]).to.contain("sdk/src/deals/long.ts: 401 lines, limit 400 for TypeScript. Split it");
  });

  it("lets generated files be", () => {
    expect(
      findIn(fileLength, { "sdk/src/generated/abi.ts": lines(9000), "sdk/src/ethers/index.ts": lines(401) }),
    ).to.be.empty;
  });
});

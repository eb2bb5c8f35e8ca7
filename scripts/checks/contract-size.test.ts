import { expect } from "chai";
import { contractSize } from "./contract-size.ts";
import { artifactOf, findIn } from "./sample.ts";

describe("contract-size", () => {
  it("finds a contract above 22,000 bytes", () => {
    expect(findIn(contractSize, artifactOf("00".repeat(22_000)))).to.be.empty;
    const [breach] = findIn(contractSize, artifactOf("00".repeat(22_001)));
    expect(breach).to.contain("22001 bytes, limit 22000. Move logic");
  });

  it("lets doubles grow to what the chain takes", () => {
    expect(findIn(contractSize, artifactOf("00".repeat(24_576), "mocks/payments"))).to.be.empty;
    expect(findIn(contractSize, artifactOf("00".repeat(24_577), "mocks/payments"))).to.have.length(1);
  });
});

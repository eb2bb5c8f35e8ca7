import { expect } from "chai";
import { countsOf } from "./test.ts";

describe("countsOf", () => {
  it("reads what the runners print, colours or none", () => {
    expect(countsOf("  ✔ a\n\n  12 passing (3s)\n", 0)).to.deep.equal({ passed: 12, failed: 0 });
    expect(countsOf("\u001b[32m  7 passing\u001b[39m\n  \u001b[31m2 failing\u001b[39m\n", 2)).to.deep.equal({
      passed: 7,
      failed: 2,
    });
  });

  it("takes the summary, not what a test printed before it", () => {
    expect(countsOf("99 passing\n3 passing\n", 0)).to.deep.equal({ passed: 3, failed: 0 });
  });

  it("counts a crash, a signal or a bad exit as a failure", () => {
    expect(countsOf("Error: stack too deep", 1)).to.deep.equal({ passed: 0, failed: 1 });
    expect(countsOf("  12 passing\n", 1)).to.deep.equal({ passed: 12, failed: 1 });
    expect(countsOf("  12 passing\n", null)).to.deep.equal({ passed: 12, failed: 1 });
  });

  it("counts a suite without tests as a failure", () => {
    expect(countsOf("  0 passing\n", 0)).to.deep.equal({ passed: 0, failed: 1 });
    expect(countsOf("", 0)).to.deep.equal({ passed: 0, failed: 1 });
  });
});

import { expect } from "chai";
import { compilerWarnings } from "./compiler-warnings.ts";
import { artifactOf, findIn } from "./sample.ts";

const build = (id: string, file: string) => ({
  [`artifacts/build-info/${id}.output.json`]: JSON.stringify({
    id,
    output: {
      errors: [
        {
          severity: "warning",
          message: "Unused local variable",
          formattedMessage: `Warning: Unused local variable.\n  --> ${file}:17:9:\n`,
          sourceLocation: { file },
        },
      ],
    },
  }),
});

describe("compiler-warnings", () => {
  it("finds what solc said, and where", () => {
    const [breach] = findIn(compilerWarnings, {
      ...artifactOf("00"),
      ...build("build", "project/contracts/deals/Sample.sol"),
    });
    expect(breach).to.contain("contracts/deals/Sample.sol:17 warning: Unused local variable. Write what");
  });

  it("finds it in a file of free functions, which has no artifact", () => {
    expect(
      findIn(compilerWarnings, { ...artifactOf("00"), ...build("build", "project/contracts/fvm/Epoch.sol") }),
    ).to.have.length(1);
  });

  for (const [what, id, file] of [
    ["packages", "build", "npm/@openzeppelin/contracts@5.7.0/Sample.sol"],
    ["tests", "build", "project/test/contracts/Sample.t.sol"],
    ["doubles", "build", "project/contracts/mocks/fvm/Sample.sol"],
    ["builds of before", "older", "project/contracts/deals/Sample.sol"],
  ] as const) {
    it(`passes over ${what}`, () => {
      expect(findIn(compilerWarnings, { ...artifactOf("00"), ...build(id, file) })).to.be.empty;
    });
  }
});

import { expect } from "chai";
import { judge, merge, parseLcov } from "./lcov.ts";

const record = (path: string, hits: number[], branches: (number | "-")[] = []) =>
  [
    `SF:${path}`,
    ...hits.map((count, index) => `DA:${index + 1},${count}`),
    ...branches.map((taken, index) => `BRDA:${index + 1},0,0,${taken}`),
    "end_of_record\n",
  ].join("\n");

const nineteenOf = (total: number) => Array.from({ length: total }, (_, index) => (index < 19 ? 1 : 0));

describe("coverage floor", () => {
  it("reads lines and branches of each file", () => {
    const [file] = parseLcov(`TN:\n${record("contracts/A.sol", [3, 0], [2, "-"])}`);
    expect([...file!.lines]).to.deep.equal([
      [1, 3],
      [2, 0],
    ]);
    expect(file!.branches).to.deep.equal([
      { line: 1, id: "0,0", taken: 2 },
      { line: 2, id: "0,0", taken: 0 },
    ]);
  });

  it("passes at the floor and fails below it, naming the lines", () => {
    expect(judge(record("contracts/A.sol", nineteenOf(20)), "lines", 95).passed).to.equal(true);
    const below = judge(record("contracts/A.sol", nineteenOf(21)), "lines", 95);
    expect(below.passed).to.equal(false);
    expect(below.text).to.contain("contracts/A.sol:20,21").and.to.contain("Test what is listed");
  });

  it("leaves doubles and tests out of the floor", () => {
    const report =
      record("contracts/A.sol", [1]) + record("contracts/mocks/B.sol", [0]) + record("test/C.sol", [0]);
    const { passed, text } = judge(report, "lines", 95);
    expect(passed).to.equal(true);
    expect(text).to.contain("contracts/mocks: 0.00 % (0/1)");
  });

  it("judges branches alike", () => {
    expect(judge(record("contracts/A.sol", [1], [1, 1, "-"]), "branches", 90).passed).to.equal(false);
    expect(judge(record("contracts/A.sol", [1], [1, 1, 1]), "branches", 90).passed).to.equal(true);
  });

  it("adds up what several runs covered of the same files", () => {
    const runs = [
      record("contracts/A.sol", [1, 0], [1, "-"]) + record("contracts/B.sol", [1]),
      record("contracts/A.sol", [0, 2], ["-", 3]),
    ].map(parseLcov);
    const merged = merge(runs);
    expect(merged.map(({ path }) => path)).to.deep.equal(["contracts/A.sol", "contracts/B.sol"]);
    expect([...merged[0]!.lines.values()]).to.deep.equal([1, 2]);
    expect(merged[0]!.branches.map(({ taken }) => taken)).to.deep.equal([1, 3]);
    expect(judge(merged, "branches", 100).passed).to.equal(true);
    expect(judge(merge(runs.slice(0, 1)), "branches", 100).passed).to.equal(false);
  });

  it("fails a report that measured nothing", () => {
    expect(judge("", "lines", 95).passed).to.equal(false);
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { forge, run } from "../run.ts";
import { type FileCoverage, judge, MEASUREMENTS, merge, parseLcov } from "./lcov.ts";

const TESTS = "test/contracts";

mkdirSync("coverage", { recursive: true });
const reports: FileCoverage[][] = [];
let haveRun = true;
// One capability's tests at a time: all of them together, by way of the IR, take more memory than npm's solc can have.
// It has to be the IR: forge turns the optimizer off, and then StorageDeals is too deep for the stack.
for (const capability of readdirSync(TESTS).filter((name) => name !== "gas")) {
  const report = `coverage/forge-${capability}.info`;
  rmSync(report, { force: true });
  const { exitCode } = await run(
    forge(),
    [
      "coverage",
      "--ir-minimum",
      "--report",
      "lcov",
      "--report-file",
      report,
      "--no-match-test",
      MEASUREMENTS,
    ],
    { FOUNDRY_PROFILE: "coverage", FOUNDRY_TEST: `${TESTS}/${capability}` },
  );
  if (existsSync(report)) reports.push(parseLcov(readFileSync(report, "utf8")));
  haveRun &&= exitCode === 0;
}
const { passed, text } = judge(merge(reports), "branches", 90);
console.log(text);
if (!haveRun)
  console.log("FAIL: tests failed under forge. Compare with npm test: the two engines must agree");
if (!haveRun || !passed) process.exitCode = 1;

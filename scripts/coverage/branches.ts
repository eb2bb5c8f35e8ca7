import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { forge, run } from "../run.ts";
import { judge, MEASUREMENTS } from "./lcov.ts";

const REPORT = "coverage/forge.info";

mkdirSync("coverage", { recursive: true });
rmSync(REPORT, { force: true });
// forge turns the optimizer off, and then StorageDeals is too deep for the stack but by way of the IR.
const { exitCode } = await run(
  forge(),
  ["coverage", "--ir-minimum", "--report", "lcov", "--report-file", REPORT, "--no-match-test", MEASUREMENTS],
  {
    FOUNDRY_PROFILE: "coverage",
  },
);
const { passed, text } = judge(existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "", "branches", 90);
console.log(text);
if (exitCode !== 0)
  console.log("FAIL: tests failed under forge. Compare with npm test: the two engines must agree");
if (exitCode !== 0 || !passed) process.exitCode = 1;

import { existsSync, readFileSync, rmSync } from "node:fs";
import { run } from "../run.ts";
import { judge, MEASUREMENTS } from "./lcov.ts";

const REPORT = "coverage/lcov.info";

rmSync(REPORT, { force: true });
const { exitCode } = await run("hardhat", [
  ...["--config", "scripts/coverage/hardhat.config.ts", "--coverage", "--no-typechain"],
  ...["test", "solidity", "--test-profile", "coverage", "--grep-exclude", MEASUREMENTS],
]);
const { passed, text } = judge(existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "", "lines", 95);
console.log(text);
if (exitCode !== 0) console.log("FAIL: tests failed under coverage. Run npm test first");
if (exitCode !== 0 || !passed) process.exitCode = 1;

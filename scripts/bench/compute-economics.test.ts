import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { limitsOf, type Report } from "./compute-economics/report.ts";
import { type Shares, STRATEGIES, sharesOf } from "./compute-economics/strategies.ts";
import { DEFAULTS } from "./compute-economics/terms.ts";

const BENCH = fileURLToPath(new URL("./compute-economics.ts", import.meta.url));
const DOCUMENT = new URL("../../docs/compute.md", import.meta.url);

/** Rows of the document's table, and the strategies that they are about. */
const DOCUMENTED: [row: string, strategy: string][] = [
  ["honest, C = P/2", "honest"],
  ["lies one time in ten", "lies 10 %"],
  ["lies always", "lies always"],
  ["lies, and names", "lies; names"],
  ["lies; when it is drawn", "lies; when"],
  ["quorum 2 of 3: two Sybils", "quorum: m Sybils"],
  ["quorum 2 of 3: three Sybils", "quorum: n Sybils"],
  ["quorum 2 of 3: one lies", "quorum: one lies"],
  ["copies a seal", "quorum: copies a seal"],
  ["copies a seal", "accepts and sits"],
  ["challenges a right", "challenges a right"],
  ["the same", "the same"],
];

describe("compute-economics", function () {
  this.timeout(60_000);

  it("finds honest play the best reply at every default", () => {
    const { status, reports } = bench();
    expect(reports.flatMap(({ problems }) => problems)).to.deep.equal([]);
    expect(reports.map(({ name }) => name)).to.deep.equal(["demo", "calibration", "mainnet"]);
    for (const { rows } of reports)
      for (const { worst } of rows) if (worst !== undefined) expect(worst).to.be.below(0);
    expect(status).to.equal(0);
  });

  it("has the figures of docs/compute.md", () => {
    const { reports } = bench();
    const lines = readFileSync(DOCUMENT, "utf8").split("\n");
    for (const [row, strategy] of DOCUMENTED) {
      const line = lines.find((line) => line.startsWith(`| ${row}`)) ?? expect.fail(`no row ${row}`);
      const figures = reports.map(({ rows }) =>
        rows.find((row) => row.strategy.startsWith(strategy))?.expected.toFixed(2),
      );
      const [demo, mainnet] = line
        .split("|")
        .slice(2, 4)
        .map((cell) => cell.trim());
      expect(figures, strategy).to.deep.equal([demo, demo, mainnet]);
    }
  });

  it("exits 1 where createJob would refuse the stake", () => {
    const { status, reports } = bench("--terms", "demo", "--stake", "5.999999999999999999");
    expect(status).to.equal(1);
    expect(reports[0]?.problems).to.deep.equal([
      "createJob refuses a stake of 5999999999999999999: at least 6000000000000000000",
    ]);
    expect(bench("--terms", "demo", "--stake", "6").status).to.equal(0);
  });

  it("exits 1 and names the lie that pays", () => {
    const { status, reports } = bench("--terms", "demo", "--stake", "4.9");
    expect(status).to.equal(1);
    expect(reports[0]?.problems.join()).to.contain("lies; names the right root itself");
    expect(reports[0]?.problems.join()).not.to.contain("lies always");
  });

  it("exits 1 if too few are audited", () => {
    expect(bench("--terms", "demo", "--audit-bps", "1666").status).to.equal(1);
  });

  it("says where honest play stops being the best reply", () => {
    const { delay, ...terms } = DEFAULTS.demo ?? expect.fail("no demo");
    const shares = sharesOf(terms);
    const [q = 0, stake = 0, saved = 0, silence = 0, withCopy = 0] = Object.values(limitsOf(shares, delay));
    expect(isAbout(lie({ ...shares, q }), 0)).to.equal(true);
    expect(isAbout(lie({ ...shares, stake }), 0)).to.equal(true);
    expect(isAbout(lie(shares) - (1 - saved), 0)).to.equal(true);
    expect(isAbout(lie({ ...shares, q: shares.q * (1 - silence) }), 0)).to.equal(true);
    expect(isAbout(lie({ ...shares, stake: withCopy }, "lies; when"), 0)).to.equal(true);
  });

  it("simulates what it says: a wrong formula shows", () => {
    const { delay: _, ...terms } = DEFAULTS.demo ?? expect.fail("no demo");
    for (const { strategy, under } of STRATEGIES) {
      const played = under({ ...terms, auditBps: 10_000n });
      const expected = strategy.expected(sharesOf(played), 0.5);
      // Every task is drawn: nothing is left to chance but the lazy worker's choice.
      if (/^lies \d/.test(strategy.name)) continue;
      expect(
        isAbout(
          strategy.play(played, 0.5, () => 0),
          expected,
        ),
        strategy.name,
      ).to.equal(true);
    }
  });
});

/** Hardhat's matchers, where another test has loaded them, take no fractions. */
const isAbout = (found: number, expected: number) => Math.abs(found - expected) < 1e-9;

function lie(shares: Shares, name = "lies; names"): number {
  const found = STRATEGIES.find(({ strategy }) => strategy.name.startsWith(name));
  return found?.strategy.expected(shares, 1) ?? expect.fail("no such lie");
}

function bench(...options: string[]): { status: number | null; reports: Report[] } {
  const { status, stdout } = spawnSync(process.execPath, [BENCH, "--json", "--runs", "20000", ...options], {
    encoding: "utf8",
  });
  return { status, reports: (JSON.parse(stdout) as { reports: Report[] }).reports };
}

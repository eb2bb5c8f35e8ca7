/** Tests of size or gas: instrumented code is neither as small nor as cheap as the real one. */
export const MEASUREMENTS = "CodeLimit|GasLimit";

/** What an lcov report says of one source file. */
export interface FileCoverage {
  readonly path: string;
  /** Line number -> how often it ran. */
  readonly lines: ReadonlyMap<number, number>;
  /** One entry a branch: the line it leaves from, which of the line's it is, and how often it was taken. */
  readonly branches: readonly { line: number; id: string; taken: number }[];
}

/** Reads the SF, DA and BRDA records of an lcov report. */
export function parseLcov(report: string): FileCoverage[] {
  return report
    .split("end_of_record")
    .filter((record) => record.includes("SF:"))
    .map((record) => ({
      path: /^SF:(.*)$/m.exec(record)![1]!,
      lines: new Map(
        [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, hits]) => [Number(line), Number(hits)]),
      ),
      branches: [...record.matchAll(/^BRDA:(\d+),([^,]*,[^,]*),(\d+|-)$/gm)].map(([, line, id, taken]) => ({
        line: Number(line),
        id: id as string,
        taken: taken === "-" ? 0 : Number(taken),
      })),
    }));
}

/** What several runs covered together: each line and branch as often as in all of them. */
export function merge(reports: readonly (readonly FileCoverage[])[]): FileCoverage[] {
  const files = new Map<string, FileCoverage>();
  for (const file of reports.flat()) {
    const known = files.get(file.path);
    const lines = new Map(known?.lines);
    for (const [line, hits] of file.lines) lines.set(line, (lines.get(line) ?? 0) + hits);
    const branches = new Map(known?.branches.map((branch) => [`${branch.line},${branch.id}`, branch]));
    for (const branch of file.branches) {
      const key = `${branch.line},${branch.id}`;
      branches.set(key, { ...branch, taken: branch.taken + (branches.get(key)?.taken ?? 0) });
    }
    files.set(file.path, { path: file.path, lines, branches: [...branches.values()] });
  }
  return [...files.values()];
}

/** Hits of `files`, counted in lines or branches, and where they miss. */
export interface Tally {
  readonly covered: number;
  readonly total: number;
  readonly missed: { path: string; lines: number[] }[];
}

export function tally(files: readonly FileCoverage[], unit: "lines" | "branches"): Tally {
  let covered = 0;
  let total = 0;
  const missed: Tally["missed"] = [];
  for (const { path, lines, branches } of files) {
    const hits = unit === "lines" ? [...lines].map(([line, taken]) => ({ line, taken })) : branches;
    const misses = hits.filter(({ taken }) => taken === 0).map(({ line }) => line);
    total += hits.length;
    covered += hits.length - misses.length;
    if (misses.length > 0) missed.push({ path, lines: [...new Set(misses)].sort((a, b) => a - b) });
  }
  return { covered, total, missed };
}

/**
 * Prints what of contracts/ an lcov report covers, doubles apart, and whether it is at least `floor` percent.
 * A report without anything of contracts/ fails: it measured nothing.
 */
export function judge(
  report: string | readonly FileCoverage[],
  unit: "lines" | "branches",
  floor: number,
): { passed: boolean; text: string } {
  const files = typeof report === "string" ? parseLcov(report) : report;
  const ours = files.filter(({ path }) => path.startsWith("contracts/"));
  const doubles = ours.filter(({ path }) => path.startsWith("contracts/mocks/"));
  const contracts = tally(
    ours.filter((file) => !doubles.includes(file)),
    unit,
  );
  const passed = contracts.total > 0 && contracts.covered * 100 >= floor * contracts.total;
  const text = [
    ...contracts.missed.map(({ path, lines }) => `  not covered: ${path}:${lines.join(",")}`),
    `contracts/ without mocks: ${percent(contracts)} of ${unit}, floor ${floor} %`,
    `contracts/mocks: ${percent(tally(doubles, unit))} of ${unit}, no floor`,
    ...(passed
      ? []
      : [`FAIL: too few ${unit} covered. Test what is listed, or delete it if nothing can reach it`]),
  ].join("\n");
  return { passed, text };
}

function percent({ covered, total }: Tally): string {
  return total === 0 ? "nothing" : `${((100 * covered) / total).toFixed(2)} % (${covered}/${total})`;
}

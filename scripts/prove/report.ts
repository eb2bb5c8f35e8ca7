/** The figures of a row that are counts. */
export interface Figures {
  kills?: number;
  payouts?: number;
  duplicates?: number;
  missing?: number;
}

const HEAD = ["", "kills", "payouts", "duplicates", "missing", "", ""];

/** What was tried and what came of it, told as it goes and as a table at the end. */
export function createReport() {
  const started = performance.now();
  const rows: string[][] = [];
  const failed: string[] = [];

  function check(name: string, holds: boolean, what: string, figures: Figures = {}): void {
    const { kills, payouts, duplicates, missing } = figures;
    const counts = [kills, payouts, duplicates, missing].map((count) =>
      count === undefined ? "" : `${count}`,
    );
    rows.push([name, ...counts, what, holds ? "ok" : "FAILED"]);
    if (!holds) failed.push(name);
    const seconds = String(Math.round((performance.now() - started) / 1000)).padStart(4);
    console.log(`${seconds} s  ${name}: ${holds ? "ok" : `FAILED: ${what}`}`);
  }

  return {
    check,
    failed,
    /** What throws has failed; what comes after it is still tried. */
    async attempt(name: string, work: () => Promise<void>): Promise<void> {
      try {
        await work();
      } catch (error) {
        console.error(error);
        check(name, false, error instanceof Error ? (error.message.split("\n")[0] as string) : String(error));
      }
    },
    /** In columns, counts to the right. */
    table(): string {
      const lines = [HEAD, ...rows];
      const widths = HEAD.map((_, column) =>
        Math.max(...lines.map((line) => (line[column] as string).length)),
      );
      const cell = (text: string, column: number) =>
        column > 0 && column < 5
          ? text.padStart(widths[column] as number)
          : text.padEnd(widths[column] as number);
      return lines.map((line) => line.map(cell).join("  ").trimEnd()).join("\n");
    },
  };
}

export type Report = ReturnType<typeof createReport>;

import { styleText } from "node:util";

/** Where a task says things: its result on stdout, everything else on stderr. */
export interface Output {
  /** A line for people, on stderr. */
  note(line: string): void;
  /** The result, once: `json` with --json, else `text`. */
  result(json: object, text: string): void;
}

export function createOutput(asJson: boolean): Output {
  return {
    note: (line) => process.stderr.write(`${line}\n`),
    result: (json, text) => process.stdout.write(`${asJson ? toJson(json) : text}\n`),
  };
}

/** JSON with whole numbers that may be large (epochs, ids, amounts) as text of digits. */
export function toJson(value: object): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item), 2);
}

/** Rows under their column names. */
export function table(rows: readonly Record<string, unknown>[]): string {
  const [first] = rows;
  if (first === undefined) return "(none)";
  const columns = Object.keys(first);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names and values, one pair a line. */
export function fields(values: Record<string, unknown>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join("\n");
}

/** Colour only where a terminal reads it. */
export function emphasis(style: "bold" | "red" | "green" | "yellow", text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

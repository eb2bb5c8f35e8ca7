import pino, { type Logger } from "pino";
import type { Redactor } from "../runtime/redactor.ts";

/** JSON lines on stderr, without secrets; stdout is for what a command answers. Epochs and amounts are text. */
export function createLogger(level: string, redactor: Redactor): Logger {
  const stream = { write: (line: string) => void process.stderr.write(redactor.clean(line)) };
  return pino({ level, formatters: { log: (fields) => textOfBigints(fields) } }, stream);
}

function textOfBigints(fields: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(fields, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  return JSON.parse(text) as Record<string, unknown>;
}

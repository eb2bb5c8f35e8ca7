// log-histogram <log> [<shard> <shards>]: lines by hour and level, to /outputs/histogram.csv, sorted.
// A line starts with a timestamp (2026-11-25T09:03:09Z or with a space for the T); its level is the first of TRACE to
// FATAL that stands in it as a word. Lines without one count as "other". Counts of shards add up. A shard beyond the last
// is counted from the first again: so the shards of several files can be numbered through.
import { Lines, numberArgument, writeFile } from "../wasi/files";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const counts = new Map<string, i64>();
let total: i64 = 0;

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: u8): bool {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** YYYY-MM-DDTHH, or "other". */
function hourOf(line: Uint8Array): string {
  if (line.length < 13) return "other";
  for (let at = 0; at < 13; at++) {
    const byte = line[at];
    if (at == 4 || at == 7) {
      if (byte != 0x2d) return "other";
    } else if (at == 10) {
      if (byte != 0x54 && byte != 0x20) return "other";
    } else if (!isDigit(byte)) return "other";
  }
  return String.UTF8.decodeUnsafe(line.dataStart, 10) + "T" + String.UTF8.decodeUnsafe(line.dataStart + 11, 2);
}

function levelOf(line: Uint8Array): string {
  let start = -1;
  for (let at = 0; at <= line.length; at++) {
    if (at < line.length && isLetter(line[at])) {
      if (start < 0) start = at;
      continue;
    }
    if (start >= 0 && at - start <= 5) {
      const word = String.UTF8.decodeUnsafe(line.dataStart + start, at - start);
      if (LEVELS.includes(word)) return word;
    }
    start = -1;
  }
  return "other";
}

const shards = numberArgument(3, 1);
const lines = new Lines(process.argv[1], shards > 0 ? numberArgument(2, 0) % shards : 0, shards);
while (lines.next()) {
  if (lines.bytes.length == 0) continue;
  const key = hourOf(lines.bytes) + "," + levelOf(lines.bytes);
  counts.set(key, (counts.has(key) ? counts.get(key) : 0) + 1);
  total++;
}

const keys = counts.keys();
keys.sort();
const rows = new Array<string>();
rows.push("hour,level,lines\n");
for (let index = 0; index < keys.length; index++) {
  rows.push(keys[index] + "," + counts.get(keys[index]).toString() + "\n");
}
writeFile("/outputs/histogram.csv", rows.join(""));
process.stdout.write(total.toString() + " lines\n");

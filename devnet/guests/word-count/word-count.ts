// word-count <text> [<shard> <shards>]: how often each word stands in a shard, to /outputs/words.tsv, sorted.
// A word is a run of letters, digits and bytes beyond ASCII; ASCII letters count as small ones. Counts of shards add up.
import { Lines, numberArgument, writeFile } from "../wasi/files";

function isWord(byte: u8): bool {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80
  );
}

const counts = new Map<string, i64>();
let total: i64 = 0;

function count(line: Uint8Array): void {
  let start = 0;
  for (let at = 0; at <= line.length; at++) {
    if (at < line.length && isWord(line[at])) {
      if (line[at] >= 0x41 && line[at] <= 0x5a) line[at] += 0x20;
      continue;
    }
    if (at > start) {
      const word = String.UTF8.decodeUnsafe(line.dataStart + start, at - start);
      counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1);
      total++;
    }
    start = at + 1;
  }
}

const lines = new Lines(process.argv[1], numberArgument(2, 0), numberArgument(3, 1));
while (lines.next()) count(lines.bytes);

const words = counts.keys();
words.sort();
let table = "";
const parts = new Array<string>();
for (let index = 0; index < words.length; index++) {
  parts.push(words[index] + "\t" + counts.get(words[index]).toString() + "\n");
}
table = parts.join("");
writeFile("/outputs/words.tsv", table);
process.stdout.write(total.toString() + " words, " + words.length.toString() + " different\n");

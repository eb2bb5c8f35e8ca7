// column-statistics <csv> [<shard> <shards>]: for each column the numbers in it, cells without one, minimum, maximum and
// sum, to /outputs/statistics.csv. Numbers are decimals with up to six places, reckoned as whole millionths: no rounding,
// and the figures of shards can be put together. The first line names the columns. A cell in quotes stays in its line.
import { fail, Lines, numberArgument, writeFile } from "../wasi/files";

const PLACES = 6;
const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;

class Column {
  numbers: i64 = 0;
  others: i64 = 0;
  min: i64 = i64.MAX_VALUE;
  max: i64 = i64.MIN_VALUE;
  sum: i64 = 0;

  constructor(readonly name: string) {}

  take(value: i64): void {
    this.numbers++;
    this.min = min(this.min, value);
    this.max = max(this.max, value);
    const sum = this.sum + value;
    if (value > 0 ? sum < this.sum : sum > this.sum) fail("the sum of " + this.name + " is beyond 64 bits");
    this.sum = sum;
  }
}

/** Where a line's cells start and end, quotes left out. */
function cellsOf(line: Uint8Array): StaticArray<i32>[] {
  const cells: StaticArray<i32>[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= line.length; at++) {
    if (at < line.length && line[at] == QUOTE) quoted = !quoted;
    if (at < line.length && (quoted || line[at] != COMMA)) continue;
    const inQuotes = at - start >= 2 && line[start] == QUOTE && line[at - 1] == QUOTE;
    const cell = new StaticArray<i32>(2);
    cell[0] = inQuotes ? start + 1 : start;
    cell[1] = inQuotes ? at - 1 : at;
    cells.push(cell);
    start = at + 1;
  }
  return cells;
}

let parsed: i64 = 0;

/** Puts a decimal's millionths into `parsed`; false for what is none, has more places, or more than 12 digits before. */
function parse(line: Uint8Array, from: i32, to: i32): bool {
  const negative = from < to && line[from] == 0x2d;
  let at = negative ? from + 1 : from;
  let value: i64 = 0;
  let digits = 0;
  let places = -1;
  for (; at < to; at++) {
    const byte = line[at];
    if (byte == 0x2e && places < 0 && digits > 0) {
      places = 0;
      continue;
    }
    if (byte < 0x30 || byte > 0x39 || places == PLACES || (places < 0 && digits == 12)) return false;
    value = value * 10 + (byte - 0x30);
    digits++;
    if (places >= 0) places++;
  }
  if (digits == 0 || places == 0) return false;
  for (let place = max(places, 0); place < PLACES; place++) value *= 10;
  parsed = negative ? -value : value;
  return true;
}

function decimal(millionths: i64): string {
  const unit: u64 = 1000000;
  const size: u64 = millionths < 0 ? -(<u64>millionths) : <u64>millionths;
  const whole = (size / unit).toString();
  const fraction = size % unit;
  const sign = millionths < 0 ? "-" : "";
  if (fraction == 0) return sign + whole;
  let places = fraction.toString().padStart(PLACES, "0");
  while (places.endsWith("0")) places = places.substring(0, places.length - 1);
  return sign + whole + "." + places;
}

const path = process.argv[1];
const header = new Lines(path);
if (!header.next()) fail("no line in " + path);
const names = cellsOf(header.bytes);
const columns: Column[] = [];
for (let index = 0; index < names.length; index++) {
  const cell = names[index];
  const name = String.UTF8.decodeUnsafe(header.bytes.dataStart + cell[0], cell[1] - cell[0]);
  columns.push(new Column(name.includes(",") ? '"' + name + '"' : name));
}
header.close();

const shard = numberArgument(2, 0);
const lines = new Lines(path, shard, numberArgument(3, 1));
if (shard == 0) lines.next();
let rows: i64 = 0;
while (lines.next()) {
  if (lines.bytes.length == 0) continue;
  rows++;
  const cells = cellsOf(lines.bytes);
  for (let index = 0; index < columns.length; index++) {
    if (index < cells.length && parse(lines.bytes, cells[index][0], cells[index][1])) columns[index].take(parsed);
    else columns[index].others++;
  }
}

let table = "column,numbers,others,min,max,sum\n";
for (let index = 0; index < columns.length; index++) {
  const column = columns[index];
  const figures = column.numbers > 0 ? decimal(column.min) + "," + decimal(column.max) + "," + decimal(column.sum) : ",,";
  table += column.name + "," + column.numbers.toString() + "," + column.others.toString() + "," + figures + "\n";
}
writeFile("/outputs/statistics.csv", table);
process.stdout.write(rows.toString() + " rows, " + columns.length.toString() + " columns\n");

import { spawnSync } from "node:child_process";
import { expect } from "chai";
import fc from "fast-check";
import { runHere } from "../../../sdk/src/node/guest/guest-run.ts";
import { type GuestLimits, guestRequest } from "../../../sdk/src/node/guest/run-guest.ts";
import { guest } from "../../test/compute/client.ts";

/** What a guest wrote to its one file, in this process: these are our own. */
function write(name: string, input: string, args: string[] = [], limits: GuestLimits = {}): string {
  const inputs = [
    { path: "/main.wasm", bytes: guest(name) },
    { path: "/in/data", bytes: Buffer.from(input) },
  ];
  const outcome = runHere(
    guestRequest({ module: "/main.wasm", inputs, args: ["/in/data", ...args], limits }),
  );
  if ("failure" in outcome) throw new Error(outcome.failure);
  if (outcome.result.exit > 0) throw new Error(Buffer.from(outcome.result.stderr).toString());
  return Buffer.from(outcome.result.files[0]!.bytes).toString();
}

/** The counts of all shards together, by what they count. */
function added(tables: string[], separator: string): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const line of tables.flatMap((table) => table.split("\n"))) {
    const at = line.lastIndexOf(separator);
    if (at < 0 || !/^\d+$/.test(line.slice(at + 1))) continue;
    const key = line.slice(0, at);
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(line.slice(at + 1)));
  }
  return sums;
}

const shardsOf = (name: string, text: string, shards: number) =>
  Array.from({ length: shards }, (_, shard) => write(name, text, [`${shard}`, `${shards}`]));

describe("guests", function () {
  this.timeout(60_000);

  it("lie beside their source as what it compiles to", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/codegen/guests.ts", "--check"]);
    expect(status, `${stderr}`).to.equal(0);
  });

  it("word-count: counts of shards add up to those of the whole", () => {
    const texts = fc.array(fc.constantFrom("a", "Bee", "é", "x1", " ", ", ", "\n", "\r\n"), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 7 }), (parts, shards) => {
        const text = parts.join("");
        const whole = new Map<string, bigint>();
        for (const [word] of text.toLowerCase().matchAll(/[a-z0-9é]+/g)) {
          whole.set(word, (whole.get(word) ?? 0n) + 1n);
        }
        expect(added(shardsOf("word-count", text, shards), "\t")).to.deep.equal(whole);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("memory does not grow with what is read: 4 MB in 2 MiB", () => {
    const text = "the quick brown fox jumps over the lazy dog\n".repeat(100_000);
    const limits = { memoryBytes: 2 << 20 };
    expect(write("word-count", text, [], limits)).to.include("the\t200000\n");
    expect(write("log-histogram", text, [], limits)).to.include("other,other,100000\n");
    expect(write("column-statistics", text, [], limits)).to.include(",0,99999,,,\n");
  });

  it("a last line without an end counts, also behind others in the same buffer, and shards start over", () => {
    for (const length of [1, 65_535, 65_536, 70_000]) {
      const text = `a\nb\n${"x".repeat(length)}`;
      expect(write("log-histogram", text), `${length}`).to.include("other,other,3\n");
      expect(added(shardsOf("log-histogram", text, 3), ","), `${length}`).to.deep.equal(
        new Map([["other,other", 3n]]),
      );
    }
    expect(write("log-histogram", "a\nb\n", ["5", "2"])).to.equal(
      write("log-histogram", "a\nb\n", ["1", "2"]),
    );
  });

  it("log-histogram: lines by hour and level, in shards as in the whole", () => {
    const lines = [
      "2026-11-25T09:03:09Z INFO started",
      "2026-11-25 09:59:59 [ERROR] gone",
      "no time, no level",
    ];
    const text = [...lines, ...lines, "2026-11-25T10:00:00Z WARN ERROR late", ""].join("\n");
    const whole = [
      "hour,level,lines",
      ...["2026-11-25T09,ERROR,2", "2026-11-25T09,INFO,2", "2026-11-25T10,WARN,1", "other,other,2", ""],
    ];
    expect(write("log-histogram", text)).to.equal(whole.join("\n"));
    for (const shards of [2, 3, 8]) {
      expect(added(shardsOf("log-histogram", text, shards), ",")).to.deep.equal(
        added([whole.join("\n")], ","),
      );
    }
  });

  it("column-statistics: decimals without rounding, by column, in shards as in the whole", () => {
    const rows = ["1,0.1,x", "-3,0.2,", '"4",0.000001,"a, b"', "0.0000001,1e3,7"];
    expect(write("column-statistics", ["n,d,t", ...rows, ""].join("\n"))).to.equal(
      [
        "column,numbers,others,min,max,sum",
        "n,3,1,-3,4,2",
        "d,3,1,0.000001,0.2,0.300001",
        "t,1,3,7,7,7",
        "",
      ].join("\n"),
    );
    const text = `v\n${Array.from({ length: 50 }, (_, index) => `${index}.5`).join("\n")}\n`;
    const parts = shardsOf("column-statistics", text, 6).map((table) => table.split("\n")[1]!.split(","));
    const sum = (column: number) => parts.reduce((total, part) => total + Number(part[column]), 0);
    expect([sum(1), sum(5)]).to.deep.equal([50, 1_250]);
  });

  it("column-statistics: a sum beyond 64 bits is refused, not wrong", () => {
    const text = `v\n${"999999999999\n".repeat(10)}`;
    expect(() => write("column-statistics", text)).to.throw("the sum of v is beyond 64 bits");
  });
});

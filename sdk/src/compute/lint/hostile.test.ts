import { expect } from "chai";
import fc from "fast-check";
import { program, wasmOf } from "../../../test/wasm-of.ts";
import { type LintReport, lintModule } from "./index.ts";

declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

const RUNS = { numRuns: 2000, seed: 5 };
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

const sound = wasmOf(
  program(
    `(table 2 funcref) (elem (i32.const 0) $main) (data (i32.const 0) "text")
     (global $g (mut f64) (f64.const 1))
     (func $f (param f64 i32) (result f64) (local v128)
       (block $out (br_table $out $out (local.get 1)))
       (call_indirect (i32.const 0))
       (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))
       (f64.add (local.get 0) (global.get $g)))`,
    { imports: '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))' },
  ),
);

/** A report, whatever came in, which names places inside it. */
function expectReport(bytes: Uint8Array): LintReport {
  const report = lintModule(bytes);
  expect(report.verdict).to.be.oneOf(["strict", "loose", "refused"]);
  for (const { offset } of report.findings) expect(offset).to.be.within(0, bytes.length);
  if (report.verdict !== "refused") expect(WebAssembly.validate(bytes)).to.equal(true);
  return report;
}

describe("lintModule on hostile bytes", function () {
  this.timeout(30_000);

  it("reports on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void expectReport(bytes)),
      RUNS,
    );
  });

  it("reports on any bytes after a module's first eight", () => {
    const tail = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(tail, (bytes) => {
        expectReport(Uint8Array.from([...HEADER, ...bytes]));
      }),
      RUNS,
    );
  });

  it("reports on any bytes in any section", () => {
    const sections = fc.array(fc.tuple(fc.nat({ max: 14 }), fc.uint8Array({ maxLength: 60 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(sections, (parts) => {
        const body = parts.flatMap(([id, bytes]) => [id, bytes.length, ...bytes]);
        expectReport(Uint8Array.from([...HEADER, ...body]));
      }),
      RUNS,
    );
  });

  it("refuses every beginning of a module", () => {
    expect(expectReport(sound).verdict).to.equal("loose");
    for (let length = 0; length < sound.length; length++) {
      expect(expectReport(sound.slice(0, length)).verdict, `${length} bytes`).to.equal("refused");
    }
  });

  it("reports on a module with any bytes changed, and never passes what the engine would not load", () => {
    const change = fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = sound.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        expectReport(bytes);
      }),
      { ...RUNS, numRuns: 5000 },
    );
  });

  it("does not believe a count that there are no bytes for", () => {
    const most = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const id of [1, 2, 3, 4, 5, 6, 7, 10]) {
      const report = expectReport(Uint8Array.from([...HEADER, id, most.length, ...most]));
      expect(report.findings[0]).to.include({ code: "malformed" });
    }
  });

  it("does not read on where there are more types, functions or names than programs have", () => {
    const count = [0xc1, 0x9a, 0x0c]; // 200,001
    const types = new Uint8Array(3 * 200_001).map((_, at) => (at % 3 === 0 ? 0x60 : 0));
    const size = [0xc6, 0xcf, 0x24]; // 3 + 3 * 200,001
    const report = expectReport(Uint8Array.from([...HEADER, 1, ...size, ...count, ...types]));
    expect(report.findings[0]?.what).to.contain("200001 elements are more than engines take");
  });

  it("refuses numbers of more bytes than they may have", () => {
    const long = Uint8Array.from([...HEADER, 3, 7, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]);
    expect(expectReport(long).findings[0]?.what).to.contain("32 bits");
  });
});

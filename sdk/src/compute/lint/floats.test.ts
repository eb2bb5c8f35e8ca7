import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { program, wasmOf } from "../../../test/wasm-of.ts";
import { lintModule } from "./index.ts";

const UNARY = ["ceil", "floor", "trunc", "nearest", "sqrt"];
const BINARY = ["add", "sub", "mul", "div", "min", "max"];

/** A function that gives a float instruction's result away. */
function bare(name: string, operands: number, type: string, result = type): string {
  const given = Array.from({ length: operands }, (_, index) => `(local.get ${index})`).join(" ");
  return `(func $f (param ${Array(operands).fill(type).join(" ")}) (result ${result}) (${name} ${given}))`;
}

const MAKES_NAN = [
  ...["f32", "f64"].flatMap((type) => UNARY.map((name) => bare(`${type}.${name}`, 1, type))),
  ...["f32", "f64"].flatMap((type) => BINARY.map((name) => bare(`${type}.${name}`, 2, type))),
  ...["f32x4", "f64x2"].flatMap((type) => UNARY.map((name) => bare(`${type}.${name}`, 1, "v128"))),
  ...["f32x4", "f64x2"].flatMap((type) => BINARY.map((name) => bare(`${type}.${name}`, 2, "v128"))),
  bare("f32.demote_f64", 1, "f64", "f32"),
  bare("f64.promote_f32", 1, "f32", "f64"),
  bare("f32x4.demote_f64x2_zero", 1, "v128"),
  bare("f64x2.promote_low_f32x4", 1, "v128"),
];

const MAKES_NONE = [
  ...["f32", "f64"].flatMap((type) => ["abs", "neg"].map((name) => bare(`${type}.${name}`, 1, type))),
  ...["f32", "f64"].map((type) => bare(`${type}.copysign`, 2, type)),
  ...["f32x4", "f64x2"].flatMap((type) => ["abs", "neg"].map((name) => bare(`${type}.${name}`, 1, "v128"))),
  ...["f32x4", "f64x2"].flatMap((type) => ["pmin", "pmax"].map((name) => bare(`${type}.${name}`, 2, "v128"))),
  bare("f64.convert_i64_s", 1, "i64", "f64"),
  bare("f32.reinterpret_i32", 1, "i32", "f32"),
  bare("f64.lt", 2, "f64", "i32"),
  bare("i32x4.trunc_sat_f32x4_s", 1, "v128"),
  "(func $f (result f32) (f32.const nan:0x200001))",
  "(func $f (param f32) (result i32) (i32.reinterpret_f32 (local.get 0)))",
];

const verdictOf = (text: string, passes: string[] = []) =>
  lintModule(wasmOf(program(text), { passes })).verdict;

describe("lintModule on floats", function () {
  this.timeout(30_000);

  it("calls each instruction loose that can make a NaN, and says in which function", () => {
    for (const text of MAKES_NAN) {
      const { verdict, findings } = lintModule(wasmOf(program(text)));
      expect(verdict, text).to.equal("loose");
      expect(findings.map(({ code, where }) => [code, where])).to.deep.equal([
        ["float-nan", "function f (1)"],
      ]);
    }
  });

  it("calls each of them strict once binaryen's denan has run", () => {
    for (const text of MAKES_NAN) expect(verdictOf(text, ["denan"]), text).to.equal("strict");
  });

  it("calls what moves, compares and converts floats strict as it is", () => {
    for (const text of MAKES_NONE) expect(verdictOf(text), text).to.equal("strict");
  });

  it("lets a NaN pass that nothing can look at", () => {
    const sum = "(f64.add (local.get 0) (f64.const 1))";
    for (const use of [
      `(f64.lt (f64.const 0) ${sum})`,
      `(i32.trunc_sat_f64_s ${sum})`,
      `(i32.trunc_f64_u ${sum})`,
    ]) {
      expect(verdictOf(`(func $f (param f64) (result i32) ${use})`), use).to.equal("strict");
    }
    expect(verdictOf(`(func $f (param f64) (drop ${sum}))`)).to.equal("strict");
    const chain = `(i32.trunc_sat_f64_s (f64.floor (f64.promote_f32 (f32.demote_f64 ${sum}))))`;
    expect(verdictOf(`(func $f (param f64) (result i32) ${chain})`)).to.equal("strict");
  });

  it("is not taken in by what shows a NaN's bits all the same", () => {
    const sum = "(f32.add (local.get 0) (f32.const 1))";
    for (const use of [
      `(i32.reinterpret_f32 ${sum})`,
      `(i32.reinterpret_f32 (f32.neg ${sum}))`,
      `(i32.reinterpret_f32 (f32.copysign (f32.const 1) ${sum}))`,
      `(f32.store (i32.const 0) ${sum}) (i32.const 0)`,
      `(drop (local.tee 0 ${sum})) (i32.reinterpret_f32 (local.get 0))`,
    ]) {
      expect(verdictOf(`(func $f (param f32) (result i32) ${use})`), use).to.equal("loose");
    }
    const lanes = "(f64x2.add (f32x4.add (local.get 0) (local.get 0)) (local.get 0))";
    const mixed = `(i64x2.extract_lane 0 (call $deNan128 ${lanes}))`;
    expect(verdictOf(`(func $f (param v128) (result i64) ${mixed}) ${DE_NAN_128}`)).to.equal("loose");
  });

  it("knows a canonicaliser by what it does, not by its name", () => {
    const use = (helper: string, body: string) =>
      `(func $f (param f32) (result f32) (call ${helper} (f32.add (local.get 0) (local.get 0))))
       (func ${helper} (param f32) (result f32) ${body})`;
    const right = `(if (result f32) (f32.eq (local.get 0) (local.get 0)) (then (local.get 0)) (else (f32.const 0)))`;
    expect(verdictOf(use("$anything", right))).to.equal("strict");
    expect(verdictOf(use("$deNan32", "(local.get 0)"))).to.equal("loose");
    expect(verdictOf(use("$deNan32", right.replace("f32.const 0", "f32.const nan")))).to.equal("loose");
    expect(verdictOf(use("$deNan32", right.replace("f32.eq", "f32.ne")))).to.equal("loose");
  });

  for (const optimizeLevel of [0, 3]) {
    it(`calls AssemblyScript of level ${optimizeLevel} strict with --runPasses denan, and loose without`, () => {
      const source = `
        export function mean(a: f64, b: f64): f64 { return Math.sqrt(a / b) + b; }
        export function most(a: f32): f32 { return Mathf.max(a * 2, Mathf.floor(a)); }`;
      const options = { optimizeLevel, debug: true, exportStart: "_start" };
      expect(lintModule(compiled(source, options)).verdict).to.equal("loose");
      const strict = compiled(source, { ...options, runPasses: ["denan"] });
      expect(lintModule(strict)).to.deep.equal({ verdict: "strict", findings: [] });
    });
  }
});

/** By AssemblyScript in a process of its own: the compiler keeps settings between compilations. */
function compiled(source: string, options: object): Uint8Array {
  const program = `import { compileString } from "assemblyscript/asc";
    const { binary } = await compileString(${JSON.stringify(source)}, ${JSON.stringify(options)});
    process.stdout.write(binary);`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program]).stdout;
}

const DE_NAN_128 = (() => {
  const lane = (n: number) => `(f32x4.extract_lane ${n} (local.get 0))`;
  const equal = (n: number) => `(f32.eq ${lane(n)} ${lane(n)})`;
  const all = `(i32.and (i32.and ${equal(0)} ${equal(1)}) (i32.and ${equal(2)} ${equal(3)}))`;
  return `(func $deNan128 (param v128) (result v128)
    (if (result v128) ${all} (then (local.get 0)) (else (v128.const i64x2 0 0))))`;
})();

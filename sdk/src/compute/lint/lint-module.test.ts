import { expect } from "chai";
import { program, wasmOf } from "../../../test/wasm-of.ts";
import { memoryPages } from "../spec/index.ts";
import { LINT_MAX_BYTES, type LintReport, lintModule } from "./index.ts";
import { LINT_MAX_FINDINGS } from "./report.ts";

const WASI = "wasi_snapshot_preview1";

function lint(more: string, options: Parameters<typeof program>[1] = {}): LintReport {
  return lintModule(wasmOf(program(more, options)));
}

/** The same with every feature there is. */
function lintLater(more: string, options: Parameters<typeof program>[1] = {}): LintReport {
  return lintModule(wasmOf(program(more, options), { later: true }));
}

/** The report's one finding, which says all there is to say. */
function only({ findings }: LintReport) {
  expect(findings.map(({ code }) => code)).to.have.length(1);
  const [finding] = findings as [LintReport["findings"][number]];
  expect(finding.what).to.match(/^[A-Z_a-z].*\.$/);
  expect(finding.next).to.match(/\.\)?$/);
  return finding;
}

describe("lintModule", function () {
  this.timeout(10_000);

  it("calls a program strict that reads, writes and exits, and finds nothing", () => {
    const imports = `
      (import "${WASI}" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (import "${WASI}" "path_open" (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "${WASI}" "proc_exit" (func (param i32)))`;
    expect(lint("", { imports })).to.deep.equal({ verdict: "strict", findings: [] });
  });

  it("takes all of WebAssembly 2.0", () => {
    const report = lint(`
      (table $t 4 funcref) (global $g (mut i64) (i64.const -5)) (data $d "abc") (elem declare func $all)
      (func $two (result i32 i64) (i32.const 1) (i64.const 2))
      (func $all (param $p i32) (result i32) (local $v v128)
        (local.set $v (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $v) (v128.const i64x2 1 2)))
        (v128.store32_lane 1 (i32.const 0) (local.get $v))
        (memory.copy (i32.const 0) (i32.const 1) (i32.const 2)) (memory.fill (i32.const 0) (i32.const 0) (i32.const 9))
        (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)
        (table.set $t (i32.const 0) (ref.func $all)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 1))
        (global.set $g (i64.extend8_s (global.get $g)))
        (block $a (block $b (br_table $a $b $a (local.get $p))))
        (drop (i32.trunc_sat_f64_s (f64.load (i32.const 0)))) (drop (memory.grow (i32.const 1)))
        (drop (call_indirect $t (param i32) (result i32) (i32.const 1) (i32.const 0)))
        (i32x4.extract_lane 3 (local.get $v)))`);
    expect(report).to.deep.equal({ verdict: "strict", findings: [] });
  });

  describe("what is no module", () => {
    const module = wasmOf(program(""));

    it("refuses bytes that are none, an empty file and a component", () => {
      for (const bytes of [new Uint8Array(), new TextEncoder().encode("(module)"), module.slice(0, 7)]) {
        const report = lintModule(bytes);
        expect(report.verdict).to.equal("refused");
        expect(only(report).code).to.equal("not-wasm");
      }
      const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
      expect(only(lintModule(component))).to.include({ code: "feature-component", weight: "refused" });
      const later = Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0);
      expect(only(lintModule(later)).code).to.equal("feature-unknown");
    });

    it("refuses more bytes than it looks at", () => {
      expect(only(lintModule(new Uint8Array(LINT_MAX_BYTES + 1))).code).to.equal("too-large");
    });

    it("refuses damaged sections and says where", () => {
      const unknown = Uint8Array.from([...module, 99, 0]);
      expect(only(lintModule(unknown))).to.include({ code: "malformed", offset: module.length });
      const twice = Uint8Array.from([...module, 5, 1, 0]);
      expect(only(lintModule(twice)).what).to.contain("out of order");
      const short = Uint8Array.from([...module, 0, 100, 1]);
      expect(only(lintModule(short)).what).to.contain("100 more bytes");
    });

    it("refuses what reads well and does not validate", () => {
      const bytes = wasmOf(program("(func $wrong (drop (i32.const 77)))"));
      const at = bytes.lastIndexOf(0x1a); // drop becomes i64.eqz, whose result stays on the stack
      bytes[at] = 0x50;
      expect(only(lintModule(bytes))).to.include({ code: "invalid", weight: "refused" });
    });
  });

  describe("imports", () => {
    const LOOSE = {
      clock_time_get: "(param i32 i64 i32) (result i32)",
      random_get: "(param i32 i32) (result i32)",
      poll_oneoff: "(param i32 i32 i32 i32) (result i32)",
      fd_readdir: "(param i32 i32 i32 i64 i32) (result i32)",
      sock_send: "(param i32 i32 i32 i32 i32) (result i32)",
      path_rename: "(param i32 i32 i32 i32 i32 i32) (result i32)",
    };
    for (const [name, type] of Object.entries(LOOSE)) {
      it(`calls ${name} loose`, () => {
        const report = lint("", { imports: `(import "${WASI}" "${name}" (func ${type}))` });
        expect(report.verdict).to.equal("loose");
        expect(only(report)).to.include({ code: "import-nondeterministic", where: `import ${WASI}.${name}` });
      });
    }

    it("refuses functions that no node has", () => {
      for (const [module, name] of [
        ["env", "abort"],
        [WASI, "fd_levitate"],
        [WASI, "toString"],
        ["wasi_unstable", "fd_write"],
      ]) {
        const report = lint("", { imports: `(import "${module}" "${name}" (func))` });
        expect(report.verdict).to.equal("refused");
        expect(only(report)).to.include({ code: "import-foreign", where: `import ${module}.${name}` });
      }
    });

    it("refuses a WASI function of another type, which an engine would not link", () => {
      const imports = `(import "${WASI}" "fd_write" (func (param i32 i64) (result i32)))`;
      expect(only(lint("", { imports }))).to.include({ code: "import-signature", weight: "refused" });
    });

    it("refuses to be given a memory, a table or a global", () => {
      const memory = lint("", { imports: '(import "env" "memory" (memory 1))', memory: "" });
      expect(only(memory)).to.include({ code: "import-kind", where: "import env.memory" });
      for (const wanted of ["(table 1 funcref)", "(global i32)"]) {
        expect(only(lint("", { imports: `(import "${WASI}" "x" ${wanted})` })).code).to.equal("import-kind");
      }
    });
  });

  describe("features that nodes do not have", () => {
    const inFunction: Record<string, string> = {
      "feature-threads": "(func $f (drop (i32.atomic.load (i32.const 0))))",
      "feature-relaxed-simd":
        "(func $f (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))",
      "feature-tail-calls": "(func $f (return_call $main))",
      "feature-wide-arithmetic":
        "(func $f (param i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 0)))",
      "feature-gc": "(type $box (struct (field i32))) (func $f (drop (struct.new_default $box)))",
      "feature-exceptions": "(tag $tag) (func $f (throw $tag))",
    };
    for (const [code, more] of Object.entries(inFunction)) {
      it(`refuses ${code.slice(8)} in a function, by its name`, () => {
        const report = lintLater(more);
        expect(report.verdict).to.equal("refused");
        const finding = report.findings.find((found) => found.where === "function f (1)");
        expect(finding).to.include({ code, weight: "refused" });
      });
    }

    const inSection: [string, string, string, string?][] = [
      ["feature-threads", "memory section", "", "(memory 1 2 shared)"],
      ["feature-memory64", "memory section", "", "(memory i64 1)"],
      ["feature-custom-page-sizes", "memory section", "", "(memory 1 (pagesize 1))"],
      ["feature-multi-memory", "memory section", "(memory $second 1)"],
      ["feature-extended-const", "global section", "(global i32 (i32.add (i32.const 1) (i32.const 2)))"],
      [
        "feature-gc",
        "type section",
        "(type $box (struct (field i32))) (global (ref null $box) (ref.null $box))",
      ],
      ["feature-gc", "global section", "(global anyref (ref.null any))"],
      ["feature-exceptions", "tag section", "(tag $tag)"],
    ];
    for (const [code, where, more, memory] of inSection) {
      it(`refuses ${code.slice(8)} in the ${where}`, () => {
        const report = lintLater(more, memory === undefined ? {} : { memory });
        expect(report.verdict).to.equal("refused");
        expect(report.findings.map((found) => [found.code, found.where])).to.deep.include([code, where]);
      });
    }

    it("refuses several memories where an instruction names one, and a tag that is imported", () => {
      const second = lintLater("(memory $second 1) (func $f (drop (i32.load $second (i32.const 0))))");
      expect(second.findings.map(({ where }) => where)).to.include("function f (1)");
      const tag = lintLater("", { imports: '(import "env" "tag" (tag))' });
      expect(tag.findings.map(({ code }) => code)).to.include("feature-exceptions");
    });

    it("refuses opcodes that nobody knows", () => {
      const bytes = wasmOf(program("(func $f (drop (i32.const 77)))"));
      bytes[bytes.lastIndexOf(0x1a)] = 0x27;
      expect(only(lintModule(bytes))).to.include({ code: "feature-unknown", where: "function f (1)" });
    });
  });

  describe("memory", () => {
    it("refuses a 4 GiB memory section, and whatever is more than the job has", () => {
      const report = lint("", { memory: "(memory 65536 65536)" });
      expect(report.verdict).to.equal("refused");
      expect(only(report)).to.include({ code: "memory-too-large", where: "memory section" });
      expect(only(report).what).to.contain("4096 MiB");
      const bytes = wasmOf(program("", { memory: "(memory 978)" }));
      const pages = memoryPages({ resources: { cpuMillis: 1000, memoryMb: 64 } });
      expect(only(lintModule(bytes, { memoryPages: pages })).code).to.equal("memory-too-large");
      expect(lintModule(bytes, { memoryPages: pages + 1 }).verdict).to.equal("strict");
    });

    it("notes a maximum above what the job has, and lets it pass", () => {
      const report = lint("", { memory: "(memory 1 65536)" });
      expect(report.verdict).to.equal("strict");
      expect(only(report)).to.include({ code: "memory-maximum", weight: "note" });
    });

    it("calls a growing table loose", () => {
      const grow = "(drop (table.grow $t (ref.null func) (i32.const 1)))";
      const report = lint(`(table $t 1 funcref) (func $f ${grow} ${grow})`);
      expect(report.verdict).to.equal("loose");
      expect(only(report)).to.include({ code: "table-grow", where: "function f (1)" });
    });
  });

  describe("what a node needs", () => {
    it("refuses a module without a name section", () => {
      const report = lintModule(wasmOf(program(""), { names: false }));
      expect(report.verdict).to.equal("refused");
      expect(only(report)).to.include({ code: "names-missing", where: "name section" });
    });

    it("refuses a module without _start or memory, or with something else of that name", () => {
      const memory = wasmOf('(module (memory 1) (export "memory" (memory 0)) (func $main))');
      expect(only(lintModule(memory))).to.include({ code: "export-missing", where: "export _start" });
      const start = wasmOf('(module (memory 1) (export "_start" (func $main)) (func $main))');
      expect(only(lintModule(start)).where).to.equal("export memory");
      const swapped = wasmOf(
        '(module (memory 1) (export "_start" (memory 0)) (export "memory" (func $main)) (func $main))',
      );
      expect(lintModule(swapped).findings).to.have.length(2);
    });

    it("refuses a _start that takes or gives something", () => {
      const text =
        '(module (memory 1) (export "memory" (memory 0)) (export "_start" (func $m)) (func $m (param i32)))';
      expect(only(lintModule(wasmOf(text)))).to.include({ code: "export-missing", where: "export _start" });
    });

    it("refuses a start section and names its function", () => {
      const report = lint("(func $early) (start $early)");
      expect(only(report)).to.include({ code: "start-section", weight: "refused" });
      expect(only(report).what).to.contain("function early (1)");
    });
  });

  it("says no more than so much, and lets no module hide behind it", () => {
    const imports = Array.from(
      { length: LINT_MAX_FINDINGS },
      () => `(import "${WASI}" "random_get" (func (param i32 i32) (result i32)))`,
    ).join("\n");
    const report = lint("(func $f (return_call $main))", { imports });
    expect(report.findings).to.have.length(LINT_MAX_FINDINGS);
    expect(report.verdict).to.equal("refused");
  });
});

import { canonicalisersOf, openFloats } from "./floats.ts";
import { type Instruction, TABLE_GROW } from "./instructions.ts";
import { Findings, type LintReport } from "./report.ts";
import {
  functionName,
  instructionsOf,
  KINDS,
  readSections,
  shapeOf,
  Unread,
  type WasmImport,
  type WasmModule,
} from "./sections.ts";
import { LOOSE_IMPORTS, looseReason, STRICT_IMPORTS, WASI } from "./wasi-imports.ts";
import { WasmMalformed, type WasmReader } from "./wasm-reader.ts";

/** What is used here of WebAssembly, which TypeScript declares only together with the whole DOM. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** The most bytes of a module that the linter looks at. */
export const LINT_MAX_BYTES = 32 * 1024 * 1024;
/** What a module may start with if nobody says how much memory its job has: 1 GiB. */
export const LINT_DEFAULT_MEMORY_PAGES = 16_384;

const MIB_PER_PAGE = 1 / 16;

/**
 * Says whether a WebAssembly module runs on compute nodes, and whether equal runs of it give equal bytes: requester,
 * worker and arbiter all ask it. It runs nothing, and never throws.
 * @param limits.memoryPages what the job gives the module, in pages of 64 KiB: memoryPages(spec)
 */
export function lintModule(wasm: Uint8Array, limits: { memoryPages?: number } = {}): LintReport {
  const findings = new Findings();
  try {
    if (isCoreModule(wasm, findings)) lintSections(wasm, findings, limits.memoryPages);
  } catch (error) {
    if (!(error instanceof WasmMalformed)) throw error;
    findings.add("refused", "malformed", {
      where: "module",
      offset: error.offset,
      what: `It is damaged: ${error.message}.`,
      next: "Build or fetch it again.",
    });
  }
  return findings.report();
}

function isCoreModule(wasm: Uint8Array, findings: Findings): boolean {
  const at = { where: "module", offset: 0 };
  if (wasm.length > LINT_MAX_BYTES) {
    const what = `It has ${wasm.length} bytes, more than ${LINT_MAX_BYTES}.`;
    findings.add("refused", "too-large", {
      ...at,
      what,
      next: "Put data into an input, and build for size (-Oz).",
    });
    return false;
  }
  if (wasm.length < 8 || [0x00, 0x61, 0x73, 0x6d].some((byte, index) => wasm[index] !== byte)) {
    findings.add("refused", "not-wasm", {
      ...at,
      what: "It does not start as WebAssembly does.",
      next: "Give the compiled .wasm file: not its text, nor an archive of it.",
    });
    return false;
  }
  const [version, ...rest] = wasm.subarray(4, 8);
  if (version === 1 && rest.every((byte) => byte === 0)) return true;
  findings.feature(rest[1] === 1 ? "feature-component" : "feature-unknown", "module", 4);
  return false;
}

function lintSections(wasm: Uint8Array, findings: Findings, memoryPages = LINT_DEFAULT_MEMORY_PAGES): void {
  const module = readSections(wasm, findings);
  for (const item of module.imports) lintImport(item, module, findings);
  lintMemory(module, memoryPages, findings);
  lintExports(module, findings);
  lintCode(module, findings);
  if (findings.refused || WebAssembly.validate(wasm)) return;
  findings.add("refused", "invalid", {
    where: "module",
    offset: 0,
    what: "It reads as WebAssembly, but its types or numbers do not fit together.",
    next: "Run wasm-validate on it, or build it again.",
  });
}

function lintImport(item: WasmImport, module: WasmModule, findings: Findings): void {
  const at = { where: `import ${item.module}.${item.name}`, offset: item.offset };
  if (item.kind !== "function") {
    findings.add("refused", "import-kind", {
      ...at,
      what: `It wants a ${item.kind} from the node, which gives functions only.`,
      next:
        item.kind === "memory"
          ? "Let the module have its own memory: no --import-memory."
          : "Link it statically.",
    });
    return;
  }
  const strict = item.module === WASI ? own(STRICT_IMPORTS, item.name) : undefined;
  const loose = item.module === WASI ? own(LOOSE_IMPORTS, item.name) : undefined;
  const wanted = strict ?? loose;
  const given = item.type === undefined ? undefined : module.types[item.type];
  if (wanted === undefined) {
    findings.add("refused", "import-foreign", {
      ...at,
      what: "No node has this function.",
      next: `Build for wasip1, which imports from ${WASI} only. In AssemblyScript use wasi-shim: env.abort is not there.`,
    });
  } else if (given !== undefined && given !== wanted) {
    findings.add("refused", "import-signature", {
      ...at,
      what: `It is declared as ${given}, and is ${wanted} (i: i32, l: i64).`,
      next: "Declare it as WASI preview 1 does.",
    });
  } else if (loose !== undefined) {
    const [what, next] = looseReason(item.name);
    findings.add("loose", "import-nondeterministic", { ...at, what: `It ${what}.`, next });
  }
}

function lintMemory({ memory }: WasmModule, pages: number, findings: Findings): void {
  if (memory === undefined) return;
  const { offset, initial, maximum } = memory;
  const has = `its job has ${mib(pages)}`;
  if (initial > pages) {
    findings.add("refused", "memory-too-large", {
      where: "memory section",
      offset,
      what: `It starts with ${mib(initial)} of memory, and ${has}.`,
      next: "Raise memoryMb in the spec, or lower the module's initial memory.",
    });
  } else if (maximum !== undefined && maximum > pages) {
    findings.add("note", "memory-maximum", {
      where: "memory section",
      offset,
      what: `It may grow to ${mib(maximum)} by its own word, and ${has}: memory.grow fails there.`,
      next: "Nothing, if the module copes with that. Else raise memoryMb in the spec.",
    });
  }
}

function lintExports(module: WasmModule, findings: Findings): void {
  const missing = (where: string, what: string, next: string) =>
    findings.add("refused", "export-missing", { where, offset: 0, what, next });
  const exported = (name: string, kind: (typeof KINDS)[number]) =>
    module.exports.find((item) => item.name === name && KINDS[item.kind] === kind);
  const start = exported("_start", "function");
  if (start === undefined || (shapeOf(module, start.index) ?? ":") !== ":") {
    missing(
      "export _start",
      "There is no function _start without parameters and results, where nodes begin.",
      "Build a program, not a library: a main in Rust or C, --exportStart _start in AssemblyScript.",
    );
  }
  if (exported("memory", "memory") === undefined) {
    missing(
      "export memory",
      "There is no memory of this name, through which WASI works.",
      "Export the memory as memory.",
    );
  }
  if (module.start !== undefined) {
    findings.add("refused", "start-section", {
      where: "start section",
      offset: 0,
      what: `${functionName(module, module.start)} runs before _start, when no node has set up files yet.`,
      next: "Call it from _start: --exportStart _start in AssemblyScript.",
    });
  }
  if (module.names === undefined) {
    findings.add("refused", "names-missing", {
      where: "name section",
      offset: 0,
      what: "It has no name section, without which a Bacalhau node loads no module.",
      next: "Build with names: asc --debug; Rust strip = false, debug or not; no wasm-strip, wasm-opt -g.",
    });
  }
}

function lintCode(module: WasmModule, findings: Findings): void {
  const canonicalisers = canonicalisersOf(module);
  for (const [at, body] of module.bodies.entries()) {
    const where = functionName(module, module.imported + at);
    try {
      const { count, first } = openFloats(watched(body, where, findings), canonicalisers);
      if (first !== undefined) reportFloats(count, first.offset, where, findings);
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      findings.feature(error.feature, where, error.offset);
    }
  }
}

/** The body's instructions on their way to the float rule, looked at for what else differs between engines. */
function* watched(body: WasmReader, where: string, findings: Findings): Generator<Instruction> {
  let grows = false;
  for (const instruction of instructionsOf(body, where)) {
    if (instruction.opcode === TABLE_GROW && !grows) {
      grows = true;
      findings.add("loose", "table-grow", {
        where,
        offset: instruction.offset,
        what: "It grows a table, and each engine stops that at another size.",
        next: "Declare the table as large as it gets.",
      });
    }
    yield instruction;
  }
}

function reportFloats(count: number, offset: number, where: string, findings: Findings): void {
  findings.add("loose", "float-nan", {
    where,
    offset,
    what: `It has float arithmetic whose NaN differs between processors (${count}, the first here).`,
    next: "Run binaryen's denan pass last: wasm-opt -g --denan, or asc --runPasses denan. Or compute in integers.",
  });
}

function own(table: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function mib(pages: number): string {
  return `${pages * MIB_PER_PAGE} MiB`;
}

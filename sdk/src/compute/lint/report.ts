/**
 * What a finding does: with one that is `refused` no node runs the module; with one that is `loose` two honest runs may
 * differ; a `note` changes nothing.
 */
export type LintWeight = "refused" | "loose" | "note";

/** What a finding is about: docs/compute-spec.md has a row for each. */
export type LintCode =
  | "not-wasm"
  | "too-large"
  | "malformed"
  | "invalid"
  | "import-foreign"
  | "import-kind"
  | "import-signature"
  | "import-nondeterministic"
  | "feature-component"
  | "feature-threads"
  | "feature-memory64"
  | "feature-multi-memory"
  | "feature-custom-page-sizes"
  | "feature-relaxed-simd"
  | "feature-gc"
  | "feature-exceptions"
  | "feature-tail-calls"
  | "feature-extended-const"
  | "feature-wide-arithmetic"
  | "feature-unknown"
  | "memory-too-large"
  | "memory-maximum"
  | "table-grow"
  | "names-missing"
  | "export-missing"
  | "start-section"
  | "float-nan";

/** One thing that the linter found. */
export interface LintFinding {
  code: LintCode;
  weight: LintWeight;
  /** The function by its name, the import, export or section: `function parse (12)`. */
  where: string;
  /** Byte in the module. */
  offset: number;
  /** What it means, as a sentence. */
  what: string;
  /** What to do about it. */
  next: string;
}

/** What a module is fit for. */
export interface LintReport {
  /** `strict`: equal runs give equal bytes on any node. `loose`: it runs, but they may differ. `refused`: no node runs it. */
  verdict: "strict" | "loose" | "refused";
  /** By offset; at most LINT_MAX_FINDINGS. */
  findings: LintFinding[];
}

/** After so many findings the linter says no more. */
export const LINT_MAX_FINDINGS = 256;

type FeatureCode = Extract<LintCode, `feature-${string}`>;

/** Of each feature that nodes do not have: its name, and how to do without. */
export const FEATURES: Record<FeatureCode, [feature: string, next: string]> = {
  "feature-component": [
    "the component model",
    "Build a core module for wasip1: --target wasm32-wasip1, or asc with wasi-shim.",
  ],
  "feature-threads": [
    "threads (shared memory, atomics)",
    "Build without them: no -pthread, no +atomics; shard instead.",
  ],
  "feature-memory64": ["64-bit memory", "Build for wasm32."],
  "feature-multi-memory": ["several memories", "Build with one memory: no --enable-multimemory."],
  "feature-custom-page-sizes": ["pages other than 64 KiB", "Build without custom page sizes."],
  "feature-relaxed-simd": [
    "relaxed SIMD, which gives each processor its own results",
    "Build without +relaxed-simd.",
  ],
  "feature-gc": [
    "garbage collection or typed references",
    "Use a language that brings its own heap: Rust, C, AssemblyScript, TinyGo.",
  ],
  "feature-exceptions": ["exception handling", "Build with panic=abort, or -fno-exceptions."],
  "feature-tail-calls": ["tail calls", "Build without +tail-call."],
  "feature-extended-const": ["arithmetic in constants", "Build without +extended-const."],
  "feature-wide-arithmetic": ["128-bit arithmetic", "Build without +wide-arithmetic."],
  "feature-unknown": [
    "something that WebAssembly 2.0 does not have",
    "Build for WebAssembly 2.0 and wasip1.",
  ],
};

/** Collects findings up to the most there may be. The verdict counts them all. */
export class Findings {
  readonly #found: LintFinding[] = [];
  #worst: LintReport["verdict"] = "strict";

  add(weight: LintWeight, code: LintCode, at: Omit<LintFinding, "weight" | "code">): void {
    if (weight === "refused") this.#worst = "refused";
    if (weight === "loose" && this.#worst === "strict") this.#worst = "loose";
    if (this.#found.length < LINT_MAX_FINDINGS) this.#found.push({ code, weight, ...at });
  }

  feature(code: FeatureCode, where: string, offset: number): void {
    const [feature, next] = FEATURES[code];
    this.add("refused", code, { where, offset, what: `It uses ${feature}, which nodes do not run.`, next });
  }

  get refused(): boolean {
    return this.#worst === "refused";
  }

  report(): LintReport {
    return { verdict: this.#worst, findings: this.#found.toSorted((a, b) => a.offset - b.offset) };
  }
}

export type { FeatureCode };

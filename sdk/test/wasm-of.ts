import binaryen from "binaryen";

const { Features } = binaryen;
const WASM_2 =
  Features.BulkMemory |
  Features.Multivalue |
  Features.MutableGlobals |
  Features.NontrappingFPToInt |
  Features.ReferenceTypes |
  Features.SIMD128 |
  Features.SignExt;

/**
 * A module from WebAssembly text, after binaryen's `passes`: of WebAssembly 2.0, or with every feature there is if
 * `later`. Its functions keep their names unless `names` is false.
 */
export function wasmOf(
  text: string,
  { passes = [] as string[], names = true, later = false } = {},
): Uint8Array {
  binaryen.setDebugInfo(names);
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(later ? Features.All : WASM_2);
    if (passes.length > 0) module.runPasses(passes);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** The text of a program that nodes run, with `more` in it. */
export function program(more: string, { imports = "", memory = "(memory 1)" } = {}): string {
  return `(module ${imports} ${memory} (export "memory" (memory 0)) (export "_start" (func $main)) (func $main) ${more})`;
}

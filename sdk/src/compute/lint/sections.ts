import { END, type Instruction, readInstruction, skipValueType, skipValueTypes } from "./instructions.ts";
import type { FeatureCode, Findings } from "./report.ts";
import { WasmMalformed, WasmReader } from "./wasm-reader.ts";

/** What imports and exports may be, by their numbers. */
export const KINDS = ["function", "table", "memory", "global", "tag"] as const;

/** Something that a module imports; `type` is a function's. */
export interface WasmImport {
  offset: number;
  module: string;
  name: string;
  kind: (typeof KINDS)[number];
  type?: number;
}

/** What the linter needs to know of a module. Types and functions count imports first. */
export interface WasmModule {
  /** Parameters and results, `i` i32, `l` i64, `f` f32, `d` f64, `v` v128, `r` a reference: `iil:i`. */
  types: string[];
  imports: WasmImport[];
  /** Types of all functions. */
  functions: number[];
  /** How many of them are imported. */
  imported: number;
  exports: { name: string; kind: number; index: number }[];
  /** The first name under which a function is exported. */
  exportNames: Map<number, string>;
  memory?: { offset: number; initial: number; maximum?: number };
  start?: number;
  bodies: WasmReader[];
  /** By function; undefined if there is no name section. */
  names?: Map<number, string>;
}

/** A part of a module that the linter does not read further, since no node runs it. */
export class Unread extends Error {
  readonly feature: FeatureCode;
  readonly offset: number;
  readonly where: string;
  constructor(feature: FeatureCode, where: string, offset: number) {
    super(feature);
    this.feature = feature;
    this.where = where;
    this.offset = offset;
  }
}

const SECTIONS = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
  "tag",
];
/** The order in which sections stand; data count comes before code. */
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
const LETTERS: Record<number, string> = { 127: "i", 126: "l", 125: "f", 124: "d", 123: "v" };

/**
 * Reads a core module's sections; features that nodes do not have become findings.
 * @throws WasmMalformed
 */
export function readSections(bytes: Uint8Array, findings: Findings): WasmModule {
  const module: WasmModule = {
    types: [],
    imports: [],
    functions: [],
    imported: 0,
    exports: [],
    exportNames: new Map(),
    bodies: [],
  };
  const reader = new WasmReader(bytes, 8);
  let last = -1;
  while (!reader.done) {
    const { offset } = reader;
    const id = reader.byte();
    const section = reader.part(reader.u32());
    if (id === 0) {
      readCustom(section, module);
      continue;
    }
    const place = ORDER.indexOf(id);
    if (place === -1) throw new WasmMalformed(offset, `there is no section ${id}`);
    if (place <= last) throw new WasmMalformed(offset, `the ${SECTIONS[id]} section is out of order`);
    last = place;
    try {
      readSection(id, section, module);
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      findings.feature(error.feature, error.where, error.offset);
    }
  }
  return module;
}

function readSection(id: number, section: WasmReader, module: WasmModule): void {
  const where = `${SECTIONS[id]} section`;
  if (id === 13) throw new Unread("feature-exceptions", where, section.offset);
  if (id === 8) {
    module.start = section.u32();
  } else if (id !== 9 && id !== 11 && id !== 12) {
    const read = READERS[id] as SectionReader;
    for (let left = section.count(); left > 0; left--) read(section, module, where);
  } else {
    return; // Data and elements are for the engine's own validation.
  }
  if (!section.done) throw new WasmMalformed(section.offset, `the ${where} has bytes left over`);
}

type SectionReader = (section: WasmReader, module: WasmModule, where: string) => void;

const READERS: Record<number, SectionReader> = {
  1: readType,
  2: readImport,
  3: (section, module) => module.functions.push(section.u32()),
  4: (section, _, where) => readTable(section, where),
  5: readMemory,
  6: (section, _, where) => {
    readGlobalType(section, where);
    readConstant(section, where);
  },
  7: (section, module) => {
    const item = { name: section.name(), kind: section.byte(), index: section.u32() };
    module.exports.push(item);
    if (item.kind === 0 && !module.exportNames.has(item.index)) module.exportNames.set(item.index, item.name);
  },
  10: (section, module) => module.bodies.push(section.part(section.u32())),
};

function readType(section: WasmReader, module: WasmModule, where: string): void {
  const { offset } = section;
  if (section.byte() !== 0x60) throw new Unread("feature-gc", where, offset);
  const shape = [0, 1].map(() => {
    const from = section.offset;
    const feature = skipValueTypes(section);
    if (feature !== undefined) throw new Unread(feature, where, from);
    return from;
  });
  module.types.push(shape.map((from) => lettersFrom(section, from)).join(":"));
}

function lettersFrom(section: WasmReader, from: number): string {
  const again = section.from(from);
  return Array.from({ length: again.count() }, () => LETTERS[again.byte()] ?? "r").join("");
}

function readImport(section: WasmReader, module: WasmModule, where: string): void {
  const { offset } = section;
  const from = { offset, module: section.name(), name: section.name() };
  const kind = KINDS[section.byte()];
  if (kind === undefined) throw new WasmMalformed(section.offset - 1, "an import is of no known kind");
  if (kind === "tag") throw new Unread("feature-exceptions", `import ${from.module}.${from.name}`, offset);
  if (kind === "function") {
    const type = section.u32();
    module.imports.push({ ...from, kind, type });
    module.functions.push(type);
    module.imported++;
    return;
  }
  if (kind === "table") readTable(section, where);
  if (kind === "memory") readLimits(section, where);
  if (kind === "global") readGlobalType(section, where);
  module.imports.push({ ...from, kind });
}

function readTable(section: WasmReader, where: string): void {
  readValueType(section, where);
  readLimits(section, where);
}

function readMemory(section: WasmReader, module: WasmModule, where: string): void {
  const { offset } = section;
  if (module.memory !== undefined) throw new Unread("feature-multi-memory", where, offset);
  module.memory = { offset, ...readLimits(section, where) };
}

function readLimits(section: WasmReader, where: string): { initial: number; maximum?: number } {
  const { offset } = section;
  const flags = section.byte();
  if (flags >= 0x10) throw new WasmMalformed(offset, `${flags} are no limits`);
  if (flags & 0x08) throw new Unread("feature-custom-page-sizes", where, offset);
  if (flags & 0x04) throw new Unread("feature-memory64", where, offset);
  if (flags & 0x02) throw new Unread("feature-threads", where, offset);
  const initial = section.u32();
  return flags & 1 ? { initial, maximum: section.u32() } : { initial };
}

function readGlobalType(section: WasmReader, where: string): void {
  readValueType(section, where);
  section.byte();
}

function readValueType(section: WasmReader, where: string): void {
  const { offset } = section;
  const feature = skipValueType(section);
  if (feature !== undefined) throw new Unread(feature, where, offset);
}

function readConstant(section: WasmReader, where: string): void {
  for (;;) {
    const { offset, opcode, feature } = readInstruction(section);
    if (feature !== undefined) throw new Unread(feature, where, offset);
    if (opcode === END) return;
    if ((opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e)) {
      throw new Unread("feature-extended-const", where, offset);
    }
  }
}

function readCustom(section: WasmReader, module: WasmModule): void {
  if (section.name() !== "name") return;
  if (module.names !== undefined) throw new WasmMalformed(section.offset, "there are two name sections");
  module.names = new Map();
  while (!section.done) {
    const kind = section.byte();
    const part = section.part(section.u32());
    if (kind !== 1) continue;
    for (let left = part.count(); left > 0; left--) module.names.set(part.u32(), part.name());
  }
}

/** What a message calls a function. */
export function functionName({ names, exportNames }: WasmModule, index: number): string {
  const name = names?.get(index) ?? exportNames.get(index);
  return name === undefined ? `function ${index}` : `function ${name} (${index})`;
}

/** The type of a function, imports first. */
export function shapeOf({ functions, types }: WasmModule, index: number): string | undefined {
  const type = functions[index];
  return type === undefined ? undefined : types[type];
}

/** The instructions of a function's body, after its locals. */
export function* instructionsOf(body: WasmReader, where: string): Generator<Instruction> {
  const reader = body.from(body.offset);
  for (let left = reader.count(); left > 0; left--) {
    reader.u32();
    readValueType(reader, where);
  }
  while (!reader.done) {
    const instruction = readInstruction(reader);
    if (instruction.feature !== undefined) throw new Unread(instruction.feature, where, instruction.offset);
    yield instruction;
  }
}

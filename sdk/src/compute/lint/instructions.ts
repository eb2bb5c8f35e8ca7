import type { FeatureCode } from "./report.ts";
import { WasmMalformed, type WasmReader } from "./wasm-reader.ts";

/** An instruction: its opcode, those behind a prefix as prefix * 0x10000 + number. */
export interface Instruction {
  offset: number;
  opcode: number;
  /** Of `call`, the function. */
  callee?: number;
  /** It is none of WebAssembly 2.0; its operands are not read. */
  feature?: FeatureCode;
}

export const END = 0x0b;
export const CALL = 0x10;
export const DROP = 0x1a;
export const TABLE_GROW = 0xfc_000f;

/** Reads one instruction of WebAssembly 2.0 with its operands. */
export function readInstruction(reader: WasmReader): Instruction {
  const { offset } = reader;
  const opcode = reader.byte();
  if (opcode === 0xfc || opcode === 0xfd || opcode === 0xfe) {
    const prefixed = opcode * 0x1_0000 + Math.min(reader.u32(), 0xffff);
    const feature = opcode === 0xfe ? "feature-threads" : skipPrefixed(reader, prefixed);
    return feature === undefined ? { offset, opcode: prefixed } : { offset, opcode: prefixed, feature };
  }
  if (opcode === CALL) return { offset, opcode, callee: reader.u32() };
  const feature = featureOf(opcode) ?? skipOperands(reader, opcode);
  return feature === undefined ? { offset, opcode } : { offset, opcode, feature };
}

/** Reads a value type. @returns the feature it belongs to, if that is none of WebAssembly 2.0 */
export function skipValueType(reader: WasmReader): FeatureCode | undefined {
  const type = reader.byte();
  if ((type >= 0x7b && type <= 0x7f) || type === 0x70 || type === 0x6f) return undefined;
  if (type === 0x69 || type === 0x74) return "feature-exceptions";
  if (type >= 0x63 && type <= 0x73) return "feature-gc";
  throw new WasmMalformed(reader.offset - 1, `0x${type.toString(16)} is no type`);
}

/** Features of opcodes without a prefix. */
function featureOf(opcode: number): FeatureCode | undefined {
  if (opcode === 0x12 || opcode === 0x13) return "feature-tail-calls";
  if ((opcode >= 0x06 && opcode <= 0x0a) || opcode === 0x18 || opcode === 0x19 || opcode === 0x1f) {
    return "feature-exceptions";
  }
  if (opcode === 0x14 || opcode === 0x15 || opcode === 0xfb || (opcode >= 0xd3 && opcode <= 0xd6)) {
    return "feature-gc";
  }
  const known =
    opcode <= 0x11 ||
    (opcode >= 0x1a && opcode <= 0x1c) ||
    (opcode >= 0x20 && opcode <= 0x26) ||
    (opcode >= 0x28 && opcode <= 0xc4) ||
    (opcode >= 0xd0 && opcode <= 0xd2);
  return known ? undefined : "feature-unknown";
}

function skipOperands(reader: WasmReader, opcode: number): FeatureCode | undefined {
  if (opcode >= 0x28 && opcode <= 0x3e) return skipMemarg(reader);
  switch (opcode) {
    case 0x02:
    case 0x03:
    case 0x04:
      return skipBlockType(reader);
    case 0x0e:
      for (let left = reader.count() + 1; left > 0; left--) reader.u32();
      return undefined;
    case 0x1c:
      return skipValueTypes(reader);
    case 0x3f:
    case 0x40:
      return reader.byte() === 0 ? undefined : "feature-multi-memory";
    case 0x41:
      reader.skipLeb(32);
      return undefined;
    case 0x42:
      reader.skipLeb(64);
      return undefined;
    case 0x43:
      reader.take(4);
      return undefined;
    case 0x44:
      reader.take(8);
      return undefined;
    case 0xd0:
      return skipHeapType(reader);
    case 0x11:
      reader.u32();
      reader.u32();
      return undefined;
    case 0x0c:
    case 0x0d:
    case 0xd2:
      reader.u32();
      return undefined;
    default:
      if (opcode >= 0x20 && opcode <= 0x26) reader.u32();
      return undefined;
  }
}

function skipPrefixed(reader: WasmReader, opcode: number): FeatureCode | undefined {
  const number = opcode % 0x1_0000;
  if (opcode >= 0xfd_0000) return skipVector(reader, number);
  if (number <= 7) return undefined;
  if (number >= 19 && number <= 22) return "feature-wide-arithmetic";
  switch (number) {
    case 8:
      reader.u32();
      return skipMemories(reader, 1);
    case 10:
      return skipMemories(reader, 2);
    case 11:
      return skipMemories(reader, 1);
    case 12:
    case 14:
      reader.u32();
      reader.u32();
      return undefined;
    case 9:
    case 13:
    case 15:
    case 16:
    case 17:
      reader.u32();
      return undefined;
    default:
      return "feature-unknown";
  }
}

function skipVector(reader: WasmReader, number: number): FeatureCode | undefined {
  if (number >= 0x100) return "feature-relaxed-simd";
  if (number <= 11 || number === 0x5c || number === 0x5d) return skipMemarg(reader);
  if (number === 12 || number === 13) reader.take(16);
  if (number >= 0x15 && number <= 0x22) reader.byte();
  if (number >= 0x54 && number <= 0x5b) {
    const feature = skipMemarg(reader);
    if (feature !== undefined) return feature;
    reader.byte();
  }
  return undefined;
}

function skipMemories(reader: WasmReader, memories: number): FeatureCode | undefined {
  for (; memories > 0; memories--) if (reader.byte() !== 0) return "feature-multi-memory";
  return undefined;
}

function skipMemarg(reader: WasmReader): FeatureCode | undefined {
  if (reader.u32() >= 0x40) return "feature-multi-memory";
  reader.u32();
  return undefined;
}

function skipBlockType(reader: WasmReader): FeatureCode | undefined {
  const next = reader.peek();
  if (next === 0x40) {
    reader.byte();
    return undefined;
  }
  if (next > 0x40 && next < 0x80) return skipValueType(reader);
  reader.skipLeb(33);
  return undefined;
}

function skipHeapType(reader: WasmReader): FeatureCode | undefined {
  const next = reader.peek();
  if (next !== 0x70 && next !== 0x6f) return "feature-gc";
  reader.byte();
  return undefined;
}

/** Skips a list of value types, up to the first that is none of WebAssembly 2.0. */
export function skipValueTypes(reader: WasmReader): FeatureCode | undefined {
  for (let left = reader.count(); left > 0; left--) {
    const feature = skipValueType(reader);
    if (feature !== undefined) return feature;
  }
  return undefined;
}

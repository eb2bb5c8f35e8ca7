import { CALL, DROP, type Instruction } from "./instructions.ts";
import type { WasmModule } from "./sections.ts";

/** A type whose NaNs differ between processors. */
type Floating = "f" | "d" | "v";

const F32_EQ = 0x5b;
const F64_EQ = 0x61;
const I32_AND = 0x71;
/** f32x4.extract_lane as a lane of parameter 0. */
const lane = (number: number) => [0x20, 0x00, 0xfd, 0x1f, number];
const lanesEqual = (a: number, b: number) =>
  [a, b].flatMap((number) => [...lane(number), ...lane(number), F32_EQ]).concat(I32_AND);
const otherwise = (type: number, zero: number[]) => [0x04, type, 0x20, 0x00, 0x05, ...zero, 0x0b, 0x0b];
const zeros = (length: number) => new Array<number>(length).fill(0);

/**
 * The bodies of binaryen's deNan32, deNan64 and deNan128, byte by byte (no locals): the parameter if it equals itself,
 * else 0. What they are called does not matter.
 */
const CANONICALISERS: Record<Floating, number[]> = {
  f: [0, 0x20, 0x00, 0x20, 0x00, F32_EQ, ...otherwise(0x7d, [0x43, ...zeros(4)])],
  d: [0, 0x20, 0x00, 0x20, 0x00, F64_EQ, ...otherwise(0x7c, [0x44, ...zeros(8)])],
  v: [0, ...lanesEqual(0, 1), ...lanesEqual(2, 3), I32_AND, ...otherwise(0x7b, [0xfd, 0x0c, ...zeros(16)])],
};

/** Which functions turn a NaN into 0 and change nothing else. That their types fit is the engine's to validate. */
export function canonicalisersOf({ bodies, imported }: WasmModule): Map<number, Floating> {
  const found = new Map<number, Floating>();
  for (const [at, body] of bodies.entries()) {
    const bytes = body.rest();
    for (const [type, wanted] of Object.entries(CANONICALISERS)) {
      if (bytes.length !== wanted.length || wanted.some((byte, index) => byte !== bytes[index])) continue;
      found.set(imported + at, type as Floating);
    }
  }
  return found;
}

/**
 * The instructions of a body that can let a NaN out whose bits are the processor's choice: float arithmetic, unless what
 * follows at once hides the bits (a canonicaliser, a comparison, a conversion to an integer, drop) or is arithmetic
 * itself, which passes a NaN on and is looked at in its turn. Every body ends in `end`, which hides nothing.
 */
export function openFloats(
  instructions: Iterable<Instruction>,
  canonicalisers: Map<number, Floating>,
): { count: number; first?: Instruction } {
  const open: { count: number; first?: Instruction } = { count: 0 };
  const add = (instruction: Instruction) => {
    open.count++;
    open.first ??= instruction;
  };
  let pending: { instruction: Instruction; type: Floating } | undefined;
  for (const instruction of instructions) {
    if (pending !== undefined && !hides(instruction, pending.type, canonicalisers)) add(pending.instruction);
    const type = arithmeticType(instruction.opcode);
    pending = type === undefined ? undefined : { instruction, type };
  }
  return open;
}

function hides(
  { opcode, callee }: Instruction,
  type: Floating,
  canonicalisers: Map<number, Floating>,
): boolean {
  if (opcode === CALL) return canonicalisers.get(callee as number) === type;
  if (opcode === DROP) return true;
  const compares = opcode >= 0x5b && opcode <= 0x66;
  const truncates = (opcode >= 0xa8 && opcode <= 0xab) || (opcode >= 0xae && opcode <= 0xb1);
  const saturates = opcode >= 0xfc_0000 && opcode <= 0xfc_0007;
  return compares || truncates || saturates || isScalarArithmetic(opcode);
}

/** The type of what float arithmetic leaves on the stack; undefined for instructions whose NaNs are the same everywhere. */
function arithmeticType(opcode: number): Floating | undefined {
  if (opcode >= 0xfd_0000) return isVectorArithmetic(opcode - 0xfd_0000) ? "v" : undefined;
  if (!isScalarArithmetic(opcode)) return undefined;
  return opcode <= 0x97 || opcode === 0xb6 ? "f" : "d";
}

/** ceil to sqrt, add to max of f32 and f64; demote and promote. Not abs, neg, copysign: they move given bits. */
function isScalarArithmetic(opcode: number): boolean {
  const f32 = opcode >= 0x8d && opcode <= 0x97;
  const f64 = opcode >= 0x9b && opcode <= 0xa5;
  return f32 || f64 || opcode === 0xb6 || opcode === 0xbb;
}

/** The same of f32x4 and f64x2. Not pmin and pmax, which choose one of the given bits. */
function isVectorArithmetic(number: number): boolean {
  const rounds = [0x67, 0x68, 0x69, 0x6a, 0x74, 0x75, 0x7a, 0x94].includes(number);
  const converts = number === 0x5e || number === 0x5f;
  const f32x4 = number === 0xe3 || (number >= 0xe4 && number <= 0xe9);
  const f64x2 = number === 0xef || (number >= 0xf0 && number <= 0xf5);
  return rounds || converts || f32x4 || f64x2;
}

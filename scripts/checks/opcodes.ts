import { isDouble, readArtifacts } from "./artifacts.ts";
import { type Check, report } from "./check.ts";

const ABSENT = new Map([
  [0x49, "BLOBHASH"],
  [0x4a, "BLOBBASEFEE"],
  [0xf2, "CALLCODE"],
  [0xff, "SELFDESTRUCT"],
]);
const JUMPDEST = 0x5b;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;
/** STOP, JUMP, RETURN, REVERT, INVALID: what follows runs only from a JUMPDEST on. */
const ENDS = new Set([0x00, 0x56, 0xf3, 0xfd, 0xfe]);

/** Opcodes that Filecoin's EVM lacks or that we ban, with their offsets, in code that can run. */
export function absentOpcodes(code: Uint8Array): { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  const end = code.length - metadataLength(code);
  let reachable = true;
  for (let offset = 0; offset < end; offset++) {
    const opcode = code[offset]!;
    if (opcode === JUMPDEST) reachable = true;
    if (!reachable) continue;
    const name = ABSENT.get(opcode);
    if (name !== undefined) found.push({ name, offset });
    if (ENDS.has(opcode)) reachable = false;
    if (opcode >= PUSH1 && opcode <= PUSH32) offset += opcode - PUSH1 + 1;
  }
  return found;
}

/** solc ends the bytecode with a CBOR map and its length in two bytes; a0 to b7 opens such a map. */
function metadataLength(code: Uint8Array): number {
  if (code.length < 4) return 0;
  const length = (code.at(-2)! << 8) + code.at(-1)! + 2;
  const opening = code[code.length - length];
  return opening !== undefined && opening >= 0xa0 && opening <= 0xb7 ? length : 0;
}

export const opcodes: Check = {
  name: "opcodes: no BLOBHASH, BLOBBASEFEE, CALLCODE or SELFDESTRUCT in deployed bytecode",
  find: (root) =>
    readArtifacts(root)
      .filter((artifact) => !isDouble(artifact))
      .flatMap((artifact) =>
        absentOpcodes(artifact.deployedBytecode).map(
          ({ name, offset }) =>
            `${artifact.sourceName} (${artifact.contractName}): ${name} at byte ${offset}. Filecoin's EVM does not ` +
            "run it as Ethereum's does: remove the blob access, callcode or selfdestruct (assembly included)",
        ),
      ),
};

if (import.meta.main) report(opcodes);

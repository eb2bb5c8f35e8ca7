import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { type Address, getAddress, type Hex, isAddress } from "viem";
import { decodePieceCid } from "../../dataset/piece-cid.ts";
import { JobPlanInvalidError } from "./errors.ts";

/** That a task reads a piece. */
export interface TaskInput {
  task: number;
  /** Piece CID v2, or the commitment as contracts hold it. */
  pieceCid: string;
}

/** A Merkle tree of which a job on chain names the root. */
export interface JobTree<Leaf> {
  root: Hex;
  /**
   * Proof for `accept`.
   * @throws JobPlanInvalidError if the leaf is not in the tree
   */
  proofOf(leaf: Leaf): Hex[];
}

/**
 * `inputsRoot` of a job: which task reads which piece, so that who stores one may accept first.
 * @throws JobPlanInvalidError, PieceCidInvalidError
 */
export function inputsTree(inputs: readonly TaskInput[]): JobTree<TaskInput> {
  for (const { task } of inputs) {
    if (Number.isInteger(task) && task >= 0 && task < 65_535) continue;
    throw new JobPlanInvalidError(`there is no task ${task}`, "Tasks count from 0 to 65534.");
  }
  return treeOf(inputs, ["uint16", "bytes32"], ({ task, pieceCid }) => [task, commitmentOf(pieceCid)]);
}

/**
 * `workerRoot` of a job: who may accept. Without one, everybody.
 * @throws JobPlanInvalidError
 */
export function workersTree(workers: readonly Address[]): JobTree<Address> {
  return treeOf(workers, ["address"], (worker) => [addressOf(worker)]);
}

function treeOf<Leaf>(
  leaves: readonly Leaf[],
  types: string[],
  encode: (leaf: Leaf) => [number, Hex] | [Address],
): JobTree<Leaf> {
  const values = leaves.map(encode);
  const keys = new Map(values.map((value, index) => [value.join(), index]));
  if (values.length === 0) throw new JobPlanInvalidError("it names none", "Leave the root 0.");
  if (keys.size < values.length) throw new JobPlanInvalidError("it names one twice", "Name each once.");
  const tree = StandardMerkleTree.of<(number | string)[]>(values, types);
  return {
    root: tree.root as Hex,
    proofOf(leaf) {
      const index = keys.get(encode(leaf).join());
      if (index === undefined) {
        const which = encode(leaf).join(", ");
        throw new JobPlanInvalidError(
          `${which} is not in it`,
          "Make the tree of what the job was posted with.",
        );
      }
      return tree.getProof(index) as Hex[];
    },
  };
}

function commitmentOf(pieceCid: string): Hex {
  const lower = pieceCid.toLowerCase();
  return /^0x[0-9a-f]{64}$/.test(lower) ? (lower as Hex) : decodePieceCid(pieceCid).commitment;
}

function addressOf(address: Address): Address {
  if (!isAddress(address, { strict: false })) {
    throw new JobPlanInvalidError(`${address} is no address`, "Give 0x and 40 hex digits.");
  }
  return getAddress(address);
}

import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import type { Address, Hex } from "viem";

/** A tree whose root a job carries and whose proofs a worker brings (OpenZeppelin's standard tree). */
export interface JobTree<leaf> {
  root: Hex;
  /** @throws Error for a leaf that the tree does not have */
  proofOf(leaf: leaf): Hex[];
}

/** A piece that a task reads. */
export interface TaskInput {
  task: number;
  /** The piece's root (32 bytes), as `Piece.commitment`. */
  piece: Hex;
}

/** JobParams' `inputsRoot`, and the proofs that `acceptTasks` takes in the locality window. */
export function inputsTree(inputs: readonly TaskInput[]): JobTree<TaskInput> {
  const leafOf = ({ task, piece }: TaskInput) => [task, piece];
  return jobTree(inputs, leafOf, ["uint16", "bytes32"]);
}

/** JobParams' `workerRoot`, and the proofs that `acceptTasks` takes for a job that not everybody may work on. */
export function workersTree(workers: readonly Address[]): JobTree<Address> {
  return jobTree(workers, (worker) => [worker], ["address"]);
}

function jobTree<leaf>(
  leaves: readonly leaf[],
  leafOf: (leaf: leaf) => unknown[],
  types: string[],
): JobTree<leaf> {
  const tree = StandardMerkleTree.of(leaves.map(leafOf), types);
  return { root: tree.root as Hex, proofOf: (leaf) => tree.getProof(leafOf(leaf)) as Hex[] };
}

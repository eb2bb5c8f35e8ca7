import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { type Address, encodeAbiParameters, getAddress, type Hex, isAddress, keccak256 } from "viem";
import { decodePieceCid } from "../../dataset/piece-cid.ts";
import { JobPlanInvalidError } from "./errors.ts";

/** The most signers that the escrow counts. */
export const MAX_ATTESTORS = 32;

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

/** Who attests, as the escrow wants it: strictly ascending, and the hash of k and them, `attestors` of a job. */
export interface Attestors {
  k: bigint;
  signers: Address[];
  hash: Hex;
}

/**
 * Sorts signers and hashes them: keccak256(abi.encode(uint256 k, address[] signers)).
 * @param k how many of them must sign
 * @throws JobPlanInvalidError
 */
export function attestorsOf(k: number, signers: readonly Address[]): Attestors {
  const sorted = signers.map(addressOf).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const twice = sorted.find((signer, at) => signer === sorted[at - 1]);
  if (twice !== undefined) throw new JobPlanInvalidError(`${twice} is there twice`, "Name each signer once.");
  if (sorted.length > MAX_ATTESTORS) {
    throw new JobPlanInvalidError(`${sorted.length} signers are too many`, `Name ${MAX_ATTESTORS} at most.`);
  }
  if (!(Number.isInteger(k) && k >= 1 && k <= sorted.length)) {
    throw new JobPlanInvalidError(
      `${k} of ${sorted.length} signers cannot sign`,
      "k is 1 up to their number.",
    );
  }
  const encoded = encodeAbiParameters([{ type: "uint256" }, { type: "address[]" }], [BigInt(k), sorted]);
  return { k: BigInt(k), signers: sorted, hash: keccak256(encoded) };
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

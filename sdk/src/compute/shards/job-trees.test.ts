import { expect } from "chai";
import fc from "fast-check";
import {
  type Address,
  encodeAbiParameters,
  getAddress,
  type Hex,
  keccak256,
  pad,
  parseAbiParameters,
  toHex,
} from "viem";
import { pieceFrom } from "../../dataset/piece-cid.ts";
import { JobPlanInvalidError } from "./errors.ts";
import { inputsTree, workersTree } from "./job-trees.ts";

const commitment = (of: number) => keccak256(toHex(of));
const account = (of: number) => getAddress(pad(toHex(of), { size: 20 }));

/** What ComputeEscrow does: OpenZeppelin's MerkleProof over a leaf hashed twice. */
function escrowAccepts(root: Hex, encoded: Hex, proof: Hex[]): boolean {
  const leaf = keccak256(keccak256(encoded));
  const top = proof.reduce((hash, sibling) => {
    const [low, high] = hash < sibling ? [hash, sibling] : [sibling, hash];
    return keccak256(`${low}${high.slice(2)}`);
  }, leaf);
  return top === root;
}
const inputLeaf = (task: number, piece: Hex) =>
  encodeAbiParameters(parseAbiParameters("uint16 task, bytes32 piece"), [task, piece]);
const workerLeaf = (worker: Address) => encodeAbiParameters(parseAbiParameters("address"), [worker]);

describe("inputsTree", function () {
  this.timeout(20_000);

  it("proves to the escrow each piece that a task reads, and no other", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 40 }), (seeds) => {
        const inputs = seeds.map((seed) => ({ task: seed % 7, pieceCid: commitment(seed) }));
        const tree = inputsTree(inputs);
        for (const input of inputs) {
          const proof = tree.proofOf(input);
          expect(escrowAccepts(tree.root, inputLeaf(input.task, input.pieceCid), proof)).to.equal(true);
          expect(escrowAccepts(tree.root, inputLeaf(input.task + 1, input.pieceCid), proof)).to.equal(false);
          expect(escrowAccepts(tree.root, inputLeaf(input.task, commitment(99)), proof)).to.equal(false);
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  it("of one input is the leaf itself, as the contract's tests write it", () => {
    const tree = inputsTree([{ task: 0, pieceCid: commitment(1) }]);
    expect(tree.root).to.equal(keccak256(keccak256(inputLeaf(0, commitment(1)))));
    expect(tree.proofOf({ task: 0, pieceCid: commitment(1) })).to.deep.equal([]);
  });

  it("knows a piece by its CID v2 or its commitment", () => {
    const piece = pieceFrom(commitment(5), 1000);
    const other = { task: 1, pieceCid: commitment(6) };
    const tree = inputsTree([{ task: 0, pieceCid: piece.cid }, other]);
    expect(inputsTree([{ task: 0, pieceCid: piece.commitment }, other]).root).to.equal(tree.root);
    const proof = tree.proofOf({ task: 0, pieceCid: piece.cid });
    expect(
      tree.proofOf({ task: 0, pieceCid: piece.commitment.toUpperCase().replace("0X", "0x") }),
    ).to.deep.equal(proof);
  });

  it("refuses none, one twice, a task or piece that cannot be, and a proof of what is not in it", () => {
    const input = { task: 0, pieceCid: commitment(1) };
    expect(() => inputsTree([])).to.throw(JobPlanInvalidError, "Leave the root 0");
    expect(() => inputsTree([input, { ...input }])).to.throw(JobPlanInvalidError, "twice");
    for (const task of [-1, 65_535, 0.5])
      expect(() => inputsTree([{ ...input, task }])).to.throw(JobPlanInvalidError);
    expect(() => inputsTree([{ task: 0, pieceCid: "bafy" }])).to.throw("not a piece CID");
    expect(() => inputsTree([input]).proofOf({ ...input, task: 1 })).to.throw(
      JobPlanInvalidError,
      "not in it",
    );
  });
});

describe("workersTree", () => {
  it("proves to the escrow each worker, and no other", () => {
    const workers = [1, 2, 3, 4, 5].map(account);
    const tree = workersTree(workers);
    for (const worker of workers) {
      const proof = tree.proofOf(worker.toLowerCase() as Address);
      expect(escrowAccepts(tree.root, workerLeaf(worker), proof)).to.equal(true);
      expect(escrowAccepts(tree.root, workerLeaf(account(9)), proof)).to.equal(false);
    }
    expect(() => tree.proofOf(account(9))).to.throw(JobPlanInvalidError, "not in it");
  });

  it("refuses one twice in two spellings, and what is no address", () => {
    const worker = getAddress("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    expect(() => workersTree([worker, worker.toLowerCase() as Address])).to.throw(
      JobPlanInvalidError,
      "twice",
    );
    expect(() => workersTree(["0x12"])).to.throw(JobPlanInvalidError, "no address");
  });
});

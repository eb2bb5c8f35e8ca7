import { computeEscrowAbi, computeRegistryAbi } from "@holdfast/sdk";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  type Hex,
  keccak256,
  maxUint256,
  parseAbi,
  parseAbiParameters,
  parseSignature,
  stringToHex,
  toHex,
  zeroAddress,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Action } from "./actions.ts";
import {
  type Commitment,
  type Holder,
  type Job,
  MODES,
  PARTIES,
  type Seal,
  SIGNERS,
  type Terms,
  type World,
} from "./records.ts";
import { INPUTS } from "./work.ts";

export const CHAIN_ID = 31_415_926;
const BURNT = getAddress("0xff00000000000000000000000000000000000063");

export const keyOf = (name: string): Hex => keccak256(stringToHex(name));
const accounts = new Map(
  [...PARTIES, ...SIGNERS].map((name) => [name as Holder, privateKeyToAccount(keyOf(name))]),
);
/** Signers as the contract wants them: ascending. */
const signers = [...SIGNERS].sort((a, b) =>
  accounts.get(a)!.address.toLowerCase() < accounts.get(b)!.address.toLowerCase() ? -1 : 1,
);

export interface Places {
  escrow: Address;
  registry: Address;
  coin: Address;
  copies: Address;
}

export interface Message {
  to: Address;
  data: Hex;
  value: bigint;
}

export const word = (value: bigint | number): Hex => toHex(value, { size: 32 });
export const copyIdOf = (copy: number): bigint => BigInt(copy) << 8n;

export function addressOf(places: Places, holder: Holder): Address {
  if (holder === "nobody") return zeroAddress;
  if (holder === "burnt") return BURNT;
  if (holder === "escrow" || holder === "registry") return places[holder];
  return accounts.get(holder)!.address;
}

const workersTree = StandardMerkleTree.of(
  [["anna"], ["ben"]].map(([name]) => [accounts.get(name as Holder)!.address]),
  ["address"],
);
const inputsTree = StandardMerkleTree.of(
  Object.entries(INPUTS).map(([piece, task]) => [task, word(BigInt(piece))]),
  ["uint16", "bytes32"],
);

export function paramsOf(places: Places, terms: Terms) {
  const { token, mode, isAllowList, isLocal, k, invalid: _, ...rest } = terms;
  const at = (holder: Holder) => addressOf(places, holder);
  const attestors = keccak256(
    encodeAbiParameters(parseAbiParameters("uint256, address[]"), [BigInt(k), signers.map(at)]),
  );
  return {
    ...rest,
    specDigest: word(0x5bec),
    token: token === "fil" ? zeroAddress : places.coin,
    mode: MODES.indexOf(mode),
    ...{ arbiter: at("arbiter"), fallbackArbiter: at("fallback") },
    attestors: mode === "Attested" ? attestors : word(0),
    coordinator: terms.coordinatorBps > 0 ? at("cora") : zeroAddress,
    workerRoot: (isAllowList ? workersTree.root : word(0)) as Hex,
    inputsRoot: (isLocal ? inputsTree.root : word(0)) as Hex,
  };
}

function jobOf(places: Places, { id, requester, created, terms }: Job, isFalse: boolean) {
  const params = paramsOf(places, terms);
  if (isFalse) params.stake--;
  return { id: BigInt(id), requester: addressOf(places, requester), created: BigInt(created), params };
}

const hashWords = (domain: string, { escrow }: Places, what: Hex): Hex =>
  keccak256(
    encodeAbiParameters(parseAbiParameters("bytes32, uint256, address, bytes32"), [
      ...([keccak256(stringToHex(domain)), BigInt(CHAIN_ID)] as const),
      ...([escrow, keccak256(what)] as const),
    ]),
  );

export function sealHash(places: Places, { jobId, task, round, worker, root, piece, salt }: Seal): Hex {
  const types = parseAbiParameters("uint256, uint16, uint8, address, bytes32, bytes32, bytes32");
  const by = addressOf(places, worker);
  const what = encodeAbiParameters(types, [
    BigInt(jobId),
    task,
    round,
    by,
    word(root),
    word(piece),
    word(salt),
  ]);
  return hashWords("holdfast.compute.seal", places, what);
}

export function commitmentHash(
  places: Places,
  { jobId, task, round, challenger, root, salt }: Commitment,
): Hex {
  const types = parseAbiParameters("uint256, uint16, uint8, address, bytes32, bytes32");
  const by = addressOf(places, challenger);
  const what = encodeAbiParameters(types, [BigInt(jobId), task, round, by, word(root), word(salt)]);
  return hashWords("holdfast.compute.challenge", places, what);
}

/** The beacon's double, and the ticket that the escrow draws with it. */
export function drawOf(jobId: number, task: number, epoch: number): bigint {
  const beacon = keccak256(
    encodeAbiParameters(parseAbiParameters("string, uint256, uint64"), [
      ...(["holdfast.devnet.beacon", BigInt(CHAIN_ID)] as const),
      BigInt(epoch),
    ]),
  );
  const ticket = encodeAbiParameters(parseAbiParameters("bytes32, uint256, uint16"), [
    beacon,
    BigInt(jobId),
    task,
  ]);
  return BigInt(keccak256(ticket));
}

const coinAbi = parseAbi(["function transfer(address, uint256)"]);
const copiesAbi = parseAbi([
  "function put(uint256 copyId, (bool live, bytes32 piece, uint64 provider, uint64 endEpoch, uint64 railEnd) stored)",
  "function setControlling(uint64 provider, address who, bool does)",
]);
const cidOf = (length: number): Hex => `0x${"ab".repeat(length)}`;

/** What the party sends. */
export async function encode(places: Places, world: World, by: Holder, action: Action): Promise<Message> {
  const { escrow, registry, coin, copies } = places;
  const at = (holder: Holder) => addressOf(places, holder);
  const tokenOf = (token: "fil" | "coin") => (token === "fil" ? zeroAddress : coin);
  const toEscrow = (functionName: string, args: readonly unknown[], value = 0n): Message => {
    const data = encodeFunctionData({ abi: computeEscrowAbi, functionName, args } as never);
    return { to: escrow, data, value };
  };
  const toRegistry = (functionName: string, args: readonly unknown[], value = 0n): Message => {
    const data = encodeFunctionData({ abi: computeRegistryAbi, functionName, args } as never);
    return { to: registry, data, value };
  };
  const toCopies = (functionName: string, args: readonly unknown[]): Message => {
    const data = encodeFunctionData({ abi: copiesAbi, functionName, args } as never);
    return { to: copies, data, value: 0n };
  };
  const permitFor = async (spender: Address, amount: bigint, isValid: boolean) => {
    const domain = {
      name: "USD for Filecoin Community",
      version: "1",
      chainId: CHAIN_ID,
      verifyingContract: coin,
    };
    const fields = ["address owner", "address spender", "uint256 value", "uint256 nonce", "uint256 deadline"];
    const Permit = fields.map((field) => ({ type: field.split(" ")[0]!, name: field.split(" ")[1]! }));
    const nonce = BigInt(world.nonces[by] ?? 0) + (isValid ? 0n : 1n);
    const message = { owner: at(by), spender, value: amount, nonce, deadline: maxUint256 };
    const types = { Permit };
    const signed = await accounts.get(by)!.signTypedData({ domain, types, primaryType: "Permit", message });
    const { v, r, s } = parseSignature(signed);
    return { deadline: maxUint256, v: Number(v), r, s };
  };

  switch (action.kind) {
    case "createJob": {
      const params = paramsOf(places, action.terms);
      const cid = cidOf(action.cid);
      if (!action.permit) return toEscrow("createJob", [params, cid], action.value);
      const { tasks, n, maxPrice, coordinatorBps, arbiterFee } = action.terms;
      const slot = maxPrice + (maxPrice * BigInt(coordinatorBps)) / 10_000n;
      const cost = BigInt(tasks) * (BigInt(n) * slot + arbiterFee);
      return toEscrow("createJobWithPermit", [
        params,
        cid,
        await permitFor(escrow, cost, action.permit.isValid),
      ]);
    }
    case "deposit":
      return toEscrow("deposit", [tokenOf(action.token), action.amount], action.value);
    case "withdraw":
      return toEscrow("withdraw", [tokenOf(action.token), at(action.to)]);
    case "burn":
      return toEscrow("burn", [tokenOf(action.token)]);
    case "send FIL":
      return { to: escrow, data: "0x", value: 5n };
    case "send coins": {
      const args = [escrow, action.amount] as const;
      return {
        to: coin,
        data: encodeFunctionData({ abi: coinAbi, functionName: "transfer", args }),
        value: 0n,
      };
    }
    case "register":
      return toRegistry("register", [at(action.operator), "e".repeat(action.endpoint)]);
    case "confirm":
      return toRegistry("confirm", [at(action.worker)]);
    case "acceptArbiter":
      return toRegistry("acceptArbiter", [at(action.arbiter), action.accepted]);
    case "checkControl":
      return toRegistry("checkControl", [at(action.operator), BigInt(action.provider)]);
    case "stake": {
      const { worker, token, amount, value, permit } = action;
      if (!permit) return toRegistry("deposit", [at(worker), tokenOf(token), amount], value);
      const { deadline, v, r, s } = await permitFor(registry, amount, permit.isValid);
      return toRegistry("depositWithPermit", [tokenOf(token), amount, deadline, v, r, s]);
    }
    case "unbond":
      return toRegistry("unbond", [tokenOf(action.token), action.amount]);
    case "withdrawStake":
      return toRegistry("withdraw", [tokenOf(action.token), at(action.to)]);
    case "control":
      return toCopies("setControlling", [BigInt(action.provider), at(action.operator), action.does]);
    case "store": {
      const { isLive: live, piece, provider, end, railEnd } = action.copy;
      const stored = { live, piece: word(piece), provider: BigInt(provider) };
      const ends = { endEpoch: BigInt(end), railEnd: BigInt(railEnd) };
      return toCopies("put", [copyIdOf(action.copyId), { ...stored, ...ends }]);
    }
  }

  const known = world.jobs.find(({ id }) => id === action.jobId)!;
  const job = jobOf(places, known, action.isFalse);
  const resultOf = ({ root, piece }: { root: bigint; piece: bigint }) => ({
    root: word(root),
    piece: word(piece),
  });
  switch (action.kind) {
    case "accept": {
      const leaf = accounts.get(by)!.address;
      const isKnown = workersTree.dump().values.some(({ value }) => value[0] === leaf);
      const allowed = action.proves.includes("allowed") && isKnown ? workersTree.getProof([leaf]) : [];
      const piece = String(world.copies[action.copyId]?.piece);
      const reads = action.proves.includes("input") && piece in INPUTS;
      const input = reads ? inputsTree.getProof([INPUTS[piece]!, word(BigInt(piece))]) : [];
      return toEscrow("accept", [job, action.tasks, allowed, copyIdOf(action.copyId), input]);
    }
    case "release":
    case "cancelOpen":
    case "approve":
    case "poke":
      return toEscrow(action.kind, [job, action.tasks]);
    case "submit":
      return toEscrow("submit", [job, action.tasks, action.results.map(resultOf), cidOf(action.cid)]);
    case "seal":
      return toEscrow("seal", [job, action.task, action.seal ? sealHash(places, action.seal) : word(0)]);
    case "open":
      return toEscrow("open", [
        job,
        action.task,
        resultOf(action.result),
        word(action.salt),
        cidOf(action.cid),
      ]);
    case "releaseHoldback":
      return toEscrow("releaseHoldback", [job, action.task, copyIdOf(action.copyId)]);
    case "lockChallenge": {
      const commitment = commitmentHash(places, action.commitment);
      return toEscrow("lockChallenge", [job, action.task, commitment], action.value);
    }
    case "nameChallenge": {
      const { root, salt, cid } = action;
      return toEscrow("nameChallenge", [job, action.task, word(root), word(salt), cidOf(cid)]);
    }
    case "rule":
      return toEscrow("rule", [job, action.task, word(action.root)]);
    case "attest": {
      const { k, validUntil, signatures } = action.attestation;
      const slot = known.tasks[action.task]?.slots[0];
      const fields = ["uint256 jobId", "uint16 task", "uint8 round", "address worker", "bytes32 specDigest"];
      const ResultAttestation = [...fields, "bytes32 resultRoot", "uint64 validUntilEpoch"].map((field) => ({
        type: field.split(" ")[0]!,
        name: field.split(" ")[1]!,
      }));
      const message = {
        ...{ jobId: job.id, task: action.task, round: known.tasks[action.task]?.round ?? 0 },
        ...{ worker: at(slot?.worker ?? "nobody"), specDigest: job.params.specDigest },
        ...{ resultRoot: word(slot?.result?.root ?? 0n), validUntilEpoch: BigInt(validUntil) },
      };
      const domain = { name: "Holdfast Compute", version: "1", chainId: CHAIN_ID, verifyingContract: escrow };
      const types = { ResultAttestation };
      const sign = (signer: Holder) =>
        accounts.get(signer)!.signTypedData({ domain, types, primaryType: "ResultAttestation", message });
      const given = signatures.map((kind, index) => {
        if (kind === "none") return "0x";
        return sign(kind === "valid" ? (signers[index] ?? "stan") : "stan");
      });
      const attestation = {
        ...{ k: BigInt(k), signers: signers.map(at), signatures: await Promise.all(given) },
        validUntil: BigInt(validUntil),
      };
      return toEscrow("attest", [job, action.task, attestation]);
    }
  }
}

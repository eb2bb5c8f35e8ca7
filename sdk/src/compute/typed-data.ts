import {
  type Account,
  type Address,
  encodeAbiParameters,
  type Hex,
  keccak256,
  parseAbiParameters,
} from "viem";
import { signTypedData } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { AccountMissingError, explained } from "../actions/errors.ts";
import { BaseError } from "../errors/base-error.ts";

/** What an attestor signs: that the worker's root is right. */
export interface ResultAttestation {
  jobId: bigint;
  task: number;
  round: number;
  worker: Address;
  specDigest: Hex;
  resultRoot: Hex;
  /** Last epoch in which the signature counts. */
  validUntilEpoch: bigint;
}

/** What a member of a panel signs: the right root, or one of `RULINGS`. */
export interface ArbiterRuling {
  jobId: bigint;
  task: number;
  round: number;
  root: Hex;
}

interface Domain {
  chainId: number;
  /** ComputeEscrow for an attestation, the PanelArbiter for a ruling. */
  verifyingContract: Address;
}

const domainOf = ({ chainId, verifyingContract }: Domain) => ({
  name: "Holdfast Compute" as const,
  version: "1" as const,
  chainId,
  verifyingContract,
});

/** An attestation as wallets sign it (EIP-712): what viem's `signTypedData` takes. */
export function resultAttestationTypedData({
  chainId,
  verifyingContract,
  ...message
}: ResultAttestation & Domain) {
  return {
    domain: domainOf({ chainId, verifyingContract }),
    types: {
      ResultAttestation: [
        { name: "jobId", type: "uint256" },
        { name: "task", type: "uint16" },
        { name: "round", type: "uint8" },
        { name: "worker", type: "address" },
        { name: "specDigest", type: "bytes32" },
        { name: "resultRoot", type: "bytes32" },
        { name: "validUntilEpoch", type: "uint64" },
      ],
    },
    primaryType: "ResultAttestation",
    message,
  } as const;
}

/** A ruling as the members of a panel sign it (EIP-712). */
export function arbiterRulingTypedData({ chainId, verifyingContract, ...message }: ArbiterRuling & Domain) {
  return {
    domain: domainOf({ chainId, verifyingContract }),
    types: {
      ArbiterRuling: [
        { name: "jobId", type: "uint256" },
        { name: "task", type: "uint16" },
        { name: "round", type: "uint8" },
        { name: "root", type: "bytes32" },
      ],
    },
    primaryType: "ArbiterRuling",
    message,
  } as const;
}

/** Who signs. Default: the client's account. */
interface Signing {
  account?: Account | Address;
}

/** Signs that a worker's root is right, for `attestTask`. @throws AccountMissingError, WalletError */
export async function signResultAttestation(
  client: ActionClient,
  { account = client.account, escrow, ...attestation }: ResultAttestation & { escrow: Address } & Signing,
): Promise<Hex> {
  if (account === undefined) throw new AccountMissingError("an attestation");
  const domain = { chainId: client.chain.id, verifyingContract: escrow };
  const typed = resultAttestationTypedData({ ...attestation, ...domain });
  return signTypedData(client, { account, ...typed }).catch((error: unknown) => {
    throw explained(error);
  });
}

/** Signs a panel's ruling, for `ruleAsPanel`. @throws AccountMissingError, WalletError */
export async function signArbiterRuling(
  client: ActionClient,
  { account = client.account, panel, ...ruling }: ArbiterRuling & { panel: Address } & Signing,
): Promise<Hex> {
  if (account === undefined) throw new AccountMissingError("a ruling");
  const domain = { chainId: client.chain.id, verifyingContract: panel };
  const typed = arbiterRulingTypedData({ ...ruling, ...domain });
  return signTypedData(client, { account, ...typed }).catch((error: unknown) => {
    throw explained(error);
  });
}

/** The signers of a job's results or of a panel, of which k have to sign. */
export interface Attestors {
  k: number;
  /** In any order, at most 32. */
  signers: readonly Address[];
}

/** Signers that the contracts would refuse. */
export class SignersInvalidError extends BaseError {
  constructor(why: string) {
    super(`The signers are none that a contract takes: ${why}.`, {
      next: "Name 1 to 32 different addresses, and ask for no more signatures than there are signers.",
    });
  }
}

/** JobParams' `attestors`: who may attest, in ascending order. @throws SignersInvalidError */
export function attestorsOf({ k, signers }: Attestors): Hex {
  const sorted = ascendingSigners(signers);
  if (k < 1 || k > sorted.length) {
    throw new SignersInvalidError(`${k} signatures of ${sorted.length} signers`);
  }
  return keccak256(encodeAbiParameters(parseAbiParameters("uint256, address[]"), [BigInt(k), sorted]));
}

/** A signature, and whose. */
export interface SignedBy {
  signer: Address;
  signature: Hex;
}

/** Signatures as the contracts want them: by signer, strictly ascending. @throws SignersInvalidError */
export function bySigner(signatures: readonly SignedBy[]): SignedBy[] {
  return ascendingSigners(signatures.map(({ signer }) => signer)).map((signer) => ({
    signer,
    signature: signatureOf(signatures, signer),
  }));
}

/** The signature of one of the signers; empty: it has not signed. */
export function signatureOf(signatures: readonly SignedBy[], signer: Address): Hex {
  return signatures.find((signed) => BigInt(signed.signer) === BigInt(signer))?.signature ?? "0x";
}

/** Addresses as the contracts want signers: strictly ascending. @throws SignersInvalidError */
export function ascendingSigners(signers: readonly Address[]): Address[] {
  const sorted = [...signers].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
  const twice = sorted.find((signer, at) => at > 0 && BigInt(signer) === BigInt(sorted[at - 1] as Address));
  if (twice !== undefined) throw new SignersInvalidError(`${twice} stands there twice`);
  if (sorted.length === 0 || sorted.length > 32) throw new SignersInvalidError(`there are ${sorted.length}`);
  return sorted;
}

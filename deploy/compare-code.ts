import {
  type ActionClient,
  type Check,
  type ComputeAddresses,
  type DeploymentAddresses,
  getComputeParameters,
  getDealsParameters,
} from "@holdfast/sdk";
import type { ArtifactManager } from "hardhat/types/artifacts";
import { type Address, type Hex, hexToBytes, keccak256 } from "viem";
import { getCode } from "viem/actions";

/** One contract's code on chain, beside what its source compiles to. */
export interface CodeComparison extends Check {
  contract: string;
  address: Address;
  /** keccak-256 of the code on chain; undefined where there is none. */
  codeHash: Hex | undefined;
  /** keccak-256 of the compiled code with zeros for immutables: the same for every deployment of one source. */
  sourceHash: Hex;
}

const FIX =
  "Check out the version that was deployed and build it anew; if it is that one, trust nothing at this address.";

/** What of a deployment has code of Holdfast's. */
export type OwnContracts = Omit<DeploymentAddresses, "pay"> & ComputeAddresses;

/**
 * Compares the code of a deployment with compiled contracts, what StorageDeals and ComputeEscrow deployed included. Immutables
 * are left out: what they hold is read by `checkBindings` and the contracts' own views.
 */
export async function compareCode(
  client: ActionClient,
  { deals, registry, evidence, computeRegistry, escrow, arbiter }: OwnContracts,
  artifacts: ArtifactManager,
): Promise<CodeComparison[]> {
  const own = await Promise.all([
    compare(client, "StorageDeals", deals, artifacts),
    compare(client, "ProviderRegistry", registry, artifacts),
    compare(client, "SectorEvidence", evidence, artifacts),
    compare(client, "ComputeRegistry", computeRegistry, artifacts),
    compare(client, "ComputeEscrow", escrow, artifacts),
    ...(arbiter === undefined ? [] : [compare(client, "SingleArbiter", arbiter, artifacts)]),
  ]);
  const deployedByThem = await Promise.all([
    // Other code might name any.
    own.find(({ address }) => address === deals)?.ok ? lifecycleOf(client, deals) : undefined,
    own.find(({ address }) => address === escrow)?.ok ? settlementOf(client, escrow) : undefined,
  ]);
  const inner = deployedByThem.filter((found) => found !== undefined);
  return [
    ...own,
    ...(await Promise.all(
      inner.map(({ contract, address }) => compare(client, contract, address, artifacts)),
    )),
  ];
}

async function lifecycleOf(client: ActionClient, address: Address) {
  const { lifecycle } = await getDealsParameters(client, { address });
  return { contract: "DealLifecycle", address: lifecycle };
}

async function settlementOf(client: ActionClient, address: Address) {
  const { settlement } = await getComputeParameters(client, { address });
  return { contract: "ComputeSettlement", address: settlement };
}

async function compare(
  client: ActionClient,
  contract: string,
  address: Address,
  artifacts: ArtifactManager,
): Promise<CodeComparison> {
  const source = await sourceCode(contract, artifacts);
  const [code, { code: expected, hash: sourceHash }] = [await getCode(client, { address }), source];
  const compared = { contract, address, sourceHash, name: `code of ${contract}` };
  if (code === undefined || code === "0x") {
    return { ...compared, ok: false, codeHash: undefined, found: `none at ${address}`, fix: FIX };
  }
  const codeHash = keccak256(code);
  const masked = mask(hexToBytes(code), source.immutables);
  if (masked.length !== expected.length) {
    const found = `${masked.length} bytes at ${address}, compiled ${expected.length}`;
    return { ...compared, ok: false, codeHash, found, fix: FIX };
  }
  const at = masked.findIndex((byte, index) => byte !== expected[index]);
  if (at !== -1) {
    const found = `${address} differs from what was compiled at byte ${at}`;
    return { ...compared, ok: false, codeHash, found, fix: FIX };
  }
  return { ...compared, ok: true, codeHash, found: `${address} is what was compiled` };
}

interface Immutable {
  start: number;
  length: number;
}

/** What a contract's source compiles to: Solidity leaves zeros for immutables. */
async function sourceCode(contract: string, artifacts: ArtifactManager) {
  const { deployedBytecode, immutableReferences = {} } = await artifacts.readArtifact(contract);
  const code = hexToBytes(deployedBytecode as Hex);
  return { code, hash: keccak256(code), immutables: Object.values(immutableReferences).flat() };
}

function mask(code: Uint8Array, immutables: readonly Immutable[]): Uint8Array {
  for (const { start, length } of immutables) code.fill(0, start, start + length);
  return code;
}

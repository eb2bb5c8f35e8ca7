import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ActionClient,
  type Check,
  type ComputeAddresses,
  checkBindings,
  checkComputeBindings,
  type DeploymentAddresses,
  getComputeParameters,
  getComputeRegistryParameters,
  getDealsParameters,
  getEvidenceParameters,
  getRegistryParameters,
} from "@holdfast/sdk";
import type { ArtifactManager } from "hardhat/types/artifacts";
import { compareCode } from "./compare-code.ts";

const GAS = join(import.meta.dirname, "../snapshots/gas.json");

/** What Curio calls before it takes a deal (curio, market/mk20/contract/CurioDealViewV1.sol). All are views. */
export const CURIO_ASKS = {
  "version()": "1, always",
  "verifyDeal(CurioDealView)": "see below",
  "getDealState(uint256)":
    "0 Open, 1 Active, 2 Finalized; reverts with DealNotFound for an id that it never gave",
} as const;

/** When `verifyDeal` is true: all of these hold. contracts/deals/StorageDeals.sol, verifyDeal. */
export const VERIFY_DEAL = [
  "dealId is a copy that was proposed and is neither sealed, declined nor expired",
  "the client has not left, and sealBy has not passed",
  "providerActorId is the miner whose offer the client took",
  "clientId is the f410 address of the client's account, as bytes",
  "pieceCidV2 is the proposed piece, padding and height included",
  "startEpoch is the deal's sealBy, and duration runs from there to the deal's end",
  "allocationId is 0: no DataCap is involved",
] as const;

/** Who may call what changes state in StorageDeals; the rest are views. */
export const MAY_CALL: { readonly [method: string]: string } = {
  propose: "anyone, as the payer: it takes an offer, and needs its own deposit and approval on Filecoin Pay",
  handle_filecoin_method: "a miner actor, for its own sectors: see the notification",
  railTerminated: "Filecoin Pay, of a deal's rail",
  decline: "the miner's owner, worker or control addresses, while a copy is proposed",
  leaveAsProvider: "the miner's owner",
  leaveAsClient: "the deal's client",
  setAutoExtend: "the deal's client",
  extend: "the deal's client; the miner's owner, worker or control addresses within what the client set",
  poke: "anyone: applies what time and evidence already decided",
  report: "anyone: asks the miner actor about its sector, and records the answer",
  settle: "anyone: pays the provider for what is proven",
};

/** Who may call what changes state in ComputeEscrow. None of it changes a deal, an offer or a bond: it reads them. */
export const COMPUTE_MAY_CALL: { readonly [method: string]: string } = {
  createJob: "anyone, as the requester, with what the job costs",
  createJobWithPermit: "the same, by permit",
  accept:
    "a registered worker that accepts both arbiters; in the locality window one whose operator controls a provider with a live copy",
  release: "the worker, early",
  submit: "the worker",
  seal: "the worker",
  open: "the worker",
  approve: "the requester",
  cancelOpen: "the requester, of tasks without a worker",
  lockChallenge: "anyone, with the bond",
  nameChallenge: "the challenger",
  attest: "anyone, with the signatures of the job's attestors",
  rule: "the arbiter that the job names, whose turn it is",
  poke: "anyone: applies deadlines that have passed",
  releaseHoldback: "anyone, with a live copy of the result's piece",
  deposit: "anyone: its own credit",
  withdraw: "anyone: its own credit",
  burn: "anyone: what is to be burned goes to f099",
};

/** What of a notification is looked at. contracts/deals/DealNotifications.sol */
const NOTIFICATION = [
  "The provider names the contract in the piece's notification, with abi.encode(copyId) as payload; the miner actor calls " +
    "handle_filecoin_method (0x868e10c4), method 2034386435 (SectorContentChanged), CBOR, with ProveCommit.",
  "A caller that the power actor does not know as a miner reverts. A piece is accepted (true) if copyId is proposed to that " +
    "miner, the piece CID and size are the proposed ones, and it comes in time; else it is answered false, and changes nothing.",
  "No token and no FIL moves in it, and it calls no contract that a client chose.",
] as const;

/** What a provider's reviewer needs to know of a deployment before allow-listing it. */
export async function reviewPack(
  client: ActionClient,
  contracts: DeploymentAddresses & ComputeAddresses,
  artifacts: ArtifactManager,
) {
  const [code, bindings, computeBindings, deals, registry, evidence, escrow, computeRegistry] =
    await Promise.all([
      compareCode(client, contracts, artifacts),
      checkBindings(client, contracts),
      checkComputeBindings(client, contracts),
      getDealsParameters(client, { address: contracts.deals }),
      getRegistryParameters(client, { address: contracts.registry }),
      getEvidenceParameters(client, { address: contracts.evidence }),
      getComputeParameters(client, { address: contracts.escrow }),
      getComputeRegistryParameters(client, { address: contracts.computeRegistry }),
    ]);
  return {
    chain: { id: client.chain.id, name: client.chain.name },
    contracts: { ...contracts, lifecycle: deals.lifecycle, settlement: escrow.settlement },
    code,
    bindings: [...bindings, ...computeBindings],
    parameters: { deals, registry, evidence, escrow, computeRegistry },
    curioAsks: CURIO_ASKS,
    verifyDeal: VERIFY_DEAL,
    notification: { rules: NOTIFICATION, gas: await notificationGas() },
    mayCall: MAY_CALL,
    computeMayCall: COMPUTE_MAY_CALL,
  };
}

export type ReviewPack = Awaited<ReturnType<typeof reviewPack>>;

/** EVM gas of one message with so many pieces, by snapshots/gas.json. */
async function notificationGas() {
  const snapshot = JSON.parse(await readFile(GAS, "utf8")) as { [call: string]: number };
  const one = snapshot["deals: notification, 1 piece"]!;
  const most = snapshot["deals: notification of 32 pieces"]!;
  return { onePiece: one, thirtyTwoPieces: most, eachFurtherPiece: Math.ceil((most - one) / 31) };
}

/** The pack as Markdown, to be sent to a provider. */
export function reviewPackText(pack: ReviewPack): string {
  const { chain, contracts, code, bindings, parameters, notification } = pack;
  const { gas } = notification;
  return `# Review pack: Holdfast on ${chain.name} (${chain.id})

To allow-list: StorageDeals, ${contracts.deals}

## Code

${table(
  ["contract", "address", "keccak-256 of the code on chain", "of the compiled code, immutables 0", "same"],
  code.map(({ contract, address, codeHash = "none", sourceHash, ok }) => [
    ...[contract, address, codeHash, sourceHash, ok ? "yes" : "NO"],
  ]),
)}

Compare it yourself: \`npx hardhat deploy compare --network <chain>\` compiles anew.

## Who can change what

Nobody can change the code, the parameters or the addresses: there is no owner, no proxy, no pause and no upgrade. The
deployer could bind the contracts to each other, once, and has:

${list(bindings.map(checkText))}

What changes a deal's state, and who may call it:

${table(["function", "who"], Object.entries(pack.mayCall))}

Compute over data rests on deals and changes none of them; a provider takes part in it only if it registers a worker of its
own. In ComputeEscrow:

${table(["function", "who"], Object.entries(pack.computeMayCall))}

## What Curio asks

${table(["function", "answer"], Object.entries(pack.curioAsks))}

\`verifyDeal\` is true if and only if:

${list(pack.verifyDeal)}

## The notification, and what it costs

${list(notification.rules)}

${gas.onePiece} EVM gas for one piece, ${gas.eachFurtherPiece} for each further one in the same message, ${gas.thirtyTwoPieces} for 32: measured on the devnet
(snapshots/gas.json). Filecoin counts another gas, and on a live network nobody has measured this yet.

## Parameters

Epochs, if nothing else is said; fixed at deployment, read from the chain.

${list(Object.entries(parameters).map(([of, values]) => `${of}: ${valuesText(values)}`))}
`;
}

function checkText({ name, ok, found }: Check): string {
  return `${ok ? "ok" : "WRONG"}: ${name}: ${found}`;
}

function valuesText(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

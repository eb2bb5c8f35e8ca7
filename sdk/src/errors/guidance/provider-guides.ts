import { fil, type Guides, type KnownErrorName, miner, provider, unexpected } from "./guidance.ts";

type ProviderErrorName = Extract<
  KnownErrorName,
  | `Provider${string}`
  | `Evidence${string}`
  | `Actor${string}`
  | `Beacon${string}`
  | "CborMalformed"
  | "FilAddressInvalid"
  | "PieceCidMalformed"
  | "CheckpointUnorderedInsertion"
>;

const deploymentOnly = (what: string) =>
  unexpected(what, "Only the deployment and the contracts make this call.");

/** ProviderRegistry but for offers, SectorEvidence, and the libraries of contracts/fvm. */
export const providerGuides: Guides<ProviderErrorName> = {
  ProviderNotRegistered: (id) => ({
    what: `provider ${miner(id)} is not registered`,
    why: "The owner of its miner registers it first, with a bond (registerProvider).",
    next: `npx hardhat provider register ${miner(id)} --bond <FIL>`,
  }),
  ProviderAlreadyRegistered: (id) => ({
    what: `provider ${miner(id)} is registered already`,
    why: "It is registered once; bond and envelope can be changed.",
    next: provider(id),
  }),
  ProviderNotMiner: (id) => ({
    what: `actor ${miner(id)} is no miner`,
    why: "The power actor does not know it. A provider is named by its miner's actor id, not by an owner or worker.",
    next: `npx hardhat fil address ${miner(id)}`,
  }),
  ProviderNotOwner: (id, caller) => ({
    what: `${caller} is not the owner of miner ${miner(id)}`,
    why: "Money and envelope are the owner's, whom the miner actor itself names.",
    next: `${provider(id)}: it names the owner; send again with --key of that account`,
  }),
  ProviderNotController: (id, caller) => ({
    what: `${caller} is neither owner, worker nor a control address of miner ${miner(id)}`,
    why: "Offers are published by one of these.",
    next: `${provider(id)}: send again with --key of one of its accounts`,
  }),
  ProviderBondInsufficient: (id, free, wanted) => ({
    what: `provider ${miner(id)} needs ${fil(wanted)} of free bond, and has ${fil(free)}`,
    why: "What deals lock or what is being withdrawn backs no new deal (postBond).",
    next: `npx hardhat provider register ${miner(id)} --bond ${(wanted - free) / 10n ** 18n + 1n}`,
  }),
  ProviderBondAboveEnvelope: (id, limit, wanted, allowed) => ({
    what: `provider ${miner(id)} would commit ${limit} ${wanted}, above its envelope's ${allowed}`,
    why: "The envelope bounds what hot keys may commit; a wider one takes effect after a delay (announceEnvelope).",
    next: `npx hardhat provider register ${miner(id)} --${kebab(limit)} <more>`,
  }),
  ProviderEnvelopeInvalid: (field) => ({
    what: `${field} of the envelope is not allowed`,
    why: "The payee must be an address, and the exit share at most 5,000 of 10,000.",
    next: "npx hardhat provider register --help",
  }),
  ProviderNothingUnbonding: (id) => ({
    what: `no bond of provider ${miner(id)} is being withdrawn`,
    why: "It is announced first (unbond), then waits.",
    next: `npx hardhat provider withdraw ${miner(id)} --unbond <FIL>`,
  }),
  ProviderStillUnbonding: (id, until) => ({
    what: `the bond of provider ${miner(id)} can be withdrawn from epoch ${until} on`,
    why: "Until then it still answers for deals.",
    next: `npx hardhat fil epoch ${until}`,
  }),
  ProviderAmountZero: () => ({
    what: "the amount is 0",
    why: "Nothing would change.",
    next: "npx hardhat provider register <miner> --bond <FIL>",
  }),
  ProviderCreditZero: (account) => ({
    what: `${account} has no credit`,
    why: "Credit comes from slashes, forfeits and tips, and is paid out once.",
    next: "npx hardhat provider list",
  }),
  ProviderTransferFailed: (to, amount) => ({
    what: `${to} did not take ${fil(amount)}`,
    why: "It is a contract that refuses FIL, or an actor that does not exist.",
    next: "npx hardhat provider withdraw <miner> --to <another address>",
  }),
  ProviderParameterOutOfBounds: (value, least, greatest) =>
    deploymentOnly(`a parameter of ProviderRegistry is ${value}, not within ${least} to ${greatest}`),
  ProviderAlreadyBound: () => deploymentOnly("ProviderRegistry is bound already, once and for all"),
  ProviderBindingZero: () => deploymentOnly("ProviderRegistry cannot be bound to the zero address"),
  ProviderNotDeployer: (caller) => deploymentOnly(`${caller} did not deploy ProviderRegistry`),
  ProviderNotMarket: (caller) => deploymentOnly(`ProviderRegistry is bound to another market than ${caller}`),
  ProviderNotEvidence: (caller) =>
    deploymentOnly(`ProviderRegistry is bound to another evidence than ${caller}`),
  EvidenceAlreadyBound: () => deploymentOnly("SectorEvidence is bound already, once and for all"),
  EvidenceBindingZero: () => deploymentOnly("SectorEvidence cannot be bound to the zero address"),
  EvidenceNotDeployer: (caller) => deploymentOnly(`${caller} did not deploy SectorEvidence`),
  EvidenceNotMarket: (caller) => deploymentOnly(`SectorEvidence is bound to another market than ${caller}`),
  EvidenceParameterOutOfBounds: (value, least, greatest) =>
    deploymentOnly(`a parameter of SectorEvidence is ${value}, not within ${least} to ${greatest}`),
  EvidenceLengthsDiffer: (sectors, others) => ({
    what: `${sectors} sectors were named, and ${others} locations`,
    why: "Each sector has one, in the same order (lookAtSector).",
    next: "npx hardhat deal report <deal> --copy <index>: it looks at the sector itself",
  }),
  ActorCallFailed: (actor, method, exitCode) => ({
    what: `actor ${miner(actor)} ended method ${method} with exit code ${exitCode}`,
    why: "The actor itself refused: of a miner usually because the sector or the address is not its own.",
    next: `npx hardhat fil address ${miner(actor)}`,
  }),
  ActorUnreachable: (method) => ({
    what: `an actor gave no usable answer to method ${method}`,
    why: "It does not exist, or the chain has no such precompile or method: Filecoin needs network version 28 or later.",
    next: "npx hardhat fil doctor",
  }),
  BeaconEpochInFuture: (epoch, current) => ({
    what: `randomness of epoch ${epoch} was asked for in epoch ${current}`,
    why: "The beacon knows epochs up to the current one.",
    next: `npx hardhat fil epoch ${epoch}`,
  }),
  BeaconUnavailable: (epoch) => ({
    what: `the beacon has no randomness of epoch ${epoch}`,
    why: "It lies too far back, or the chain lacks the precompile.",
    next: "npx hardhat fil doctor",
  }),
  CborMalformed: (offset) => ({
    what: `what an actor answered is malformed at byte ${offset}`,
    why: "It is not the DAG-CBOR of the protocol: the actor is of another version, or no built-in actor.",
    next: "npx hardhat fil doctor",
  }),
  FilAddressInvalid: (filAddress) => ({
    what: `${filAddress} is no Filecoin address`,
    why: "Its bytes are neither of f0 nor of f410, nor any other class.",
    next: "npx hardhat fil address <address>",
  }),
  PieceCidMalformed: (cid) => ({
    what: `${cid} is no piece CID v2`,
    why: "It must be FRC-0069's: multihash 0x1011, padding, height and root.",
    next: "npx hardhat dataset verify <folder>",
  }),
  CheckpointUnorderedInsertion: () =>
    unexpected(
      "a checkpoint would lie before the last one",
      "Epochs only grow: the chain or the contract is not what it seems.",
    ),
};

/** maxBondPerTib -> max-bond-per-tib. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

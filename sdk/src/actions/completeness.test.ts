import { expect } from "chai";
import type { Abi, AbiFunction } from "viem";
import * as sdk from "../index.ts";
import type { Calling } from "./action.ts";

const CONTRACTS: Record<string, Abi> = {
  StorageDeals: sdk.storageDealsAbi,
  ProviderRegistry: sdk.providerRegistryAbi,
  SectorEvidence: sdk.sectorEvidenceAbi,
  ComputeEscrow: sdk.computeEscrowAbi,
  ComputeRegistry: sdk.computeRegistryAbi,
  SingleArbiter: sdk.singleArbiterAbi,
  PanelArbiter: sdk.panelArbiterAbi,
};

/** Functions that no person or keeper may call, and who does. */
const FOR_OTHERS: Record<string, string> = {
  "StorageDeals.handle_filecoin_method": "the miner actor notifies by it",
  "StorageDeals.railTerminated": "Filecoin Pay calls its validator back",
  "StorageDeals.validatePayment": "Filecoin Pay asks its validator",
  "ProviderRegistry.bind": "the deployment binds once",
  "ProviderRegistry.reserve": "the market reserves for a proposal",
  "ProviderRegistry.release": "the market releases what ended",
  "ProviderRegistry.slash": "the market slashes what failed",
  "ProviderRegistry.forfeit": "the market takes what a leaving provider loses",
  "ProviderRegistry.relock": "the market locks anew for an extension",
  "ProviderRegistry.tip": "the evidence tips reporters",
  "SectorEvidence.bind": "the deployment binds once",
  "SectorEvidence.notifySectors": "the market passes notifications on",
  "SectorEvidence.reportFor": "the market reports for its caller",
  "ComputeRegistry.bind": "the deployment binds once",
  "ComputeRegistry.lock": "the escrow locks for who accepts",
  "ComputeRegistry.unlock": "the escrow unlocks what ended, and slashes",
  "ComputeRegistry.collect": "the escrow fetches what was slashed",
};

/** Not views, because they ask an actor; nobody sends them. */
const ASKED = ["ProviderRegistry.isOwner", "ProviderRegistry.isControlling"];

/** Actions that tell anything from no event to many, and why: their events are extracted as a list. */
const MANY: Record<string, string> = {
  declineDeal: "one a copy",
  pokeDeal: "nothing may have changed",
  refreshSectors: "one a sector",
  acceptTasks: "one a task",
  approveTasks: "one a task",
  cancelTasks: "one a task",
  pokeTasks: "nothing may be due",
  releaseTasks: "one a task",
  submitTasks: "one a task",
  settleRail: "a dry payer's rail does not move",
};

const functions = Object.entries(CONTRACTS).flatMap(([contract, abi]) =>
  abi
    .filter((item): item is AbiFunction => item.type === "function")
    .map(({ name, stateMutability }) => ({
      called: `${contract}.${name}`,
      writes: stateMutability === "nonpayable" || stateMutability === "payable",
    })),
);

const actions = Object.entries(sdk).flatMap(([name, exported]) =>
  typeof exported === "function" && "calls" in exported
    ? [{ name, calls: (exported as unknown as Calling).calls }]
    : [],
);

const actionsFor = (called: string) => actions.filter(({ calls }) => calls.includes(called));

describe("the actions", () => {
  for (const called of new Set(functions.map((item) => item.called))) {
    if (called in FOR_OTHERS) continue;
    it(`stand for ${called}`, () => {
      // One for each overload.
      const overloads = functions.filter((item) => item.called === called).length;
      expect(actionsFor(called)).to.have.length.of.at.least(overloads);
    });
  }

  it("leave out only what exists and is for others", () => {
    for (const called of Object.keys(FOR_OTHERS)) {
      expect(
        functions.some((item) => item.called === called),
        called,
      ).to.equal(true);
      expect(actionsFor(called), called).to.deep.equal([]);
    }
  });

  it("that send can also be waited for, and be had as a call", () => {
    const writing = functions.filter(
      ({ called, writes }) => writes && !(called in FOR_OTHERS) && !ASKED.includes(called),
    );
    expect(writing).to.have.length.greaterThan(20);
    for (const { called } of writing) {
      for (const { name } of actionsFor(called)) expect(sdk).to.include.keys(`${name}Sync`, `${name}Call`);
    }
  });

  it("that send have their event found in a receipt, or their events where these may be none or many", () => {
    const sending = actions.filter(({ name }) => `${name}Sync` in sdk);
    expect(sending.map(({ name }) => name)).to.include.members(Object.keys(MANY));
    for (const { name } of sending) {
      const event = `extract${name[0]!.toUpperCase()}${name.slice(1)}Event`;
      const [found, other] = name in MANY ? [`${event}s`, event] : [event, `${event}s`];
      expect(sdk).to.include.keys(found);
      expect(sdk).to.not.include.keys(other);
    }
  });

  it("that say an event has to be there say so when it is not", () => {
    const receipt = { logs: [] };
    expect(() => sdk.extractSettleDealEvent(receipt)).to.throw(
      sdk.EventMissingError,
      "DealSettled or DealSettlementRefused of StorageDeals",
    );
    expect(sdk.extractPokeDealEvents(receipt)).to.deep.equal([]);
  });
});

describe("ids", () => {
  it("are put together and taken apart as on chain", () => {
    expect(sdk.copyIdOf(5n, 3)).to.equal((5n << 8n) | 3n);
    expect(sdk.splitCopyId((5n << 8n) | 255n)).to.deep.equal({ dealId: 5n, index: 255 });
    expect(() => sdk.copyIdOf(5n, 256)).to.throw(RangeError);
    expect(() => sdk.copyIdOf(5n, -1)).to.throw(RangeError);
    expect(sdk.subjectOf({ miner: 1000n, sector: 7n })).to.equal((1000n << 64n) | 7n);
    expect(() => sdk.subjectOf({ miner: 1000n, sector: 1n << 64n })).to.throw(RangeError);
    expect(sdk.notificationPayload(1n)).to.equal(`0x${"0".repeat(63)}1`);
  });
});

import type { Hex } from "viem";
import { assess } from "../src/deals/assess.ts";
import { decide } from "../src/deals/decide.ts";
import type {
  Copy,
  Deal,
  DealIntent,
  Decision,
  Offer,
  Parameters,
  Policy,
  PolicyPiece,
  State,
} from "../src/deals/state.ts";
import type { History } from "../src/runtime/outbox.ts";

export const PARAMETERS: Parameters = {
  ...{ freshness: 5760n, grace: 8640n, chainGap: 2880n, extensionLead: 2880n, maxExtension: 1_550_000n },
  ...{ maxExtensions: 2, minRate: 20_000n, maxPieces: 32 },
};

const TOKEN = "0x00000000000000000000000000000000000000aa";
const TIB = 1n << 40n;

export function piece(index: number, paddedSize = 1n << 35n): PolicyPiece {
  const commitment: Hex = `0x${index.toString(16).padStart(64, "0")}`;
  const height = paddedSize.toString(2).length - 6;
  return {
    cid: `piece-${String(index).padStart(8, "0")}`,
    commitment,
    height,
    padding: 0,
    paddedSize,
    layer: "layer",
  };
}

export function policy(changes: Partial<Policy> = {}): Policy {
  return {
    ...{ dataset: `0x${"d".repeat(64)}`, pieces: [piece(1)], copies: 2, token: TOKEN },
    ...{ maxRatePerTib: 10n ** 15n, minBondPerTib: 0n, duration: 518_400n, sealingWindow: 20_160n, deny: [] },
    ...{
      renewBefore: 40_320n,
      silentAfter: 2880n,
      settleEvery: 20_160n,
      sampleEvery: 2880n,
      exclusion: 20_160n,
    },
    ...{ retryAfter: 20n, pollEvery: 20n, minRunway: 0n },
    ...changes,
  };
}

export function offer(offerId: bigint, changes: Partial<Offer> = {}): Offer {
  return {
    ...{
      offerId,
      version: 1,
      provider: 1000n + offerId,
      owner: 2000n + offerId,
      paused: false,
      token: TOKEN,
    },
    ...{
      ratePerTib: 10n ** 12n * offerId,
      bondPerTib: 10n ** 18n,
      minPieceSize: 1n << 20n,
      maxPieceSize: TIB,
    },
    ...{ minDuration: 518_400n, maxDuration: 1_550_000n, freeBytes: 100n * TIB, freeBond: 10n ** 24n },
    ...{ expiry: 10n ** 9n, notice: 86_400n, exitFeeEpochs: 20_160n, reservationFeeEpochs: 2880n },
    ...{ openProposals: 0n, maxOpenProposals: 64n, region: "CH" },
    ...changes,
  };
}

/** What becomes of a provider's deals; `at` is an epoch. */
export type Behaviour =
  | { kind: "good" }
  | { kind: "refuses" | "silent" | "never-seals" | "claims" | "fails-sealing" }
  | { kind: "faulty" | "dead"; at: bigint };

/** A market in which every decision is carried out at once, so that decisions can be judged by what they lead to. */
export class SimulatedMarket {
  epoch = 100_000n;
  readonly state: State;
  readonly policy: Policy;
  readonly behaviours: Map<bigint, Behaviour>;
  readonly log: { epoch: bigint; intent: DealIntent }[] = [];
  readonly keys = new Set<string>();
  readonly #history = new Map<string, History>();

  constructor(given: Policy, offers: Offer[], behaviours: Map<bigint, Behaviour> = new Map()) {
    this.policy = given;
    this.behaviours = behaviours;
    this.state = {
      ...{ epoch: this.epoch, parameters: PARAMETERS, offers, deals: [], open: [], history: this.#history },
      account: { available: 10n ** 40n, fundedUntil: 2n ** 256n - 1n },
      failedProposals: [],
    };
  }

  behaviourOf(provider: bigint): Behaviour {
    return this.behaviours.get(provider) ?? { kind: "good" };
  }

  decide(): Decision {
    this.state.epoch = this.epoch;
    return decide(this.state, this.policy, assess(this.state, this.policy));
  }

  /** Decides and does it; then `epochs` pass. */
  step(epochs = this.policy.pollEvery): Decision {
    this.#passTime();
    const decision = this.decide();
    for (const intent of decision.intents) {
      if (this.keys.has(intent.key)) throw new Error(`decided twice: ${intent.key}`);
      this.keys.add(intent.key);
      this.log.push({ epoch: this.epoch, intent });
      this.#apply(intent);
    }
    this.epoch += epochs;
    return decision;
  }

  runUntil(end: bigint, epochs?: bigint): void {
    while (this.epoch < end) this.step(epochs);
  }

  copies(): { deal: Deal; copy: Copy }[] {
    return this.state.deals.flatMap((deal) => deal.copies.map((copy) => ({ deal, copy })));
  }

  #passTime(): void {
    for (const { deal, copy } of this.copies()) {
      const behaviour = this.behaviourOf(deal.provider);
      const last = deal.railEnd || deal.endEpoch;
      const seals = /^(good|faulty|dead)$/.test(behaviour.kind);
      if (copy.current === "Proposed" && copy.submission !== undefined && seals) {
        const evidence = {
          last: "Active" as const,
          failed: false,
          failedAt: 0n,
          chainStart: 0n,
          lastReport: 0n,
        };
        Object.assign(copy, {
          stored: "Active",
          current: "Active",
          activation: this.epoch,
          sector: copy.copyId,
        });
        copy.evidence = { ...evidence, provenUntil: this.epoch };
      }
      if (copy.current === "Proposed" && this.epoch > deal.sealBy) copy.current = "Expired";
      if (copy.submission !== undefined && behaviour.kind !== "silent")
        copy.submission.heardEpoch = this.epoch;
      if (copy.stored !== "Active" || copy.evidence === undefined) continue;
      const gone = (behaviour.kind === "faulty" || behaviour.kind === "dead") && this.epoch >= behaviour.at;
      const status = !gone ? "Active" : behaviour.kind === "dead" ? "Dead" : "Faulty";
      copy.look = { status, location: "0x820000", expiration: deal.endEpoch };
      copy.current = copy.evidence.failed
        ? "Failed"
        : this.epoch >= last
          ? "Completed"
          : copy.evidence.last === "Active"
            ? "Active"
            : "Faulty";
    }
  }

  #finish(intent: DealIntent, error?: string): void {
    const past = this.#history.get(intent.subject);
    this.#history.set(intent.subject, {
      attempts: (past?.attempts ?? 0) + 1,
      failures: error === undefined ? 0 : (past?.failures ?? 0) + 1,
      open: false,
      finishedEpoch: this.epoch,
      error,
    });
  }

  #apply(intent: DealIntent): void {
    const { kind, payload } = intent;
    if (kind === "submit") this.#submit(intent, payload.copyId, payload.provider);
    else this.#finish(intent);
    if (kind === "propose") this.#propose(payload);
    if (kind === "poke") this.#poke(payload.dealId);
    if (kind === "settle") this.#deal(payload.dealId).settledUpTo = this.epoch;
    if (kind === "sample") this.#copy(payload.copyId).sampledEpoch = this.epoch;
    if (kind === "report") this.#report(payload.copyId);
    if (kind === "extend") Object.assign(this.#deal(payload.dealId), { endEpoch: payload.newEnd });
    if (kind !== "refresh") return;
    for (const { deal, copy } of this.copies()) {
      if (deal.provider !== payload.miner || !payload.sectors.includes(copy.sector) || !copy.evidence)
        continue;
      if (copy.look?.status === "Active")
        Object.assign(copy.evidence, { last: "Active", provenUntil: this.epoch });
    }
  }

  #propose(proposed: Extract<DealIntent, { kind: "propose" }>["payload"]): void {
    const dealId = BigInt(this.state.deals.length) + 1n;
    const { provider, owner, offerId, sealingWindow, duration, pieces } = proposed;
    const sealBy = this.epoch + sealingWindow;
    const copies = pieces.map(
      ({ commitment }, index): Copy => ({
        ...{ copyId: (dealId << 8n) | BigInt(index), commitment, stored: "Proposed", current: "Proposed" },
        ...{
          sector: 0n,
          activation: 0n,
          close: 0n,
          evidence: undefined,
          look: undefined,
          submission: undefined,
        },
        ...{ sampledEpoch: undefined, sampleFailures: [] },
      }),
    );
    const ratePerTib = this.state.offers.find((known) => known.offerId === offerId)?.ratePerTib ?? 0n;
    const deal: Deal = {
      ...{
        dealId,
        provider,
        owner,
        offerId,
        endpoint: `http://${provider}`,
        sealBy,
        endEpoch: sealBy + duration,
      },
      ...{ railEnd: 0n, notice: 86_400n, period: 86_400n + sealingWindow, extensions: 0, departure: "None" },
      ...{ rateStale: false, ratePerTib, settledUpTo: this.epoch, copies },
    };
    (this.state.deals as Deal[]).push(deal);
  }

  #submit(intent: DealIntent, copyId: bigint, provider: bigint): void {
    const { kind } = this.behaviourOf(provider);
    this.#finish(intent, kind === "refuses" ? "the provider refused with 400" : undefined);
    if (kind === "refuses") return;
    const status = kind === "claims" ? "complete" : kind === "fails-sealing" ? "failed" : "sealing";
    const submission = { status, reason: undefined, sinceEpoch: this.epoch, heardEpoch: this.epoch };
    this.#copy(copyId).submission = submission;
  }

  #report(copyId: bigint): void {
    const { evidence, look } = this.#copy(copyId);
    if (evidence === undefined) return;
    if (look?.status === "Dead")
      Object.assign(evidence, { last: "Dead", failed: true, failedAt: this.epoch });
    if (look?.status !== "Faulty") return;
    const broken = evidence.last !== "Faulty" || this.epoch - evidence.lastReport > PARAMETERS.chainGap;
    if (broken) evidence.chainStart = this.epoch;
    Object.assign(evidence, { last: "Faulty", lastReport: this.epoch });
    if (this.epoch - evidence.chainStart >= PARAMETERS.grace) {
      Object.assign(evidence, { failed: true, failedAt: this.epoch });
    }
  }

  /** Ended copies are stored as ended; without any left the deal closes and its rail is finalised. */
  #poke(dealId: bigint): void {
    const deal = this.#deal(dealId);
    for (const copy of deal.copies) {
      if (!/Expired|Failed|Completed/.test(copy.current)) continue;
      copy.stored = copy.current;
      copy.close = this.epoch;
    }
    if (this.epoch > deal.sealBy) deal.period = deal.notice;
    if (deal.copies.some(({ stored }) => stored === "Active" || stored === "Proposed")) return;
    Object.assign(deal, { departure: "Closed", railEnd: this.epoch, settledUpTo: undefined });
  }

  #deal(dealId: bigint): Deal {
    return this.state.deals.find((deal) => deal.dealId === dealId) as Deal;
  }

  #copy(copyId: bigint): Copy {
    return this.copies().find(({ copy }) => copy.copyId === copyId)?.copy as Copy;
  }
}

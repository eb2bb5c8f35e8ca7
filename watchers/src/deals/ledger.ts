import { splitCopyId } from "@holdfast/sdk";
import type { Address } from "viem";
import type { StoredEvent } from "../runtime/event-log.ts";
import type { Ledger } from "../runtime/export.ts";
import { decodePayload } from "../runtime/payload.ts";

interface CopyEvidence {
  copyId: bigint;
  miner: bigint;
  sector: bigint;
  /** The last epoch that the chain had seen proven by then. */
  provenUntil: bigint;
}

/** What was paid on a deal's rail, when, and on which evidence. Token units. */
export interface Payment {
  kind: "settlement" | "one-time";
  dealId: bigint;
  epoch: number;
  transactionHash: string;
  gross: bigint;
  toProvider: bigint;
  commission: bigint;
  networkFee: bigint;
  /** Of a settlement. */
  settledUpTo: bigint | undefined;
  /** Of every copy that was ever activated. */
  evidence: readonly CopyEvidence[];
}

/** What a provider's bond had to give, attoFIL. */
export interface Slash {
  kind: "slash";
  provider: bigint;
  client: Address;
  epoch: number;
  transactionHash: string;
  toClient: bigint;
  toReporter: bigint;
  burned: bigint;
}

/** A ledger of what moved, from events in the order of the chain. */
export function createLedger(): Ledger {
  const copies = new Map<bigint, CopyEvidence[]>();
  const provenUntil = new Map<string, bigint>();

  return (event) => {
    const args = decodePayload<Record<string, bigint> & { client: Address }>(event.args);
    const n = (name: string) => args[name] as bigint;
    const place = { epoch: event.epoch, transactionHash: event.transactionHash };
    const paid = (kind: Payment["kind"], gross: bigint, toProvider: bigint): Payment => ({
      ...{ kind, dealId: n("railId"), ...place, gross, toProvider },
      ...{ commission: n("operatorCommission"), networkFee: n("networkFee"), settledUpTo: args.settledUpTo },
      evidence: (copies.get(n("railId")) ?? []).map((copy) => ({
        ...copy,
        provenUntil: provenUntil.get(`${copy.miner}:${copy.sector}`) ?? copy.provenUntil,
      })),
    });

    switch (event.event) {
      case "DealCopyActivated": {
        const { dealId } = splitCopyId(n("copyId"));
        const copy = { copyId: n("copyId"), miner: n("miner"), sector: n("sector"), provenUntil: n("epoch") };
        copies.set(dealId, [...(copies.get(dealId) ?? []), copy]);
        return [];
      }
      case "EvidenceRefreshed":
        provenUntil.set(`${n("miner")}:${n("sector")}`, n("provenUntil"));
        return [];
      case "RailSettled":
        return [paid("settlement", n("totalSettledAmount"), n("totalNetPayeeAmount"))];
      case "RailOneTimePaymentProcessed": {
        const gross = n("netPayeeAmount") + n("operatorCommission") + n("networkFee");
        return [paid("one-time", gross, n("netPayeeAmount"))];
      }
      case "ProviderBondSlashed":
        return [slashOf(event, args)];
      default:
        return [];
    }
  };
}

function slashOf(
  { epoch, transactionHash }: StoredEvent,
  args: Record<string, bigint> & { client: Address },
): Slash {
  const { provider, client, toClient, toReporter, burned } = args as unknown as Slash;
  return { kind: "slash", provider, client, epoch, transactionHash, toClient, toReporter, burned };
}

import { parseEventLogs, type TransactionReceipt } from "viem";
import type { ContractCall, TransactionKind } from "../runtime/contract-call.ts";
import type { Finality } from "../runtime/database.ts";
import type { RequestKind } from "../runtime/request-runner.ts";
import { abis, type Contracts } from "./contracts.ts";
import type { ProviderMarket, Submit } from "./provider-market.ts";
import type { DealIntent, Epoch, SamplePayload } from "./state.ts";

type PayloadOf<Kind extends DealIntent["kind"]> = Extract<DealIntent, { kind: Kind }>["payload"];

/** Kinds that are transactions: what is called, and what is kept of the receipt. */
export function transactionKinds(contracts: Contracts): Record<string, TransactionKind> {
  const deals = (functionName: string, args: readonly unknown[]): ContractCall => ({
    address: contracts.deals,
    abi: abis.deals as never,
    functionName,
    args,
  });
  const kind = <Kind extends DealIntent["kind"]>(
    _name: Kind,
    call: (payload: PayloadOf<Kind>) => ContractCall,
    extract: (receipt: TransactionReceipt) => unknown = (receipt) => eventsIn(receipt),
    finality: Finality = "final",
  ): TransactionKind => ({ call: (payload) => call(payload as PayloadOf<Kind>), extract, finality });

  return {
    propose: kind(
      "propose",
      ({ offerId, version, dataset, sealingWindow, duration, pieces }) =>
        deals("propose", [
          {
            ...{
              offerId,
              version,
              dataset,
              sealingWindow,
              duration,
              autoExtendUntil: 0n,
              autoExtendRateCap: 0n,
            },
            pieces: pieces.map(({ commitment, height, padding }) => ({ cid: commitment, height, padding })),
          },
        ]),
      (receipt) => {
        const [proposed] = parseEventLogs({ abi: abis.deals, eventName: "DealProposed", logs: receipt.logs });
        const { dealId, provider, sealBy, endEpoch, rate } = proposed!.args;
        return { dealId, provider, sealBy, endEpoch, rate };
      },
    ),
    // Moves no money and ends nothing: to see it mined is enough to look at the sectors again.
    refresh: kind(
      "refresh",
      ({ miner, sectors, locations }) => ({
        address: contracts.evidence,
        abi: abis.evidence as never,
        functionName: "refresh",
        args: [miner, sectors, locations],
      }),
      eventsIn,
      "observe",
    ),
    report: kind("report", ({ copyId, location }) => deals("report", [copyId, location])),
    poke: kind("poke", ({ dealId }) => deals("poke", [dealId])),
    settle: kind("settle", ({ dealId }) => deals("settle", [dealId])),
    extend: kind("extend", ({ dealId, newEnd, locations }) => deals("extend", [dealId, newEnd, locations])),
  };
}

/** Kinds that are requests to providers. */
export function requestKinds(
  market: ProviderMarket,
  sample: (payload: SamplePayload, head: Epoch) => ReturnType<RequestKind>,
): Record<string, RequestKind> {
  return {
    submit: (payload, head) => market.submit(payload as Submit, head),
    sample: (payload, head) => sample(payload as SamplePayload, head),
  };
}

/** What the contracts told in a receipt, by name, for progress and the record. */
function eventsIn({ logs }: TransactionReceipt) {
  const events = [
    ...parseEventLogs({ abi: abis.deals as never, logs }),
    ...parseEventLogs({ abi: abis.evidence as never, logs }),
  ] as unknown as { eventName: string; args: unknown }[];
  return events.map(({ eventName, args }) => ({ name: eventName, args }));
}

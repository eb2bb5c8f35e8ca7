import { type Abi, type Address, type PublicClient, parseEventLogs } from "viem";
import type { OfferBook, OfferTerms } from "../provider/offer.ts";
import type { Sender } from "./messages.ts";

export interface OfferBookOptions {
  registry: Address;
  abi: Abi;
  client: PublicClient;
  minerId: bigint;
  owner: Sender;
  worker: Sender;
  /** attoFIL that the owner posts at registration. */
  bond: bigint;
}

/** Publishes offers: the owner registers and bonds, within an envelope that its bond can pay; the worker publishes. */
export function createOfferBook(options: OfferBookOptions): OfferBook {
  const { registry: address, abi, client, minerId, owner, worker, bond } = options;
  const call = { abi, address };

  async function register(terms: OfferTerms): Promise<void> {
    const owned = await client.readContract({ ...call, functionName: "ownerOf", args: [minerId] });
    if (owned !== 0n) return;
    const envelope = {
      maxBondPerTib: terms.bondPerTib,
      maxBondAtStake: bond,
      maxBondPerDay: bond,
      maxExitBps: terms.exitBps,
      payee: owner.address,
    };
    await owner.send({ ...call, functionName: "register", args: [minerId, envelope], value: bond });
  }

  return {
    async publish(terms, offerId) {
      await register(terms);
      if (offerId === undefined) {
        const publication = { ...call, functionName: "publishOffer", args: [minerId, terms] };
        const { logs } = (await worker.send(publication)).receipt;
        const [published] = parseEventLogs({ abi, logs, eventName: "OfferPublished" });
        return (published as unknown as { args: { offerId: bigint } }).args.offerId;
      }
      const [, , , , current] = (await client.readContract({
        ...call,
        functionName: "offerOf",
        args: [offerId],
      })) as [bigint, number, boolean, bigint, { endpoint: string }];
      if (current.endpoint !== terms.endpoint) {
        await worker.send({ ...call, functionName: "reviseOffer", args: [offerId, terms] });
      }
      return offerId;
    },
  };
}

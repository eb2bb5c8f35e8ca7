import { getRegistryParameters, type ListedOffer, listOffers } from "@holdfast/sdk";
import { formatEther } from "viem";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { table } from "../run/output.ts";
import { sizeText } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";
import { monthlyPrice } from "./price.ts";

interface ListArguments extends CommonArguments {
  all: boolean;
}

export default command<ListArguments>(async ({ all }, context) => {
  const { client, contracts, time } = await context.connect();
  const { registry } = await contracts();
  const [{ head }, { day }] = await Promise.all([
    time(),
    getRegistryParameters(client, { address: registry }),
  ]);
  const offers = await inStage("Reading the offers", () => listOffers(client, { address: registry }));
  const shown = offers
    .map((offer) => ({ offer, state: stateOf(offer, head) }))
    .filter(({ state }) => all || state === "open")
    .sort((a, b) => Number(a.offer.terms.ratePerTib - b.offer.terms.ratePerTib));
  return {
    json: {
      offers: shown.map(({ offer, state }) => ({ ...offer, provider: `f0${offer.provider}`, state })),
    },
    text: table(
      shown.map(({ offer: { offerId, provider, version, terms, reservedBytes, freeBond }, state }) => ({
        ...{ offer: offerId, version, provider: `f0${provider}`, region: terms.region, state },
        "tokens/TiB/30 d": monthlyPrice(terms.ratePerTib, day),
        "FIL bond/TiB": formatEther(terms.bondPerTib),
        "free bond": formatEther(freeBond),
        "free space": sizeText(terms.capacity - reservedBytes),
        pieces: `${sizeText(terms.minPieceSize)} to ${sizeText(terms.maxPieceSize)}`,
        "least days": terms.minDuration / day,
      })),
    ),
  };
});

export function stateOf({ paused, terms }: ListedOffer, head: bigint): "open" | "paused" | "expired" {
  if (paused) return "paused";
  return terms.expiry < head ? "expired" : "open";
}

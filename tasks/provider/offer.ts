import {
  getOffer,
  getRegistryParameters,
  type OfferTerms,
  pauseOfferCall,
  pauseOfferSync,
  publishOfferCall,
  publishOfferSync,
  reviseOfferCall,
  reviseOfferSync,
} from "@holdfast/sdk";
import { formatEther } from "viem";
import { command } from "../run/command.ts";
import type { ChainTime } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { minerId, sizeText, whole } from "../run/parse.ts";
import { carryOut, type Plan, senderAddress } from "../run/send.ts";
import { type OfferArguments, TERMS, termsFrom } from "./offer-terms.ts";
import { monthlyPrice } from "./price.ts";

const contract = "ProviderRegistry";

export default command<OfferArguments>(async (args, context) => {
  refuseMixed(args);
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const registry = { address: (await connection.contracts()).registry };
  const [parameters, time] = await Promise.all([getRegistryParameters(client, registry), connection.time()]);
  const offerId = args.offer === undefined ? undefined : whole("--offer", args.offer);
  const run = { context, connection, sender, address };

  if (args.pause || args.resume) {
    if (offerId === undefined)
      throw new TaskConfigError("Which offer?", "npx hardhat provider offer --offer <id> --pause");
    return carryOut(args, run, pausePlan(offerId, args.pause));
  }
  const token = await connection.usdfc();
  const before = offerId === undefined ? undefined : (await getOffer(client, { ...registry, offerId })).terms;
  const terms = termsFrom(args, { before, token, head: time.head, parameters });
  const shown = costsOf(terms, parameters.day, time);
  if (offerId !== undefined) {
    const revision = { ...registry, offerId, terms };
    return carryOut(args, run, {
      steps: [
        {
          ...{ title: `Revise offer ${offerId}`, contract, call: reviseOfferCall(client, revision) },
          send: (by, onHash) => reviseOfferSync(by, { ...revision, onHash }),
        },
      ],
      ...{ costs: shown, figures: { terms }, resume: "npx hardhat provider list" },
      outcome: ([landed]) => published(landed!.event.args),
    });
  }
  if (args.provider === undefined) {
    throw new TaskConfigError(
      "Whose offer?",
      "npx hardhat provider offer --provider f0<id> …, or --offer <id> to change one",
    );
  }
  const publication = { ...registry, provider: minerId(args.provider), terms };
  return carryOut(args, run, {
    steps: [
      {
        ...{
          title: `Publish an offer of ${args.provider}`,
          contract,
          call: publishOfferCall(client, publication),
        },
        send: (by, onHash) => publishOfferSync(by, { ...publication, onHash }),
      },
    ],
    ...{ costs: shown, figures: { terms }, resume: "npx hardhat provider list" },
    outcome: ([landed]) => published(landed!.event.args),
  });

  function pausePlan(id: bigint, paused: boolean): Plan<unknown> {
    const change = { ...registry, offerId: id, paused };
    return {
      steps: [
        {
          ...{
            title: `${paused ? "Pause" : "Resume"} offer ${id}`,
            contract,
            call: pauseOfferCall(client, change),
          },
          send: (by, onHash) => pauseOfferSync(by, { ...change, onHash }),
        },
      ],
      ...{ costs: {}, figures: {}, resume: "npx hardhat provider list" },
      outcome: () => ({
        json: { offerId: id, paused },
        text: fields({ offer: id, state: paused ? "paused" : "open" }),
      }),
    };
  }
});

/** Pausing and resuming change no terms. @throws TaskConfigError */
function refuseMixed(args: OfferArguments): void {
  if (!args.pause && !args.resume) return;
  const next = "npx hardhat provider offer --offer <id> --pause, or --resume";
  if (args.pause && args.resume) throw new TaskConfigError("--pause and --resume exclude each other.", next);
  const given = TERMS.filter((term) => args[term] !== undefined);
  if (given.length === 0) return;
  const options = given.map((term) => `--${term.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new TaskConfigError(`${options.join(", ")} with --pause or --resume: these change no terms.`, next);
}

function published({ offerId, version }: { offerId: bigint; version: number }) {
  return { json: { offerId, version }, text: fields({ offer: offerId, version }) };
}

function costsOf(terms: OfferTerms, day: bigint, { text }: ChainTime) {
  return {
    price: `${monthlyPrice(terms.ratePerTib, day)} tokens per TiB and 30 days (${terms.token})`,
    stake: `${formatEther(terms.bondPerTib)} FIL of bond per TiB, taken if a copy fails`,
    capacity: `${sizeText(terms.capacity)} in pieces of ${sizeText(terms.minPieceSize)} to ${sizeText(terms.maxPieceSize)}`,
    deals: `${terms.minDuration / day} to ${terms.maxDuration / day} days, notice ${BigInt(terms.notice) / day} days`,
    until: text(terms.expiry),
  };
}

import {
  type ChosenDeal,
  chooseOffers,
  getDealsParameters,
  getRegistryParameters,
  listOffers,
  type OfferPolicy,
  proposeDealCall,
  proposeDealSync,
} from "@holdfast/sdk";
import { openPacked, type PackedFolder } from "@holdfast/sdk/node";
import { formatEther } from "viem";
import type { WriteArguments } from "../define.ts";
import { ratePerEpoch } from "../provider/price.ts";
import { command } from "../run/command.ts";
import { EXIT, TaskConfigError } from "../run/exit-codes.ts";
import { fields, table } from "../run/output.ts";
import { amount, epochs, minerId, whole } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";
import { carryOut, type Step, senderAddress } from "../run/send.ts";
import { askProvider, type Submission } from "./ask-provider.ts";
import { fund, type Landed, totalOf } from "./funding.ts";
import { type Token, tokenOf } from "./money.ts";

interface ProposeArguments extends WriteArguments {
  folder: string;
  copies: string;
  duration: string | undefined;
  sealingWindow: string | undefined;
  runway: string | undefined;
  maxRate: string | undefined;
  minBond: string | undefined;
  regions: string | undefined;
  exclude: string | undefined;
  token: string | undefined;
  submit: string | undefined;
}

type PackedPiece = PackedFolder["pieces"][number];
export default command<ProposeArguments>(async (args, context) => {
  const packed = await openPacked(args.folder);
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const contracts = await connection.contracts();
  const [token, time, registry, market] = await Promise.all([
    tokenOf(connection, args.token),
    connection.time(),
    getRegistryParameters(client, { address: contracts.registry }),
    getDealsParameters(client, { address: contracts.deals }),
  ]);
  const policy = policyFrom(args, token, registry);
  const offers = await inStage("Reading the offers", () =>
    listOffers(client, {
      address: contracts.registry,
      proposals: { deals: contracts.deals, client: address },
    }),
  );
  const choice = chooseOffers({
    offers,
    pieces: packed.pieces,
    policy,
    epoch: time.head,
    parameters: market,
  });
  for (const { offerId, provider, why } of choice.passedOver) {
    context.note(`  offer ${offerId} of f0${provider} is passed over: ${why}`);
  }
  if (choice.deals.length === 0) {
    throw new TaskConfigError(
      `No offer takes any of the ${packed.pieces.length} pieces on these terms.`,
      "npx hardhat provider list: compare it with the reasons above",
    );
  }
  const funding = await fund(args, { connection, token, address, deals: choice.deals, day: registry.day });
  const proposals = choice.deals.map((deal) => proposalStep(deal));
  const missing = choice.missing.reduce((sum, { copies }) => sum + copies, 0);
  const sealBy = time.head + policy.sealingWindow;
  const total = totalOf(choice.deals);

  return carryOut<Landed>(
    args,
    { context, connection, sender, address },
    {
      steps: [...funding.steps, ...proposals],
      costs: {
        "deposit into Filecoin Pay": token.text(funding.deposit),
        "paid at once": `${token.text(total.reservationFee)}, the reservation fee`,
        "locked until it ends": `${token.text(total.lockup)}: notice, sealing window and exit fee`,
        "streams per epoch": `${token.text(total.rate)}, as far as it is proven`,
        "costs at most": `${token.text(total.greatestCost)} until it ends by itself`,
        "providers stake": `${formatEther(total.bond)} FIL`,
        "sealed by": time.text(sealBy),
        "kept until": time.text(sealBy + policy.duration),
        copies:
          missing === 0 ? `${policy.copies} of each piece` : `${missing} are missing: no more offers fit`,
      },
      figures: {
        token: { address: token.address, symbol: token.symbol, deposit: funding.deposit, ...total },
        ...{ sealBy, endEpoch: sealBy + policy.duration },
      },
      resume: `npx hardhat deal list: what is proposed stays; then npx hardhat deal propose ${args.folder} --copies <the rest>`,
      async outcome(landed, { privateKey }) {
        const proposed = landed.flatMap((step) => step.proposed ?? []);
        const ids = proposed.map(({ dealId }) => dealId);
        const deals = proposed.map((deal, at) => ({ ...deal, ...describe(choice.deals[at]!) }));
        const submissions: Submission[] = [];
        if (args.submit !== undefined) {
          for (const dealId of ids) {
            submissions.push(await askProvider(connection, { dealId, url: args.submit, privateKey }));
          }
        }
        const failed = submissions.filter(({ error }) => error !== undefined);
        for (const { dealId, error } of failed) context.note(`  deal ${dealId}: ${error}`);
        return {
          json: { dataset: packed.dataset, deals, missingCopies: missing, submissions },
          text: [
            table(
              deals.map(({ dealId, provider, offerId, sealBy, endEpoch, pieces }) => ({
                ...{ deal: dealId, provider, offer: offerId, pieces: pieces.length },
                ...{ "sealed by": time.text(sealBy), "kept until": time.text(endEpoch) },
              })),
            ),
            "",
            fields({ next: nextStep(ids, args, failed.length) }),
          ].join("\n"),
          exitCode: missing > 0 || failed.length > 0 ? EXIT.incomplete : EXIT.ok,
        };
      },
    },
  );

  function proposalStep({ offer, pieces }: ChosenDeal<PackedPiece>): Step<Landed> {
    const { offerId, version, provider } = offer;
    const { sealingWindow, duration } = policy;
    const proposal = {
      ...{ address: contracts.deals, offerId, version, dataset: packed.dataset },
      ...{ sealingWindow, duration, pieces },
    };
    return {
      title: `Propose ${pieces.length} pieces to f0${provider} (offer ${offerId})`,
      contract: "StorageDeals",
      call: proposeDealCall(client, proposal),
      assumedGas: proposalGas(pieces.length),
      async send(by, onHash) {
        const { event, receipt } = await proposeDealSync(by, { ...proposal, onHash });
        const { dealId, sealBy, endEpoch } = event.args;
        return { proposed: { dealId, sealBy, endEpoch }, receipt };
      },
    };
  }
});

/**
 * Filecoin gas of a proposal that cannot be tried before the deposit: the EVM gas of snapshots/gas.json for one piece and
 * for each more, times 250. That is about a settlement's ratio, the dearest of those that are estimated.
 */
function proposalGas(pieces: number): bigint {
  return (860_000n + 73_000n * BigInt(pieces - 1)) * 250n;
}

function policyFrom(
  args: ProposeArguments,
  token: Token,
  { day, minDuration }: { day: bigint; minDuration: bigint },
): OfferPolicy {
  const span = (name: string, given: string | undefined, otherwise: bigint) =>
    given === undefined ? otherwise : epochs(name, given, day);
  return {
    copies: Number(whole("--copies", args.copies)),
    token: token.address,
    duration: span("--duration", args.duration, minDuration),
    sealingWindow: span("--sealing-window", args.sealingWindow, 7n * day),
    ...(args.maxRate === undefined
      ? {}
      : { maxRatePerTib: ratePerEpoch(amount("--max-rate", args.maxRate), day) }),
    ...(args.minBond === undefined ? {} : { minBondPerTib: amount("--min-bond", args.minBond) }),
    ...(args.regions === undefined ? {} : { regions: args.regions.split(",") }),
    ...(args.exclude === undefined ? {} : { exclude: args.exclude.split(",").map(minerId) }),
  };
}

function describe({ offer, pieces, quote }: ChosenDeal<PackedPiece>) {
  const { offerId, provider, terms } = offer;
  return {
    ...{ offerId, provider: `f0${provider}`, endpoint: terms.endpoint, rate: quote.rate },
    pieces: pieces.map(({ cid }) => cid),
  };
}

function nextStep(ids: readonly bigint[], { submit }: ProposeArguments, failed: number): string {
  if (submit !== undefined && failed === 0)
    return `npx hardhat deal status ${ids[0]}: the providers fetch, seal and report`;
  return `npx hardhat deal submit ${ids[0]} <url of the CARs>, for each deal; or let the daemon serve the CARs and ask`;
}

import {
  extendDealCall,
  extendDealSync,
  getRegistryParameters,
  lookAtSector,
  setAutoExtendCall,
  setAutoExtendSync,
} from "@holdfast/sdk";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { epochs, whole } from "../run/parse.ts";
import { carryOut } from "../run/send.ts";
import { type DealArguments, openDeal } from "./open-deal.ts";

interface ExtendArguments extends DealArguments {
  until: string | undefined;
  autoUntil: string | undefined;
  rateCap: string | undefined;
}

const contract = "StorageDeals";

export default command<ExtendArguments>(async (args, context) => {
  if (args.until !== undefined && args.autoUntil !== undefined) {
    throw new TaskConfigError(
      "--until extends the deal now, --auto-until lets the provider do it: this is one of the two.",
      `npx hardhat deal extend ${args.deal}: with either`,
    );
  }
  if (args.rateCap !== undefined && args.autoUntil === undefined) {
    throw new TaskConfigError(
      "--rate-cap bounds what the provider may extend for, and goes with --auto-until.",
      `npx hardhat deal extend ${args.deal} --auto-until <epoch> --rate-cap <units>`,
    );
  }
  const { dealId, deal, copies, time, token, contracts, onDeals, run } = await openDeal(args, context);
  const { client } = run.connection;
  const resume = `npx hardhat deal status ${dealId}`;
  if (args.autoUntil !== undefined) {
    const until = whole("--auto-until", args.autoUntil);
    const rateCap = args.rateCap === undefined ? deal.ratePerTib : whole("--rate-cap", args.rateCap);
    const change = { ...onDeals, until, rateCap };
    return carryOut(args, run, {
      steps: [
        {
          ...{
            title: `Let the provider extend deal ${dealId}`,
            contract,
            call: setAutoExtendCall(client, change),
          },
          send: (by, onHash) => setAutoExtendSync(by, { ...change, onHash }),
        },
      ],
      costs: {
        "costs at most": `${token.text(deal.rate)} an epoch beyond the present end, if the provider extends`,
        until: until === 0n ? "not at all" : time.text(until),
      },
      ...{ figures: { until, rateCap }, resume },
      outcome: () => ({
        json: { dealId, until, rateCap },
        text: fields({ deal: dealId, "extends itself until": until }),
      }),
    });
  }
  if (args.until === undefined) {
    throw new TaskConfigError("Until when?", `npx hardhat deal extend ${dealId} --until <epoch or days>`);
  }
  const { day } = await getRegistryParameters(client, { address: contracts.registry });
  const newEnd = args.until.endsWith("d")
    ? deal.endEpoch + epochs("--until", args.until, day)
    : whole("--until", args.until);
  const live = copies.filter(({ state }) => state === "Active" || state === "Faulty");
  const looks = await Promise.all(
    live.map(({ sector }) => lookAtSector(client, { miner: deal.provider, sector })),
  );
  for (const [at, { status, expiration }] of looks.entries()) {
    if (status === "Active" && expiration >= newEnd) continue;
    context.note(`  copy ${live[at]!.index}: its sector is ${status} and expires at epoch ${expiration}`);
  }
  const extension = { ...onDeals, newEnd, locations: looks.map(({ location }) => location) };
  const more = newEnd - deal.endEpoch;
  return carryOut(args, run, {
    steps: [
      {
        ...{ title: `Extend deal ${dealId}`, contract, call: extendDealCall(client, extension) },
        send: (by, onHash) => extendDealSync(by, { ...extension, onHash }),
      },
    ],
    costs: {
      "costs at most": `${token.text(deal.rate * (more > 0n ? more : 0n))} more, at ${token.text(deal.rate)} an epoch`,
      "kept until": `${time.text(newEnd)} (now ${time.text(deal.endEpoch)})`,
    },
    ...{ figures: { newEnd, before: deal.endEpoch }, resume },
    outcome: () => ({
      json: { dealId, endEpoch: newEnd },
      text: fields({ deal: dealId, "kept until": time.text(newEnd) }),
    }),
  });
});

import { getRail, settleDealCall, settleDealSync } from "@holdfast/sdk";
import { command } from "../run/command.ts";
import { fields } from "../run/output.ts";
import { carryOut } from "../run/send.ts";
import { type DealArguments, openDeal } from "./open-deal.ts";

export default command<DealArguments>(async (args, context) => {
  const { dealId, deal, time, token, contracts, onDeals, run } = await openDeal(args, context);
  const { client } = run.connection;
  const rail = await getRail(client, { address: contracts.pay, railId: dealId }).catch(() => undefined);
  const from = rail?.settledUpTo;
  const owed = from === undefined ? 0n : (time.head - from) * deal.rate;
  return carryOut(args, run, {
    steps: [
      {
        ...{
          title: `Settle deal ${dealId}`,
          contract: "StorageDeals",
          call: settleDealCall(client, onDeals),
        },
        send: (by, onHash) => settleDealSync(by, { ...onDeals, onHash }),
      },
    ],
    costs: {
      "paid up to": from === undefined ? "its rail is finalised" : time.text(from),
      "its client pays at most": `${token.text(owed)}, for what is proven since; of that 1/200 is Filecoin Pay's fee`,
    },
    ...{ figures: { settledUpTo: from ?? null, atMost: owed }, resume: `npx hardhat deal status ${dealId}` },
    outcome: ([landed]) => {
      const events = landed!.events.map(({ eventName, args: values }) => ({ event: eventName, ...values }));
      const settled = landed!.events.find(({ eventName }) => eventName === "DealSettled");
      const refused = landed!.events.find(({ eventName }) => eventName === "DealSettlementRefused");
      return {
        json: { dealId, settled: settled !== undefined, events },
        text: fields({
          deal: dealId,
          settled: settled === undefined ? "nothing new" : JSON.stringify(settled.args, whole),
          refused:
            refused === undefined ? undefined : "Filecoin Pay: nothing new is proven, or the payer is dry",
        }),
      };
    },
  });
});

function whole(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

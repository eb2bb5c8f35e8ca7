import { getCopies, getDeal, getRailsOfPayer } from "@holdfast/sdk";
import { formatEther } from "viem";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { table } from "../run/output.ts";
import { evmAddress } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";
import { tokensOfOffers } from "./money.ts";

interface ListArguments extends CommonArguments {
  client: string | undefined;
  key: string;
  token: string | undefined;
}

export default command<ListArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client, contracts } = connection;
  const { deals: address, pay } = await contracts();
  const payer =
    args.client === undefined
      ? (await connection.sender(args.key)).account.address
      : evmAddress("--client", args.client);
  const time = await connection.time();
  const deals = await inStage("Reading the client's rails", async () => {
    const tokens =
      args.token === undefined ? await tokensOfOffers(connection) : [evmAddress("--token", args.token)];
    const pages = await Promise.all(
      tokens.map((token) => getRailsOfPayer(client, { address: pay, payer, token, limit: 0n })),
    );
    const ids = pages.flatMap(({ rails }) => rails.map(({ railId }) => railId));
    const found = await Promise.all(ids.map((dealId) => readDeal(dealId)));
    return found.filter((deal) => deal !== undefined);
  });
  return {
    json: { client: payer, deals },
    text: table(
      deals.map(({ dealId, provider, dataset, copies, rate, departure, endEpoch, railEnd }) => ({
        ...{ deal: dealId, provider, dataset: `${dataset.slice(0, 10)}…`, copies: counted(copies) },
        "rate per epoch": formatEther(rate),
        left: departure === "None" ? "" : departure,
        ends: time.text(railEnd === 0n ? endEpoch : railEnd),
      })),
    ),
  };

  /** Undefined for a rail that another operator opened. */
  async function readDeal(dealId: bigint) {
    try {
      const [deal, copies] = await Promise.all([
        getDeal(client, { address, dealId }),
        getCopies(client, { address, dealId }),
      ]);
      return { dealId, ...deal, provider: `f0${deal.provider}`, copies: copies.map(({ state }) => state) };
    } catch (error) {
      if ((error as { revert?: { errorName: string } }).revert?.errorName === "DealUnknown") return undefined;
      throw error;
    }
  }
});

/** "2 Active, 1 Failed" */
function counted(states: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

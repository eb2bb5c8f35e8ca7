import { copyIdOf, getCopies, getCopyState, getDeal } from "@holdfast/sdk";
import type { WriteArguments } from "../define.ts";
import type { Context } from "../run/command.ts";
import { whole } from "../run/parse.ts";
import { senderAddress } from "../run/send.ts";
import { tokenOf } from "./money.ts";

export interface DealArguments extends WriteArguments {
  deal: string;
}

/** What every task that changes a deal begins with: the deal, its copies in their state now, who sends, and the time. */
export async function openDeal(args: DealArguments, context: Context) {
  const dealId = whole("the deal", args.deal);
  const connection = await context.connect();
  const { client } = connection;
  const contracts = await connection.contracts();
  const onDeals = { address: contracts.deals, dealId };
  const [deal, recorded, time, { address, sender }] = await Promise.all([
    getDeal(client, onDeals),
    getCopies(client, onDeals),
    connection.time(),
    senderAddress(args, connection),
  ]);
  const copies = await Promise.all(
    recorded.map(async (copy, index) => {
      const copyId = copyIdOf(dealId, index);
      return {
        ...copy,
        index,
        copyId,
        state: await getCopyState(client, { address: contracts.deals, copyId }),
      };
    }),
  );
  const token = await tokenOf(connection, deal.token);
  return {
    dealId,
    deal,
    copies,
    token,
    time,
    contracts,
    onDeals,
    run: { context, connection, sender, address },
  };
}

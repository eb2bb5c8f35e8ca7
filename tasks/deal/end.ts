import {
  declineDealCall,
  declineDealSync,
  isProviderOwner,
  leaveDealAsClientCall,
  leaveDealAsClientSync,
  leaveDealAsProviderCall,
  leaveDealAsProviderSync,
} from "@holdfast/sdk";
import { formatEther } from "viem";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { carryOut, type Step } from "../run/send.ts";
import { type DealArguments, openDeal } from "./open-deal.ts";

interface EndArguments extends DealArguments {
  decline: boolean;
}

export default command<EndArguments>(async (args, context) => {
  const { dealId, deal, copies, time, token, contracts, onDeals, run } = await openDeal(args, context);
  const { client } = run.connection;
  const contract = "StorageDeals";
  const asClient: Step = {
    ...{
      title: `Leave deal ${dealId} as its client`,
      contract,
      call: leaveDealAsClientCall(client, onDeals),
    },
    send: async (by, onHash) => left(await leaveDealAsClientSync(by, { ...onDeals, onHash })),
  };
  const asProvider: Step = {
    ...{
      title: `Leave deal ${dealId} as its provider`,
      contract,
      call: leaveDealAsProviderCall(client, onDeals),
    },
    send: async (by, onHash) => left(await leaveDealAsProviderSync(by, { ...onDeals, onHash })),
  };
  const declining: Step = {
    ...{
      title: `Decline what is proposed of deal ${dealId}`,
      contract,
      call: declineDealCall(client, onDeals),
    },
    send: (by, onHash) => declineDealSync(by, { ...onDeals, onHash }),
  };
  const role = args.decline ? "decliner" : await roleOf();
  // About then; what counts is the epoch that it lands in.
  let railEnd = time.head + BigInt(deal.period);
  const staked = copies.reduce(
    (sum, { state, bond }) => (state === "Active" || state === "Faulty" ? sum + bond : sum),
    0n,
  );
  const costs = {
    client: {
      "exit fee at most": `${token.text(deal.exitFee)}, for the copies that are live`,
      "and until its rail ends": `${token.text(deal.rate)} an epoch, as far as it is proven`,
      until: time.text(railEnd),
    },
    provider: {
      "of the bond at most": `${formatEther((staked * BigInt(deal.exitBps)) / 10_000n)} FIL go to the client`,
      "and until its rail ends": "its copies go on being proven, paid and slashed",
      until: time.text(railEnd),
    },
    decliner: { "costs the provider": "nothing; the client has paid its reservation fee" },
  }[role];
  const step = { client: asClient, provider: asProvider, decliner: declining }[role];
  return carryOut(args, run, {
    steps: [step],
    ...{
      costs,
      figures: { role, exitFee: deal.exitFee, railEnd },
      resume: `npx hardhat deal status ${dealId}`,
    },
    outcome: () => ({
      json: { dealId, role, railEnd: role === "decliner" ? null : railEnd },
      text: fields({
        deal: `${dealId}, ${role === "decliner" ? "declined" : `left as its ${role}`}`,
        next: `npx hardhat deal settle ${dealId}: when its rail has ended`,
      }),
    }),
  });

  function left<landed extends { event: { args: { railEnd: bigint } } }>(landed: landed): landed {
    railEnd = landed.event.args.railEnd;
    return landed;
  }

  async function roleOf(): Promise<"client" | "provider"> {
    const { address } = run;
    if (address.toLowerCase() === deal.client.toLowerCase()) return "client";
    const asked = { address: contracts.registry, provider: deal.provider, who: address };
    if (await isProviderOwner(client, asked)) return "provider";
    throw new TaskConfigError(
      `${address} is neither the client of deal ${dealId} nor the owner of f0${deal.provider}.`,
      `npx hardhat deal status ${dealId}: it names both; then send with --key of one of them, or --decline`,
    );
  }
});

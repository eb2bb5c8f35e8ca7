import {
  getBond,
  getCredit,
  getRegistryParameters,
  unbondCall,
  unbondSync,
  withdrawBondCall,
  withdrawBondSync,
  withdrawCreditCall,
  withdrawCreditSync,
} from "@holdfast/sdk";
import { formatEther } from "viem";
import type { WriteArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { amount, evmAddress, minerId } from "../run/parse.ts";
import { carryOut, type Plan, senderAddress } from "../run/send.ts";

interface WithdrawArguments extends WriteArguments {
  provider: string | undefined;
  unbond: string | undefined;
  credit: boolean;
  to: string | undefined;
}

const contract = "ProviderRegistry";

export default command<WithdrawArguments>(async (args, context) => {
  const connection = await context.connect();
  const { address, sender } = await senderAddress(args, connection);
  const registry = { address: (await connection.contracts()).registry };
  const to = args.to === undefined ? address : evmAddress("--to", args.to);
  const { client } = connection;

  const creditPlan = async (): Promise<Plan<unknown>> => {
    const credit = await getCredit(client, { ...registry, holder: address });
    return {
      steps: [
        {
          ...{ title: `Withdraw ${formatEther(credit)} FIL of credit`, contract },
          call: withdrawCreditCall(client, { ...registry, to }),
          send: (by, onHash) => withdrawCreditSync(by, { ...registry, to, onHash }),
        },
      ],
      costs: { "comes out": `${formatEther(credit)} FIL to ${to}` },
      ...{ figures: { credit }, resume: "npx hardhat provider withdraw --credit" },
      outcome: () => ({
        json: { credit, to },
        text: fields({ withdrawn: `${formatEther(credit)} FIL to ${to}` }),
      }),
    };
  };

  const bondPlan = async (provider: bigint): Promise<Plan<unknown>> => {
    const [{ unbonding: delay }, { head, text }, bond] = await Promise.all([
      getRegistryParameters(client, registry),
      connection.time(),
      getBond(client, { ...registry, provider }),
    ]);
    const resume = `npx hardhat provider withdraw f0${provider}`;
    if (args.unbond === undefined) {
      return {
        steps: [
          {
            ...{ title: "Withdraw what was unbonded", contract },
            call: withdrawBondCall(client, { ...registry, provider, to }),
            send: (by, onHash) => withdrawBondSync(by, { ...registry, provider, to, onHash }),
          },
        ],
        costs: { "comes out": `${formatEther(bond.unbonding)} FIL at most to ${to}: what deals hold stays` },
        ...{ figures: { unbonding: bond.unbonding }, resume },
        outcome: (landed) => {
          const { amount: paid } = (landed[0] as unknown as { event: { args: { amount: bigint } } }).event
            .args;
          return {
            json: { amount: paid, to },
            text: fields({ withdrawn: `${formatEther(paid)} FIL to ${to}` }),
          };
        },
      };
    }
    const unbonding = { ...registry, provider, amount: amount("--unbond", args.unbond) };
    // About then; what counts is the epoch that it lands in.
    let until = head + delay;
    return {
      steps: [
        {
          ...{ title: `Unbond ${args.unbond} FIL`, contract },
          call: unbondCall(client, unbonding),
          async send(by, onHash) {
            const landed = await unbondSync(by, { ...unbonding, onHash });
            until = landed.event.args.until;
            return landed;
          },
        },
      ],
      costs: {
        "can be withdrawn": text(until),
        until: "then it backs no new deal, and answers for those that hold it",
      },
      ...{ figures: { unbonding: unbonding.amount, until }, resume },
      outcome: () => ({
        json: { provider: `f0${provider}`, unbonding: unbonding.amount, until },
        text: fields({ unbonding: `${args.unbond} FIL, to be withdrawn at ${text(until)}`, next: resume }),
      }),
    };
  };

  if (!args.credit && args.provider === undefined) {
    throw new TaskConfigError("Whose bond?", "npx hardhat provider withdraw f0<id>, or with --credit");
  }
  const plan = args.credit ? await creditPlan() : await bondPlan(minerId(args.provider!));
  return carryOut(args, { context, connection, sender, address }, plan);
});

import {
  getComputeRegistryParameters,
  getStake,
  unbondStakeCall,
  unbondStakeSync,
  withdrawStakeCall,
  withdrawStakeSync,
} from "@holdfast/sdk";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { fields } from "../../run/output.ts";
import { amount } from "../../run/parse.ts";
import { carryOut, senderAddress } from "../../run/send.ts";
import { currencyOf } from "../currency.ts";

interface UnstakeArguments extends WriteArguments {
  amount: string | undefined;
  token: string | undefined;
}

const RESUME = "npx hardhat compute node unstake";

export default command<UnstakeArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const { computeRegistry } = await connection.compute();
  const registry = { address: computeRegistry };
  const currency = await currencyOf(connection, args.token);
  const [stake, { unbonding: wait }, { head, text }] = await Promise.all([
    getStake(client, { ...registry, worker: address, token: currency.address }),
    getComputeRegistryParameters(client, registry),
    connection.time(),
  ]);
  const run = { context, connection, sender, address };
  if (args.amount === undefined) {
    if (stake.unbonding === 0n || stake.unbondingUntil >= head) {
      throw new TaskConfigError(
        stake.unbonding === 0n
          ? "Nothing waits to be withdrawn."
          : `${currency.text(stake.unbonding)} can be withdrawn after ${text(stake.unbondingUntil)}.`,
        stake.unbonding === 0n ? `${RESUME} <amount>` : "npx hardhat compute node status",
      );
    }
    const withdrawal = { ...registry, token: currency.address, to: address };
    return carryOut(args, run, {
      steps: [
        {
          ...{ title: `Withdraw ${currency.text(stake.unbonding)}`, contract: "ComputeRegistry" },
          call: withdrawStakeCall(client, withdrawal),
          send: (by, onHash) => withdrawStakeSync(by, { ...withdrawal, onHash }),
        },
      ],
      costs: { "comes back": currency.text(stake.unbonding) },
      ...{ figures: { token: currency.address, withdrawn: stake.unbonding }, resume: RESUME },
      outcome: () => ({
        json: { worker: address, token: currency.address, withdrawn: stake.unbonding },
        text: fields({ withdrawn: currency.text(stake.unbonding) }),
      }),
    });
  }
  const unbonding = amount("amount", args.amount);
  if (unbonding > stake.free) {
    throw new TaskConfigError(
      `${currency.text(stake.free)} are free, ${currency.text(stake.locked)} are locked by tasks.`,
      `${RESUME} <at most what is free>`,
    );
  }
  const change = { ...registry, token: currency.address, amount: unbonding };
  const until = head + wait;
  return carryOut(args, run, {
    steps: [
      {
        ...{ title: `Unbond ${currency.text(unbonding)}`, contract: "ComputeRegistry" },
        call: unbondStakeCall(client, change),
        send: (by, onHash) => unbondStakeSync(by, { ...change, onHash }),
      },
    ],
    costs: {
      "takes no more tasks": currency.text(unbonding),
      "comes back after": text(until),
      "with what waits already":
        stake.unbonding === 0n ? undefined : `${currency.text(stake.unbonding)}, which waits anew`,
    },
    ...{ figures: { token: currency.address, unbonding, until }, resume: RESUME },
    outcome: () => ({
      json: { worker: address, token: currency.address, unbonding, until },
      text: fields({
        unbonding: `${currency.text(unbonding)}, to be withdrawn after ${text(until)}`,
        next: RESUME,
      }),
    }),
  });
});

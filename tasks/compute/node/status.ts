import { getComputeCredit, getComputeNode, getStake } from "@holdfast/sdk";
import type { CommonArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { fields } from "../../run/output.ts";
import { evmAddress } from "../../run/parse.ts";
import { currencyOf } from "../currency.ts";

interface StatusArguments extends CommonArguments {
  worker: string | undefined;
  key: string;
  token: string | undefined;
}

export default command<StatusArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client } = connection;
  const { computeRegistry: address, escrow } = await connection.compute();
  const worker =
    args.worker === undefined
      ? (await connection.sender(args.key)).account.address
      : evmAddress("--worker", args.worker);
  const currency = await currencyOf(connection, args.token);
  const [node, stake, credit, { text }] = await Promise.all([
    getComputeNode(client, { address, worker }),
    getStake(client, { address, worker, token: currency.address }),
    getComputeCredit(client, { address: escrow, account: worker, token: currency.address }),
    connection.time(),
  ]);
  if (BigInt(node.operator) === 0n) {
    throw new TaskConfigError(
      `${worker} is no compute node.`,
      "npx hardhat compute node register --endpoint <url>",
    );
  }
  return {
    json: { worker, ...node, token: currency.address, stake, credit },
    text: fields({
      ...{ "compute node": worker, endpoint: node.endpoint },
      operator: `${node.operator}${node.confirmed ? "" : ", who has not confirmed: the compute node counts as its own"}`,
      "stake free": currency.text(stake.free),
      "stake locked by tasks": currency.text(stake.locked),
      earned:
        credit === 0n
          ? undefined
          : `${currency.text(credit)}: npx hardhat compute job refund <job> --withdraw`,
      "stake unbonding":
        stake.unbonding === 0n
          ? undefined
          : `${currency.text(stake.unbonding)}, free to withdraw at ${text(stake.unbondingUntil)}`,
    }),
  };
});

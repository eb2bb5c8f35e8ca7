import { type Epoch, epochAt, epochToDate } from "@holdfast/sdk";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";

interface EpochArguments extends CommonArguments {
  at: string | undefined;
}

export default command<EpochArguments>(async ({ at }, context) => {
  const connection = await context.connect();
  const { clock, head, text } = await connection.time();
  const epoch = at === undefined ? head : epochOf(at, clock);
  const date = epochToDate(epoch as Epoch, clock);
  if (Number.isNaN(date.getTime())) {
    throw new TaskConfigError(
      `Epoch ${epoch} is beyond all dates.`,
      `npx hardhat fil epoch ${head}: the newest`,
    );
  }
  const json = {
    ...{ chainId: connection.client.chain.id, epoch, time: date.toISOString() },
    ...{ head, distance: epoch - head },
  };
  return { json, text: at === undefined ? `${text(epoch)} (the newest)` : text(epoch) };
});

function epochOf(text: string, clock: Parameters<typeof epochAt>[1]): bigint {
  if (/^\d+$/.test(text)) return BigInt(text);
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return epochAt(date, clock);
  throw new TaskConfigError(
    `${text} is neither an epoch nor a time.`,
    "npx hardhat fil epoch 2026-11-20T14:32Z",
  );
}

import {
  getComputeCredit,
  pokeTasksCall,
  pokeTasksSync,
  withdrawComputeCreditCall,
  withdrawComputeCreditSync,
} from "@holdfast/sdk";
import type { TransactionReceipt } from "viem";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { fields, table } from "../../run/output.ts";
import { carryOut, type Step } from "../../run/send.ts";
import { JobStateError } from "../errors.ts";
import { deadlineOf, isDue, type JobArguments, lotsOf, openJob, tasksText } from "./open-job.ts";
import { taskEndsOf } from "./task-ends.ts";

interface RefundArguments extends WriteArguments, JobArguments {
  withdraw: boolean;
}

interface Landed {
  withdrawn?: bigint;
  receipt: TransactionReceipt;
}

export default command<RefundArguments>(async (args, context) => {
  const { jobId, job, tasks, time, currency, escrow, run } = await openJob(args, context);
  const { client } = run.connection;
  const { token } = job.params;
  const due = tasks.filter((task) => isDue(job, task, time.head));
  const creditOf = () => getComputeCredit(client, { ...escrow, account: run.address, token });
  const before = await creditOf();
  const steps: Step<Landed>[] = lotsOf(due).map((lot) => ({
    ...{ title: `Move on ${tasksText(lot)} of job ${jobId}`, contract: "ComputeEscrow" },
    call: pokeTasksCall(client, { ...escrow, job, tasks: lot }),
    send: (by, onHash) => pokeTasksSync(by, { ...escrow, job, tasks: lot, onHash }),
  }));
  if (args.withdraw && (before > 0n || due.length > 0)) {
    const withdrawal = { ...escrow, token, to: run.address };
    steps.push({
      ...{ title: `Withdraw the sender's credit in ${currency.symbol}`, contract: "ComputeEscrow" },
      call: withdrawComputeCreditCall(client, withdrawal),
      send: async (by, onHash) => {
        const { event, receipt } = await withdrawComputeCreditSync(by, { ...withdrawal, onHash });
        return { withdrawn: event.args.amount, receipt };
      },
    });
  }
  if (steps.length === 0) {
    const ahead = tasks.map((task) => deadlineOf(job, task)).filter((epoch) => epoch !== undefined);
    const next = ahead.sort((a, b) => (a < b ? -1 : 1))[0];
    throw new JobStateError(
      [
        next === undefined
          ? `Every task of job ${jobId} has ended.`
          : `Nothing of job ${jobId} is due: its next deadline is ${time.text(next)}.`,
        ...(args.withdraw ? ["The sender has no credit."] : []),
      ].join(" "),
      before > 0n
        ? `npx hardhat compute job refund ${jobId} --withdraw: ${currency.text(before)} are the sender's`
        : `npx hardhat compute job status ${jobId}`,
    );
  }
  return carryOut<Landed>(args, run, {
    steps,
    costs: {
      "moves on": due.length === 0 ? undefined : tasksText(due.map(({ task }) => task)),
      "the sender's credit": currency.text(before),
    },
    figures: { tasks: due.map(({ task }) => task), credit: before },
    resume: `npx hardhat compute job refund ${jobId}`,
    async outcome(landed) {
      const receipts = landed.map(({ receipt }) => receipt);
      const { ends, moved, refund } = taskEndsOf(receipts, escrow.address);
      const withdrawn = landed.at(-1)?.withdrawn ?? 0n;
      const credit = await creditOf();
      return {
        json: { job: jobId, tasks: ends, moved, refund, withdrawn, credit },
        text: [
          table([
            ...ends.map(({ task, state, refund }) => ({
              ...{ task, now: state, "back to the requester": currency.text(refund) },
            })),
            ...moved.map(({ task, what }) => ({ task, now: what, "back to the requester": "" })),
          ]),
          "",
          fields({
            withdrawn: withdrawn === 0n ? undefined : currency.text(withdrawn),
            "the sender's credit": currency.text(credit),
            next: credit === 0n ? undefined : `npx hardhat compute job refund ${jobId} --withdraw`,
          }),
        ].join("\n"),
      };
    },
  });
});

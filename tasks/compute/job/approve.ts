import { approveTasksCall, approveTasksSync } from "@holdfast/sdk";
import type { TransactionReceipt } from "viem";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { fields } from "../../run/output.ts";
import { carryOut } from "../../run/send.ts";
import { JobStateError } from "../errors.ts";
import { type JobArguments, lotsOf, openJob, tasksText } from "./open-job.ts";
import { taskEndsOf } from "./task-ends.ts";

export default command<WriteArguments & JobArguments>(async (args, context) => {
  const { jobId, job, tasks, currency, escrow, run } = await openJob(args, context);
  const { client } = run.connection;
  const ready = tasks.filter(({ state }) => state === "Submitted");
  const others = tasks.filter(({ state }) => state !== "Submitted");
  if (ready.length === 0 || (args.tasks !== undefined && others.length > 0)) {
    throw new JobStateError(
      args.tasks === undefined
        ? `No task of job ${jobId} has a result that waits for an approval.`
        : others.map(({ task, state }) => `Task ${task} is ${state}, not Submitted.`).join(" "),
      `npx hardhat compute job status ${jobId}`,
    );
  }
  return carryOut<{ receipt: TransactionReceipt }>(args, run, {
    steps: lotsOf(ready).map((lot) => ({
      ...{ title: `Approve ${tasksText(lot)} of job ${jobId}`, contract: "ComputeEscrow" },
      call: approveTasksCall(client, { ...escrow, job, tasks: lot }),
      send: (by, onHash) => approveTasksSync(by, { ...escrow, job, tasks: lot, onHash }),
    })),
    costs: {
      pays: `${currency.text(job.params.maxPrice * BigInt(ready.length * job.params.n))} at most, from what the job locked`,
      "cannot be taken back": "no audit and no challenge of these tasks any more",
    },
    figures: { tasks: ready.map(({ task }) => task) },
    resume: `npx hardhat compute job approve ${jobId}`,
    outcome(landed) {
      const { ends, refund } = taskEndsOf(
        landed.map(({ receipt }) => receipt),
        escrow.address,
      );
      return {
        json: { job: jobId, tasks: ends, refund },
        text: fields({
          approved: tasksText(ends.map(({ task }) => task)),
          "credited to you": currency.text(refund),
          next: `npx hardhat compute job result ${jobId} --out <folder>`,
        }),
      };
    },
  });
});

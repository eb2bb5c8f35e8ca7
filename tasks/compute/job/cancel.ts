import { cancelTasksCall, cancelTasksSync } from "@holdfast/sdk";
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
  const free = tasks.filter(({ state, taken }) => state === "Open" && taken === 0);
  const others = tasks.filter((task) => !free.includes(task));
  if (free.length === 0 || (args.tasks !== undefined && others.length > 0)) {
    throw new JobStateError(
      args.tasks === undefined
        ? `Job ${jobId} has no task that nobody took.`
        : others.map(({ task, state }) => `Task ${task} is ${state} and has workers, or had.`).join(" "),
      `npx hardhat compute job status ${jobId}: what is not taken can be cancelled, the rest ends by itself`,
    );
  }
  return carryOut<{ receipt: TransactionReceipt }>(args, run, {
    steps: lotsOf(free).map((lot) => ({
      ...{ title: `Cancel ${tasksText(lot)} of job ${jobId}`, contract: "ComputeEscrow" },
      call: cancelTasksCall(client, { ...escrow, job, tasks: lot }),
      send: (by, onHash) => cancelTasksSync(by, { ...escrow, job, tasks: lot, onHash }),
    })),
    costs: { "comes back": "all that the job locked for these tasks, as credit" },
    figures: { tasks: free.map(({ task }) => task) },
    resume: `npx hardhat compute job cancel ${jobId}`,
    outcome(landed) {
      const { ends, refund } = taskEndsOf(
        landed.map(({ receipt }) => receipt),
        escrow.address,
      );
      return {
        json: { job: jobId, tasks: ends, refund },
        text: fields({
          cancelled: tasksText(ends.map(({ task }) => task)),
          "credited to you": currency.text(refund),
          next: `npx hardhat compute job refund ${jobId} --withdraw`,
        }),
      };
    },
  });
});

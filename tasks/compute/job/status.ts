import {
  COMPUTE_MODES,
  cidOfDigest,
  getComputeCredit,
  getSlot,
  isFinalTask,
  type NumberedTask,
} from "@holdfast/sdk";
import { command } from "../../run/command.ts";
import { fields, table } from "../../run/output.ts";
import { deadlineOf, findJob, isDue, type JobArguments } from "./open-job.ts";

export default command<JobArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client } = connection;
  const { jobId, job, tasks, time, currency, escrow } = await findJob(args, connection);
  const { params, requester, created } = job;
  const [credit, ...rows] = await Promise.all([
    getComputeCredit(client, { ...escrow, account: requester, token: params.token }),
    ...tasks.map(async (task) => ({ ...task, slots: await slotsOf(task), due: isDue(job, task, time.head) })),
  ]);
  const mode = COMPUTE_MODES[params.mode];
  return {
    json: {
      job: jobId,
      requester,
      created,
      mode,
      specCid: cidOfDigest(params.specDigest),
      params,
      credit,
      tasks: rows,
    },
    text: [
      fields({
        ...{ job: jobId, requester, spec: cidOfDigest(params.specDigest) },
        created: time.text(created),
        mode: mode === "Quorum" ? `${mode}, ${params.m} of ${params.n}` : mode,
        price: `${currency.text(params.minPrice)} to ${currency.text(params.maxPrice)} a slot, for which a worker stakes ${currency.text(params.stake)}`,
        "rules on disputes": `${params.arbiter}, then ${params.fallbackArbiter}`,
        "requester's credit": currency.text(credit),
      }),
      "\nTASKS",
      table(
        rows.map((row) => {
          const deadline = deadlineOf(job, row);
          return {
            ...{ task: row.task, state: row.state, round: row.round },
            workers: row.slots.map(({ worker, price }) => `${worker} at ${currency.text(price)}`).join(", "),
            until: deadline === undefined ? "" : time.text(deadline),
            result: hasRoot(row) ? `${row.slots[row.winner]?.answer.slice(0, 10)}…` : "",
            due: row.due ? "yes" : "",
          };
        }),
      ),
      ...(rows.some(({ due }) => due)
        ? [`\nTime has run out for some: npx hardhat compute job refund ${jobId} moves them on.`]
        : []),
    ].join("\n"),
  };

  function slotsOf({ task, taken }: NumberedTask) {
    return Promise.all(
      Array.from({ length: taken }, (_, slot) => getSlot(client, { ...escrow, jobId, task, slot })),
    );
  }
});

function hasRoot({ state }: NumberedTask): boolean {
  return (
    ["Submitted", "Challenged", "Disputed"].includes(state) || (isFinalTask(state) && state === "Accepted")
  );
}

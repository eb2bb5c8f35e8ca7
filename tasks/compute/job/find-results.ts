import {
  COMPUTE_MODES,
  cidOfDataCid,
  computeEscrowAbi,
  EPOCHS_PER_DAY,
  type FoundJob,
  type GetSlotReturnType,
  getComputeNode,
  getSlot,
  type NumberedTask,
} from "@holdfast/sdk";
import type { Address, Hex } from "viem";
import { getContractEvents } from "viem/actions";
import type { Connection } from "../../run/connection.ts";
import { ResultRefusedError } from "../errors.ts";

/** States in which a root stands, though not for good but in the last. */
const STANDING = ["Submitted", "Challenged", "Disputed", "Accepted"];

/** A result that a worker committed to, and where it is. */
export interface StandingResult {
  task: NumberedTask;
  worker: Address;
  /** As the chain has it. */
  root: Hex;
  piece: Hex;
  /** Where the CAR is. @throws ResultRefusedError if nobody said */
  url(): string;
}

interface Place {
  escrow: { address: Address };
  registry: { address: Address };
  job: FoundJob;
  head: bigint;
}

/** The results of those tasks that have one. Roots are read from the chain's state; logs only tell where bytes are. */
export async function findResults(
  { client }: Connection,
  tasks: readonly NumberedTask[],
  { escrow, registry, job, head }: Place,
): Promise<StandingResult[]> {
  const jobId = job.id;
  const standing: { task: NumberedTask; slot: GetSlotReturnType }[] = [];
  for (const task of tasks) {
    if (!STANDING.includes(task.state) || task.submitted === 0n) continue;
    const slot = await getSlot(client, { ...escrow, jobId, task: task.task, slot: task.winner });
    standing.push({ task, slot });
  }
  const told = await dataCidsOf(standing.map(({ task, slot }) => ({ task: task.task, ...slot })));
  const endpoints = new Map<Address, string>();
  for (const { slot } of standing) {
    if (endpoints.has(slot.worker)) continue;
    endpoints.set(slot.worker, (await getComputeNode(client, { ...registry, worker: slot.worker })).endpoint);
  }
  return standing.map(({ task, slot: { worker, answer: root, piece } }) => ({
    ...{ task, worker, root, piece },
    url() {
      const cid = cidOfDataCid(told.get(task.task) ?? "0x");
      if (cid !== undefined) return `${endpoints.get(worker)}/results/${cid}`;
      throw new ResultRefusedError(
        task.task,
        `${worker} did not say which bytes it is.`,
        `npx hardhat compute job challenge ${jobId} ${task.task} --withheld`,
      );
    },
  }));

  /** By task: what the worker said together with the root that stands. */
  async function dataCidsOf(wanted: readonly { task: number; worker: Address; answer: Hex }[]) {
    const found = new Map<number, Hex>();
    const quorum = COMPUTE_MODES[job.params.mode] === "Quorum";
    for (let to = head; to >= job.created && found.size < wanted.length; to -= EPOCHS_PER_DAY) {
      const from = to - EPOCHS_PER_DAY + 1n > job.created ? to - EPOCHS_PER_DAY + 1n : job.created;
      const events = await getContractEvents(client, {
        ...{ ...escrow, abi: computeEscrowAbi, strict: true as const },
        eventName: quorum ? ("TaskOpened" as const) : ("TaskSubmitted" as const),
        ...{ args: { jobId }, fromBlock: from, toBlock: to },
      });
      for (const { args } of events.reverse()) {
        const { task, worker, root, dataCid } = args as {
          task: number;
          worker: Address;
          root: Hex;
          dataCid: Hex;
        };
        const match = wanted.find((one) => one.task === task && one.worker === worker && one.answer === root);
        if (match !== undefined && !found.has(task)) found.set(task, dataCid);
      }
    }
    return found;
  }
}

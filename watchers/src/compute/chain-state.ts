import {
  type ActionClient,
  cidOfDataCid,
  computeEscrowAbi,
  type FoundJob,
  getSlot,
  getTasks,
  isFinalTask,
  jobOf,
  type NumberedTask,
} from "@holdfast/sdk";
import { type Address, type Hex, type PublicClient, zeroAddress, zeroHash } from "viem";
import type { Epoch, JobView, TaskView } from "./state.ts";

/** Reads jobs that are not over, of one chain. Logs are read once, in ranges that a Lotus node answers. */
export interface ComputeChain {
  /** As of the newest epoch. */
  load(): Promise<{ epoch: Epoch; jobs: JobView[] }>;
}

/** Epochs of one `eth_getLogs`. */
const RANGE = 2_880n;

/**
 * @param address of ComputeEscrow
 * @param fromBlock no job before this is looked at
 */
export function createComputeChain(client: PublicClient, address: Address, fromBlock = 0n): ComputeChain {
  const jobs = new Map<bigint, FoundJob>();
  /** By job, task and round. */
  const dataCids = new Map<string, string | undefined>();
  let read = fromBlock;

  async function readLogs(epoch: Epoch): Promise<void> {
    for (; read <= epoch; read += RANGE) {
      const toBlock = read + RANGE - 1n < epoch ? read + RANGE - 1n : epoch;
      const logs = await client.getContractEvents({
        address,
        abi: computeEscrowAbi,
        fromBlock: read,
        toBlock,
      });
      for (const log of logs) {
        if (log.eventName === "ComputeJobCreated") {
          const job = jobOf(log as Parameters<typeof jobOf>[0]);
          jobs.set(job.id, job);
        } else if (log.eventName === "TaskSubmitted") {
          const { jobId, task, round, dataCid } = log.args as {
            jobId: bigint;
            task: number;
            round: number;
            dataCid: Hex;
          };
          dataCids.set(`${jobId}/${task}/${round}`, cidOfDataCid(dataCid));
        }
      }
    }
    read = epoch + 1n;
  }

  return {
    async load() {
      const epoch = await client.getBlockNumber({ cacheTime: 0 });
      await readLogs(epoch);
      const views: JobView[] = [];
      for (const job of jobs.values()) {
        const at = { address, blockNumber: epoch };
        const tasks = await getTasks(client as ActionClient, { ...at, job });
        if (tasks.every(({ state }) => isFinalTask(state))) jobs.delete(job.id);
        else views.push({ job, tasks: await Promise.all(tasks.map((task) => viewOf(job, task, epoch))) });
      }
      return { epoch, jobs: views };
    },
  };

  async function viewOf(job: FoundJob, task: NumberedTask, epoch: Epoch): Promise<TaskView> {
    const { state, round, named, onFallback } = task;
    const since = BigInt(task.since) === 0n ? BigInt(job.created) : BigInt(task.since);
    const slot =
      task.taken === 0 || job.params.n > 1
        ? undefined
        : await getSlot(client as ActionClient, {
            ...{ address, blockNumber: epoch, jobId: job.id, task: task.task, slot: task.winner },
          });
    const stands = !["Open", "Assigned", "Revealing"].includes(state);
    return {
      ...{ task: task.task, state, round, named, onFallback },
      deadline: state === "Open" ? since + BigInt(job.params.acceptEpochs) : BigInt(task.deadline),
      localUntil: job.params.localEpochs === 0 ? 0n : since + BigInt(job.params.localEpochs),
      worker: slot?.worker,
      root: stands ? given(slot?.answer) : undefined,
      piece: given(slot?.piece),
      dataCid: dataCids.get(`${job.id}/${task.task}/${round}`),
      challenger: task.challenger === zeroAddress ? undefined : task.challenger,
    };
  }
}

function given(value: Hex | undefined): Hex | undefined {
  return value === zeroHash ? undefined : value;
}

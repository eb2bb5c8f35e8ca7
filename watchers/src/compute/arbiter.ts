import {
  type ActionClient,
  getComputeNode,
  ruleAsJudgeSync,
  ruleTaskSync,
  specCid,
  verifyTaskResult,
} from "@holdfast/sdk";
import type { Account, Address, PublicClient } from "viem";
import { createComputeChain } from "./chain-state.ts";
import { decideRuling, keyOf } from "./decide.ts";
import { actOn, type Role } from "./role.ts";
import { examineTask, type TaskRun } from "./run-task.ts";
import { fetchBytes, type Sources } from "./sources.ts";
import type { ArbiterIntent, Examination, JobView, RoundKey, TaskView } from "./state.ts";

export interface ArbiterOptions {
  client: PublicClient;
  /** Sends as the arbiter, or as the judge of the SingleArbiter that is one. */
  wallet: ActionClient & { account: Account };
  contracts: { escrow: Address; computeRegistry: Address };
  /** The SingleArbiter that jobs name. Default: they name the sender itself. */
  arbiter?: Address;
  sources: Sources;
  /** Bytes of a result that it looks at. Default 512 MiB. */
  resultBytes?: number;
  /** Milliseconds that a worker has to show a result. Default 60,000. */
  timeoutMs?: number;
  fromBlock?: bigint;
}

/** An arbiter: runs what is before it three times, asks the worker for the result's bytes, and states the right root. */
export function createArbiter(options: ArbiterOptions): Role<ArbiterIntent> {
  const { client, wallet, contracts, sources, resultBytes = 512 << 20, timeoutMs = 60_000 } = options;
  const arbiter = options.arbiter ?? wallet.account.address;
  const chain = createComputeChain(client, contracts.escrow, options.fromBlock);
  const examinations = new Map<RoundKey, Examination>();
  let jobs = new Map<bigint, JobView>();

  async function load() {
    const { epoch, jobs: views } = await chain.load();
    jobs = new Map(views.map((view) => [view.job.id, view]));
    return { epoch, arbiter, jobs: views, examinations };
  }

  async function act(intent: ArbiterIntent): Promise<void> {
    const { job, tasks } = jobs.get(intent.jobId) as JobView;
    const { task } = intent;
    if (intent.kind === "rule") {
      const ruling = { job, task, round: intent.round, root: intent.root };
      if (options.arbiter === undefined) await ruleTaskSync(wallet, { address: contracts.escrow, ...ruling });
      else await ruleAsJudgeSync(wallet, { address: options.arbiter, ...ruling });
      return;
    }
    const spec = await sources.spec(job.params.specDigest);
    const id = { spec, chainId: wallet.chain.id, jobId: job.id, task, round: intent.round };
    const runs = await examineTask(id, sources);
    examinations.set(keyOf(job.id, intent), { runs, shown: await isShown(id, tasks[task] as TaskView) });
  }

  /** Whether the worker serves what it submitted, whole. */
  async function isShown(
    { spec }: TaskRun,
    { task, worker, root, piece, dataCid }: TaskView,
  ): Promise<boolean> {
    if (worker === undefined || root === undefined || dataCid === undefined) return false;
    const { endpoint } = await getComputeNode(wallet, { address: contracts.computeRegistry, worker });
    try {
      const car = await fetchBytes(`${endpoint}/results/${dataCid}`, resultBytes, timeoutMs);
      verifyTaskResult(car, { spec: specCid(spec), task, root, ...(piece !== undefined && { piece }) });
      return true;
    } catch {
      return false;
    }
  }

  return { step: async () => actOn(decideRuling(await load()), act) };
}

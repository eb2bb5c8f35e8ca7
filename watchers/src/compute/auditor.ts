import {
  type ActionClient,
  challengeCommitmentOf,
  lockChallengeSync,
  nameChallengeSync,
  pokeTasksSync,
  randomSalt,
} from "@holdfast/sdk";
import type { Account, Address, Hex, PublicClient } from "viem";
import { createComputeChain } from "./chain-state.ts";
import { decideAudit, keyOf } from "./decide.ts";
import { actOn, type Role } from "./role.ts";
import { rerunTask } from "./run-task.ts";
import type { Sources } from "./sources.ts";
import type { AuditorIntent, AuditorPolicy, JobView, RoundKey } from "./state.ts";

export interface AuditorOptions {
  client: PublicClient;
  /** Sends as the challenger, and pays the bonds. */
  wallet: ActionClient & { account: Account };
  /** ComputeEscrow. */
  escrow: Address;
  policy: AuditorPolicy;
  sources: Sources;
  /** From 0 to 1, of a round, that no worker can foresee. */
  random(): number;
  fromBlock?: bigint;
}

/**
 * Runs a share of the submitted tasks again, and challenges a root that differs: locked first, then named. What was locked is
 * only in memory: a challenge that a restart interrupts goes to the arbiter unnamed, and costs the fee.
 */
export function createAuditor(options: AuditorOptions): Role<AuditorIntent> {
  const { client, wallet, escrow, policy, sources, random } = options;
  const auditor = wallet.account.address;
  const chain = createComputeChain(client, escrow, options.fromBlock);
  const roots = new Map<RoundKey, Hex | undefined>();
  const chances = new Map<RoundKey, number>();
  const salts = new Map<RoundKey, Hex>();
  let jobs = new Map<bigint, JobView>();

  async function load() {
    const { epoch, jobs: views } = await chain.load();
    jobs = new Map(views.map((view) => [view.job.id, view]));
    for (const { job, tasks } of views) {
      for (const task of tasks) {
        const key = keyOf(job.id, task);
        if (!chances.has(key)) chances.set(key, random());
      }
    }
    return { epoch, auditor, jobs: views, roots, chances };
  }

  async function act(intent: AuditorIntent): Promise<void> {
    const { job } = jobs.get(intent.jobId) as JobView;
    if (intent.kind === "poke") {
      await pokeTasksSync(wallet, { address: escrow, job, tasks: intent.tasks });
      return;
    }
    const { task, round } = intent;
    const key = keyOf(job.id, intent);
    const id = { chainId: wallet.chain.id, escrow, jobId: job.id, task, round };
    if (intent.kind === "rerun") {
      // Whatever it fails by is no proof against the worker.
      roots.set(key, undefined);
      const spec = await sources.spec(job.params.specDigest);
      roots.set(key, (await rerunTask({ ...id, spec }, sources)).root);
    } else if (intent.kind === "lock") {
      const salt = randomSalt();
      salts.set(key, salt);
      const commitment = challengeCommitmentOf({ ...id, challenger: auditor, root: intent.root, salt });
      await lockChallengeSync(wallet, { address: escrow, job, task, commitment });
    } else {
      const [root, salt] = [roots.get(key) as Hex, salts.get(key) as Hex];
      await nameChallengeSync(wallet, { address: escrow, job, task, root, salt });
    }
  }

  return { step: async () => actOn(decideAudit(await load(), policy), act) };
}

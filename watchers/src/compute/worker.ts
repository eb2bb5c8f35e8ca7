import {
  type ActionClient,
  acceptTasksSync,
  getStake,
  getTaskPrice,
  inputsTree,
  isCopyLive,
  type JobSpec,
  jobShape,
  lintModule,
  memoryPages,
  pokeTasksSync,
  submitTasksSync,
} from "@holdfast/sdk";
import { type Account, type Address, type Hex, type PublicClient, zeroHash } from "viem";
import type { Bacalhau } from "./bacalhau.ts";
import { createComputeChain } from "./chain-state.ts";
import { decideWork, keyOf } from "./decide.ts";
import { actOn, type Role } from "./role.ts";
import { fetchTask, runTask, type TaskOutcome } from "./run-task.ts";
import type { Shelf } from "./shelf.ts";
import { type Sources, taskPieces } from "./sources.ts";
import type { JobView, RoundKey, Witness, WorkerIntent, WorkerJob, WorkerPolicy } from "./state.ts";

/** Seconds of an epoch. */
const EPOCH_SECONDS = 30;

export interface WorkerOptions {
  client: PublicClient;
  /** Sends as the worker, whose nonces are this role's alone. */
  wallet: ActionClient & { account: Account };
  contracts: { escrow: Address; computeRegistry: Address; deals: Address };
  policy: WorkerPolicy;
  /** Arbiters whose rulings it accepts: all others' jobs it leaves alone. */
  arbiters: readonly Address[];
  /** Copies at the operator's provider, by the provider's own record: a piece by its root. */
  holdings(): Promise<readonly { copyId: bigint; piece: Hex }[]>;
  sources: Sources;
  /** Serves inputs to the compute node, and results to everybody: its URL is the registered endpoint. */
  shelf: Shelf;
  node: Bacalhau;
  /** No job before this epoch is looked at. */
  fromBlock?: bigint;
}

/**
 * A worker: looks at jobs, takes tasks, first those whose data its operator stores, has them run by its compute node, and submits
 * what comes of it. It keeps nothing across a restart but what lies on its shelf and its node.
 */
export function createWorker(options: WorkerOptions): Role<WorkerIntent> {
  const { client, wallet, contracts, policy, sources, shelf, node } = options;
  const worker = wallet.account.address;
  const escrow = { address: contracts.escrow };
  const chain = createComputeChain(client, contracts.escrow, options.fromBlock);
  const specs = new Map<bigint, JobSpec>();
  const fitness = new Map<bigint, WorkerJob["fitness"]>();
  const results = new Map<RoundKey, Omit<TaskOutcome, "car">>();
  let jobs = new Map<bigint, JobView>();

  async function load() {
    const { epoch, jobs: views } = await chain.load();
    jobs = new Map(views.map((view) => [view.job.id, view]));
    return { epoch, worker, jobs: await Promise.all(views.map(known)) };
  }

  async function known(view: JobView): Promise<WorkerJob> {
    const { job, tasks } = view;
    const stake = { address: contracts.computeRegistry, worker, token: job.params.token };
    const open = tasks.filter(({ state }) => state === "Open").map(({ task }) => task);
    const fit = fitness.get(job.id);
    const prices = fit !== "fit" ? [] : await Promise.all(open.map((task) => priceOf(job, task)));
    return {
      ...view,
      fitness: fit,
      prices: new Map(prices),
      freeStake: (await getStake(wallet, stake)).free,
      witnesses: fit !== "fit" || open.length === 0 ? new Map() : await witnessesOf(view),
      ready: new Set(results.keys()),
    };
  }

  async function priceOf(job: JobView["job"], task: number): Promise<[number, bigint]> {
    return [task, await getTaskPrice(wallet, { ...escrow, job, task })];
  }

  async function witnessesOf({ job }: JobView): Promise<Map<number, Witness>> {
    const spec = specs.get(job.id) as JobSpec;
    const leaves = taskPieces(spec, sources.pieceOf);
    const held = new Map((await options.holdings()).map(({ copyId, piece }) => [piece, copyId]));
    const witnesses = new Map<number, Witness>();
    if (job.params.inputsRoot === zeroHash) return witnesses;
    const tree = inputsTree(leaves);
    for (const leaf of leaves) {
      const copyId = held.get(leaf.pieceCid);
      if (copyId === undefined || witnesses.has(leaf.task)) continue;
      if (await isCopyLive(wallet, { address: contracts.deals, copyId })) {
        witnesses.set(leaf.task, { copyId, inputProof: tree.proofOf(leaf) });
      }
    }
    return witnesses;
  }

  async function examine({ job }: JobView): Promise<void> {
    const spec = await sources.spec(job.params.specDigest);
    specs.set(job.id, spec);
    const module = await sources.file(spec.module);
    const refusal = whyNot({
      ...{ params: job.params, spec, leaves: taskPieces(spec, sources.pieceOf), arbiters: options.arbiters },
      report: lintModule(module, { memoryPages: memoryPages(spec) }),
    });
    fitness.set(job.id, refusal === undefined ? "fit" : { refusal });
  }

  async function run({ job, tasks }: JobView, task: number, round: number): Promise<void> {
    const spec = specs.get(job.id) ?? (await sources.spec(job.params.specDigest));
    specs.set(job.id, spec);
    const asked = { spec, chainId: wallet.chain.id, jobId: job.id, task, round };
    await fetchTask(sources, asked);
    const outcome = await runTask(asked, shelf.urlOf, (compiled) => node.run(compiled));
    const { car, ...result } = outcome;
    await shelf.putResult(car);
    results.set(keyOf(job.id, tasks[task]!), result);
  }

  async function act(intent: WorkerIntent): Promise<void> {
    const view = jobs.get(intent.jobId) as JobView;
    const { job } = view;
    switch (intent.kind) {
      case "examine":
        return examine(view);
      case "accept": {
        const { task, witness } = intent;
        // An input that is missing after this costs a part of the stake.
        await fetchTask(sources, { spec: specs.get(job.id) as JobSpec, task });
        await acceptTasksSync(wallet, { ...escrow, job, tasks: [task], ...witness });
        return;
      }
      case "run":
        return run(view, intent.task, intent.round);
      case "submit": {
        const { root, piece, dataCid } = results.get(keyOf(job.id, intent))!;
        await submitTasksSync(wallet, {
          ...escrow,
          job,
          results: [{ task: intent.task, root, piece }],
          dataCid,
        });
        return;
      }
      case "poke":
        await pokeTasksSync(wallet, { ...escrow, job, tasks: intent.tasks });
    }
  }

  return { step: async () => actOn(decideWork(await load(), policy), act) };
}

/** Why a job is none to stake on; undefined if it is. */
function whyNot(known: {
  params: JobView["job"]["params"];
  spec: JobSpec;
  report: ReturnType<typeof lintModule>;
  leaves: ReturnType<typeof taskPieces>;
  arbiters: readonly Address[];
}): string | undefined {
  const { params, spec, leaves, arbiters } = known;
  const { verdict, findings } = known.report;
  const shape = jobShape(spec);
  const unknown = [params.arbiter, params.fallbackArbiter].find(
    (arbiter) => !arbiters.some((own) => own.toLowerCase() === arbiter.toLowerCase()),
  );
  const seconds = spec.timeouts.executionSeconds * shape.shardsPerTask;
  if (unknown !== undefined) return `its arbiter ${unknown} is none of ours`;
  if (verdict === "refused") return `no node runs its module: ${findings[0]?.what}`;
  // Where a result is compared, an honest run must not differ from another.
  if (verdict !== "strict" || spec.determinism !== "strict") return `honest runs of it may differ`;
  if (shape.tasks !== params.tasks || shape.shardsPerTask !== params.shardsPerTask) {
    return "its spec has another number of tasks or shards";
  }
  if (seconds > params.execEpochs * EPOCH_SECONDS) return "its spec may run longer than the exec window";
  if (
    params.inputsRoot !== zeroHash &&
    (leaves.length === 0 || inputsTree(leaves).root !== params.inputsRoot)
  ) {
    return "its inputs' root is not of the pieces that its spec names";
  }
  return undefined;
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type ComputeNode, startComputeNode } from "@holdfast/devnet";
import {
  acceptArbiterSync,
  checkComputeControlSync,
  confirmComputeNodeSync,
  createHoldfastClient,
  createJobSync,
  depositStakeSync,
  devnet as devnetChain,
  type FoundJob,
  getTasks,
  inputsTree,
  isFinalTask,
  type JobParams,
  type JobSpec,
  jobOf,
  jobShape,
  registerComputeNodeSync,
  specDigest,
} from "@holdfast/sdk";
import type { PackedPath } from "@holdfast/sdk/node";
import {
  type Bacalhau,
  createArbiter,
  createAuditor,
  createBacalhau,
  createSources,
  createWorker,
  type Done,
  openShelf,
  type Role,
  type Shelf,
  systemClock,
  taskPieces,
} from "@holdfast/watchers";
import { type Address, type Hex, http, parseEther, zeroAddress, zeroHash } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type JobReceipt, jobReceipt } from "./compute-receipt.ts";
import { copiesIn, DemoError, type Watcher } from "./flow.ts";
import { expectedLines, writeSpec } from "./job-spec.ts";
import type { Stage } from "./stage.ts";

/** FIL of a task: what it pays at least and at most, what a worker stakes, what a ruling and a challenge cost. */
const PRICE = { minPrice: parseEther("1"), maxPrice: parseEther("2") };
const RISK = { stake: parseEther("12"), arbiterFee: parseEther("1"), challengeBond: parseEther("2") };
/** Tasks that a worker has at a time; what the cheat can stake on. */
const AT_ONCE = 3;
const ROUNDS = 400;
const FUNDS = parseEther("100");
/** Epochs; the arbiter has three runs' time. */
const WINDOWS = {
  ...{ acceptEpochs: 200, localEpochs: 40, execEpochs: 300, revealEpochs: 0, attestEpochs: 0 },
  ...{ challengeEpochs: 60, arbitrationEpochs: 960, holdbackEpochs: 0, holdbackTermEpochs: 0 },
};
/** A chain whose blocks come as fast as messages do. */
const POLLED = { ...devnetChain, blockTime: 50 };

const NAMES = ["requester", "auditor", "arbiter", "fallback", "worker 1", "worker 2", "worker 3"] as const;
type Wallet = ReturnType<typeof walletOf>;
/** The job's, and the fallback. */
type Arbiters = readonly [Address, Address];
type Say = (line: string) => void;
/** Everybody who takes part, by name. */
type Parties = Record<(typeof NAMES)[number], Wallet>;

/**
 * A job over the stored dataset: eight tasks, three compute nodes whose operators own the storage providers, one of them a cheat.
 * The cheat is challenged and slashed, the results are fetched and verified, and everybody is paid.
 * @throws DemoError where anything is not as it has to be
 */
export async function compute(
  stage: Stage,
  packed: PackedPath,
  watcher: Watcher,
  say: Say,
): Promise<JobReceipt> {
  await using closing = new AsyncDisposableStack();
  const { devnet } = stage;
  const parties = await fundParties(stage);
  const { requester, auditor, arbiter } = parties;
  const arbiters = [addressOf(arbiter), addressOf(parties.fallback)] as const;
  const board = await shelfAt(stage, "requester", closing);
  const spec = await writeSpec(packed, board);
  const held = copiesIn(await watcher.step(), "Active");
  const endpoints = new Map(held.map(({ provider, endpoint }) => [provider, endpoint]));
  const sourcesFor = async (name: string, first: number) => {
    const shelf = await shelfAt(stage, name, closing);
    const all = devnet.providers.map(({ minerId }) => endpoints.get(minerId));
    const providers = [...all.slice(first), ...all.slice(0, first)].filter((url) => url !== undefined);
    return { shelf, sources: createSources({ shelf, blobs: [board.url], providers }) };
  };

  const { contracts } = devnet;
  const { escrow } = contracts;
  const roles: [name: string, role: Role<{ kind: string; task?: number }>][] = [];
  for (const [index, { minerId }] of devnet.providers.entries()) {
    const name = `worker ${index + 1}` as keyof Parties;
    const wallet = parties[name];
    const { shelf, sources } = await sourcesFor(name, index);
    const node = await startComputeNode({
      dataDir: join(stage.folder, `node-${index + 1}`),
      limits: { slots: 1 },
    });
    closing.defer(() => node.close());
    await enrol(stage, index, wallet, shelf.url, arbiters);
    const copies = held.filter(({ provider }) => provider === minerId);
    const role = createWorker({
      ...{ client: stage.client, wallet, contracts, sources, shelf, arbiters },
      ...{ policy: { maxTasks: AT_ONCE, minPrice: 1n }, fromBlock: devnet.epoch() },
      holdings: async () => copies.map(({ copyId, commitment }) => ({ copyId, piece: commitment as Hex })),
      node: index === CHEAT ? cheating(bacalhau(node)) : bacalhau(node),
    });
    roles.push([name, role]);
  }
  say("three compute nodes registered and staked; their operators own the storage providers");

  const checkers = await sourcesFor("checkers", 0);
  await checkers.sources.spec(specDigest(spec));
  const leaves = taskPieces(spec, checkers.sources.pieceOf);
  const job = await post(stage, requester, spec, arbiters, inputsTree(leaves).root);
  const { tasks } = jobShape(spec);
  say(
    `job ${job.id} posted: ${tasks} tasks over the dataset's ${packed.pieces.length} pieces, for ${tasks * 2} FIL at most`,
  );
  const fromBlock = job.created;
  roles.push(
    [
      "auditor",
      createAuditor({
        ...{ client: stage.client, wallet: auditor, escrow, sources: checkers.sources, fromBlock },
        ...{ policy: { share: 1 }, random: () => 0 },
      }),
    ],
    [
      "arbiter",
      createArbiter({
        client: stage.client,
        wallet: arbiter,
        contracts,
        sources: checkers.sources,
        fromBlock,
      }),
    ],
  );
  await play(stage, roles, job, say);
  const receipt = await jobReceipt(stage, { job, spec, parties, cheat: CHEAT_NAME });
  const lines = receipt.counts.reduce((sum, one) => sum + Number(one.lines), 0);
  const expected = await expectedLines(packed);
  if (lines !== expected) throw new DemoError(`The job counted ${lines} lines, and there are ${expected}.`);
  say(
    "every result was fetched from its worker and verified against the root on chain; all credits were withdrawn",
  );
  return receipt;
}

/** The third provider's. */
const CHEAT = 2;
const CHEAT_NAME = "worker 3";

/** What a cheat submits in place of the work: the same files, made up. */
function cheating(node: Bacalhau): Bacalhau {
  return {
    async run(job, signal) {
      const { exitCode, files } = await node.run(job, signal);
      return {
        exitCode,
        files: files.map(({ path }) => ({ path, bytes: new TextEncoder().encode("made up\n") })),
      };
    },
  };
}

/** Everybody acts in turn, while epochs pass, until all tasks are final. */
async function play(
  { devnet }: Stage,
  roles: readonly [string, Role<{ kind: string; task?: number }>][],
  job: FoundJob,
  say: Say,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const steps = roles.map(async ([name, role]) => {
      const done: Done<{ kind: string; task?: number }>[] = await role.step();
      for (const { intent, error } of done) tell(name, intent, error, say);
      return done.length;
    });
    const acted = await devnet.hurry(Promise.all(steps));
    if (await isOver(devnet, job)) return;
    if (acted.every((count) => count === 0)) await devnet.advance(5n);
  }
  throw new DemoError(`Job ${job.id} did not come to its end.`, { next: "npm test" });
}

function tell(
  name: string,
  { kind, task }: { kind: string; task?: number },
  error: Error | undefined,
  say: Say,
) {
  const what = TOLD[kind];
  // Another worker was faster.
  if (error !== undefined && kind === "accept") return;
  if (error !== undefined) {
    say(
      `${name} could not ${kind}${task === undefined ? "" : ` task ${task}`}: ${error.message.split("\n").slice(0, 2).join(" ")}`,
    );
  } else if (what !== undefined) say(`${name} ${what}${task === undefined ? "" : ` task ${task}`}`);
}

/** What is said of what. */
const TOLD: Record<string, string> = {
  accept: "accepted",
  submit: "submitted a result of",
  lock: "ran it again, came to another root, and challenges",
  rule: "ran it three times and ruled on",
};

async function isOver({ rpcUrl, contracts }: Stage["devnet"], job: FoundJob): Promise<boolean> {
  const client = createHoldfastClient({ chain: devnetChain, transport: http(rpcUrl) });
  const tasks = await getTasks(client, { address: contracts.escrow, job });
  return tasks.every(({ state }) => isFinalTask(state));
}

/** New accounts with FIL, each with nonces of its own. */
async function fundParties(stage: Stage): Promise<Parties> {
  const keeper = walletOf(stage, stage.devnet.accounts.keeper.account);
  const parties: Partial<Parties> = {};
  for (const name of NAMES) {
    const party = walletOf(stage, privateKeyToAccount(generatePrivateKey()));
    const hash = await keeper.sendTransaction({ to: party.account.address, value: FUNDS });
    await stage.devnet.hurry(keeper.waitForTransactionReceipt({ hash }));
    parties[name] = party;
  }
  return parties as Parties;
}

function walletOf({ devnet }: Stage, account: PrivateKeyAccount) {
  return createHoldfastClient({ chain: POLLED, transport: http(devnet.rpcUrl), account });
}

function addressOf({ account }: Wallet): Address {
  return account.address;
}

async function shelfAt({ folder }: Stage, name: string, closing: AsyncDisposableStack): Promise<Shelf> {
  const home = join(folder, "shelves", name.replace(" ", "-"));
  await mkdir(home, { recursive: true });
  const shelf = await openShelf({ folder: home });
  closing.defer(() => shelf.close());
  return shelf;
}

function bacalhau({ url }: ComputeNode): Bacalhau {
  return createBacalhau({ url, clock: systemClock, pollMs: 50 });
}

/** Registers a worker that the provider's owner operates, and stakes for the tasks that it has at a time. */
async function enrol(stage: Stage, index: number, worker: Wallet, endpoint: string, arbiters: Arbiters) {
  const { hurry, contracts, providers, accounts } = stage.devnet;
  const owner = walletOf(stage, accounts.providers[index]!.owner.account);
  const registry = { address: contracts.computeRegistry };
  const [operator, provider] = [addressOf(owner), providers[index]!.minerId];
  const amount = RISK.stake * BigInt(AT_ONCE);
  await hurry(registerComputeNodeSync(worker, { ...registry, operator, endpoint }));
  await hurry(confirmComputeNodeSync(owner, { ...registry, worker: addressOf(worker) }));
  for (const arbiter of arbiters) await hurry(acceptArbiterSync(worker, { ...registry, arbiter }));
  await hurry(checkComputeControlSync(worker, { ...registry, operator, provider }));
  await hurry(
    depositStakeSync(worker, { ...registry, worker: addressOf(worker), token: zeroAddress, amount }),
  );
}

async function post(
  { devnet }: Stage,
  requester: Wallet,
  spec: JobSpec,
  [arbiter, fallbackArbiter]: Arbiters,
  inputsRoot: Hex,
): Promise<FoundJob> {
  const { tasks, shardsPerTask } = jobShape(spec);
  const params: JobParams = {
    ...{ specDigest: specDigest(spec), token: zeroAddress, ...PRICE, rampEpochs: 60, ...RISK },
    ...{ tasks, shardsPerTask, mode: 0, m: 1, n: 1, maxRounds: 3 },
    ...{ auditBps: 2_000, holdbackBps: 0, coordinatorBps: 0, ...WINDOWS },
    ...{ arbiter, fallbackArbiter, attestors: zeroHash, coordinator: zeroAddress },
    ...{ workerRoot: zeroHash, inputsRoot },
  };
  const specCidBytes = `0x01551220${specDigest(spec).slice(2)}` as Hex;
  const { event } = await devnet.hurry(
    createJobSync(requester, { address: devnet.contracts.escrow, params, specCid: specCidBytes }),
  );
  return jobOf(event);
}

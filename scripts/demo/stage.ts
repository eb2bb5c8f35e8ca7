import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, type DevnetOptions, startDevnet } from "@holdfast/devnet";
import {
  createHoldfastClient,
  delegatedSigner,
  depositWithPermitAndApproveOperatorSync,
  devnet as devnetChain,
  filecoinPayAbi,
  sectorEvidenceAbi,
  storageDealsAbi,
} from "@holdfast/sdk";
import type { PackedPath } from "@holdfast/sdk/node";
import {
  createDealsWatcher,
  type DealsConfigInput,
  type DealsEvent,
  type DealsWatcher,
  openWatcherDatabase,
  parseDealsConfig,
  systemClock,
} from "@holdfast/watchers";
import pino from "pino";
import { createPublicClient, http, maxUint256, type PublicClient, parseEther } from "viem";

/** Copies of every piece. */
export const COPIES = 2;

/** Everything that the demo runs on: removed, and at rest, once it is disposed of. */
export interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly devnet: Devnet;
  readonly client: PublicClient;
  readonly contracts: ReturnType<typeof contractsOf>;
}

/** Starts a devnet with three providers in a temporary folder; `options` change it. */
export async function openStage(options: Pick<DevnetOptions, "lotus"> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-demo-"));
  const failures: unknown[] = [];
  let devnet: Devnet;
  try {
    devnet = await startDevnet({
      ...{ providers: 3, sealEpochs: 4n, folder: join(folder, "devnet") },
      onError: (error) => failures.push(error),
      ...options,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const client = createPublicClient({
    ...{ chain: devnetChain, transport: http(devnet.rpcUrl), pollingInterval: 50 },
  }) as PublicClient;
  return {
    ...{ folder, devnet, client, contracts: contractsOf(devnet) },
    async [Symbol.asyncDispose]() {
      await devnet.stop();
      await rm(folder, { recursive: true, force: true });
      if (failures.length > 0) throw new AggregateError(failures, "The devnet failed in the background.");
    },
  };
}

function contractsOf({ contracts }: Devnet) {
  return {
    deals: { address: contracts.deals, abi: storageDealsAbi },
    evidence: { address: contracts.evidence, abi: sectorEvidenceAbi },
    pay: { address: contracts.pay, abi: filecoinPayAbi },
  } as const;
}

/** One transaction: the client's USDFC goes into Filecoin Pay by permit, and the deals contract becomes its operator. */
export async function fund({ devnet }: Stage, amount: bigint): Promise<void> {
  const { usdfc, deals, pay } = devnet.contracts;
  const { account } = devnet.accounts.client;
  const payer = createHoldfastClient({ chain: devnetChain, transport: http(devnet.rpcUrl), account });
  await devnet.hurry(
    depositWithPermitAndApproveOperatorSync(payer, {
      ...{ address: pay, token: usdfc, amount, operator: deals },
      ...{ rateAllowance: maxUint256, lockupAllowance: amount },
      maxLockupPeriod: 30n * devnet.parameters.day * 2n,
    }),
  );
}

/** The watcher that an operator runs, on a database in the demo's folder. */
export async function startWatcher(
  { folder, devnet, client }: Stage,
  packed: PackedPath,
  onEvent: (event: DealsEvent) => void,
  change: Partial<DealsConfigInput["policy"]> = {},
): Promise<DealsWatcher & AsyncDisposable> {
  const { deals, registry, evidence, pay, usdfc } = devnet.contracts;
  const { day, minDuration } = devnet.parameters;
  const db = await openWatcherDatabase(join(folder, `${packed.dataset}.db`));
  const { account, privateKey } = devnet.accounts.client;
  const watcher = await createDealsWatcher({
    config: parseDealsConfig({
      contracts: { deals, registry, evidence, pay },
      policy: {
        ...{ dataset: packed.dataset, copies: COPIES, token: usdfc, maxRatePerTib: parseEther("1") },
        pieces: packed.pieces.map(({ cid, carPath, layerPath }) => ({ cid, car: carPath, layer: layerPath })),
        ...{ duration: minDuration, sealingWindow: 7n * day, settleEvery: day, sampleEvery: day },
        ...{ silentAfter: day, exclusion: 100n * day, renewBefore: 10n * day, retryAfter: 2n, pollEvery: 2n },
        ...change,
      },
      sender: { confirmations: 0, stuckAfter: 100 },
    }),
    ...{ db, client, chainId: devnetChain.id, network: "testnet", account },
    signer: delegatedSigner(privateKey),
    ...{ clock: systemClock, logger: pino({ level: "silent" }), onEvent },
  });
  return {
    ...watcher,
    async [Symbol.asyncDispose]() {
      await watcher.stop();
      await db.destroy();
    },
  };
}

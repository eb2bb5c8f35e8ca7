import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  delegatedSigner,
  devnet as devnetChain,
  filecoinPayAbi,
  sectorEvidenceAbi,
  storageDealsAbi,
} from "@holdfast/sdk";
import type { PackedPath } from "@holdfast/sdk/node";
import {
  createDealsWatcher,
  createSectorLocator,
  type DealsConfigInput,
  type DealsEvent,
  type DealsWatcher,
  devnetReader,
  openWatcherDatabase,
  parseDealsConfig,
  systemClock,
} from "@holdfast/watchers";
import pino from "pino";
import {
  createPublicClient,
  createWalletClient,
  http,
  maxUint256,
  type PublicClient,
  parseEther,
  parseSignature,
} from "viem";

/** Copies of every piece. */
export const COPIES = 2;

/** Everything that the demo runs on: removed, and at rest, once it is disposed of. */
export interface Stage extends AsyncDisposable {
  readonly folder: string;
  readonly devnet: Devnet;
  readonly client: PublicClient;
  readonly contracts: ReturnType<typeof contractsOf>;
}

/** Starts a devnet with three providers in a temporary folder. */
export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-demo-"));
  const failures: unknown[] = [];
  let devnet: Devnet;
  try {
    devnet = await startDevnet({
      ...{ providers: 3, sealEpochs: 4n, folder: join(folder, "devnet") },
      onError: (error) => failures.push(error),
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
export async function fund({ devnet, client, contracts }: Stage, amount: bigint): Promise<void> {
  const { usdfc, deals, pay } = devnet.contracts;
  const { account } = devnet.accounts.client;
  const wallet = createWalletClient({ chain: devnetChain, transport: http(devnet.rpcUrl), account });
  const usdfcAbi = await devnet.chain.abiOf("UsdfcDouble");
  const read = (functionName: string, args: unknown[] = []) =>
    client.readContract({ address: usdfc, abi: usdfcAbi, functionName, args });
  const [name, nonce] = await Promise.all([read("name"), read("nonces", [account.address])]);
  const deadline = maxUint256;
  const signature = await account.signTypedData({
    domain: { name: name as string, version: "1", chainId: devnetChain.id, verifyingContract: usdfc },
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: { owner: account.address, spender: pay, value: amount, nonce: nonce as bigint, deadline },
  });
  const { v, r, s } = parseSignature(signature);
  const allowances = [maxUint256, amount, 30n * devnet.parameters.day * 2n] as const;
  const hash = await wallet.writeContract({
    ...contracts.pay,
    functionName: "depositWithPermitAndApproveOperator",
    args: [usdfc, account.address, amount, deadline, Number(v), r, s, deals, ...allowances],
  });
  const receipt = await devnet.hurry(client.waitForTransactionReceipt({ hash }));
  if (receipt.status !== "success") throw new Error(`The deposit ${hash} reverted.`);
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
    locator: createSectorLocator(devnetReader(client)),
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

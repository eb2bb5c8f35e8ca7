import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther } from "viem";
import { type ChainOptions, type DevnetChain, startChain } from "./chain/chain.ts";
import { createOfferBook } from "./chain/offer-book.ts";
import type { DevnetParameters } from "./chain/parameters.ts";
import type { OfferTerms } from "./provider/offer.ts";
import { type Provider, type ProviderOptions, startProvider } from "./provider/provider.ts";

export { type DevnetAccount, type DevnetAccounts, devnetAccounts } from "./chain/accounts.ts";
export type { DeployedContracts, DevnetChain, DevnetContracts } from "./chain/chain.ts";
export { type DevnetParameters, devnetParameters } from "./chain/parameters.ts";
export { type ComputeNode, type ComputeNodeOptions, startComputeNode } from "./compute/compute-node.ts";
export { type BareChain, startBareChain } from "./lotus/bare-chain.ts";
export { chance, choose, type Seed } from "./lotus/chance.ts";
export type { Fate, Reorg } from "./lotus/epoch-maker.ts";
export type { LotusFace } from "./lotus/face.ts";
export { FAULT_KINDS, type FaultKind, type FaultOptions } from "./lotus/faults.ts";
export { createLotus, type Lotus, type LotusFaceOptions, type LotusOptions } from "./lotus/lotus.ts";
export type { ClientStyle } from "./lotus/methods.ts";
export { withSeeds } from "./lotus/replay.ts";
export { countCall, putTally, tallyAbi } from "./lotus/tally.ts";
export type { Faults } from "./provider/faults.ts";
export type { OfferTerms } from "./provider/offer.ts";
export type { Provider } from "./provider/provider.ts";

export interface DevnetOptions extends Partial<Omit<ChainOptions, "miners">> {
  /** How many storage providers. Default 3. */
  providers?: number;
  /** Where providers keep their bytes. Default: a temporary folder that `stop` removes. */
  folder?: string;
  /** Epochs that sealing takes. Default 4. */
  sealEpochs?: bigint;
  /** Told of what fails in the background. Default: console.error. */
  onError?: (error: unknown) => void;
}

/** A running devnet. */
export interface Devnet {
  readonly rpcUrl: string;
  readonly folder: string;
  readonly chain: DevnetChain;
  readonly accounts: DevnetChain["accounts"];
  readonly contracts: DevnetChain["contracts"];
  readonly parameters: DevnetParameters;
  readonly providers: Provider[];
  epoch(): bigint;
  /**
   * At least `epochs` pass at once; providers seal and prove on the way, as they would have.
   * @returns the epoch reached
   */
  advance(epochs: bigint | number): Promise<bigint>;
  /** Until `work` is done, messages land as soon as they are sent: an epoch each time, in place of the clock's own. */
  hurry<T>(work: Promise<T>): Promise<T>;
  /** Ends a provider, and starts it anew on its folder and port. */
  restartProvider(index: number): Promise<Provider>;
  /** Ends everything; nothing is left running. */
  stop(): Promise<void>;
}

/** What a provider's owner posts, attoFIL. */
const BOND = parseEther("1000");

/** Starts a chain with Holdfast on it, and providers whose offers stand on its registry. */
export async function startDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const { providers: count = 3, sealEpochs = 4n, folder: given, ...chainOptions } = options;
  const { onError = (error: unknown) => console.error(error) } = options;
  const folder = given ?? (await mkdtemp(join(tmpdir(), "holdfast-devnet-")));
  const chain = await startChain({ ...chainOptions, miners: count, onError });
  const { contracts, parameters, epochs } = chain;
  const providers: Provider[] = [];

  async function provider(index: number): Promise<Provider> {
    const home = join(folder, `provider-${index + 1}`);
    await mkdir(home, { recursive: true });
    return startProvider(await providerOptions(chain, index, home, sealEpochs));
  }

  async function stop(): Promise<void> {
    // Those that did start: after a failure there may be gaps.
    await Promise.all(providers.map((running) => running?.stop()));
    await chain.stop();
    if (given === undefined) await rm(folder, { recursive: true, force: true });
  }

  try {
    const starting = chain.miners.map(async (_, index) => {
      providers[index] = await provider(index);
    });
    for (const outcome of await epochs.hurry(Promise.allSettled(starting))) {
      if (outcome.status === "rejected") throw outcome.reason;
    }
    // A node shows what the head's messages did only when the next tipset is there.
    while (await chain.lotus?.waiting()) await epochs.advance(1);
  } catch (error) {
    await stop();
    throw error;
  }
  // Deadlines end after everyone had the chance to prove.
  epochs.listen(async (epoch) => {
    await Promise.all(providers.map((running) => running.onEpoch(epoch).catch(onError)));
    for (const miner of chain.miners) await miner.endDeadline(epoch).catch(onError);
  });

  return {
    rpcUrl: chain.lotus?.face.url ?? chain.rpcUrl,
    folder,
    chain,
    accounts: chain.accounts,
    contracts,
    parameters,
    providers,
    epoch: epochs.now,
    advance: epochs.advance,
    hurry: epochs.hurry,
    async restartProvider(index) {
      await providers[index]!.stop();
      providers[index] = await provider(index);
      return providers[index];
    },
    stop,
  };
}

async function providerOptions(
  chain: DevnetChain,
  index: number,
  folder: string,
  sealEpochs: bigint,
): Promise<ProviderOptions> {
  const { contracts, parameters, client } = chain;
  const miner = chain.miners[index]!;
  const book = createOfferBook({
    registry: contracts.registry,
    abi: await chain.abiOf("IProviderRegistry"),
    client,
    minerId: miner.minerId,
    ...chain.senders[index]!,
    bond: BOND,
  });
  return {
    folder,
    chain: miner,
    contracts: [contracts.deals],
    sealEpochs,
    provingPeriod: parameters.provingPeriod,
    commitmentMargin: parameters.day,
    minDuration: parameters.minDuration,
    offer: { book, terms: offerTerms(chain, index) },
  };
}

const REGIONS = ["CH", "SG", "BR", "CA", "ZA", "JP", "DE", "AU"];

/** 5 USDFC a TiB and month of 30 days, each further provider 20 % dearer. */
function offerTerms({ contracts, parameters }: DevnetChain, index: number): OfferTerms {
  const { day, notice, minDuration } = parameters;
  return {
    token: contracts.usdfc,
    ratePerTib: (parseEther("5") * BigInt(5 + index)) / 5n / (30n * day),
    bondPerTib: parseEther("100"),
    minPieceSize: 128n,
    maxPieceSize: 32n << 30n,
    minDuration,
    maxDuration: 1_550_000n,
    capacity: 1n << 44n,
    expiry: 1n << 40n,
    notice: Number(notice),
    exitFeeEpochs: Number(3n * day),
    reservationFeeEpochs: Number(day),
    exitBps: 2_500,
    maxOpenProposals: 64,
    region: REGIONS[index % REGIONS.length]!,
  };
}

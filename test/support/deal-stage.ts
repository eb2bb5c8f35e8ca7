import {
  copyIdOf,
  devnet,
  extractPublishOfferEvent,
  filecoinAddressToBytes,
  fromEvmAddress,
  getCopies,
  getDeal,
  type HoldfastClient,
  maskedId,
  notificationPayload,
  type OfferTerms,
  paddedSizeOf,
  publishOffer,
  registerProvider,
} from "@holdfast/sdk";
import {
  type Account,
  type Address,
  createClient,
  type Hash,
  http,
  parseEther,
  publicActions,
  type TransactionReceipt,
  walletActions,
} from "viem";
import type { DevnetAccount } from "../../devnet/src/chain/accounts.ts";
import { type DevnetChain, startChain } from "../../devnet/src/chain/chain.ts";

export type Party = HoldfastClient<Account>;

/** A contract's address, as actions take it. */
export interface At {
  address: Address;
}

/** A devnet's chain without providers' servers, whose miners the test drives. */
export interface DealStage extends AsyncDisposable {
  readonly chain: DevnetChain;
  readonly on: Record<"deals" | "registry" | "evidence" | "pay", At>;
  readonly token: Address;
  readonly client: Party;
  readonly keeper: Party;
  readonly deployer: Party;
  readonly providers: { owner: Party; worker: Party; minerId: bigint; offerId: bigint; terms: OfferTerms }[];
  readonly failures: unknown[];
  /** Until `work` is done, messages land as soon as they are sent. */
  hurry<T>(work: Promise<T>): Promise<T>;
  /** So many epochs pass; all that was sent lands in the first of them. */
  advance(epochs: bigint): Promise<void>;
  /** An epoch passes, in which all of these land. */
  land(...sent: (Hash | Promise<Hash>)[]): Promise<TransactionReceipt[]>;
  /** Every copy of a deal is sealed, each in a new sector with this expiration. @returns the sectors */
  seal(dealId: bigint, expiration?: bigint): Promise<bigint[]>;
  /** What the miner's worker makes of its actor: `declareFaults`, `recoverFaults`, `extendSectors`, `terminateSectors`. */
  drive(minerId: bigint, functionName: string, args: readonly unknown[]): Promise<void>;
}

const BOND = parseEther("1000");
/** Seconds that no test takes. */
const NEVER = 1_000_000;

/**
 * Starts it with two providers and their offers, the second one dearer; both registered by the SDK's actions. Its clock
 * stands still unless it is given seconds: epochs then pass only when the test says so.
 */
export async function openDealStage({ epochSeconds = NEVER } = {}): Promise<DealStage> {
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const chain = await startChain({ miners: 2, epochSeconds, onError });
  const { contracts, parameters, accounts, epochs } = chain;
  const partyOf = ({ account }: DevnetAccount): Party =>
    createClient({ account, chain: devnet, transport: http(chain.rpcUrl), pollingInterval: 10 })
      .extend(publicActions)
      .extend(walletActions) as unknown as Party;
  const at = (address: Address): At => ({ address });
  const on = {
    ...{ deals: at(contracts.deals), registry: at(contracts.registry) },
    ...{ evidence: at(contracts.evidence), pay: at(contracts.pay) },
  };
  const miner = await chain.abiOf("MinerActor");
  let nextSector = 1n;

  async function enrol(index: number) {
    const { minerId } = chain.miners[index]!;
    const owner = partyOf(accounts.providers[index]!.owner);
    const worker = partyOf(accounts.providers[index]!.worker);
    const envelope = {
      ...{ maxBondPerTib: parseEther("1000"), maxBondAtStake: BOND, maxBondPerDay: BOND },
      ...{ maxExitBps: 2_500, payee: owner.account.address },
    };
    await land(registerProvider(owner, { ...on.registry, provider: minerId, envelope, bond: BOND }));
    const terms: OfferTerms = {
      ...{ token: contracts.usdfc, ratePerTib: parseEther("1") * BigInt(2 + index) },
      ...{ bondPerTib: parseEther("100"), minPieceSize: 128n, maxPieceSize: 32n << 30n },
      ...{ minDuration: parameters.minDuration, maxDuration: 1_550_000n, capacity: 1n << 44n },
      ...{ expiry: 1n << 39n, notice: Number(parameters.notice) * (1 + index), exitBps: 2_500 },
      ...{ exitFeeEpochs: 100, reservationFeeEpochs: 40, maxOpenProposals: 64 },
      ...{ endpoint: "http://127.0.0.1:1", region: "CH" },
    };
    const [published] = await land(publishOffer(worker, { ...on.registry, provider: minerId, terms }));
    const { offerId } = extractPublishOfferEvent(published!).args;
    return { owner, worker, minerId, offerId, terms };
  }

  async function land(...sent: (Hash | Promise<Hash>)[]): Promise<TransactionReceipt[]> {
    const hashes = await Promise.all(sent);
    await epochs.advance(1n);
    return Promise.all(hashes.map((hash) => chain.client.getTransactionReceipt({ hash })));
  }

  const providers = [await enrol(0), await enrol(1)];
  const client = partyOf(accounts.client);
  const stage: DealStage = {
    ...{ chain, on, token: contracts.usdfc, client, providers, failures, land, hurry: epochs.hurry },
    keeper: partyOf(accounts.keeper),
    deployer: partyOf(accounts.deployer),
    async advance(count) {
      await epochs.advance(count);
    },
    async seal(dealId, expiration) {
      const { provider, endEpoch } = await getDeal(client, { ...on.deals, dealId });
      const copies = await getCopies(client, { ...on.deals, dealId });
      const sectors: bigint[] = [];
      for (const [index, { commitment, height }] of copies.entries()) {
        const sector = nextSector++;
        const payload = notificationPayload(copyIdOf(dealId, index));
        const notify = [{ address: filecoinAddressToBytes(fromEvmAddress(on.deals.address)), payload }];
        const piece = { commitment, paddedSize: BigInt(paddedSizeOf(height)), notify };
        const driver = chain.miners.find(({ minerId }) => minerId === provider)!;
        await epochs.hurry(driver.commitSector(sector, expiration ?? endEpoch, [piece]));
        sectors.push(sector);
      }
      return sectors;
    },
    async drive(minerId, functionName, args) {
      const index = chain.miners.findIndex((known) => known.minerId === minerId);
      const message = { abi: miner, address: maskedId(minerId), functionName, args };
      await epochs.hurry(chain.senders[index]!.worker.send(message));
    },
    async [Symbol.asyncDispose]() {
      await chain.stop();
    },
  };
  return stage;
}

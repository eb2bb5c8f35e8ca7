import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  createHoldfastClient,
  depositWithPermitAndApproveOperatorSync,
  devnet as devnetChain,
  getOffer,
  notificationPayload,
  providerRegistryAbi,
  storageDealsAbi,
} from "@holdfast/sdk";
import {
  type Abi,
  type Address,
  concatHex,
  createPublicClient,
  encodeFunctionData,
  type Hex,
  http,
  maxUint256,
  parseEther,
} from "viem";
// What viem runs for calls without a contract, and what mainnet has at the known address. viem does not export it.
// @ts-expect-error: a file without types
import { multicall3Bytecode } from "../../../node_modules/viem/_esm/constants/contracts.js";
import { benchPiece, DATASET } from "./piece.ts";

const PROVIDERS = 4;
/**
 * Transactions of one JSON-RPC batch and one block; activations of one transaction. The chain beneath runs all that waits
 * for every further message: a pool that holds hundreds makes it crawl.
 */
const BLOCK = 100;
const UNSEALED_CID_PREFIX = "0x0181e203922020";

/** A devnet whose one client gets as many active deals of one piece as are asked for: real proposals, real notifications. */
export async function startDealsChain() {
  // Epochs pass when messages wait, not by the clock.
  const devnet = await startDevnet({ providers: PROVIDERS, epochSeconds: 3600, day: 2880n });
  const { contracts, parameters, chain } = devnet;
  const client = createPublicClient({
    chain: devnetChain,
    transport: http(devnet.rpcUrl, { batch: { batchSize: BLOCK }, timeout: 300_000 }),
  });
  const payer = devnet.accounts.client.account;
  const offers = await openOffers(devnet);
  const multicall = await deployMulticall(devnet);
  const holdfast = createHoldfastClient({
    chain: devnetChain,
    transport: http(devnet.rpcUrl),
    account: payer,
  });
  await devnet.hurry(
    depositWithPermitAndApproveOperatorSync(holdfast, {
      ...{
        address: contracts.pay,
        token: contracts.usdfc,
        amount: parseEther("500000"),
        operator: contracts.deals,
      },
      ...{ rateAllowance: maxUint256, lockupAllowance: maxUint256, maxLockupPeriod: maxUint256 },
    }),
  );
  let deals = 0;

  async function send(from: Address, to: Address, data: Hex): Promise<void> {
    const params = [{ from, to, data, gas: "0x3b9aca00" as Hex }] as const;
    await client.request({ method: "eth_sendTransaction", params } as never);
  }
  const mine = () => client.request({ method: "hardhat_mine", params: ["0x1"] } as never);

  // So that the multicall contract stands also where the past is read. One by one: of epochs mined at once the chain
  // beneath has no state.
  for (let epoch = 0; epoch < 100; epoch++) await mine();

  async function propose(from: number, to: number): Promise<void> {
    const propose = (index: number) => {
      const { offerId, version } = offers[index % PROVIDERS] as (typeof offers)[number];
      const { commitment, height, padding } = benchPiece(index);
      const proposal = {
        ...{ offerId, version, dataset: DATASET, sealingWindow: parameters.day },
        ...{ duration: parameters.minDuration, autoExtendUntil: 0n, autoExtendRateCap: 0n },
        pieces: [{ cid: commitment, height, padding }],
      };
      const data = encodeFunctionData({ abi: storageDealsAbi, functionName: "propose", args: [proposal] });
      return send(payer.address, contracts.deals, data);
    };
    await Promise.all(range(from, to).map(propose));
    await mine();
  }

  async function activate(from: number, to: number): Promise<void> {
    for (const [provider, { minerId }] of chain.miners.entries()) {
      const mined = range(from, to).filter((index) => index % PROVIDERS === provider);
      for (let at = 0; at < mined.length; at += BLOCK) {
        const activations = mined.slice(at, at + BLOCK).map((index) => {
          const { commitment, paddedSize } = benchPiece(index);
          // Deals have the ids of their rails, and there are no others.
          const notify = [
            {
              notifee: concatHex(["0x040a", contracts.deals]),
              payload: notificationPayload((BigInt(index) + 1n) << 8n),
            },
          ];
          const pieces = [{ cid: concatHex([UNSEALED_CID_PREFIX, commitment]), size: paddedSize, notify }];
          return { sector: BigInt(index), expiration: 1_500_000n, pieces };
        });
        const data = encodeFunctionData({
          abi: await chain.abiOf("MinerActor"),
          functionName: "proveCommitSectors",
          args: [activations, true],
        });
        await send(chain.senders[provider]?.worker.address as Address, maskedOf(minerId), data);
      }
    }
    await mine();
  }

  return {
    devnet,
    multicall,
    /** So many deals in all, each active. */
    async grow(count: number): Promise<void> {
      for (; deals < count; deals = Math.min(count, deals + BLOCK)) {
        const to = Math.min(count, deals + BLOCK);
        await propose(deals, to);
        await activate(deals, to);
      }
    },
    stop: () => devnet.stop(),
  };
}

export type DealsChain = Awaited<ReturnType<typeof startDealsChain>>;

/** A second offer of every provider, of which one client may have any number of open proposals. */
async function openOffers({ chain, contracts, hurry }: Devnet) {
  const first = await Promise.all(
    chain.miners.map((_, index) =>
      getOffer(chain.client as never, { offerId: BigInt(index) + 1n, address: contracts.registry }),
    ),
  );
  const offers: { offerId: bigint; version: number }[] = [];
  // One after the other: the id is what the function returned when it was tried.
  for (const [index, { minerId }] of chain.miners.entries()) {
    const { terms } = first.find(({ provider }) => provider === minerId)!;
    const args = [minerId, { ...terms, bondPerTib: parseEther("1"), maxOpenProposals: 65_535 }];
    const { result } = await hurry(
      chain.senders[index]!.worker.send({
        ...{
          abi: providerRegistryAbi as Abi,
          address: contracts.registry,
          functionName: "publishOffer",
          args,
        },
      }),
    );
    offers.push({ offerId: result as bigint, version: 1 });
  }
  return offers;
}

async function deployMulticall({ accounts, rpcUrl, hurry }: Devnet): Promise<Address> {
  const wallet = createHoldfastClient({
    chain: devnetChain,
    transport: http(rpcUrl),
    account: accounts.keeper.account,
  });
  const hash = await wallet.sendTransaction({ data: multicall3Bytecode as Hex } as never);
  const { contractAddress } = await hurry(wallet.waitForTransactionReceipt({ hash }));
  return contractAddress as Address;
}

function maskedOf(id: bigint): Address {
  return `0xff${id.toString(16).padStart(38, "0")}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

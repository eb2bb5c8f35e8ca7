import hre from "hardhat";
import { type Abi, type Address, type PublicClient, parseEther, toHex } from "viem";
import dealsModule from "../../../deploy/modules/deals.ts";
import paymentsModule from "../../../deploy/modules/payments.ts";
import type { LotusFace } from "../lotus/face.ts";
import { createLotus, type Lotus, type LotusOptions } from "../lotus/lotus.ts";
import { createTurns, type Turns } from "../lotus/turns.ts";
import { accountCount, DEVNET_MNEMONIC, type DevnetAccounts, devnetAccounts } from "./accounts.ts";
import { compileContracts } from "./compile.ts";
import { createBlockMaker, EPOCH_SECONDS, type Epochs, startEpochs } from "./epochs.ts";
import { installFilecoin } from "./install-filecoin.ts";
import { createSender, devnetClient, type Sender } from "./messages.ts";
import { createMiner, type Miner } from "./miner.ts";
import { type DevnetParameters, devnetParameters, moduleParameters } from "./parameters.ts";
import { type RpcMethods, type RpcProvider, serveRpc } from "./rpc-server.ts";
import { stateCall } from "./state-call.ts";

export interface ChainOptions {
  /** Seconds on the wall for an epoch. Default 1. */
  epochSeconds?: number;
  /** Miners, each with an owner and a worker. */
  miners: number;
  /** Epochs of what is a day on Filecoin, see devnetParameters. Default 60. */
  day?: bigint;
  /** Default 0: any free port. */
  port?: number;
  /** The chain behaves as Filecoin's does, and an endpoint of it as a node's. Default: a block for every epoch, at once. */
  lotus?: LotusOptions;
  /** Told of what fails in the background. */
  onError(error: unknown): void;
}

export interface DevnetContracts {
  deals: Address;
  registry: Address;
  evidence: Address;
  pay: Address;
  usdfc: Address;
}

/** A chain with Filecoin's precompiles and actors doubled, and Holdfast deployed on it. */
export interface DevnetChain {
  /** The JSON-RPC of the network's own parties: no null rounds, no delay, no faults. */
  readonly rpcUrl: string;
  /** The same chain as clients of a Filecoin node see it, and the endpoint that they use; if so ordered. */
  readonly lotus: (Lotus & { readonly face: LotusFace }) | undefined;
  readonly client: PublicClient;
  readonly accounts: DevnetAccounts;
  readonly contracts: DevnetContracts;
  readonly parameters: DevnetParameters;
  readonly miners: Miner[];
  /** Who sends for each miner. */
  readonly senders: { owner: Sender; worker: Sender }[];
  readonly epochs: Epochs;
  /** The compiled ABI of a contract. */
  abiOf(contract: string): Promise<Abi>;
  stop(): Promise<void>;
}

/** Any height will do, as long as looking back does not reach below 0. */
const FIRST_EPOCH = 100_000n;
const SECTOR_SIZE = 32n << 30n;
/** USDFC that the client begins with. */
const CLIENT_USDFC = parseEther("1000000");

/** Starts the chain on loopback. */
export async function startChain(options: ChainOptions): Promise<DevnetChain> {
  const { epochSeconds = 1, miners: minerCount, day = 60n, port = 0, lotus: ways, onError } = options;
  const parameters = devnetParameters(day);
  await compileContracts();
  const connection = await hre.network.create({
    network: "devnet",
    override: {
      accounts: { mnemonic: DEVNET_MNEMONIC, count: accountCount(minerCount) },
      initialDate: new Date(Date.now() - Number(FIRST_EPOCH) * EPOCH_SECONDS * 1000),
      initialBaseFeePerGas: 100n,
      allowUnlimitedContractSize: true,
    },
  });
  const provider = connection.provider as RpcProvider;
  const abiOf = async (contract: string) =>
    (await hre.artifacts.readArtifact(contract)).abi as unknown as Abi;
  const abis = {
    miner: await abiOf("MinerActor"),
    router: await abiOf("ActorRouter"),
    dealView: await abiOf("ICurioDealViewV1"),
  };
  const turns = createTurns();
  const methods = { "Filecoin.StateCall": stateCall(provider, { router: abis.router, actor: abis.miner }) };
  const undisturbed: RpcProvider = { request: (one) => turns.shared(() => provider.request(one)) };
  const rpc = await serveRpc(undisturbed, ways === undefined ? port : 0, methods);
  try {
    const accounts = devnetAccounts(minerCount);
    const cron = createSender(rpc.url, accounts.deployer);
    const client = devnetClient(rpc.url);
    await provider.request({ method: "hardhat_mine", params: [toHex(FIRST_EPOCH), toHex(EPOCH_SECONDS)] });
    const filecoin = await installFilecoin(provider, cron);

    const { pay, usdfc } = await connection.ignition.deploy(paymentsModule);
    const payAddress = (await pay.getAddress()) as Address;
    const deployed = await connection.ignition.deploy(dealsModule, {
      parameters: moduleParameters(parameters, payAddress),
    });
    const contracts: DevnetContracts = {
      deals: (await deployed.deals.getAddress()) as Address,
      registry: (await deployed.registry.getAddress()) as Address,
      evidence: (await deployed.evidence.getAddress()) as Address,
      pay: payAddress,
      usdfc: (await usdfc.getAddress()) as Address,
    };

    // Contracts and accounts are actors with ids of their own.
    for (const account of [...Object.values(contracts), ...partiesOf(accounts)])
      await filecoin.register(account);
    await cron.send({
      abi: await abiOf("UsdfcDouble"),
      address: contracts.usdfc,
      functionName: "mint",
      args: [accounts.client.account.address, CLIENT_USDFC],
    });

    const miners: Miner[] = [];
    const senders = accounts.providers.map(({ owner, worker }) => ({
      owner: createSender(rpc.url, owner),
      worker: createSender(rpc.url, worker),
    }));
    for (const { owner, worker } of senders) {
      const id = await filecoin.createMiner(owner.address, worker.address, SECTOR_SIZE);
      miners.push(
        createMiner({
          id,
          sectorSize: SECTOR_SIZE,
          abis,
          client,
          worker,
          cron,
          provingPeriod: parameters.provingPeriod,
        }),
      );
    }

    await provider.request({ method: "evm_setAutomine", params: [false] });
    const start = await client.getBlockNumber({ cacheTime: 0 });
    const lotus = ways && (await openLotus(provider, methods, { port, ...ways }, turns));
    const epochs = startEpochs({
      blocks: lotus ?? (await createBlockMaker(provider)),
      start,
      epochMs: epochSeconds * 1000,
      stride: parameters.provingPeriod,
      onError,
    });
    return {
      rpcUrl: rpc.url,
      lotus,
      client,
      accounts,
      contracts,
      parameters,
      miners,
      senders,
      epochs,
      abiOf,
      async stop() {
        await epochs.stop();
        await lotus?.stop();
        await rpc.stop();
        await connection.close();
      },
    };
  } catch (error) {
    await rpc.stop();
    await connection.close();
    throw error;
  }
}

async function openLotus(
  provider: RpcProvider,
  methods: RpcMethods,
  options: LotusOptions,
  turns: Turns,
): Promise<Lotus & { face: LotusFace }> {
  const lotus = await createLotus(provider, methods, options, turns);
  return { ...lotus, face: await lotus.open(options) };
}

function partiesOf({ deployer, client, keeper }: DevnetAccounts): Address[] {
  return [deployer, client, keeper].map(({ account }) => account.address);
}

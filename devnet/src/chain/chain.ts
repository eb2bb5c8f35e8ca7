import {
  CALIBRATION_CLOCK,
  chainById,
  devnet,
  type EpochClock,
  epochAt,
  filecoin,
  MAINNET_CLOCK,
} from "@holdfast/sdk";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { type Abi, type Address, type PublicClient, parseEther, toHex } from "viem";
import computeModule from "../../../deploy/modules/compute.ts";
import { readParameters } from "../../../deploy/parameters.ts";
import type { LotusFace } from "../lotus/face.ts";
import { createLotus, type Lotus, type LotusOptions } from "../lotus/lotus.ts";
import { createTurns, type Turns } from "../lotus/turns.ts";
import {
  accountCount,
  DEVNET_MNEMONIC,
  type DevnetAccount,
  type DevnetAccounts,
  devnetAccounts,
} from "./accounts.ts";
import { compileContracts } from "./compile.ts";
import { createBlockMaker, EPOCH_SECONDS, type Epochs, startEpochs } from "./epochs.ts";
import { installFilecoin } from "./install-filecoin.ts";
import { createSender, devnetClient, type Sender } from "./messages.ts";
import { createMiner, type Miner } from "./miner.ts";
import { type DevnetParameters, devnetParameters, moduleParameters } from "./parameters.ts";
import { type RpcMethods, type RpcProvider, serveRpc } from "./rpc-server.ts";
import { runConstructor } from "./run-constructor.ts";
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
  /** Whose id and clock the chain has: Calibration's, mainnet's or, by default, a devnet's own. */
  chainId?: number;
  /** Seconds that the chain begins in the past. Default 0. */
  behind?: number;
  /**
   * Deploys Holdfast on the running chain, which makes its epochs all the while. Default: the module in deploy/modules,
   * with the devnet's parameters, before the first epoch passes.
   */
  deploy?: (chain: Pick<DevnetChain, "rpcUrl" | "accounts" | "epochs">) => Promise<DeployedContracts>;
  /** The chain behaves as Filecoin's does, and an endpoint of it as a node's. Default: a block for every epoch, at once. */
  lotus?: LotusOptions;
  /** Told of what fails in the background. */
  onError(error: unknown): void;
}

/** Where Holdfast is. */
export interface DeployedContracts {
  deals: Address;
  registry: Address;
  evidence: Address;
  computeRegistry: Address;
  escrow: Address;
  arbiter: Address;
}

export interface DevnetContracts extends DeployedContracts {
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

/** A devnet's own chain began so many epochs ago: any height will do, as long as looking back does not reach below 0. */
const OWN_AGE = 100_000;
/** More epochs than it takes to set everything up. */
const SETUP = 1_000n;
const SECTOR_SIZE = 32n << 30n;
/** USDFC that the client begins with. */
const CLIENT_USDFC = parseEther("1000000");

/** Starts the chain on loopback. */
export async function startChain(options: ChainOptions): Promise<DevnetChain> {
  const { epochSeconds = 1, miners: minerCount, day = 60n, port = 0, lotus: ways, onError } = options;
  const { chainId = devnet.id, behind = 0 } = options;
  const knownChain = chainById(chainId);
  const clock = clockOf(chainId);
  const first = epochAt(new Date(Date.now() - behind * 1000), clock);
  const parameters = devnetParameters(day);
  await compileContracts();
  const connection = await hre.network.create({
    network: "devnet",
    override: {
      chainId,
      accounts: { mnemonic: DEVNET_MNEMONIC, count: accountCount(minerCount) },
      initialDate: new Date(clock.genesis * 1000),
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
  let epochs: Epochs | undefined;
  let lotus: (Lotus & { face: LotusFace }) | undefined;
  const stop = async () => {
    await epochs?.stop();
    await lotus?.stop();
    await rpc.stop();
    await connection.close();
  };
  const mine = (count: bigint) =>
    provider.request({ method: "hardhat_mine", params: [toHex(count), toHex(EPOCH_SECONDS)] });
  try {
    const accounts = devnetAccounts(minerCount);
    const sender = (account: DevnetAccount) => createSender(rpc.url, account, knownChain);
    const cron = sender(accounts.deployer);
    const client = devnetClient(rpc.url, knownChain);
    await mine(first - SETUP);
    const actors = await installFilecoin(provider, cron);

    // The doubles stand where Filecoin Pay and USDFC are on the chain whose id this one has.
    const live = await readParameters(chainId === filecoin.id ? "filecoin" : "calibration");
    const [pay, usdfc] = [live.Deals.pay, live.Payments.usdfc];
    await runConstructor(provider, pay, "FilecoinPayDouble");
    await runConstructor(provider, usdfc, "UsdfcDouble");
    const register = async (addresses: Address[]) => {
      for (const address of addresses) await actors.register(address);
    };
    let deployed = options.deploy
      ? undefined
      : await deployModule(connection, {
          ...{ parameters, pay, judge: accounts.deployer.account.address },
        });

    // Contracts and accounts are actors with ids of their own.
    await register([...Object.values(deployed ?? {}), pay, usdfc, ...partiesOf(accounts)]);
    await cron.send({
      abi: await abiOf("UsdfcDouble"),
      address: usdfc,
      functionName: "mint",
      args: [accounts.client.account.address, CLIENT_USDFC],
    });

    const miners: Miner[] = [];
    const senders = accounts.providers.map(({ owner, worker }) => ({
      owner: sender(owner),
      worker: sender(worker),
    }));
    for (const { owner, worker } of senders) {
      const id = await actors.createMiner(owner.address, worker.address, SECTOR_SIZE);
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
    // Messages of the setup made blocks a second apart: from here on every epoch is where the clock has it.
    const next = (await client.getBlockNumber({ cacheTime: 0 })) + 1n;
    const nextTime = clock.genesis + Number(next) * EPOCH_SECONDS;
    await provider.request({ method: "evm_setNextBlockTimestamp", params: [nextTime] });
    await mine(first + 1n - next);
    lotus = ways && (await openLotus(provider, methods, { port, ...ways }, turns));
    epochs = startEpochs({
      blocks: lotus ?? (await createBlockMaker(provider)),
      start: first,
      epochMs: epochSeconds * 1000,
      stride: parameters.provingPeriod,
      onError,
    });
    if (deployed === undefined) {
      deployed = await options.deploy!({ rpcUrl: rpc.url, accounts, epochs });
      await epochs.hurry(register(Object.values(deployed)));
    }
    const contracts = { ...deployed, pay, usdfc };
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
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A live chain's own, whose epochs a chain of its id counts on; a devnet's begins with it. */
function clockOf(chainId: number): EpochClock {
  if (chainId === filecoin.id) return MAINNET_CLOCK;
  if (chainId !== devnet.id) return CALIBRATION_CLOCK;
  const now = Math.floor(Date.now() / 1000);
  return { genesis: now - OWN_AGE * EPOCH_SECONDS, secondsPerEpoch: EPOCH_SECONDS };
}

/** Holdfast, by the module that live chains are deployed with too. */
async function deployModule(
  { ignition }: NetworkConnection,
  given: Parameters<typeof moduleParameters>[0],
): Promise<DeployedContracts> {
  const deployed = await ignition.deploy(computeModule, { parameters: moduleParameters(given) });
  const addresses = Object.entries(deployed).map(
    async ([name, contract]) => [name, await contract.getAddress()] as const,
  );
  return Object.fromEntries(await Promise.all(addresses)) as unknown as DeployedContracts;
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

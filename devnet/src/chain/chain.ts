import { chainById, devnet, filecoin } from "@holdfast/sdk";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { type Abi, type Address, type PublicClient, parseEther, toHex } from "viem";
import dealsModule from "../../../deploy/modules/deals.ts";
import { readParameters } from "../../../deploy/parameters.ts";
import {
  accountCount,
  DEVNET_MNEMONIC,
  type DevnetAccount,
  type DevnetAccounts,
  devnetAccounts,
} from "./accounts.ts";
import { compileContracts } from "./compile.ts";
import { EPOCH_SECONDS, type Epochs, startEpochs } from "./epochs.ts";
import { installFilecoin } from "./install-filecoin.ts";
import { createSender, devnetClient, type Sender } from "./messages.ts";
import { createMiner, type Miner } from "./miner.ts";
import { type DevnetParameters, devnetParameters, moduleParameters } from "./parameters.ts";
import { type RpcProvider, serveRpc } from "./rpc-server.ts";
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
  /** Whose id the chain has: Calibration's, mainnet's or, by default, a devnet's own. */
  chainId?: number;
  /**
   * Deploys Holdfast on the running chain, which makes its epochs all the while. Default: the module in deploy/modules,
   * with the devnet's parameters, before the first epoch passes.
   */
  deploy?: (chain: { rpcUrl: string; accounts: DevnetAccounts }) => Promise<DeployedContracts>;
  /** Told of what fails in the background. */
  onError(error: unknown): void;
}

/** Where Holdfast is. */
export interface DeployedContracts {
  deals: Address;
  registry: Address;
  evidence: Address;
}

export interface DevnetContracts extends DeployedContracts {
  pay: Address;
  usdfc: Address;
}

/** A chain with Filecoin's precompiles and actors doubled, and Holdfast deployed on it. */
export interface DevnetChain {
  readonly rpcUrl: string;
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
  const { epochSeconds = 1, miners: minerCount, day = 60n, port = 0, chainId = devnet.id, onError } = options;
  const knownChain = chainById(chainId);
  const parameters = devnetParameters(day);
  await compileContracts();
  const connection = await hre.network.create({
    network: "devnet",
    override: {
      chainId,
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
  const rpc = await serveRpc(provider, port, {
    "Filecoin.StateCall": stateCall(provider, { router: abis.router, actor: abis.miner }),
  });
  let epochs: Epochs | undefined;
  const stop = async () => {
    await epochs?.stop();
    await rpc.stop();
    await connection.close();
  };
  try {
    const accounts = devnetAccounts(minerCount);
    const sender = (account: DevnetAccount) => createSender(rpc.url, account, knownChain);
    const cron = sender(accounts.deployer);
    const client = devnetClient(rpc.url, knownChain);
    await provider.request({ method: "hardhat_mine", params: [toHex(FIRST_EPOCH), toHex(EPOCH_SECONDS)] });
    const actors = await installFilecoin(provider, cron);

    // The doubles stand where Filecoin Pay and USDFC are on the chain whose id this one has.
    const live = await readParameters(chainId === filecoin.id ? "filecoin" : "calibration");
    const [pay, usdfc] = [live.Deals.pay, live.Payments.usdfc];
    await runConstructor(provider, pay, "FilecoinPayDouble");
    await runConstructor(provider, usdfc, "UsdfcDouble");
    const register = async (addresses: Address[]) => {
      for (const address of addresses) await actors.register(address);
    };
    let deployed = options.deploy ? undefined : await deployModule(connection, parameters, pay);

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
    epochs = await startEpochs({
      provider,
      epochMs: epochSeconds * 1000,
      stride: parameters.provingPeriod,
      onError,
    });
    if (deployed === undefined) {
      deployed = await options.deploy!({ rpcUrl: rpc.url, accounts });
      await epochs.hurry(register(Object.values(deployed)));
    }
    const contracts = { ...deployed, pay, usdfc };
    return {
      rpcUrl: rpc.url,
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

/** Holdfast, by the module that live chains are deployed with too. */
async function deployModule(
  { ignition }: NetworkConnection,
  parameters: DevnetParameters,
  pay: Address,
): Promise<DeployedContracts> {
  const deployed = await ignition.deploy(dealsModule, { parameters: moduleParameters(parameters, pay) });
  const [deals, registry, evidence] = await Promise.all(
    [deployed.deals, deployed.registry, deployed.evidence].map((contract) => contract.getAddress()),
  );
  return { deals, registry, evidence } as DeployedContracts;
}

function partiesOf({ deployer, client, keeper }: DevnetAccounts): Address[] {
  return [deployer, client, keeper].map(({ account }) => account.address);
}

import {
  addresses,
  CALIBRATION_CLOCK,
  type ChainName,
  type ComputeAddresses,
  chains,
  clockFromBlock,
  createHoldfastClient,
  type EpochClock,
  epochText,
  getComputeParameters,
  getDealsParameters,
  type HoldfastClient,
  MAINNET_CLOCK,
} from "@holdfast/sdk";
import type { HttpNetworkConfig, ResolvedConfigurationVariable } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type Address, type Hex, http, isAddress } from "viem";
import { mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { getBlock } from "viem/actions";
import { type Place, readDevnetRecord } from "./deployment.ts";
import { TaskConfigError } from "./exit-codes.ts";

/** The contracts of one deployment. StorageDeals names the others. */
export interface Contracts {
  deals: Address;
  registry: Address;
  evidence: Address;
  pay: Address;
}

/** Who sends: an account that signs, and the key that providers' requests are signed with. */
export interface Sender {
  account: PrivateKeyAccount;
  privateKey: Hex;
}

/** A chain that a task works with. */
export interface Connection {
  /** As --network names it. */
  readonly network: string;
  readonly chainName: ChainName;
  readonly client: HoldfastClient;
  /** Where its records are. */
  readonly place: Place;
  contracts(): Promise<Contracts>;
  /** The contracts of compute over data. */
  compute(): Promise<ComputeAddresses>;
  /** USDFC, where it is known. */
  usdfc(): Promise<Address | undefined>;
  /** @param key the name of a key in Hardhat's keystore, or the number of one of the network's accounts */
  sender(key: string): Promise<Sender>;
  /** The same client, sending as somebody. */
  as(account: PrivateKeyAccount | Address): HoldfastClient;
  /** When epochs happen, and what is now: on a devnet by its own blocks. */
  time(): Promise<ChainTime>;
}

export interface ChainTime {
  clock: EpochClock;
  now: Date;
  head: bigint;
  /** An epoch with its local time. */
  text(epoch: bigint): string;
}

/** Hardhat's own name for a chain of its process: a running devnet is meant. */
const DEVNET = "localhost";
const DEALS_VARIABLE = "HOLDFAST_DEALS_ADDRESS";
const ESCROW_VARIABLE = "HOLDFAST_ESCROW_ADDRESS";

/** @throws TaskConfigError */
export async function connect(hre: HardhatRuntimeEnvironment): Promise<Connection> {
  const asked = hre.globalOptions.network ?? DEVNET;
  const network = hre.config.networks[asked]?.type === "edr-simulated" ? DEVNET : asked;
  const config = hre.config.networks[network];
  if (config?.type !== "http") {
    throw new TaskConfigError(`There is no network ${asked}.`, "npx hardhat fil doctor --network localhost");
  }
  const chainName = chainNameOf(config, network);
  const chain = chains[chainName];
  const url = await config.url.getUrl();
  const transport = http(url, { timeout: config.timeout });
  const client = createHoldfastClient({ chain, transport });
  const root = hre.config.paths.root;

  const devnetRecord = async () =>
    chain.id === chains.devnet.id ? await readDevnetRecord(root, url) : undefined;
  const addressOf = async (
    contract: string,
    { variable, onDevnet }: { variable: string; onDevnet: "deals" | "escrow" },
  ): Promise<Address> => {
    const given = process.env[variable];
    if (given !== undefined) {
      if (isAddress(given)) return given;
      throw new TaskConfigError(`${variable} is no address.`, `Set ${variable} to 0x and 40 hex digits`);
    }
    const recorded = addresses[chain.id]?.[contract] ?? (await devnetRecord())?.[onDevnet];
    if (recorded !== undefined) return recorded;
    if (chain.id !== chains.devnet.id) {
      throw new TaskConfigError(
        `${contract} is on no record of ${chain.name}.`,
        `npx hardhat deploy --network ${network}, or set ${variable} to where it is`,
      );
    }
    throw new TaskConfigError(`No devnet runs at ${new URL(url).host}.`, "npx hardhat devnet");
  };
  let contracts: Promise<Contracts> | undefined;

  return {
    ...{ network, chainName, client, place: { root, chainName, rpcUrl: url } },
    contracts() {
      contracts ??= addressOf("StorageDeals", { variable: DEALS_VARIABLE, onDevnet: "deals" }).then(
        async (deals) => {
          const { registry, evidence, pay } = await getDealsParameters(client, { address: deals });
          return { deals, registry, evidence, pay };
        },
      );
      return contracts;
    },
    async compute() {
      const address = await addressOf("ComputeEscrow", { variable: ESCROW_VARIABLE, onDevnet: "escrow" });
      const { registry } = await getComputeParameters(client, { address });
      const arbiter = addresses[chain.id]?.SingleArbiter ?? (await devnetRecord())?.arbiter;
      return { escrow: address, computeRegistry: registry, arbiter };
    },
    async usdfc() {
      return addresses[chain.id]?.USDFC ?? (await readDevnetRecord(root, url))?.usdfc;
    },
    async sender(key) {
      const privateKey = await privateKeyOf(hre, config, key);
      return { privateKey, account: privateKeyToAccount(privateKey) };
    },
    as: (account) => createHoldfastClient({ chain, transport, account: account as PrivateKeyAccount }),
    async time() {
      const block = await getBlock(client);
      const live = { filecoin: MAINNET_CLOCK, calibration: CALIBRATION_CLOCK, devnet: undefined }[chainName];
      const clock = live ?? clockFromBlock(block, 30);
      const now = live === undefined ? new Date(Number(block.timestamp) * 1000) : new Date();
      return { clock, now, head: block.number, text: (epoch) => epochText(epoch, { clock, now }) };
    },
  };
}

function chainNameOf({ chainId }: HttpNetworkConfig, network: string): ChainName {
  const entry = Object.entries(chains).find(([, chain]) => chain.id === chainId);
  if (entry !== undefined) return entry[0] as ChainName;
  throw new TaskConfigError(
    `Network ${network} has chain id ${chainId}, which is none of Filecoin's.`,
    "Set its chainId in hardhat.config.ts to 314, 314159 or 31415926",
  );
}

const KEY = /^0x[0-9a-f]{64}$/i;

async function privateKeyOf(
  hre: HardhatRuntimeEnvironment,
  { accounts }: HttpNetworkConfig,
  key: string,
): Promise<Hex> {
  if (!/^\d+$/.test(key)) return checkedKey(key, await configVariableOf(hre, key));
  const index = Number(key);
  if (accounts === "remote") {
    throw new TaskConfigError("The network has no accounts.", "npx hardhat keys new");
  }
  if (Array.isArray(accounts)) {
    const variable = accounts[index];
    if (variable === undefined) {
      throw new TaskConfigError(
        `The network has ${accounts.length} accounts, none with number ${index}.`,
        "npx hardhat keys list",
      );
    }
    return checkedKey(nameOf(variable), await variable.getHexString());
  }
  const { mnemonic, initialIndex, path } = accounts;
  const account = mnemonicToAccount(await mnemonic.get(), {
    path: `${path}/${initialIndex + index}` as `m/44'/60'/${string}`,
  });
  return `0x${Buffer.from(account.getHdKey().privateKey!).toString("hex")}`;
}

/** The variable behind one of a network's accounts, as Hardhat's keystore or the environment names it. */
export function nameOf(variable: ResolvedConfigurationVariable): string {
  return (variable as { name?: string }).name ?? "the account in hardhat.config.ts";
}

/** A variable that the configuration does not mention, by the same way as those that it does. */
async function configVariableOf(hre: HardhatRuntimeEnvironment, name: string): Promise<string> {
  const variable = { _type: "ConfigurationVariable", name } as const;
  return hre.hooks.runHandlerChain("configurationVariables", "fetchValue", [variable], async () => {
    const value = process.env[name];
    if (value !== undefined) return value;
    throw new TaskConfigError(`No key is called ${name}.`, `npx hardhat keys new ${name}`);
  });
}

function checkedKey(name: string, value: string): Hex {
  const hex = value.startsWith("0x") ? value : `0x${value}`;
  if (KEY.test(hex)) return hex as Hex;
  throw new TaskConfigError(`${name} holds no private key.`, `npx hardhat keys import ${name} --force`);
}

import hre from "hardhat";
import {
  type Abi,
  type Address,
  decodeErrorResult,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  maxUint256,
  parseAbi,
  toHex,
  zeroAddress,
} from "viem";
import { ADDRESS_REGISTRY, DOUBLES, NATIVE_ACTORS } from "../../../devnet/src/chain/double-code.ts";
import type { Action } from "./actions.ts";
import { addressOf, commitmentHash, encode, type Message, type Places, sealHash, word } from "./encoding.ts";
import {
  type Holder,
  type Job,
  PARTIES,
  type Party,
  STATES,
  STATUSES,
  TOKENS,
  type World,
} from "./records.ts";
import { UNBONDING } from "./registry.ts";

/** What everybody begins with, in both tokens. */
export const ENDOWMENT = 10n ** 24n;

/** The contracts on an in-process chain of their own, with doubles of Filecoin, of the token and of storage deals. */
export interface Stage extends AsyncDisposable {
  epoch(): Promise<number>;
  /** Sends it. @returns the name of the error that refuses it */
  send(world: World, by: Party, action: Action): Promise<string | undefined>;
  pass(epochs: number): Promise<void>;
  /** What the chain has on record of everything that the world knows; its bytes differ if anything does. */
  look(world: World): Promise<{ bytes: Hex; read(): unknown }>;
  /** The same, as it should be. */
  expected(world: World): unknown;
  /** Back to when this was first called. */
  rewind(): Promise<void>;
}

export async function openComputeStage(): Promise<Stage> {
  const connection = await hre.network.create({
    network: "default",
    override: { initialBaseFeePerGas: 0n, allowUnlimitedContractSize: true },
  });
  const request = (method: string, params: unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params } as never);
  const abiOf = async (name: string) => (await hre.artifacts.readArtifact(name)).abi as unknown as Abi;
  const errors = (
    await Promise.all(["ComputeEscrow", "ComputeSettlement", "ComputeRegistry", "UsdfcDouble"].map(abiOf))
  ).flatMap((abi) => abi.filter(({ type }) => type === "error"));

  const transact = async (from: Address, message: Omit<Message, "to"> & { to?: Address }) => {
    const value = toHex(message.value);
    return (await request("eth_sendTransaction", [
      { ...message, from, value, gas: "0x2000000", gasPrice: "0x0" },
    ])) as Hex;
  };
  const admin = addressOf({} as Places, "stan");
  const parties = PARTIES.filter((party) => party !== "burnt");
  for (const party of parties) {
    const address = addressOf({} as Places, party);
    await request("hardhat_impersonateAccount", [address]);
    await request("hardhat_setBalance", [address, toHex(ENDOWMENT)]);
  }
  const deploy = async (name: string, args: unknown[] = []): Promise<Address> => {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const data = encodeDeployData({ abi: abi as unknown as Abi, bytecode: bytecode as Hex, args });
    const hash = await transact(admin, { data, value: 0n });
    const receipt = (await request("eth_getTransactionReceipt", [hash])) as { contractAddress: Address };
    return receipt.contractAddress;
  };
  const call = (from: Address, to: Address, abi: Abi, functionName: string, args: unknown[]) =>
    transact(from, { to, data: encodeFunctionData({ abi, functionName, args }), value: 0n });

  for (const [address, contract] of DOUBLES) {
    const { deployedBytecode } = await hre.artifacts.readArtifact(contract);
    await request("hardhat_setCode", [address, deployedBytecode]);
  }
  const addresses = await abiOf("AddressRegistry");
  await call(admin, ADDRESS_REGISTRY, addresses, "initialize", [admin]);
  for (const actor of NATIVE_ACTORS)
    await call(admin, ADDRESS_REGISTRY, addresses, "registerNative", [actor]);

  const copies = await deploy("CopiesDouble");
  const coin = await deploy("UsdfcDouble");
  const registry = await deploy("ComputeRegistry", [copies, BigInt(UNBONDING)]);
  const escrow = await deploy("ComputeEscrow", [registry, copies, 1n]);
  const lens = await deploy("ComputeLens");
  const places: Places = { escrow, registry, coin, copies };
  await call(admin, registry, await abiOf("ComputeRegistry"), "bind", [escrow]);
  const coinAbi = parseAbi([
    "function mint(address to, uint256 amount)",
    "function approve(address spender, uint256 amount)",
  ]) as Abi;
  for (const party of parties) {
    const address = addressOf(places, party);
    await call(address, coin, coinAbi, "mint", [address, ENDOWMENT]);
    // Those who may not have to sign permits.
    if (party !== "rob") await call(address, coin, coinAbi, "approve", [escrow, maxUint256]);
    if (party !== "dan") await call(address, coin, coinAbi, "approve", [registry, maxUint256]);
  }

  const lensAbi = await abiOf("ComputeLens");
  const at = (holder: Holder) => addressOf(places, holder);
  const eyes = PARTIES.map(at);
  let snapshot: unknown;

  return {
    async epoch() {
      return Number(await request("eth_blockNumber"));
    },
    async send(world, by, action) {
      try {
        await transact(at(by), await encode(places, world, by, action));
        return undefined;
      } catch (error) {
        const data = revertDataOf(error);
        if (data === undefined) throw error;
        return decodeErrorResult({ abi: errors, data }).errorName;
      }
    },
    async pass(epochs) {
      await request("hardhat_mine", [toHex(epochs)]);
    },
    async look({ jobs }) {
      const ids = jobs.flatMap(({ id, tasks }) => tasks.map((_, task) => (BigInt(id) << 16n) | BigInt(task)));
      const args = [escrow, registry, [zeroAddress, coin], eyes, ids];
      const data = encodeFunctionData({ abi: lensAbi, functionName: "look", args });
      const result = (await request("eth_call", [{ to: lens, data }, "latest"])) as Hex;
      return { bytes: result, read: () => read(lensAbi, jobs, result) };
    },
    expected(world) {
      return expectedOf(places, world);
    },
    async rewind() {
      if (snapshot !== undefined) await request("evm_revert", [snapshot]);
      snapshot = await request("evm_snapshot");
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
    },
  };
}

interface Seen {
  task: { state: number; held: boolean; deadline: bigint };
  slots: { answer: Hex; piece: Hex }[];
}

function read(abi: Abi, jobs: readonly Job[], data: Hex): unknown {
  const [money, tasks, jobCount] = decodeFunctionResult({ abi, functionName: "look", data }) as unknown as [
    ...[money: unknown, tasks: Seen[], jobCount: bigint],
  ];
  // What is left of earlier states and rounds says nothing.
  const known = jobs.flatMap((job) => job.tasks);
  for (const [index, { task, slots }] of tasks.entries()) {
    if (!hasDeadline(STATES[task.state]!, task.held)) task.deadline = 0n;
    for (const [nth, slot] of slots.entries()) {
      const { seal, result } = known[index]?.slots[nth] ?? {};
      if (!result) slot.piece = word(0);
      if (!result && !seal) slot.answer = word(0);
    }
  }
  return { money, tasks, jobCount };
}

const hasDeadline = (state: string, isHeld: boolean) =>
  isHeld || !["Open", "Accepted", "Refunded", "Settled"].includes(state);

/** The revert's data, out of what the provider throws. */
function revertDataOf(error: unknown): Hex | undefined {
  const { data } = error as { data?: Hex | { data?: Hex } };
  return typeof data === "object" ? data.data : data;
}

function expectedOf(places: Places, world: World): unknown {
  const at = (holder: Holder) => addressOf(places, holder);
  const money = TOKENS.map((token) => ({
    escrow: world.wallets[token].escrow ?? 0n,
    registry: world.wallets[token].registry ?? 0n,
    uncollected: world.slashed[token],
    collectable: world.slashed[token],
    purses: PARTIES.map((party) => {
      const stake = world.stakes[token][party] ?? { free: 0n, locked: 0n, unbonding: 0n, until: 0 };
      const { free, locked, unbonding, until } = stake;
      return {
        wallet: world.wallets[token][party] ?? 0n,
        credit: world.credits[token][party] ?? 0n,
        stake: { free, locked, unbonding, unbondingUntil: BigInt(until) },
      };
    }),
  }));
  const tasks = world.jobs.flatMap(({ terms, tasks }) =>
    tasks.map((task) => ({
      task: {
        state: STATES.indexOf(task.state),
        ...{ round: task.round, taken: task.slots.length, winner: task.winner },
        sealedSlots: task.slots.filter(({ hasSealed }) => hasSealed).length,
        openedSlots: task.slots.filter(({ hasOpened }) => hasOpened).length,
        ...{ onFallback: task.onFallback, named: task.challenge?.named !== undefined, held: task.isHeld },
        deadline: BigInt(hasDeadline(task.state, task.isHeld) ? task.deadline : 0),
        since: BigInt(task.round === 0 ? 0 : task.since),
        submitted: BigInt(task.submitted ?? 0),
        challenger: at(task.challenge?.by ?? "nobody"),
        claim: task.challenge
          ? task.challenge.named === undefined
            ? commitmentHash(places, task.challenge.commitment)
            : word(task.challenge.named)
          : word(0),
      },
      slots: task.slots.map(({ worker, price, status, seal, result }) => ({
        ...{ worker: at(worker), price, status: STATUSES.indexOf(status) },
        answer: result ? word(result.root) : seal ? sealHash(places, seal) : word(0),
        piece: word(result && terms.holdbackBps > 0 ? result.piece : 0n),
      })),
    })),
  );
  return { money, tasks, jobCount: BigInt(world.jobs.length) };
}

import {
  type ContractCall,
  type CostEstimate,
  estimateCost,
  FINALITIES,
  type Finality,
  type HoldfastClient,
  waitForFinality,
} from "@holdfast/sdk";
import {
  type Abi,
  type AbiFunction,
  type Address,
  encodeFunctionData,
  formatEther,
  type Hash,
  isAddress,
  type TransactionReceipt,
} from "viem";
import { estimateFeesPerGas, getBalance } from "viem/actions";
import type { WriteArguments } from "../define.ts";
import type { Context, Outcome } from "./command.ts";
import { confirmMainnet } from "./confirm-mainnet.ts";
import type { Connection, Sender } from "./connection.ts";
import { TaskConfigError, TaskIncompleteError } from "./exit-codes.ts";
import { emphasis, fields } from "./output.ts";
import { inStages } from "./progress.ts";

/** A transaction to be sent. */
export interface Step<landed = unknown> {
  title: string;
  /** The contract's name, for people. */
  contract: string;
  /** Its call, to be shown, tried and priced. */
  call: ContractCall;
  /** Gas to reckon with if the call cannot be tried: it is not signed yet, or rests on a step before it. */
  assumedGas?: bigint;
  /** Arguments that a signature fills in when it is sent. */
  unsigned?: readonly string[];
  /** Sends it by an action of the SDK, which waits for the receipt. */
  send(
    client: HoldfastClient,
    onHash: (hash: Hash) => void,
  ): Promise<landed & { receipt: TransactionReceipt }>;
}

/** What is about to be done. */
export interface Plan<landed> {
  steps: Step<landed>[];
  /** What it costs besides FIL for gas, until when, and what else should be known before it is signed. */
  costs: Record<string, string | undefined>;
  /** The same in figures, for --json. */
  figures: object;
  /** What came of it. */
  outcome(landed: (landed & { receipt: TransactionReceipt })[], sender: Sender): Promise<Outcome> | Outcome;
  /** What to run to do the rest, if it ends half-way. */
  resume: string;
}

/** A sender has this much more than what is foreseen: base fees move by up to an eighth an epoch. */
export function withMargin(fee: bigint): bigint {
  return (fee * 12n) / 10n;
}

/** Who would send: a key's account, or with --dry-run any address. */
export async function senderAddress(
  args: WriteArguments,
  connection: Connection,
): Promise<{ address: Address; sender: Sender | undefined }> {
  if (args.from !== undefined) {
    if (!args.dryRun) {
      throw new TaskConfigError(
        "--from names a sender without a key.",
        "Add --dry-run, or name a key by --key",
      );
    }
    if (!isAddress(args.from))
      throw new TaskConfigError("--from is no address.", "npx hardhat fil address <any>");
    return { address: args.from, sender: undefined };
  }
  const sender = await connection.sender(args.key);
  return { address: sender.account.address, sender };
}

/**
 * Shows what a plan does and costs, asks where it must, sends its steps one after the other, and waits. With --dry-run it only
 * shows.
 */
export async function carryOut<landed>(
  args: WriteArguments,
  {
    context,
    connection,
    sender,
    address,
  }: {
    context: Context;
    connection: Connection;
    sender: Sender | undefined;
    address: Address;
  },
  plan: Plan<landed>,
): Promise<Outcome> {
  const finality = finalityOf(args.wait);
  const client = connection.as(sender?.account ?? address);
  const estimates = await priceOf(client, address, plan.steps);
  const fil = sum(estimates);
  const shown = { ...plan.costs, ...filCosts(fil, estimates), sender: address, chain: chainText(connection) };
  const calls = plan.steps.map((step, at) => describeCall(step, estimates[at]));
  const costs = { fil: { value: fil.value, gasAtMost: fil.fee }, ...plan.figures };
  const preview = [...calls.map(callText), fields(shown)].join("\n");
  if (args.dryRun) {
    const json = { dryRun: true, sender: address, calls, costs };
    return { json, text: `Nothing is signed or sent. This would be:\n${preview}` };
  }
  context.note(`${emphasis("bold", "About to do this:")}\n${preview}`);
  await checkBalance(client, address, fil);
  await confirm(args, context, connection);
  const landed = await sendAll(plan, { client, context, finality });
  const outcome = await plan.outcome(landed, sender!);
  const transactions = landed.map(({ receipt: { transactionHash, blockNumber, gasUsed } }, at) => {
    return { call: calls[at]!.function, hash: transactionHash, epoch: blockNumber, gasUsed };
  });
  return { ...outcome, json: { ...outcome.json, transactions, costs } };
}

/** What a step costs; `assumed` if it could not be tried. */
type Estimate = CostEstimate & { assumed?: boolean };

async function priceOf(
  client: HoldfastClient,
  account: Address,
  steps: readonly Step[],
): Promise<(Estimate | undefined)[]> {
  const estimates: (Estimate | undefined)[] = [];
  const assume = async ({ call, assumedGas: gas }: Step): Promise<Estimate | undefined> => {
    if (gas === undefined) return undefined;
    const { maxFeePerGas } = await estimateFeesPerGas(client);
    const value = (call as { value?: bigint }).value ?? 0n;
    return { gas, maxFeePerGas, fee: gas * maxFeePerGas, value, assumed: true };
  };
  for (const step of steps) {
    if (step.unsigned !== undefined) {
      estimates.push(await assume(step));
      continue;
    }
    try {
      estimates.push(await estimateCost(client, { ...step.call, account }));
    } catch (error) {
      // A later step may rest on an earlier one; the first has to work as things are.
      if (estimates.length === 0) throw error;
      estimates.push(await assume(step));
    }
  }
  return estimates;
}

function sum(estimates: readonly (Estimate | undefined)[]) {
  const known = estimates.filter((estimate) => estimate !== undefined);
  return {
    value: known.reduce((total, { value }) => total + value, 0n),
    fee: known.reduce((total, { fee }) => total + fee, 0n),
  };
}

function filCosts(
  { value, fee }: { value: bigint; fee: bigint },
  estimates: readonly (Estimate | undefined)[],
) {
  const assumed = sum(estimates.filter((estimate) => estimate?.assumed)).fee;
  const unknown = estimates.filter((estimate) => estimate === undefined).length;
  const notes = [
    ...(assumed === 0n ? [] : [`${formatEther(assumed)} of it assumed, for calls that cannot be tried yet`]),
    ...(unknown === 0 ? [] : [`without ${unknown} calls that cannot be tried before the ones ahead of them`]),
  ];
  return {
    "FIL that goes with it": value === 0n ? undefined : `${formatEther(value)} FIL`,
    "gas at most": [`${formatEther(fee)} FIL`, ...notes].join(", "),
  };
}

function describeCall({ title, contract, call, unsigned = [] }: Step, estimate: CostEstimate | undefined) {
  const { address, abi, functionName, args } = call as ContractCall & { args: readonly unknown[]; abi: Abi };
  const item = abi.find(
    (part): part is AbiFunction =>
      part.type === "function" && part.name === functionName && part.inputs.length === args.length,
  );
  const named = Object.fromEntries(
    args.map((value, at) => {
      const name = item?.inputs[at]?.name || `${at}`;
      return [name, unsigned.includes(name) ? "signed when it is sent" : readable(value)] as const;
    }),
  );
  return {
    ...{ title, contract, address, function: functionName, args: named },
    data: encodeFunctionData({ abi, functionName, args }),
    value: (call as { value?: bigint }).value ?? 0n,
    ...(estimate === undefined ? {} : { gas: estimate.gas, maxFeePerGas: estimate.maxFeePerGas }),
  };
}

/** Tuples and lists on one line. */
function readable(value: unknown): string {
  return typeof value === "object"
    ? JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item))
    : String(value);
}

function chainText({ client, network }: Connection): string {
  return `${client.chain.name} (${client.chain.id}), --network ${network}`;
}

async function checkBalance(client: HoldfastClient, address: Address, cost: { value: bigint; fee: bigint }) {
  const balance = await getBalance(client, { address });
  const needed = cost.value + withMargin(cost.fee);
  if (balance >= needed) return;
  throw new TaskConfigError(
    `${address} has ${formatEther(balance)} FIL, and needs ${formatEther(needed)} to be sure of it.`,
    "npx hardhat fil doctor: it says where FIL comes from",
  );
}

/** Asks before anything is sent to mainnet. @throws TaskConfigError */
export function confirm(args: { yes: boolean }, { prompts }: Context, { client }: Connection): Promise<void> {
  return confirmMainnet({
    ...{ chainId: client.chain.id, yes: args.yes, onTerminal: process.stdin.isTTY === true },
    ask: prompts.ask,
  });
}

async function sendAll<landed>(
  { steps, resume }: Plan<landed>,
  { client, context, finality }: { client: HoldfastClient; context: Context; finality: Finality },
) {
  const done: (landed & { receipt: TransactionReceipt })[] = [];
  const hashes: Hash[] = [];
  try {
    await inStages(
      steps.map(({ title, send }) => ({
        title,
        run: async (tell) => {
          context.signal.throwIfAborted();
          tell("tried, now signing");
          const landed = await send(client, (hash) => {
            hashes.push(hash);
            tell(`submitted ${hash}`, true);
          });
          const { transactionHash: hash, blockNumber } = landed.receipt;
          tell(`included in epoch ${blockNumber}`, true);
          const receipt = await waitForFinality(client, {
            ...{ hash, finality, signal: context.signal },
            onEpoch: (reached, wanted) => tell(`${finality} is epoch ${reached}, wanted ${wanted}`),
          });
          done.push({ ...landed, receipt });
        },
      })),
    );
  } catch (error) {
    if (done.length === 0 && hashes.length === 0) throw error;
    const { shortMessage } = error as { shortMessage?: string };
    throw new TaskIncompleteError(
      `${done.length} of ${steps.length} transactions landed. ${shortMessage ?? "The next one failed."}`,
      { submitted: hashes },
      { next: resume, cause: error },
    );
  }
  return done;
}

/** @throws TaskConfigError */
export function finalityOf(text: string): Finality {
  const finality = FINALITIES.find((known) => known === text);
  if (finality !== undefined) return finality;
  throw new TaskConfigError(
    `--wait ${text} is none of ${FINALITIES.join(", ")}.`,
    "Leave it out, or take one of these",
  );
}

function callText({
  title,
  contract,
  address,
  function: name,
  args,
}: ReturnType<typeof describeCall>): string {
  const values = Object.entries(args).map(([key, value]) => `    ${key}: ${value}`);
  return [`  ${title}: ${contract} (${address}) ${name}`, ...values].join("\n");
}

import {
  type Abi,
  type AbiStateMutability,
  type Account,
  type Address,
  type ContractEventName,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type Hash,
  parseEventLogs,
  type TransactionReceipt,
} from "viem";
import { parseAccount } from "viem/accounts";
import { readContract, simulateContract, waitForTransactionReceipt, writeContract } from "viem/actions";
import { addressOf } from "../deployments.ts";
import { ContractRevertedError } from "../errors/decode-revert.ts";
import { requireChain } from "../wallet/require-chain.ts";
import type {
  ActionClient,
  ArgsOf,
  Calling,
  ContractCall,
  ContractEvent,
  ContractOptions,
  EventExtractor,
  Landed,
  Logs,
  ReadAction,
  ReadOptions,
  SyncOptions,
  WriteActions,
  WriteOptions,
} from "./action.ts";
import { AccountMissingError, EventMissingError, explained, TransactionRevertedError } from "./errors.ts";

/** Names the contract functions that `action` stands for. */
export function calling<action extends object>(calls: readonly string[], action: action): action & Calling {
  return Object.assign(action, { calls });
}

/** Makes typed actions out of a contract's functions; `contract` is its name in the record of deployments. */
export function contractActions<const abi extends Abi>(contract: string, abi: abi) {
  /** Reads by `eth_call`: also what FEVM cannot mark as a view, because it asks an actor. */
  function read<
    const name extends ContractFunctionName<abi>,
    parameters,
    const args extends ArgsOf<abi, name>,
    result = ContractFunctionReturnType<abi, AbiStateMutability, name, args>,
  >(
    functionName: name,
    argsOf: (parameters: parameters) => args,
    resultOf?: (returned: ContractFunctionReturnType<abi, AbiStateMutability, name, args>) => result,
  ): ReadAction<parameters, result> {
    return calling([`${contract}.${functionName}`], async (client: ActionClient, ...[given]: unknown[]) => {
      const options = (given ?? {}) as parameters & ReadOptions;
      const returned = await ask(client, options, functionName, argsOf(options) as readonly unknown[]);
      return (resultOf === undefined ? returned : resultOf(returned as never)) as result;
    }) as ReadAction<parameters, result>;
  }

  /** Reads several functions without parameters at once, into an object. */
  function readAll<const names extends Record<string, ContractFunctionName<abi>>>(
    names: names,
  ): ReadAction<
    ReadOptions,
    { [key in keyof names]: ContractFunctionReturnType<abi, AbiStateMutability, names[key]> }
  > {
    const entries = Object.entries(names) as [string, string][];
    const calls = entries.map(([, name]) => `${contract}.${name}`);
    return calling(calls, async (client: ActionClient, options: ReadOptions = {}) =>
      Object.fromEntries(
        await Promise.all(
          entries.map(async ([key, name]) => [key, await ask(client, options, name, [])] as const),
        ),
      ),
    ) as never;
  }

  async function ask(
    client: ActionClient,
    { address, blockNumber }: ReadOptions,
    functionName: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const call = { address: address ?? addressOf(contract, client.chain.id), abi, functionName, args };
    try {
      return await readContract(client, {
        ...(call as never as { address: Address; abi: Abi; functionName: string }),
        ...(blockNumber === undefined ? {} : { blockNumber }),
      });
    } catch (error) {
      throw explained(error);
    }
  }

  /** A function that changes the chain. `event` is what it always tells, once; of several: one of them. */
  function write<
    const name extends ContractFunctionName<abi, "nonpayable" | "payable">,
    parameters,
    const args extends ArgsOf<abi, name>,
    const event extends ContractEventName<abi> = never,
  >(
    functionName: name,
    argsOf: (parameters: parameters) => args,
    options: {
      event?: event | readonly event[];
      paying?: (parameters: parameters) => bigint | undefined;
    } = {},
  ) {
    const label = `${contract}.${functionName}`;
    const { paying } = options;
    const extract = options.event === undefined ? undefined : extractor<event>(options.event);

    function call(
      client: Pick<ActionClient, "chain">,
      given?: parameters & ContractOptions,
    ): ContractCall<abi, name, args> {
      const options = (given ?? {}) as parameters & ContractOptions;
      const address = options.address ?? addressOf(contract, client.chain.id);
      const value = paying?.(options);
      const paid = value === undefined ? {} : { value };
      return { address, abi, functionName, args: argsOf(options), ...paid } as ContractCall<abi, name, args>;
    }

    /** Tried before it is sent: a refusal then names its reason, costs nothing and leaves no nonce behind. */
    async function send(client: ActionClient, given?: parameters & WriteOptions): Promise<Hash> {
      const account = given?.account ?? client.account;
      if (account === undefined) throw new AccountMissingError(label);
      const request = { ...call(client, given), account } as unknown as AnyCall;
      try {
        if (parseAccount(account).type === "json-rpc") await requireChain(client);
        await simulateContract(client, request);
        return await writeContract(client, { ...request, chain: client.chain });
      } catch (error) {
        throw explained(error);
      }
    }

    async function sync(client: ActionClient, given?: parameters & SyncOptions) {
      const hash = await send(client, given);
      given?.onHash?.(hash);
      const { confirmations, timeout } = given ?? {};
      const receipt = await waitForTransactionReceipt(client, {
        hash,
        ...(confirmations === undefined ? {} : { confirmations }),
        ...(timeout === undefined ? {} : { timeout }),
      });
      const made = call(client, given);
      if (receipt.status !== "success") {
        const request = { ...made, account: receipt.from } as unknown as AnyCall;
        throw await whyReverted(client, request, label, receipt);
      }
      const events = eventsOf(receipt, made.address);
      return { receipt, events, ...(extract === undefined ? {} : { event: extract(receipt, made.address) }) };
    }

    type Told = [event] extends [never] ? Omit<Landed<abi, event>, "event"> : Landed<abi, event>;
    return { send: calling([label], send), sync, call, extract } as unknown as WriteActions<
      abi,
      name,
      args,
      parameters,
      Told
    > & { extract: EventExtractor<abi, event> };
  }

  /** What finds the one event of a receipt that has one of these names. */
  function extractor<const event extends ContractEventName<abi>>(
    names: event | readonly event[],
  ): EventExtractor<abi, event> {
    const wanted = ([] as readonly string[]).concat(names as string | string[]);
    return (receipt, address) => {
      const found = eventsOf(receipt, address).find(({ eventName }) => wanted.includes(eventName as string));
      if (found === undefined) throw new EventMissingError(contract, wanted.join(" or "));
      return found as unknown as ContractEvent<abi, event>;
    };
  }

  /** What finds all events of a receipt that have one of these names, in order; there may be none. */
  function extractorOfAll<const event extends ContractEventName<abi>>(
    ...names: event[]
  ): (receipt: Logs, address?: Address) => ContractEvent<abi, event>[] {
    return (receipt, address) =>
      eventsOf(receipt, address).filter(({ eventName }) =>
        (names as string[]).includes(eventName as string),
      ) as unknown as ContractEvent<abi, event>[];
  }

  /** Every event of the contract in a receipt, in order; of another address's logs none, if an address is given. */
  function eventsOf({ logs }: Logs, address?: Address): ContractEvent<abi>[] {
    const own = logs.filter((log) => address === undefined || same(log.address, address));
    return parseEventLogs({ abi: abi as Abi, logs: own }) as unknown as ContractEvent<abi>[];
  }

  return { read, readAll, write, extractor, extractorOfAll, eventsOf };
}

/** What `contractActions` makes of an ABI: a name that declaration files can write. */
export type ContractActions<abi extends Abi> = ReturnType<typeof contractActions<abi>>;

type AnyCall = ContractCall & { account: Account | Address; args: readonly unknown[] };

/** The same call on the state that it landed in: most refusals show again. */
async function whyReverted(
  client: ActionClient,
  call: AnyCall,
  label: string,
  { blockNumber, transactionHash }: TransactionReceipt,
): Promise<unknown> {
  let cause: unknown;
  try {
    await simulateContract(client, { ...call, blockNumber });
  } catch (error) {
    cause = explained(error);
  }
  return cause instanceof ContractRevertedError
    ? cause
    : new TransactionRevertedError(label, transactionHash, cause);
}

function same(left: Address, right: Address): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

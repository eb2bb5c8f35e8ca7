import type {
  Abi,
  AbiStateMutability,
  Account,
  Address,
  Chain,
  Client,
  ContractEventName,
  ContractFunctionArgs,
  ContractFunctionName,
  Hash,
  Log,
  TransactionReceipt,
  Transport,
} from "viem";

/** What an action needs: any viem client on a chain; one that sends also has an account, or is given one. */
export type ActionClient = Client<Transport, Chain, Account | undefined>;

export interface ContractOptions {
  /** The contract. Default: where the repository's record says that it is on the client's chain. */
  address?: Address;
}

export interface ReadOptions extends ContractOptions {
  /** The epoch whose state is read. Default: the newest. */
  blockNumber?: bigint;
}

export interface WriteOptions extends ContractOptions {
  /** Who sends. Default: the client's account. */
  account?: Account | Address;
}

export interface SyncOptions extends WriteOptions {
  /** Told of the transaction once it is sent. */
  onHash?: (hash: Hash) => void;
  /** Default 1. */
  confirmations?: number;
  /** Milliseconds to wait for the receipt. Default: viem's, 180,000. */
  timeout?: number;
}

/** The functions of a contract that take part in an action, as `Contract.function`. */
export interface Calling {
  readonly calls: readonly string[];
}

/** `[parameters]`, or nothing where all of them are optional. */
export type Given<parameters> = Partial<parameters> extends parameters ? [parameters?] : [parameters];

/** A function's arguments, whatever its mutability: some of the FEVM's reads have to be written as calls. */
export type ArgsOf<abi extends Abi, name extends ContractFunctionName<abi>> = ContractFunctionArgs<
  abi,
  AbiStateMutability,
  name
>;

/** One call of a contract: what viem's `simulateContract`, `writeContract` and batching take. */
export type ContractCall<
  abi extends Abi = Abi,
  name extends ContractFunctionName<abi> = ContractFunctionName<abi>,
  args = unknown,
> = {
  address: Address;
  abi: abi;
  functionName: name;
  args: args;
} & ([PayableNamed<abi, name>] extends [never] ? unknown : { /** attoFIL. */ value?: bigint });

type PayableNamed<abi extends Abi, name> = Extract<
  abi[number],
  { type: "function"; name: name; stateMutability: "payable" }
>;

/** An event of a contract, decoded: typed `eventName` and `args`, and where in the chain it stands. */
export type ContractEvent<
  abi extends Abi = Abi,
  name extends ContractEventName<abi> = ContractEventName<abi>,
> = name extends unknown ? Log<bigint, number, false, undefined, true, abi, name> : never;

/** Finds an event in a receipt, of one address only if given. @throws EventMissingError */
export type EventExtractor<abi extends Abi, event extends ContractEventName<abi>> = (
  receipt: Logs,
  address?: Address,
) => ContractEvent<abi, event>;

/** What has logs: a receipt, or what is left of one. */
export type Logs = Pick<TransactionReceipt, "logs">;

/** What a landed transaction did. */
export interface Landed<abi extends Abi, event extends ContractEventName<abi>> {
  receipt: TransactionReceipt;
  /** The event that says so. */
  event: ContractEvent<abi, event>;
  /** All that the contract told in the transaction, in order. */
  events: ContractEvent<abi>[];
}

export type ReadAction<parameters, result> = Calling &
  ((client: ActionClient, ...given: Given<parameters & ReadOptions>) => Promise<result>);

/** A contract's function as viem's kind of actions. */
export interface WriteActions<
  abi extends Abi,
  name extends ContractFunctionName<abi>,
  args,
  parameters,
  landed,
> {
  send: Calling & ((client: ActionClient, ...given: Given<parameters & WriteOptions>) => Promise<Hash>);
  sync: (client: ActionClient, ...given: Given<parameters & SyncOptions>) => Promise<landed>;
  call: (
    client: Pick<ActionClient, "chain">,
    ...given: Given<parameters & ContractOptions>
  ) => ContractCall<abi, name, args>;
}

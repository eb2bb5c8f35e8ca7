import {
  type Account,
  type Address,
  type Chain,
  type Client,
  createClient,
  http,
  type PublicActions,
  publicActions,
  type RpcSchema,
  type Transport,
  type WalletActions,
  walletActions,
} from "viem";
import { chainById, pollingIntervalOf } from "./chains.ts";

/** What every action of the SDK takes: a viem client that reads and, if it has an account, writes. */
export type HoldfastClient<account extends Account | undefined = Account | undefined> = Client<
  Transport,
  Chain,
  account,
  RpcSchema,
  PublicActions<Transport, Chain, account> & WalletActions<Chain, account>
>;

export interface HoldfastClientOptions<account extends Account | Address | undefined> {
  /** A chain, or the id of one that Holdfast knows. */
  chain: Chain | number;
  /** Default: the chain's public RPC endpoint. */
  transport?: Transport;
  account?: account;
}

/**
 * A viem client with polling suited to Filecoin's 30 s epochs. Any viem client with public and wallet actions does as
 * well.
 * @throws ChainUnknownError
 */
export function createHoldfastClient<account extends Account | undefined = undefined>(
  options: HoldfastClientOptions<account>,
): HoldfastClient<account> {
  const chain = typeof options.chain === "number" ? chainById(options.chain) : options.chain;
  const client = createClient({
    chain,
    transport: options.transport ?? http(),
    pollingInterval: pollingIntervalOf(chain),
    ...(options.account === undefined ? {} : { account: options.account }),
  });
  return client.extend(publicActions).extend(walletActions) as unknown as HoldfastClient<account>;
}

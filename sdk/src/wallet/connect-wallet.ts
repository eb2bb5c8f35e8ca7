import { type Account, type Chain, custom, type EIP1193Provider } from "viem";
import { parseAccount } from "viem/accounts";
import { createHoldfastClient, type HoldfastClient } from "../client.ts";
import { explainWallet } from "./errors.ts";
import { switchOrAddChain } from "./switch-or-add-chain.ts";

export interface ConnectWalletOptions {
  /** Where the dApp works. */
  chain: Chain | number;
}

/**
 * Asks a wallet (`window.ethereum`, or what EIP-6963 announced) for an account and brings it to the chain.
 * @returns a client that reads and sends through the wallet, which asks the person each time
 * @throws WalletError, WalletChainError, ChainUnknownError
 */
export async function connectWallet(
  provider: EIP1193Provider,
  { chain }: ConnectWalletOptions,
): Promise<HoldfastClient<Account>> {
  // Asking twice would open a second window.
  const transport = custom(provider, { retryCount: 0 });
  const client = createHoldfastClient({ chain, transport });
  let address: `0x${string}` | undefined;
  try {
    [address] = await client.requestAddresses();
  } catch (error) {
    throw explainWallet(error) ?? error;
  }
  await switchOrAddChain(client);
  return createHoldfastClient({ chain, transport, account: parseAccount(address!) });
}

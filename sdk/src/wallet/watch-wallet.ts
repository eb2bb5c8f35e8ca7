import { type Address, type EIP1193Provider, getAddress } from "viem";

/** What a wallet's owner does while a dApp is open. */
export interface WatchWalletOptions {
  /** The accounts that the site may use, the chosen one first; none after a lock or a disconnection. */
  onAccounts?: (accounts: Address[]) => void;
  onChain?: (chainId: number) => void;
  /** The wallet lost every chain. */
  onDisconnect?: (error: Error) => void;
}

/** Follows a wallet. @returns ends it */
export function watchWallet(
  provider: EIP1193Provider,
  { onAccounts, onChain, onDisconnect }: WatchWalletOptions,
): () => void {
  const accountsChanged = (accounts: Address[]) =>
    onAccounts?.(accounts.map((account) => getAddress(account)));
  const chainChanged = (chainId: string) => onChain?.(Number(chainId));
  const disconnect = (error: Error) => onDisconnect?.(error);
  provider.on("accountsChanged", accountsChanged);
  provider.on("chainChanged", chainChanged);
  provider.on("disconnect", disconnect);
  return () => {
    provider.removeListener("accountsChanged", accountsChanged);
    provider.removeListener("chainChanged", chainChanged);
    provider.removeListener("disconnect", disconnect);
  };
}

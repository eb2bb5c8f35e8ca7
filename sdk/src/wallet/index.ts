export { type ConnectWalletOptions, connectWallet } from "./connect-wallet.ts";
export { WalletChainError, WalletError } from "./errors.ts";
export { switchOrAddChain } from "./switch-or-add-chain.ts";
export { type WatchWalletOptions, watchWallet } from "./watch-wallet.ts";

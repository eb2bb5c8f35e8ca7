import { BaseError, findCause } from "../errors/base-error.ts";

/** What wallets answer by number (EIP-1193, EIP-3085, EIP-3326), and what to do. */
const ANSWERS: { readonly [code: number]: readonly [message: string, next: string] } = {
  4001: [
    "You rejected the request in the wallet: nothing was signed or sent.",
    "Ask again, and confirm in the wallet.",
  ],
  4100: [
    "The wallet has not allowed this site to use the account.",
    "Unlock the wallet and connect it (connectWallet).",
  ],
  4900: ["The wallet is connected to no chain.", "Open the wallet, or reload the page."],
  4901: [
    "The wallet cannot reach the chain that it is on.",
    "Choose another RPC endpoint for it in the wallet.",
  ],
  4902: ["The wallet does not know the chain.", "Let it be added (switchOrAddChain)."],
};

/** A wallet declined, or is not ready. */
export class WalletError extends BaseError {
  /** The wallet's: 4001 is the person's own no. */
  readonly code: number;
  constructor(code: number, [message, next]: readonly [message: string, next: string], cause?: unknown) {
    super(message, { cause, next });
    this.code = code;
  }
}

/** The wallet is on another chain than the client: the person switched. */
export class WalletChainError extends BaseError {
  constructor(wanted: string) {
    super(`The wallet is on another chain than ${wanted}: nothing was signed or sent.`, {
      next: "Let it switch (switchOrAddChain), and ask again.",
    });
  }
}

/** An error of a wallet as a `WalletError`; undefined for anything else. */
export function explainWallet(error: unknown): BaseError | undefined {
  const own = findCause(error, (cause) => cause instanceof WalletError || cause instanceof WalletChainError);
  if (own !== undefined) return own as BaseError;
  const code = codeOf(findCause(error, (cause) => codeOf(cause) !== undefined));
  return code === undefined ? undefined : new WalletError(code, ANSWERS[code]!, error);
}

/** Some wallets wrap what another layer of theirs said. */
function codeOf(error: unknown): number | undefined {
  const { code, data } = (error ?? {}) as { code?: number; data?: { originalError?: { code?: number } } };
  return [code, data?.originalError?.code].find(
    (candidate) => candidate !== undefined && candidate in ANSWERS,
  );
}

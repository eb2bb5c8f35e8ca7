import { getChainId } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { WalletChainError } from "./errors.ts";

/** Whoever holds a wallet may switch it at any time. @throws WalletChainError if it is on another chain than the client */
export async function requireChain(client: ActionClient): Promise<void> {
  if ((await getChainId(client)) !== client.chain.id) throw new WalletChainError(client.chain.name);
}

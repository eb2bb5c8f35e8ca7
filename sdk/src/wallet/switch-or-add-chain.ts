import { addChain, getChainId, switchChain } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { explainWallet, WalletError } from "./errors.ts";
import { requireChain } from "./require-chain.ts";

const UNKNOWN = 4902;

/**
 * Brings a wallet to the client's chain. One that does not know the chain is asked to add it, with the endpoint and explorer
 * of the client's definition.
 * @throws WalletError with code 4001 if the person declines, WalletChainError if the wallet stays where it is
 */
export async function switchOrAddChain(client: ActionClient): Promise<void> {
  const { chain } = client;
  if ((await getChainId(client)) === chain.id) return;
  try {
    await switchChain(client, { id: chain.id }).catch(async (error: unknown) => {
      const answer = explainWallet(error);
      if (!(answer instanceof WalletError) || answer.code !== UNKNOWN) throw error;
      await addChain(client, { chain });
      // Not every wallet switches to what it added.
      if ((await getChainId(client)) !== chain.id) await switchChain(client, { id: chain.id });
    });
  } catch (error) {
    throw explainWallet(error) ?? error;
  }
  await requireChain(client);
}

import * as dagCbor from "@ipld/dag-cbor";
import type { ActionClient } from "../actions/action.ts";
import { BaseError } from "../errors/base-error.ts";
import { formatFilecoinAddress, fromActorId } from "../fvm/address.ts";
import { fromBase64, toBase64 } from "../providers/base64.ts";

/** A miner actor aborted a question, or its answer is not what FIP-0112 says it is. */
export class SectorLookError extends BaseError {
  /** The FVM's exit code; 0 for an answer that nobody can read. */
  readonly exitCode: number;
  constructor(miner: bigint, sector: bigint, exitCode: number, details?: string) {
    const what =
      exitCode === 0 ? "gave an answer that is none of FIP-0112's" : `aborted with exit code ${exitCode}`;
    super(`Miner f0${miner} ${what} when asked for sector ${sector}.`, {
      ...(details === undefined ? {} : { details }),
      next: "Check that the id is a miner's, that its network has FIP-0112 (nv28), and that the node is in sync.",
    });
    this.exitCode = exitCode;
  }
}

/** Burnt funds: an account that exists on every network, as the sender of messages that are never sent. */
const ASKER = 99n;
const MAINNET = 314;

interface InvocationResult {
  MsgRct: { ExitCode: number; Return: string | null } | null;
}

/**
 * Calls a method of a miner actor by `Filecoin.StateCall` of the node: a message that is run and thrown away. FEVM's
 * `eth_call` reaches no built-in actor.
 * @param params in CBOR once encoded
 * @throws what the node says, also when it has no receipt to show
 */
export async function askMiner(client: ActionClient, miner: bigint, method: number, params: unknown) {
  const network = client.chain.id === MAINNET ? "mainnet" : "testnet";
  const message = {
    Version: 0,
    To: formatFilecoinAddress(fromActorId(miner), network),
    From: formatFilecoinAddress(fromActorId(ASKER), network),
    Nonce: 0,
    Value: "0",
    GasLimit: 0,
    GasFeeCap: "0",
    GasPremium: "0",
    Method: method,
    Params: toBase64(dagCbor.encode(params)),
  };
  const request = client.request as (call: { method: string; params: unknown[] }) => Promise<unknown>;
  const { MsgRct: receipt } = (await request({
    method: "Filecoin.StateCall",
    params: [message, null],
  })) as InvocationResult;
  if (receipt === null) throw new BaseError(`The node could not run a message to f0${miner}.`);
  return { exitCode: receipt.ExitCode, value: fromBase64(receipt.Return ?? "") };
}

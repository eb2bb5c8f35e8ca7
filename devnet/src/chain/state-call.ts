import { actorIdOf, fromBase64, toBase64 } from "@holdfast/sdk";
import {
  type Abi,
  bytesToHex,
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
} from "viem";
import { ACTOR_ROUTER } from "./double-code.ts";
import type { RpcProvider } from "./rpc-server.ts";

/** A message as Lotus writes it in JSON, what of it is looked at. */
interface LotusMessage {
  To: string;
  Method: number;
  Params?: string | null;
}

const CBOR_CODEC = 0x51n;
const SERIALIZATION = 21;

/**
 * Lotus's `Filecoin.StateCall` for messages to built-in actors: run on the current state, and thrown away.
 * @param abis of ActorRouter, and of an actor with the errors that actors abort with
 */
export function stateCall(provider: RpcProvider, abis: { router: Abi; actor: Abi }) {
  return async ([message]: readonly unknown[]) => {
    const { To, Method, Params } = message as LotusMessage;
    const actor = actorIdOf(To);
    if (actor === undefined)
      throw new Error(`StateCall of ${To}: the devnet runs messages to actor ids only`);
    const params = bytesToHex(fromBase64(Params ?? ""));
    const data = encodeFunctionData({
      abi: abis.router,
      functionName: "invoke",
      args: [actor, BigInt(Method), params === "0x" ? 0n : CBOR_CODEC, params],
    });
    try {
      const result = (await provider.request({
        method: "eth_call",
        params: [{ to: ACTOR_ROUTER, data }, "latest"],
      })) as Hex;
      const value = decodeFunctionResult({
        abi: abis.router,
        functionName: "invoke",
        data: result,
      }) as unknown as Hex;
      return receipt(0, value);
    } catch (error) {
      const { errorName, args } = decodeErrorResult({ abi: abis.actor, data: revertOf(error) });
      if (errorName === "ActorExit") return receipt(Number(args?.[0]), args?.[1] as Hex);
      if (errorName === "CborMalformed") return receipt(SERIALIZATION, "0x");
      throw error;
    }
  };
}

function receipt(exitCode: number, value: Hex) {
  return {
    MsgRct: { ExitCode: exitCode, Return: value === "0x" ? null : toBase64(value), GasUsed: 0 },
    Error: "",
  };
}

function revertOf(error: unknown): Hex {
  const { data } = error as { data?: unknown };
  const revert = typeof data === "object" && data !== null && "data" in data ? data.data : data;
  if (typeof revert !== "string" || !revert.startsWith("0x")) throw error;
  return revert as Hex;
}

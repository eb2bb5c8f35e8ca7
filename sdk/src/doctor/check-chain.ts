import { type Block, numberToHex } from "viem";
import { getBlock, getChainId } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { chainById, devnet } from "../chains.ts";
import { findCause } from "../errors/base-error.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";

/** Seconds that the newest block may be old: `latest` is one epoch behind the head, and rounds may be null. */
const STALE_AFTER = 180;
/** Seconds that this machine's clock may be behind the chain's. */
const SKEW = 60;
/** How many epochs are looked at for a null round: at one in a hundred, three of four looks find one. */
const LOOKBACK = 120n;
/** What Lotus answers when a round had no block (ENullRound). */
const NULL_ROUND = 12;

/** Whether the endpoint answers, and is of the client's chain. */
export async function checkChainId(client: ActionClient): Promise<Check> {
  const name = "chain id";
  const { id, name: chain } = client.chain;
  try {
    const answered = await getChainId(client);
    if (answered === id) return passed(name, `${id}, ${chain}`);
    return failed(
      name,
      `the endpoint is of chain ${answered}, wanted is ${id} (${chain})`,
      `Use an RPC endpoint of ${chain}, or another --network${isKnown(answered) ? ` (${chainById(answered).name})` : ""}.`,
    );
  } catch (error) {
    return failed(name, `the endpoint does not answer: ${reasonOf(error)}`, UNREACHABLE);
  }
}

const UNREACHABLE = "Check the RPC URL and the network; on a devnet start one with `npx hardhat devnet`.";

/**
 * Whether the newest block is new, and this machine's clock agrees with the chain's. A devnet's clock is its own: there only
 * the block is asked for.
 * @param now Unix seconds
 */
export async function checkHead(client: ActionClient, now: number): Promise<Check[]> {
  const name = "age of the head";
  let head: Block;
  try {
    head = await getBlock(client);
  } catch (error) {
    return [failed(name, `no newest block: ${reasonOf(error)}`, UNREACHABLE)];
  }
  const age = now - Number(head.timestamp);
  if (client.chain.id === devnet.id)
    return [passed(name, `epoch ${head.number}; a devnet keeps its own time`)];
  if (age < -SKEW) {
    const found = `this machine is ${-age} s behind the chain`;
    return [
      passed(name, `epoch ${head.number}`),
      failed("clock", found, "Set the clock (NTP): signatures for providers hold for one minute."),
    ];
  }
  if (age > STALE_AFTER) {
    return [
      failed(
        name,
        `epoch ${head.number} is ${age} s old`,
        "Use another RPC endpoint, or wait until this one has synced; check this machine's clock too.",
      ),
    ];
  }
  return [passed(name, `epoch ${head.number}, ${age} s old`), passed("clock", "agrees with the chain")];
}

/** How an endpoint answers for an epoch without a block. */
export type NullRoundStyle = "error 12" | "null" | "previous block" | "none seen";

/** Which style an endpoint has, from its newest epochs. */
export async function nullRoundStyle(client: ActionClient): Promise<NullRoundStyle> {
  const { number: head } = await getBlock(client);
  const last = head - LOOKBACK > 0n ? head - LOOKBACK : 1n;
  for (let epoch = head - 1n; epoch >= last; epoch--) {
    try {
      const block = (await client.request({
        method: "eth_getBlockByNumber",
        params: [numberToHex(epoch), false],
      })) as { number: string } | null;
      if (block === null) return "null";
      if (BigInt(block.number) !== epoch) return "previous block";
    } catch (error) {
      if (findCause(error, (cause) => (cause as { code?: unknown }).code === NULL_ROUND)) return "error 12";
      throw error;
    }
  }
  return "none seen";
}

/** Which style of null rounds was seen: all three are understood, and said so that it is known. */
export async function checkNullRounds(client: ActionClient): Promise<Check> {
  const name = "null rounds";
  try {
    const style = await nullRoundStyle(client);
    const older = style === "previous block" ? ": an older Forest, which answers with the block before" : "";
    return passed(
      name,
      style === "none seen" ? `none in ${LOOKBACK} epochs` : `answered by ${style}${older}`,
    );
  } catch (error) {
    return failed(
      name,
      reasonOf(error),
      "Use an RPC endpoint that answers eth_getBlockByNumber for past epochs.",
    );
  }
}

/** Whether the endpoint knows what is final, which is what money waits for. */
export async function checkFinality(client: ActionClient): Promise<Check> {
  const name = "finalized tag";
  try {
    const [{ number: head }, { number: finalized }] = await Promise.all([
      getBlock(client),
      getBlock(client, { blockTag: "finalized" }),
    ]);
    return passed(name, `epoch ${finalized}, ${head - finalized} behind the head`);
  } catch (error) {
    return failed(
      name,
      `not answered: ${reasonOf(error)}`,
      "Use a node with the Ethereum API v1 of Lotus 1.34 or later; without it final means 900 epochs.",
    );
  }
}

/** Whether the endpoint runs messages to actors (`Filecoin.StateCall`), which `lookAtSector` needs. */
export async function checkStateCall(client: ActionClient): Promise<Check> {
  const name = "Filecoin.StateCall";
  const mainnet = client.chain.id === 314;
  const address = (id: number) => `${mainnet ? "f" : "t"}0${id}`;
  // The power actor's raw power of a miner that cannot be: any exit code is an answer.
  const message = {
    ...{ Version: 0, To: address(4), From: address(99), Nonce: 0, Value: "0", GasLimit: 0 },
    ...{ GasFeeCap: "0", GasPremium: "0", Method: 3_753_401_894, Params: "AA==" },
  };
  try {
    const request = client.request as (call: { method: string; params: unknown[] }) => Promise<unknown>;
    const answer = (await request({ method: "Filecoin.StateCall", params: [message, null] })) as {
      MsgRct?: unknown;
    };
    if (answer?.MsgRct === undefined) throw new Error("no receipt in the answer");
    return passed(name, "answered");
  } catch (error) {
    return failed(
      name,
      reasonOf(error),
      "Use an endpoint that also answers Filecoin's own API: without it no sector can be looked at, reported or refreshed.",
    );
  }
}

function isKnown(chainId: number): boolean {
  try {
    return chainById(chainId) !== undefined;
  } catch {
    return false;
  }
}

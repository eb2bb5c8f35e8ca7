import { type Hex, hexToNumber, isHex } from "viem";
import { badParams, futureEpoch, NullRoundError, refusal } from "./rpc-error.ts";

/** An epoch of the chain. A null round has a block in the chain beneath, an empty one, which nobody is shown. */
export interface Round {
  readonly height: number;
  readonly hash: Hex;
  readonly isNull: boolean;
}

/** What a node takes for the head. Its messages are not executed before the next tipset: `latest` is its parent. */
export interface View {
  readonly head: number;
  readonly latest: number;
}

/** How far the tags lie behind the head, in epochs; undefined: a node that does not know the tag. */
export interface Finality {
  readonly safe: number | undefined;
  readonly finalized: number | undefined;
}

/** A block parameter of the Ethereum API. */
export type BlockParameter = string | { blockNumber?: string; blockHash?: Hex } | null | undefined;

export type Tipsets = ReturnType<typeof createTipsets>;

/** The canonical chain as a list of epochs, from `base` on; whatever lies below it has no null rounds. */
export function createTipsets(base: Round) {
  const rounds: Round[] = [base];
  const heights = new Map<Hex, number>([[base.hash, base.height]]);
  const at = (height: number) => rounds[height - base.height];
  const top = () => rounds.at(-1) as Round;

  /** The highest epoch that has a tipset, at or below a height. */
  function atOrBelow(height: number): number {
    let found = Math.min(height, top().height);
    while (at(found)?.isNull) found--;
    return found;
  }

  /** @param back tipsets that this node is behind */
  function view(back = 0): View {
    let head = atOrBelow(top().height);
    for (let left = back; left > 0; left--) head = atOrBelow(head - 1);
    return { head, latest: atOrBelow(head - 1) };
  }

  function byTag(tag: string, { head, latest }: View, finality: Finality): number {
    const behind = (epochs: number) => atOrBelow(Math.max(0, head - epochs));
    const { safe, finalized } = finality;
    if (tag === "latest") return latest;
    if (tag === "pending") return head;
    if (tag === "earliest") throw refusal('block param "earliest" is not supported');
    if (tag === "finalized" && finalized !== undefined) return behind(finalized);
    if (tag === "safe" && safe !== undefined) return behind(Math.min(safe, finalized ?? safe));
    throw refusal(`failed to parse block number: cannot parse hex value "${tag}"`);
  }

  /** @param strict an epoch without a tipset is an error; else the one before it is meant */
  function byNumber(hex: string, { head }: View, strict: boolean): number {
    const height = hexToNumber(hex as Hex);
    if (height > head - 1) throw futureEpoch();
    const found = atOrBelow(height);
    if (strict && found !== height) throw new NullRoundError(height, found);
    return found;
  }

  return {
    base: base.height,
    top,
    atOrBelow,
    view,
    round: at,
    /** Of a tipset of this chain, above or at the base. */
    heightOf: (hash: Hex) => heights.get(hash),
    append(round: Round) {
      rounds.push(round);
      if (!round.isNull) heights.set(round.hash, round.height);
    },
    /** Gives up everything above `height`. */
    truncate(height: number): Round[] {
      const abandoned = rounds.splice(height - base.height + 1);
      for (const { hash } of abandoned) heights.delete(hash);
      return abandoned;
    },
    /** The epoch that a block parameter names; by hash: of the canonical chain. */
    resolve(parameter: BlockParameter, given: View, finality: Finality, strict = false): number {
      if (parameter === undefined || parameter === null) return given.latest;
      if (typeof parameter === "string")
        return isHex(parameter) ? byNumber(parameter, given, strict) : byTag(parameter, given, finality);
      if (parameter.blockNumber !== undefined) return byNumber(parameter.blockNumber, given, strict);
      if (parameter.blockHash === undefined) throw badParams("invalid block param");
      const height = heights.get(parameter.blockHash);
      if (height === undefined)
        throw refusal(`failed to get tipset by hash: ${parameter.blockHash} not found`);
      return height;
    },
  };
}

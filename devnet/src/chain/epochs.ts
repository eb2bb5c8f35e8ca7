import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "viem";
import type { RpcProvider } from "./rpc-server.ts";

/** Chain seconds of an epoch, whatever it takes on the devnet's clock. */
export const EPOCH_SECONDS = 30;

/** Called with the epoch reached. May send messages: epochs go on while it waits for them. */
export type EpochListener = (epoch: bigint) => Promise<void>;

/** The chain's clock: it makes every block. */
export interface Epochs {
  now(): bigint;
  /**
   * At least `count` epochs pass at once. Resolves when the listeners have done what these epochs ask of them: their
   * messages take a few epochs more.
   */
  advance(count: bigint | number): Promise<bigint>;
  /** Until `work` is done, messages land as soon as they are sent: an epoch each time, in place of the clock's own. */
  hurry<T>(work: Promise<T>): Promise<T>;
  /** @returns ends the listening */
  listen(listener: EpochListener): () => void;
  stop(): Promise<void>;
}

/** Who makes the blocks of a chain without automatic mining. */
export interface BlockMaker {
  /** One for each epoch. */
  mine(count: bigint): Promise<void>;
  /** Whether messages wait for another one. */
  waiting(): Promise<boolean>;
}

export interface EpochsOptions {
  blocks: BlockMaker;
  /** Where the chain stands. */
  start: bigint;
  /** Milliseconds between two blocks. */
  epochMs: number;
  /** Epochs after which listeners must have had their turn, even within one `advance`. */
  stride: bigint;
  /** Told of what a listener throws. */
  onError(error: unknown): void;
}

/** Milliseconds between looks whether a listener waits for a message while time is being advanced. */
const LOOK_MS = 10;

/** Makes a block as soon as it is told to, out of whatever the chain's own pool holds. */
export async function createBlockMaker(provider: RpcProvider): Promise<BlockMaker> {
  const head = (await provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
    timestamp: string;
  };
  let timestamp = Number(head.timestamp);
  return {
    async mine(count) {
      await provider.request({ method: "evm_setNextBlockTimestamp", params: [timestamp + EPOCH_SECONDS] });
      await provider.request({ method: "hardhat_mine", params: [toHex(count), toHex(EPOCH_SECONDS)] });
      timestamp += Number(count) * EPOCH_SECONDS;
    },
    async waiting() {
      const params = ["pending"];
      const count = await provider.request({ method: "eth_getBlockTransactionCountByNumber", params });
      return BigInt(count as string) > 0n;
    },
  };
}

/** Starts the clock. */
export function startEpochs({ blocks, start, epochMs, stride, onError }: EpochsOptions): Epochs {
  let epoch = start;
  const listeners = new Set<EpochListener>();
  const stopping = new AbortController();
  let notifying: Promise<void> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function mine(count: bigint): Promise<void> {
    await blocks.mine(count);
    epoch += count;
  }

  /** Blocks are made by one caller at a time. */
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  /** Listeners are not called again before they have finished. */
  function notify(): Promise<void> {
    notifying ??= Promise.all([...listeners].map((listener) => listener(epoch).catch(onError))).then(() => {
      notifying = undefined;
    });
    return notifying;
  }

  /** Makes a block whenever messages wait, until `work` is done. */
  async function settle<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    let quietSince = performance.now();
    while (!done) {
      await Promise.race([work.catch(end), sleep(LOOK_MS)]);
      const waiting = await blocks.waiting();
      // Without messages the clock goes on at its own pace: whoever waits for a next block is not left waiting.
      if (done || (!waiting && performance.now() - quietSince < epochMs)) continue;
      await mine(1n);
      quietSince = performance.now();
    }
    return work;
  }

  const ticking = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(epochMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await exclusive(() => mine(1n));
      void notify();
    }
  })();

  return {
    now: () => epoch,
    advance: (count) =>
      exclusive(async () => {
        const target = epoch + BigInt(count);
        if (notifying) await settle(notifying);
        while (epoch < target) {
          await mine(target - epoch < stride ? target - epoch : stride);
          await settle(notify());
        }
        return epoch;
      }),
    hurry: (work) => exclusive(() => settle(work)),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopping.abort();
      listeners.clear();
      await ticking;
      await exclusive(async () => notifying && settle(notifying));
    },
  };
}

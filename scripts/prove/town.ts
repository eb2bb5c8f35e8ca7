import { setTimeout as sleep } from "node:timers/promises";
import {
  type BareChain,
  countCall,
  devnetAccounts,
  type LotusFace,
  type LotusOptions,
  putTally,
  startBareChain,
} from "@holdfast/devnet";
import { type Address, type Hex, hexToNumber, numberToHex } from "viem";

export interface TownOptions extends LotusOptions {
  /** Milliseconds on the wall for an epoch. */
  epochMs: number;
}

/** A chain on which people ask for payouts, and somebody pays; epochs pass by themselves. */
export interface Town extends AsyncDisposable {
  readonly chain: BareChain;
  readonly requests: Address;
  readonly payouts: Address;
  /** A contract like those, which nobody calls. */
  readonly silent: Address;
  /** Of the payer. */
  readonly privateKey: Hex;
  /** The epoch before the first request. */
  readonly from: number;
  /** `count` more payouts are asked for. */
  ask(count: number): void;
  readonly asked: number;
  /** How often each id was asked for and paid, on the canonical chain. */
  counts(): Promise<{ duplicates: number; missing: number; paid: number }>;
  /** Messages of the payer get into no tipset while true. */
  holdPayer(on: boolean): void;
  /** Another endpoint, with its own faults. */
  open(...options: Parameters<BareChain["lotus"]["open"]>): Promise<LotusFace>;
  /** Epochs pass no more. */
  freeze(): Promise<void>;
}

const REQUESTS: Address = "0x0000000000000000000000000000000000a5c000";
const PAYOUTS: Address = "0x0000000000000000000000000000000000ba1d00";
const SILENT: Address = "0x000000000000000000000000000000000051e700";
const CHAIN_ID = 31_415_926;
/** Epochs after which the asking client looks whether a reorganisation has cost it messages. */
const CARE_EVERY = 5;

export async function openTown({ epochMs, ...options }: TownOptions): Promise<Town> {
  const chain = await startBareChain(options);
  const { client: asking, keeper: paying } = devnetAccounts(1);
  await putTally(chain.provider, REQUESTS);
  await putTally(chain.provider, PAYOUTS);
  await putTally(chain.provider, SILENT);
  await chain.mine(30);
  const request = <T>(method: string, ...params: unknown[]) =>
    chain.provider.request({ method, params }) as Promise<T>;
  const payer = paying.account.address.toLowerCase();
  let asked = 0;
  let isFrozen = false;

  /** Everything that was asked for is in the mempool or on the chain, in order. */
  async function send(): Promise<void> {
    const state = await request<Hex>("eth_getTransactionCount", asking.account.address, "latest");
    let nonce = chain.lotus.mempool.nextNonce(
      asking.account.address.toLowerCase() as Address,
      hexToNumber(state),
    );
    for (; nonce < asked; nonce++) {
      const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 10n ** 4n, gas: 200_000n };
      const raw = await asking.account.signTransaction({
        ...{ chainId: CHAIN_ID, type: "eip1559", to: REQUESTS, data: countCall(nonce), nonce, ...fees },
      });
      // Full for now.
      if (!(await chain.lotus.mempool.push(raw).then(Boolean, () => false))) return;
    }
  }

  const passing = (async () => {
    for (let epoch = 0; !isFrozen; epoch++) {
      if (epoch % CARE_EVERY === 0) await send();
      await chain.mine(1);
      await sleep(epochMs);
    }
  })();

  async function countsOf(address: Address): Promise<Map<number, number>> {
    const logs = await request<{ topics: Hex[] }[]>("eth_getLogs", { address, fromBlock: numberToHex(0) });
    const counts = new Map<number, number>();
    for (const { topics } of logs) {
      const id = hexToNumber(topics[1] as Hex);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }

  return {
    ...{ chain, requests: REQUESTS, payouts: PAYOUTS, silent: SILENT, privateKey: paying.privateKey },
    from: hexToNumber(await request<Hex>("eth_blockNumber")),
    ask(count) {
      asked += count;
    },
    get asked() {
      return asked;
    },
    async counts() {
      const [wanted, paid] = [await countsOf(REQUESTS), await countsOf(PAYOUTS)];
      const strays = [...paid.keys()].filter((id) => !wanted.has(id));
      return {
        duplicates: [...paid.values()].reduce((sum, times) => sum + times - 1, 0) + strays.length,
        missing: asked - [...wanted.keys()].filter((id) => paid.has(id)).length,
        paid: paid.size,
      };
    },
    holdPayer: (on) => chain.lotus.hold((message) => on && message.from === payer),
    open: (given) => chain.lotus.open(given),
    async freeze() {
      isFrozen = true;
      await passing;
    },
    async [Symbol.asyncDispose]() {
      isFrozen = true;
      await passing;
      await chain.stop();
    },
  };
}

import { devnet, storageDealsAbi } from "@holdfast/sdk";
import { expect } from "chai";
import type { Kysely } from "kysely";
import type { Abi } from "viem";
import { manualClock } from "../../test/manual-clock.ts";
import { DEALS, MemoryChain, refusal } from "../../test/memory-chain.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { ChainMismatchError } from "./chain-errors.ts";
import { createChainIdentity } from "./chain-identity.ts";
import { createChainReader } from "./chain-reader.ts";
import type { RuntimeTables } from "./database.ts";
import { createEventLog } from "./event-log.ts";
import { createHeads } from "./heads.ts";

describe("chain identity", () => {
  let db: Kysely<RuntimeTables>;
  beforeEach(async () => {
    db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
  });
  afterEach(() => db.destroy());

  const chainFrom = (seed: number) => {
    const chain = new MemoryChain({ seed });
    chain.advance(seed * 100);
    return chain;
  };
  async function faultsOf(chain: MemoryChain, chainId: number = devnet.id): Promise<readonly string[]> {
    const identity = createChainIdentity({ db, chainId, contracts: { deals: DEALS } });
    try {
      await identity.check(chain.client(), "node");
    } catch (error) {
      expect(error).to.be.instanceOf(ChainMismatchError);
      expect((error as ChainMismatchError).exitCode).to.equal(3);
      return (error as ChainMismatchError).faults;
    }
    return [];
  }

  it("is pinned when a chain is first met, and the same chain passes ever after", async () => {
    const chain = chainFrom(1);
    expect(await faultsOf(chain)).to.deep.equal([]);
    chain.advance(1000);
    expect(await faultsOf(chain)).to.deep.equal([]);
  });

  it("is another with another chain id", async () => {
    const [fault] = await faultsOf(chainFrom(1), 314);
    expect(fault).to.match(/chain id is 31415926, not 314/);
  });

  it("is another with another genesis block, though id and code are the same", async () => {
    await faultsOf(chainFrom(1));
    const other = chainFrom(1);
    (other.tipsets[0] as { hash: string }).hash = `0x${"e".repeat(64)}`;
    expect((await faultsOf(other))[0]).to.match(/genesis block is/);
  });

  it("is another with other code, or none, where a contract was", async () => {
    const chain = chainFrom(1);
    await faultsOf(chain);
    chain.code = "0x60016003";
    expect((await faultsOf(chain))[0]).to.match(/deals at .* has other code/);
    chain.code = "0x";
    expect((await faultsOf(chain))[0]).to.match(/deals has no code/);
  });

  it("is another with another tipset where one was final, on a gateway that serves no genesis block", async () => {
    const chain = chainFrom(3);
    const client = chain.client();
    await createChainReader({
      ...{ log: createEventLog(db), client, heads: createHeads({ client, clock: manualClock() }) },
      ...{
        from: 0n,
        logger: quiet,
        sources: [{ name: "deals", address: DEALS, abi: storageDealsAbi as Abi }],
      },
    }).poll();
    const gateway = (node: MemoryChain) => {
      node.onRequest = (method, [epoch]) => {
        if (method === "eth_getBlockByNumber" && epoch === "0x0")
          throw refusal(1, "bad tipset height: lookbacks of more than 24h0m0s are disallowed");
      };
      return node;
    };
    expect(await faultsOf(gateway(chain))).to.deep.equal([]);
    const other = new MemoryChain({ seed: 4 });
    other.advance(300);
    expect((await faultsOf(gateway(other)))[0]).to.match(/at epoch \d+, which is final/);
  });

  it("is the same though the tipset that was first read is replaced, as long as that was not final", async () => {
    const chain = new MemoryChain({ seed: 3, nullRounds: 0 });
    chain.advance(300);
    const client = chain.client();
    await createChainReader({
      ...{ log: createEventLog(db), client, heads: createHeads({ client, clock: manualClock() }) },
      ...{ from: BigInt(chain.head), logger: quiet },
      sources: [{ name: "deals", address: DEALS, abi: storageDealsAbi as Abi }],
    }).poll();
    chain.reorg(1);
    expect(await faultsOf(chain)).to.deep.equal([]);
  });
});

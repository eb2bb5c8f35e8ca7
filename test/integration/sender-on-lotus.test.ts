import { chance, putTally, startBareChain, withSeeds } from "@holdfast/devnet";
import { expect } from "chai";
import {
  createPublicClient,
  encodeFunctionData,
  hexToNumber,
  http,
  numberToHex,
  type PublicClient,
} from "viem";
import { TALLY, tallyAbi } from "../../watchers/test/memory-node.ts";
import { count, startSender } from "../../watchers/test/sender-process.ts";
import { account, chain } from "../../watchers/test/test-chain.ts";

const INTENTS = 40;
/** What the thief calls the contract with. */
const FOREIGN = 1_000_000n;

describe("transaction sender on a Lotus-like chain", function () {
  this.timeout(300_000);

  it("does every intent once, through null rounds, reorganisations and stolen nonces", () =>
    withSeeds([3], async (seed) => {
      const bare = await startBareChain({
        ...{ seed, nullRounds: 0.2, maxPending: 10, reorgs: { every: 25, maxDepth: 8 } },
      });
      let rounds = 0;
      const client = createPublicClient({
        ...{ chain, cacheTime: 0, transport: http(bare.face.url, { retryCount: 0 }) },
      }) as PublicClient;
      await putTally(bare.provider, TALLY);
      const funds = [account.address, numberToHex(10n ** 20n)];
      await bare.provider.request({ method: "hardhat_setBalance", params: funds });
      await bare.mine(2);
      const sender = await startSender({ client, path: ":memory:", limits: { confirmations: 30n } });

      /** Somebody else signs with the same key, for more. */
      async function steal(): Promise<void> {
        const { address } = account;
        const nonce = await client.getTransactionCount({ address, blockTag: "latest" });
        const data = encodeFunctionData({ abi: tallyAbi, functionName: "count", args: [FOREIGN] });
        const serializedTransaction = await account.signTransaction({
          ...{ chainId: chain.id, type: "eip1559", nonce, to: TALLY, data, gas: 200_000n },
          ...{ maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 11n },
        });
        // Too late, if the nonce is in by now.
        await client.sendRawTransaction({ serializedTransaction }).catch(() => undefined);
      }

      async function round(): Promise<void> {
        sender.clock.advance(300_000);
        const latest = await client.getBlockNumber({ cacheTime: 0 });
        const { number } = await client.getBlock({ blockTag: "finalized" });
        await sender.sender.advance({ latest, finalized: number });
        await bare.mine(1 + Math.floor(chance(seed, "mine", rounds++) * 3));
      }

      for (let index = 1; index <= INTENTS; index++) {
        await sender.enqueue(count(BigInt(index), index % 2 === 0 ? "observe" : "final"));
        if (index % 8 === 0) await steal();
        await round();
      }
      for (let more = 0; more < 80; more++) await round();

      expect((await sender.states()).filter((state) => state !== "done")).to.deep.equal([]);
      for (let index = 1; index <= INTENTS; index++) {
        const slot = await client.getStorageAt({ address: TALLY, slot: numberToHex(index) });
        expect(hexToNumber(slot ?? "0x0"), `times of ${index}`).to.equal(1);
      }
      const stolen = (await sender.metrics.nonceStolen.get()).values[0]?.value ?? 0;
      expect(stolen).to.be.greaterThan(0);
      await sender.end();
      await bare.stop();
    }));
});

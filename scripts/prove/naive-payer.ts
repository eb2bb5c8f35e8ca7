import { once } from "node:events";
import { chainById } from "@holdfast/sdk";
import SQLite from "better-sqlite3";
import { createPublicClient, createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { tallyAbi } from "../../devnet/src/lotus/tally.ts";
import type { PayerNews, PayerOrders } from "./orders.ts";

/**
 * How it is done without an outbox: send, wait for the receipt, then mark as done. Its database is as durable as the
 * other payer's. It is here to fail: a harness in which it does not pay twice proves nothing.
 */
async function pay({
  urls,
  database,
  privateKey,
  requests,
  payouts,
  from,
  pollMs,
}: PayerOrders): Promise<void> {
  const started = performance.now();
  const transport = http(urls[0]);
  const account = privateKeyToAccount(privateKey);
  const options = { chain: chainById(31_415_926), transport, cacheTime: 0, pollingInterval: pollMs };
  const client = createPublicClient(options);
  const wallet = createWalletClient({ ...options, account });
  const db = new SQLite(database);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("create table if not exists done (id integer primary key)");
  const isDone = db.prepare("select 1 from done where id = ?");
  const count = db.prepare("select count(*) as done from done");
  let isReady = false;
  for (;;) {
    const logs = await client.getContractEvents({
      ...{ address: requests, abi: tallyAbi, eventName: "Counted", fromBlock: BigInt(from) },
    });
    const due = logs.map(({ args }) => Number(args.id)).filter((id) => isDone.get(id) === undefined);
    if (!isReady) tell({ type: "ready", ms: performance.now() - started });
    isReady = true;
    for (const id of due) {
      const hash = await wallet.writeContract({
        ...{ address: payouts, abi: tallyAbi, functionName: "count", args: [BigInt(id)] },
      });
      await client.waitForTransactionReceipt({ hash });
      db.prepare("insert or ignore into done values (?)").run(id);
    }
    const { done } = count.get() as { done: number };
    tell({ type: "round", open: 0, done, heapMb: 0, rssMb: 0, unhandled: 0, failures: 0 });
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

const tell = (news: PayerNews) => process.send?.(news);

process.on("disconnect", () => process.exit(0));
tell({ type: "standby" });
const [orders] = (await once(process, "message")) as [PayerOrders];
await pay(orders);

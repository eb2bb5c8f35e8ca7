import { createPublicClient, http, type PublicClient } from "viem";
import { killAt, noFault } from "../src/runtime/fault-point.ts";
import { live } from "./sender-process.ts";
import { chain } from "./test-chain.ts";

/** One life of a sender as a process of its own; the third argument names the point at which it is killed. */
const [url, path, label] = process.argv.slice(2) as [string, string, string | undefined];
const client = createPublicClient({
  chain,
  cacheTime: 0,
  transport: http(url, { retryCount: 0 }),
}) as PublicClient;
await live({
  ...{ client, path, fault: label === undefined ? noFault : killAt(label) },
  mine: async (blocks, most) => {
    await client.request({ method: "test_mine", params: [blocks, most ?? null] } as never);
  },
});

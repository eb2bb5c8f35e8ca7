/** One run of the deployment, to be killed: `node test/support/deploy-once.ts <rpc url> <folder> <private key>`. */
import hre from "hardhat";
import { createClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { deployDeals } from "../../deploy/deploy-deals.ts";
import type { RpcProvider } from "../../deploy/outbox.ts";

const [rpcUrl, folder, key] = process.argv.slice(2) as [string, string, Hex];
await deployDeals({
  ...{ chain: "calibration", folder, artifacts: hre.artifacts, account: privateKeyToAccount(key) },
  provider: createClient({ transport: http(rpcUrl, { retryCount: 0 }) }) as RpcProvider,
  waiting: { blockPollingInterval: 50, retryInterval: 50 },
});

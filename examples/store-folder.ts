/** Stores a folder as one piece with a storage provider, here of a devnet: `npx node examples/store-folder.ts <folder>`. */
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startDevnet } from "@holdfast/devnet";
import * as sdk from "@holdfast/sdk";
import { packDataset } from "@holdfast/sdk/node";
import { http } from "viem";

const { rpcUrl, contracts, accounts, folder, stop } = await startDevnet({ epochSeconds: 0.2 });
const { account, privateKey } = accounts.client;
const client = sdk.createHoldfastClient({ chain: sdk.devnet, transport: http(rpcUrl), account });

const { pieces, dataset, root } = await packDataset(process.argv[2]!, { outDir: `${folder}/cars` });
const server = createServer((_, to) => createReadStream(pieces[0]!.carPath).pipe(to)).listen();
const what = { offerIds: [1n], pieces, sealingWindow: 500n, duration: 20_000n };
const plan = await sdk.getFundingPlan(client, { payer: account.address, contracts, ...what });
const approval = { token: plan.token, operator: contracts.deals, ...plan.allowances };
const funding = { address: contracts.pay, amount: plan.deposit.toKeep, ...approval };
await sdk.depositWithPermitAndApproveOperatorSync(client, funding);
const at = { address: contracts.deals, offerId: 1n, version: plan.offers[0]!.version };
const { dealId } = (await sdk.proposeDealSync(client, { ...at, dataset, ...what })).event.args;
const request = { dealId, contracts, signer: sdk.delegatedSigner(privateKey) };
const { port } = server.address() as { port: number };
await sdk.requestSealing(client, { ...request, urlOf: () => `http://127.0.0.1:${port}` });
const copy = { address: contracts.deals, copyId: sdk.copyIdOf(dealId, 0) };
while ((await sdk.getCopyState(client, copy)) !== "Active") await sleep(200);
console.log(`${root} is in sector ${(await sdk.getCopy(client, copy)).sector}, by deal ${dealId}.`);
await Promise.all([stop(), server.close()]);

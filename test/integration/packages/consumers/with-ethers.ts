import { type StorageDeals, StorageDeals__factory } from "@holdfast/sdk/ethers";
import { type ContractTransaction, JsonRpcProvider, ZeroAddress } from "ethers";

/** What a project with ethers does: typed contracts, calls, and their errors. */
const provider = new JsonRpcProvider("http://127.0.0.1:9", 314_159, { staticNetwork: true });
const deals: StorageDeals = StorageDeals__factory.connect(ZeroAddress, provider);
const settle: ContractTransaction = await deals.settle.populateTransaction(7n);
const parsed = deals.interface.parseError(deals.interface.encodeErrorResult("DealUnknown", [7n]));
console.log(JSON.stringify({ data: settle.data, error: parsed?.name, deal: `${parsed?.args.dealId}` }));
provider.destroy();

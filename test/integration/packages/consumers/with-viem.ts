import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BaseError,
  calibration,
  createHoldfastClient,
  extractProposeDealEvent,
  type OfferTerms,
  proposeDealCall,
  quoteDeal,
} from "@holdfast/sdk";
import { packDataset, readDataset } from "@holdfast/sdk/node";
import { encodeFunctionData, http, type PublicClient, zeroAddress } from "viem";

/** What a project with viem does before it sends anything: pack, quote, make the call, and know its errors. */
/** Large enough for the threads that hash to be started. */
const CSV = "a,b\n1,2\n".repeat(2_000_000);
const WINDOW = 20_160n;
const DURATION = 518_400n;

const folder = await mkdtemp(join(tmpdir(), "consumer-"));
try {
  const source = join(folder, "data.csv");
  await writeFile(source, CSV);
  const { pieces, dataset, root } = await packDataset(source, { outDir: join(folder, "cars") });
  const output = join(folder, "back.csv");
  await readDataset(
    pieces.map(({ carPath }) => carPath),
    { root, output },
  );

  const terms: Partial<OfferTerms> & Parameters<typeof quoteDeal>[0]["terms"] = {
    ...{ ratePerTib: 10n ** 15n, bondPerTib: 10n ** 18n },
    ...{ notice: 86_400, exitFeeEpochs: 20_160, reservationFeeEpochs: 2_880 },
  };
  const { funds } = quoteDeal({ terms, pieces, sealingWindow: WINDOW, duration: DURATION });

  const client = createHoldfastClient({ chain: calibration, transport: http("http://127.0.0.1:9") });
  // There is one viem: its own type takes the SDK's client.
  const asViems: Pick<PublicClient, "getBlockNumber"> = client;
  const proposal = { offerId: 1n, version: 1, dataset, sealingWindow: WINDOW, duration: DURATION, pieces };
  const call = proposeDealCall(client, { address: zeroAddress, ...proposal });
  const calldata = encodeFunctionData(call);

  let next: string | undefined;
  try {
    const { dealId }: { dealId: bigint } = extractProposeDealEvent({ logs: [] }).args;
    throw new Error(`deal ${dealId} of an empty receipt`);
  } catch (error) {
    if (error instanceof BaseError && error.walk((cause) => cause === error) === error) next = error.next;
  }
  const same = (await readFile(output, "utf8")) === CSV;
  const reads = typeof asViems.getBlockNumber;
  console.log(JSON.stringify({ piece: `${pieces[0]?.cid}`, same, funds: `${funds}`, calldata, next, reads }));
} finally {
  await rm(folder, { recursive: true });
}

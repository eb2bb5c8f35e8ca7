/**
 * `npm run demo [-- <path>] [--json]`: a dataset packed, stored by independent providers, proven on chain and paid per
 * proven epoch; then one provider loses it, is slashed, and its copies are replaced; then the dataset is read back.
 */
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BaseError, pieceUrl } from "@holdfast/sdk";
import { type PackedPath, packDataset, readDataset, verifyCar } from "@holdfast/sdk/node";
import type { DealsEvent, Step } from "@holdfast/watchers";
import { formatEther, parseEther } from "viem";
import { firstDifference } from "./demo/compare-trees.ts";
import { type ChainReceipt, readReceipt, table, type Watcher } from "./demo/receipt.ts";
import { COPIES, fund, openStage, type Stage, startWatcher } from "./demo/stage.ts";

/** Small enough that most inputs become several pieces. */
const MAX_PIECE_SIZE = 16 << 20;
const DEPOSIT = parseEther("100000");
/** Rounds of one watcher step and a few epochs after which something that should have happened will not. */
const MOST_ROUNDS = 600;
const ROUND_MS = 100;

const started = performance.now();
const say = (line: string) => {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

class DemoError extends BaseError {}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help || positionals.length > 1) {
    process.stderr.write("Usage: npm run demo [-- <file or directory>] [--json]\n");
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const source = resolve(positionals[0] ?? defaultDataset());
  await stat(source).catch(() => {
    throw new DemoError(`There is no file or directory ${source}.`, {
      next: "npm run demo -- <path>, or without a path for a dataset that is here already",
    });
  });

  say("starting a devnet: a chain with Filecoin's precompiles and actors, three storage providers");
  await using stage = await openStage();
  const packed = await pack(stage, source);
  await fund(stage, DEPOSIT);
  say(`deposited ${formatEther(DEPOSIT)} USDFC in Filecoin Pay by permit; StorageDeals is its operator`);
  await using watcher = await startWatcher(stage, packed, tell(stage));

  const active = (step: Step) => copiesIn(step, "Active").length >= COPIES * packed.pieces.length;
  await until(stage, watcher, "every copy is sealed", active, 1n);
  say("every copy is sealed, and on record by the miners' own notifications; three days pass");
  const before = await pass(stage, watcher, 3n);
  const stored = await readReceipt(stage, before);
  checkPaid(stored);

  const loser = stage.devnet.providers[1]!;
  say(`provider f0${loser.minerId} loses its disk`);
  for (const { cid } of packed.pieces) await loser.dropPiece(cid).catch(() => undefined);
  const lost = copiesIn(before, "Active").filter(({ provider }) => provider === loser.minerId).length;
  const repaired = await until(
    stage,
    watcher,
    "the lost copies have failed and were replaced",
    (step) => copiesIn(step, "Failed").length === lost && active(step),
    5n,
  );
  say("all lost copies failed on chain, were slashed and replaced; three days pass");
  const replaced = await readReceipt(stage, await pass(stage, watcher, 3n));
  checkPaid(replaced);
  checkSlashed(replaced, `f0${loser.minerId}`);
  checkReplaced(replaced);

  const holder = copiesIn(repaired, "Active")[0]!.provider;
  const difference = await readBack(stage, packed, source, holder, repaired);
  if (difference !== undefined) throw new DemoError(`The dataset came back changed: ${difference}.`);
  say(`read back from the providers, verified against ${packed.root}, and byte for byte what went in`);

  const summary = {
    ...{ root: `${packed.root}`, manifest: `${packed.manifest}`, dataset: packed.dataset },
    ...{ files: packed.files, bytes: packed.bytes, copies: COPIES },
    pieces: packed.pieces.map(({ cid, paddedSize, payloadSize }) => ({
      ...{ cid: `${cid}`, paddedSize: Number(paddedSize), payloadSize: Number(payloadSize) },
    })),
    ...{ stored, replaced, verified: true },
  };
  if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else process.stdout.write(receiptText(summary));
}

/** A real dataset that an npm package ships. */
function defaultDataset(): string {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  return join(entry.slice(0, entry.indexOf("vega-datasets") + "vega-datasets".length), "data");
}

async function pack({ folder }: Stage, source: string): Promise<PackedPath> {
  let shown = 0;
  const packed = await packDataset(source, {
    outDir: join(folder, "cars"),
    maxPieceSize: MAX_PIECE_SIZE,
    onProgress: ({ bytes, pieces }) => {
      if (bytes - shown < 16 << 20) return;
      shown = bytes;
      say(`packing ${basename(source)}: ${(bytes / 2 ** 20).toFixed(0)} MiB read, ${pieces} pieces`);
    },
  });
  const size = (packed.bytes / 2 ** 20).toFixed(1);
  say(`packed ${packed.files} files, ${size} MiB, into ${packed.pieces.length} pieces; root ${packed.root}`);
  return packed;
}

/** The watcher's own events, a line each. */
function tell({ devnet }: Stage): (event: DealsEvent) => void {
  const index = (minerId: bigint) =>
    devnet.providers.findIndex((provider) => provider.minerId === minerId) + 1;
  return (event) => {
    if (event.type === "copy") {
      say(`epoch ${event.epoch}: copy ${event.copyId} at provider ${index(event.provider)} is ${event.to}`);
    } else if (event.type === "finished" && event.finished.outcome !== "done") {
      say(`epoch ${event.epoch}: ${event.finished.key} ${event.finished.outcome}: ${event.finished.error}`);
    } else if (event.type === "alert") {
      say(`epoch ${event.epoch}: ${event.alert.message}`);
    } else if (event.type === "submission" && event.status === "failed") {
      say(`epoch ${event.epoch}: provider ${index(event.provider)} failed: ${event.reason}`);
    }
  };
}

interface HeldCopy {
  copyId: bigint;
  provider: bigint;
  endpoint: string;
  commitment: string;
}

function copiesIn({ state }: Step, wanted: string): HeldCopy[] {
  return state.deals.flatMap(({ provider, endpoint, copies }) =>
    copies
      .filter(({ current }) => current === wanted)
      .map(({ copyId, commitment }) => ({ copyId, commitment, provider, endpoint })),
  );
}

async function until(
  { devnet }: Stage,
  watcher: Watcher,
  what: string,
  reached: (step: Step) => boolean,
  epochs: bigint,
): Promise<Step> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const step = await watcher.step();
    if (reached(step)) return step;
    // Providers fetch and hash in their own time.
    await sleep(ROUND_MS);
    await devnet.advance(epochs);
  }
  throw new DemoError(`It never came to this: ${what}.`, { next: "npm test" });
}

/** Days of diligent watching. */
async function pass({ devnet }: Stage, watcher: Watcher, days: bigint): Promise<Step> {
  const end = devnet.epoch() + days * devnet.parameters.day;
  let step = await watcher.step();
  while (devnet.epoch() < end) {
    await devnet.advance(5);
    step = await watcher.step();
  }
  return step;
}

/** No rail paid anything but proven epochs at the copies' rates, and all of these up to where it is settled. */
function checkPaid({ deals }: ChainReceipt): void {
  for (const { deal, paid, earned } of deals) {
    if (paid !== earned) throw new DemoError(`Deal ${deal} paid ${paid} USDFC for ${earned} earned.`);
  }
  if (deals.every(({ paid }) => paid === "0")) throw new DemoError("Nothing was paid.");
}

function checkSlashed({ bonds }: ChainReceipt, loser: string): void {
  for (const { provider, slashed } of bonds) {
    if ((slashed !== "0") !== (provider === loser)) {
      throw new DemoError(`${provider} lost ${slashed} FIL of its bond.`);
    }
  }
}

/** The replacements are proven and paid like the copies they replace. */
function checkReplaced({ copies, deals }: ChainReceipt): void {
  for (const { state, epochsProven, deal } of copies) {
    if (state === "Active" && epochsProven === "0")
      throw new DemoError(`A copy of deal ${deal} is not proven.`);
  }
  for (const { deal, paid } of deals) if (paid === "0") throw new DemoError(`Deal ${deal} was not paid.`);
}

/** Fetches every piece from a provider that holds it, `favourite` first, and unpacks the dataset. */
async function readBack(
  { folder }: Stage,
  packed: PackedPath,
  source: string,
  favourite: bigint,
  step: Step,
): Promise<string | undefined> {
  const fetched = join(folder, "fetched");
  await mkdir(fetched);
  const cars: string[] = [];
  const holders = copiesIn(step, "Active").sort(
    (a, b) => Number(b.provider === favourite) - Number(a.provider === favourite),
  );
  for (const { cid, commitment } of packed.pieces) {
    const holder = holders.find((copy) => copy.commitment === commitment);
    const answer = await fetch(pieceUrl(holder!.endpoint, `${cid}`));
    if (!answer.ok || answer.body === null)
      throw new DemoError(`Piece ${cid} was not served: ${answer.status}.`);
    const car = join(fetched, `${cid}.car`);
    await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(car));
    await verifyCar(car, `${cid}`);
    cars.push(car);
  }
  const output = join(folder, "read", basename(source));
  await mkdir(dirname(output));
  await readDataset(cars, { root: packed.root, output });
  return firstDifference(source, output);
}

function receiptText(summary: {
  root: string;
  dataset: string;
  files: number;
  bytes: number;
  pieces: object[];
  stored: ChainReceipt;
  replaced: ChainReceipt;
}): string {
  const { root, dataset, files, bytes, pieces, stored, replaced } = summary;
  return [
    `\nroot     ${root}`,
    `dataset  ${dataset}`,
    `files    ${files}, ${bytes} bytes\n`,
    `${table(pieces)}\n`,
    "STORED, PROVEN AND PAID (USDFC: what each rail streamed, and what the proven epochs are worth)",
    `${table(stored.deals)}\n`,
    "AFTER ONE PROVIDER LOST ITS BYTES (bonds in FIL)",
    `${table(replaced.copies.map(({ piece, ...rest }) => ({ ...rest, piece: `${piece.slice(0, 10)}…` })))}\n`,
    `${table(replaced.deals)}\n`,
    `${table(replaced.bonds)}\n`,
    "The dataset was read back from the providers and is byte for byte what went in.\n",
  ].join("\n");
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof BaseError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});

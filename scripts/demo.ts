/**
 * `npm run demo [-- <path>] [--json]`: a dataset packed, stored by independent providers, proven on chain and paid per
 * proven epoch; then one provider loses it, is slashed, and its copies are replaced; then the dataset is read back; then a job
 * runs over it on three compute nodes, one of which cheats and is slashed.
 */
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BaseError } from "@holdfast/sdk";
import { type PackedPath, packDataset } from "@holdfast/sdk/node";
import type { DealsEvent, Step } from "@holdfast/watchers";
import { formatEther, parseEther } from "viem";
import { firstDifference } from "./demo/compare-trees.ts";
import { compute } from "./demo/compute.ts";
import { type JobReceipt, jobText } from "./demo/compute-receipt.ts";
import { copiesIn, DemoError, pass, readBack, until } from "./demo/flow.ts";
import { type ChainReceipt, readReceipt, table } from "./demo/receipt.ts";
import { COPIES, fund, openStage, type Stage, startWatcher } from "./demo/stage.ts";

/** Small enough that most inputs become several pieces. */
const MAX_PIECE_SIZE = 16 << 20;
const DEPOSIT = parseEther("100000");

const started = performance.now();
const say = (line: string) => {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

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

  const output = join(stage.folder, basename(source));
  await readBack(stage, packed, repaired, output, stage.devnet.providers[2]!.minerId);
  const difference = await firstDifference(source, output);
  if (difference !== undefined) throw new DemoError(`The dataset came back changed: ${difference}.`);
  say(`read back from the providers, verified against ${packed.root}, and byte for byte what went in`);

  const job = await compute(stage, packed, watcher, say);

  const summary = {
    ...{ root: `${packed.root}`, manifest: `${packed.manifest}`, dataset: packed.dataset },
    ...{ files: packed.files, bytes: packed.bytes, copies: COPIES },
    pieces: packed.pieces.map(({ cid, paddedSize, payloadSize }) => ({
      ...{ cid: `${cid}`, paddedSize: Number(paddedSize), payloadSize: Number(payloadSize) },
    })),
    ...{ stored, replaced, job, verified: true },
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

function receiptText(summary: {
  root: string;
  dataset: string;
  files: number;
  bytes: number;
  pieces: object[];
  stored: ChainReceipt;
  replaced: ChainReceipt;
  job: JobReceipt;
}): string {
  const { root, dataset, files, bytes, pieces, stored, replaced, job } = summary;
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
    jobText(job),
  ].join("\n");
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof BaseError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});

import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { BaseError, pieceUrl } from "@holdfast/sdk";
import { type PackedPath, readDataset, verifyCar } from "@holdfast/sdk/node";
import type { DealsWatcher, Step } from "@holdfast/watchers";
import type { Stage } from "./stage.ts";

/** Rounds of one watcher step and a few epochs after which something that should have happened will not. */
const MOST_ROUNDS = 600;
const ROUND_MS = 100;

export class DemoError extends BaseError {}

export type Watcher = Pick<DealsWatcher, "step">;

export interface HeldCopy {
  copyId: bigint;
  provider: bigint;
  endpoint: string;
  commitment: string;
}

/** The copies that are in a state now. */
export function copiesIn({ state }: Step, wanted: string): HeldCopy[] {
  return state.deals.flatMap(({ provider, endpoint, copies }) =>
    copies
      .filter(({ current }) => current === wanted)
      .map(({ copyId, commitment }) => ({ copyId, commitment, provider, endpoint })),
  );
}

/** Steps, while epochs pass, until it is as wanted. @throws DemoError */
export async function until(
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
export async function pass({ devnet }: Stage, watcher: Watcher, days: bigint): Promise<Step> {
  const end = devnet.epoch() + days * devnet.parameters.day;
  let step = await watcher.step();
  while (devnet.epoch() < end) {
    await devnet.advance(5);
    step = await watcher.step();
  }
  return step;
}

/**
 * Fetches every piece from a provider that holds it, verifies it, and unpacks the dataset to `output`; providers in
 * `first` are asked before others.
 */
export async function readBack(
  { folder }: Stage,
  packed: PackedPath,
  step: Step,
  output: string,
  first: bigint,
): Promise<void> {
  const fetched = join(folder, "fetched");
  await mkdir(fetched, { recursive: true });
  const cars: string[] = [];
  const holders = copiesIn(step, "Active").sort(
    (a, b) => Number(b.provider === first) - Number(a.provider === first),
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
  await readDataset(cars, { root: packed.root, output });
}

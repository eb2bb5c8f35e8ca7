import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mk20Deal, Mk20State } from "@holdfast/sdk";

/** A deal as the provider keeps it. Epochs and sector numbers are decimal text, so that JSON holds them exactly. */
export interface StoredDeal {
  deal: Mk20Deal;
  state: Mk20State;
  error: string;
  /** Number of the sector, from "sealing" on. */
  sector?: string;
  /** When sealing ends. */
  sealedAt?: string;
  /** SHA-256 of the bytes as sealed: what proving compares with. */
  digest?: string;
}

/** The provider's deals and its sector counter, one JSON file each; a write is complete or did not happen. */
export interface DealStore {
  get(identifier: string): StoredDeal | undefined;
  all(): StoredDeal[];
  put(deal: StoredDeal): Promise<void>;
  nextSector(): Promise<bigint>;
}

export async function openDealStore(folder: string): Promise<DealStore> {
  const deals = join(folder, "deals");
  const counter = join(folder, "next-sector.json");
  await mkdir(deals, { recursive: true });
  const stored = new Map<string, StoredDeal>();
  for (const name of await readdir(deals)) {
    if (!name.endsWith(".json")) continue;
    const deal = JSON.parse(await readFile(join(deals, name), "utf8")) as StoredDeal;
    stored.set(deal.deal.identifier, deal);
  }
  let next = BigInt(JSON.parse(await readFile(counter, "utf8").catch(() => '"1"')) as string);
  return {
    get: (identifier) => stored.get(identifier),
    all: () => [...stored.values()],
    async put(deal) {
      stored.set(deal.deal.identifier, deal);
      await writeWhole(join(deals, `${deal.deal.identifier}.json`), deal);
    },
    async nextSector() {
      const sector = next++;
      await writeWhole(counter, String(next));
      return sector;
    },
  };
}

let writes = 0;

/** Writes JSON to a file as a whole or not at all. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  const draft = `${path}.${writes++}.draft`;
  await writeFile(draft, JSON.stringify(value, null, 2));
  await rename(draft, path);
}

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ChainName, type CodePins, chains } from "@holdfast/sdk";
import { type Address, isAddress } from "viem";

/** What a running devnet deployed, and where: written when it is up, removed when it ends. */
export interface DevnetRecord {
  rpcUrl: string;
  deals: Address;
  registry: Address;
  evidence: Address;
  pay: Address;
  usdfc: Address;
  computeRegistry: Address;
  escrow: Address;
  arbiter: Address;
}

/** One for each port, so that two devnets do not mix; git ignores the folder. */
function recordPath(root: string, rpcUrl: string, kind = ""): string {
  return join(root, "deploy/deployments/devnet", `${new URL(rpcUrl).port || "80"}${kind}.json`);
}

export async function writeDevnetRecord(root: string, record: DevnetRecord): Promise<string> {
  const path = recordPath(root, record.rpcUrl);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(record, null, 2)}\n`);
  return path;
}

export async function removeDevnetRecord(root: string, rpcUrl: string): Promise<void> {
  for (const kind of ["", ".pins"]) await rm(recordPath(root, rpcUrl, kind), { force: true });
}

/** Undefined if no devnet left one for this endpoint. */
export async function readDevnetRecord(root: string, rpcUrl: string): Promise<DevnetRecord | undefined> {
  const text = await readFile(recordPath(root, rpcUrl), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as DevnetRecord;
  return isAddress(record.deals) ? record : undefined;
}

/** A deployment, as far as it is found on disk: which chain, and whose endpoint if it is a devnet's. */
export interface Place {
  root: string;
  chainName: ChainName;
  rpcUrl: string;
}

/** Where the code hashes of what others deployed are kept: `deploy/deployments/<chain>/pins.json`. */
export function pinsPath({ root, chainName, rpcUrl }: Place): string {
  return chains[chainName].id === chains.devnet.id
    ? recordPath(root, rpcUrl, ".pins")
    : join(root, "deploy/deployments", chainName, "pins.json");
}

/** What was pinned; nothing, if nobody has. A file that cannot be read is an error: it may hold pins. */
export async function readPins(place: Place): Promise<CodePins> {
  const text = await readFile(pinsPath(place), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  return JSON.parse(text) as CodePins;
}

export async function writePins(place: Place, pins: CodePins): Promise<string> {
  const path = pinsPath(place);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(pins, null, 2)}\n`);
  return path;
}

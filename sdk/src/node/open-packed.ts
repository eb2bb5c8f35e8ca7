import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CID } from "multiformats/cid";
import type { Hex } from "viem";
import { readCarBlocks } from "../dataset/car.ts";
import { DatasetMalformedError, DatasetUnreadableError } from "../dataset/errors.ts";
import { decodeManifest, encodeManifest } from "../dataset/manifest.ts";
import { decodePieceCid, type Piece } from "../dataset/piece-cid.ts";

/** A folder that `packDataset` wrote, as its manifest names it. The CARs are named, and not looked at. */
export interface PackedFolder {
  root: CID;
  manifest: CID;
  /** Dataset id on chain: the SHA-256 of the manifest. */
  dataset: Hex;
  manifestPath: string;
  pieces: (Piece & { carPath: string; layerPath: string })[];
}

/**
 * Reads what a packed dataset consists of.
 * @throws DatasetUnreadableError, DatasetMalformedError, CarMalformedError, PieceCidInvalidError
 */
export async function openPacked(folder: string): Promise<PackedFolder> {
  const manifestPath = join(folder, "manifest.car");
  for await (const { bytes, cid } of readCarBlocks(manifestPath, contentOf(manifestPath))) {
    const { root, pieces } = decodeManifest(bytes);
    const encoded = encodeManifest({ root, pieces });
    if (!encoded.cid.equals(cid))
      throw new DatasetMalformedError("", "its manifest has another CID than it should");
    return {
      ...{ root, manifest: cid, dataset: encoded.dataset, manifestPath },
      pieces: pieces.map((piece) => ({
        ...decodePieceCid(piece),
        carPath: join(folder, `${piece}.car`),
        layerPath: join(folder, `${piece}.layer`),
      })),
    };
  }
  throw new DatasetMalformedError("", "its manifest is empty");
}

async function* contentOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield await readFile(path);
  } catch (cause) {
    throw new DatasetUnreadableError(path, cause);
  }
}

import { type Piece, pieceFrom } from "@holdfast/sdk";
import type { Hex } from "viem";

const GIB = 2 ** 30;

/** The one dataset of the bench. */
export const DATASET: Hex = `0x${"da".repeat(32)}`;

/** The piece of the bench's deal number `index`: 1 GiB, no two alike. */
export function benchPiece(index: number): Piece {
  return pieceFrom(`0x${(index + 1).toString(16).padStart(60, "0")}002a`, (GIB / 128) * 127);
}

import { encodeAbiParameters, type Hex } from "viem";

/** What a sector's notification (FIP-0109) carries to name the copy that a piece is: `abi.encode(copyId)`. */
export function notificationPayload(copyId: bigint): Hex {
  return encodeAbiParameters([{ type: "uint256" }], [copyId]);
}

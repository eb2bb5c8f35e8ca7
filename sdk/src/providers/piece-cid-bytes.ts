import { CID } from "multiformats/cid";
import { bytesToHex, type Hex } from "viem";

/** The binary form of a piece CID v2: what contracts get as `pieceCidV2`. */
export function pieceCidBytes(pieceCid: string): Hex {
  return bytesToHex(CID.parse(pieceCid).bytes);
}

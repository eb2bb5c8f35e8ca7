import {
  chains,
  createHoldfastClient,
  formatFilecoinAddress,
  fromActorId,
  hashPiece,
  proposeDealCall,
  quoteDeal,
} from "@holdfast/sdk";
import { http, zeroAddress, zeroHash } from "viem";

/** What a page does: hash a piece, quote, make the call that a wallet signs. */
const piece = hashPiece(new Uint8Array(5_000).fill(7));
const terms = {
  ...{ ratePerTib: 10n ** 15n, bondPerTib: 10n ** 18n },
  ...{ notice: 86_400, exitFeeEpochs: 20_160, reservationFeeEpochs: 2_880 },
};
const { funds } = quoteDeal({ terms, pieces: [piece], sealingWindow: 20_160n, duration: 518_400n });
const client = createHoldfastClient({ chain: chains.calibration, transport: http("http://127.0.0.1:9") });
const proposal = { offerId: 1n, version: 1, dataset: zeroHash, sealingWindow: 20_160n, duration: 518_400n };
const call = proposeDealCall(client, { address: zeroAddress, ...proposal, pieces: [piece] });
const miner = formatFilecoinAddress(fromActorId(1_000n), "testnet");
console.log(JSON.stringify({ piece: `${piece.cid}`, funds: `${funds}`, calls: call.functionName, miner }));

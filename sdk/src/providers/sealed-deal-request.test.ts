import { expect } from "chai";
import { sealedDealRequest } from "./sealed-deal-request.ts";

const PARAMETERS = {
  identifier: "01JDG4Z5N2Q3R4S5T6V7W8X9Y0",
  client: "0xd388aB098ed3E84c0D808776440B48F685198498",
  network: "testnet",
  provider: 1000n,
  pieceCid: "bafkzcibfxx3meais3xzh6qn56y6hiasmrufhegoweu3o5ccofs74nfdfr4yn76pqz4pq",
  urls: ["http://127.0.0.1:8080/piece.car"],
  market: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  copyId: 257n,
  sealBy: 30_160n,
  duration: 518_400n,
} as const;

describe("the MK20 request of a sealed deal", () => {
  it("is Curio's JSON, byte for byte", () => {
    const golden =
      '{"identifier":"01JDG4Z5N2Q3R4S5T6V7W8X9Y0","client":"t410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy",' +
      '"data":{"piece_cid":{"/":"bafkzcibfxx3meais3xzh6qn56y6hiasmrufhegoweu3o5ccofs74nfdfr4yn76pqz4pq"},' +
      '"format":{"car":{}},"source_http":{"urls":[{"url":"http://127.0.0.1:8080/piece.car","headers":{},' +
      '"priority":0,"fallback":false}]}},"products":{"ddo_v1":{"provider":"t01000","start_epoch":30160,' +
      '"duration":518400,"market_address":"0x5FbDB2315678afecb367f032d93F642f64180aa3","market_deal_id":257,' +
      '"notification_address":"t410fl663emkwpcx6zm3h6aznsp3ef5sbqcvdf5mfrna",' +
      '"notification_payload":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQE="},' +
      '"retrieval_v1":{"indexing":true,"announce_payload":false,"announce_piece":false}}}';
    expect(JSON.stringify(sealedDealRequest({ ...PARAMETERS, urls: [...PARAMETERS.urls] }))).to.equal(golden);
  });

  it("refuses a copy id that JSON would round", () => {
    expect(() => sealedDealRequest({ ...PARAMETERS, urls: [], copyId: 2n ** 53n })).to.throw(RangeError);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pieceFrom } from "@holdfast/sdk";
import { expect } from "chai";
import { ConfigInvalidError, loadConfig, parseDealsConfig } from "./config.ts";

describe("configuration", () => {
  const address = `0x${"a1".repeat(20)}`;
  const { cid, commitment, height, paddedSize } = pieceFrom(`0x${"01".repeat(32)}`, 1000);
  const valid = {
    contracts: { deals: address, registry: address, evidence: address, pay: address },
    policy: {
      dataset: `0x${"d5".repeat(32)}`,
      pieces: [{ cid, car: "a.car" }],
      copies: 2,
      token: address,
      maxRatePerTib: "1000000000000000000",
      duration: 518_400,
    },
  };
  const faultsOf = (work: () => unknown): readonly string[] => {
    try {
      work();
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigInvalidError);
      return (error as ConfigInvalidError).faults;
    }
    return [];
  };
  const withPolicy = (change: object) => ({ ...valid, policy: { ...valid.policy, ...change } });

  it("reads numbers as epochs and amounts, pieces by their CIDs, and fills in the rest", () => {
    const { policy, sender, files } = parseDealsConfig(valid);
    expect(policy.maxRatePerTib).to.equal(10n ** 18n);
    expect(policy.pieces[0]).to.include({ cid, commitment, height, paddedSize: BigInt(paddedSize) });
    expect([policy.sealingWindow, policy.renewBefore, policy.silentAfter]).to.deep.equal([
      20_160n,
      40_320n,
      2880n,
    ]);
    expect(sender).to.deep.equal({
      ...{ confirmations: 30n, stuckAfter: 10n, maxInFlight: 10, maxTransactionCost: 10n ** 18n },
      ...{ maxHourlyCost: 2n * 10n ** 18n, maxDailyCost: 10n ** 19n, minBalance: 10n ** 17n },
    });
    expect(files).to.deep.equal({ host: "127.0.0.1", port: 0, open: false });
  });

  const WRONG: Record<string, [unknown, RegExp]> = {
    "an address that is none": [
      { ...valid, contracts: { ...valid.contracts, pay: "0x1" } },
      /^contracts\.pay: must be 0x/,
    ],
    "no pieces": [withPolicy({ pieces: [] }), /^policy\.pieces: /],
    "a piece CID of version 1": [
      withPolicy({ pieces: [{ cid: "baga6ea4seaq", car: "a" }] }),
      /^policy\.pieces\.0\.cid: .*not a piece CID/,
    ],
    "a piece that nobody can fetch": [
      withPolicy({ pieces: [{ cid }] }),
      /^policy\.pieces\.0: needs a car or urls/,
    ],
    "a URL that is no http": [
      withPolicy({ pieces: [{ cid, urls: ["ftp://a/b"] }] }),
      /^policy\.pieces\.0\.urls\.0: /,
    ],
    "no copies": [withPolicy({ copies: 0 }), /^policy\.copies: /],
    "a fraction": [withPolicy({ duration: 1.5 }), /^policy\.duration: /],
    "a price cap of 0": [withPolicy({ maxRatePerTib: 0 }), /^policy\.maxRatePerTib: must be more than 0/],
    "a region that is no country": [withPolicy({ regions: ["Swiss"] }), /^policy\.regions\.0: .*ISO 3166/],
    "a field that does not exist": [withPolicy({ copys: 3 }), /^policy: .*copys/],
  };
  for (const [what, [config, fault]] of Object.entries(WRONG)) {
    it(`names the field for ${what}`, () => {
      const faults = faultsOf(() => parseDealsConfig(config));
      expect(faults).to.have.length(1);
      expect(faults[0]).to.match(fault);
    });
  }

  describe("from the environment", () => {
    let folder: string;
    const variables = () => ({
      HOLDFAST_DEALS_CONFIG: join(folder, "deals.json"),
      HOLDFAST_RPC_URL: "http://127.0.0.1:8545",
      HOLDFAST_CHAIN_ID: "314159",
      HOLDFAST_CLIENT_KEY: `0x${"5e".repeat(32)}`,
    });
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "holdfast-config-"));
      writeFileSync(join(folder, "deals.json"), JSON.stringify(valid));
      writeFileSync(join(folder, "broken.json"), "{");
    });
    after(() => rmSync(folder, { recursive: true }));

    it("is read with its file", () => {
      const config = loadConfig(variables());
      expect(config).to.include({ chainId: 314_159, database: "holdfast.db", logLevel: "info" });
      expect(config.deals.policy.copies).to.equal(2);
    });

    it("names every variable that is missing or wrong, and never the key", () => {
      const key = `0x${"5e".repeat(31)}`;
      const error = (() => {
        try {
          loadConfig({ HOLDFAST_RPC_URL: "127.0.0.1", HOLDFAST_CHAIN_ID: "one", HOLDFAST_CLIENT_KEY: key });
        } catch (thrown) {
          return thrown as ConfigInvalidError;
        }
        return undefined;
      })();
      const named = error?.faults.map((fault) => fault.split(":")[0]).sort();
      expect(named).to.deep.equal([
        ...["HOLDFAST_CHAIN_ID", "HOLDFAST_CLIENT_KEY", "HOLDFAST_DEALS_CONFIG", "HOLDFAST_RPC_URL"],
      ]);
      expect(error?.message).not.to.include(key);
    });

    it("says which file cannot be read", () => {
      const faults = faultsOf(() =>
        loadConfig({ ...variables(), HOLDFAST_DEALS_CONFIG: join(folder, "broken.json") }),
      );
      expect(faults[0]).to.match(/cannot be read as JSON/);
      expect(faultsOf(() => loadConfig({ ...variables(), HOLDFAST_TYPO: "1" }))[0]).to.match(/HOLDFAST_TYPO/);
    });
  });
});

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

  describe("of the daemon", () => {
    const { contracts, policy } = valid;
    const minimal = {
      chain: { id: 314_159, contracts },
      endpoints: ["http://127.0.0.1:8545"],
      watchers: [{ type: "deals", ...policy }],
    };
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "holdfast-config-"));
      writeFileSync(join(folder, "broken.json"), '{ "key": hunter2 }');
    });
    after(() => rmSync(folder, { recursive: true }));

    function load(file: object, variables: Record<string, string> = {}) {
      const path = join(folder, "holdfast.json");
      writeFileSync(path, JSON.stringify(file));
      return loadConfig(path, variables);
    }

    it("needs a chain, an endpoint and a watcher, and fills in the rest", () => {
      const config = load(minimal);
      expect(config.chain.id).to.equal(314_159);
      expect(config.http).to.include({ host: "127.0.0.1", port: 9464, token: undefined });
      expect(config.finality).to.deep.equal({ depth: 30n });
      expect(config).to.include({ pollMs: 30_000, logLevel: "info", insecureKey: undefined });
      expect(config.sender).to.deep.equal({
        ...{ stuckAfter: 10n, maxTransactionCost: 10n ** 18n, maxHourlyCost: 2n * 10n ** 18n },
        ...{ maxDailyCost: 10n * 10n ** 18n, minBalance: 10n ** 17n, maxInFlight: 10 },
      });
    });

    it("takes relative paths from the file's folder", () => {
      const config = load({ ...minimal, key: { keystore: "key.json" }, database: "data/a.db" });
      expect(config.database).to.equal(join(folder, "data/a.db"));
      expect(config.key.keystore).to.equal(join(folder, "key.json"));
      expect(config.watchers[0]?.pieces[0]?.car).to.equal(join(folder, "a.car"));
    });

    it("reads amounts in attoFIL and in FIL", () => {
      const { sender } = load({
        ...minimal,
        sender: { maxHourlyCost: "0.5 FIL", maxDailyCost: "700", minBalance: 3 },
      });
      expect(sender).to.include({ maxHourlyCost: 5n * 10n ** 17n, maxDailyCost: 700n, minBalance: 3n });
    });

    it("keeps several datasets, each once", () => {
      const other = { type: "deals", ...policy, dataset: `0x${"d6".repeat(32)}` };
      expect(load({ ...minimal, watchers: [...minimal.watchers, other] }).watchers).to.have.length(2);
      expect(faultsOf(() => load({ ...minimal, watchers: [other, other] }))[0]).to.match(
        /^watchers\.1\.dataset: has a watcher already/,
      );
    });

    it("takes a finality of 0 on a devnet, and on mainnet none", () => {
      const zero = { ...minimal, finality: { depth: 0 } };
      expect(load(zero).finality.depth).to.equal(0n);
      const mainnet = { ...zero, chain: { id: 314, contracts } };
      expect(faultsOf(() => load(mainnet))).to.deep.equal([
        "finality.depth: must be more than 0 on mainnet: what was only just seen there can be undone (30 by default)",
      ]);
      expect(load({ ...mainnet, finality: { depth: 1 } }).finality.depth).to.equal(1n);
    });

    it("takes the address of a Multicall3", () => {
      const at = (multicall3: string) => load({ ...minimal, chain: { ...minimal.chain, multicall3 } });
      expect(at(address).chain.multicall3).to.equal(address);
      expect(faultsOf(() => at("0x1"))[0]).to.match(/^chain\.multicall3: must be 0x/);
    });

    it("lets the environment go before the file", () => {
      const config = load(minimal, {
        HOLDFAST_WATCH_RPC_URLS: "https://a.example/rpc, https://b.example/rpc",
        HOLDFAST_WATCH_DATABASE: "/tmp/b.db",
        HOLDFAST_WATCH_LOG_LEVEL: "",
        HOLDFAST_ELSEWHERE: "not ours",
      });
      expect(config.endpoints).to.deep.equal(["https://a.example/rpc", "https://b.example/rpc"]);
      expect(config).to.include({ database: "/tmp/b.db", logLevel: "info" });
    });

    it("names every field that is wrong by its path, in the file", () => {
      const faults = faultsOf(() =>
        load({
          ...minimal,
          chain: { id: 1, contracts: { ...contracts, pay: "0x1" } },
          endpoints: ["127.0.0.1:1234"],
          http: { port: 70_000 },
          sender: { maxHourlyCost: "half a FIL" },
          finality: { depth: 901 },
          pollMs: 60_000,
          watchers: [{ type: "jobs" }],
          watcher: [],
        }),
      );
      const named = faults.map((fault) => fault.split(":")[0]).sort();
      expect(named).to.deep.equal([
        ...["(whole)", "chain.contracts.pay", "chain.id", "endpoints.0", "finality.depth", "http.port"],
        ...["pollMs", "sender.maxHourlyCost", "watchers.0.type"],
      ]);
    });

    it("names every variable that is wrong, and never a secret", () => {
      const secret = `0x${"5e".repeat(31)}`;
      let thrown: ConfigInvalidError | undefined;
      try {
        load(minimal, {
          HOLDFAST_WATCH_INSECURE_KEY: secret,
          HOLDFAST_WATCH_HTTP_TOKEN: "short-secret",
          HOLDFAST_WATCH_RPC_URLS: "ftp://user:hidden@node",
          HOLDFAST_WATCH_TYPO: "1",
        });
      } catch (error) {
        thrown = error as ConfigInvalidError;
      }
      expect(thrown?.exitCode).to.equal(3);
      const named = thrown?.faults.map((fault) => /HOLDFAST_WATCH_\w+/.exec(fault)?.[0]).sort();
      expect(named).to.deep.equal(
        ["HTTP_TOKEN", "INSECURE_KEY", "RPC_URLS", "TYPO"].map((name) => `HOLDFAST_WATCH_${name}`),
      );
      expect(thrown?.message).not.to.match(/5e5e|short-secret|hidden/);
    });

    it("says which file cannot be read, and quotes nothing of it", () => {
      const faults = faultsOf(() => loadConfig(join(folder, "broken.json"), {}));
      expect(faults).to.deep.equal(["cannot be read: it is not JSON"]);
      expect(faultsOf(() => loadConfig(join(folder, "none.json"), {}))[0]).to.match(/ENOENT/);
      expect(faultsOf(() => load({ ...minimal, endpoints: [] }))[0]).to.match(/^endpoints: none/);
    });
  });
});

import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import hardhatViem from "@nomicfoundation/hardhat-viem";
import hardhatViemAssertions from "@nomicfoundation/hardhat-viem-assertions";
import { configVariable, defineConfig } from "hardhat/config";
import type { NetworkUserConfig } from "hardhat/types/config";
import { tasks } from "./tasks/index.ts";

const solc = createRequire(import.meta.url).resolve("solc/soljson.js");

const compilers = [
  {
    version: "0.8.37",
    path: solc,
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: "none" },
    },
  },
];

/** Filecoin's gas limit and, for what can be doubled, its opcodes: osaka gives the precompiles of nv28. */
const filecoinLike = {
  type: "edr-simulated",
  chainType: "l1",
  chainId: 31415926,
  hardfork: "osaka",
  blockGasLimit: 10_000_000_000n,
  transactionGasCap: false,
} as const;

/** The public test mnemonic of the devnet's accounts: worthless anywhere else. The first one deployed; the next is the client. */
const devnetAccounts = {
  mnemonic: "test test test test test test test test test test test junk",
  initialIndex: 1,
} as const;

/** A chain that others run. Keys are in Hardhat's keystore, or in the environment: `npx hardhat keys new`. */
const live = (name: "CALIBRATION" | "FILECOIN", chainId: number, url: string): NetworkUserConfig => ({
  type: "http",
  chainType: "generic",
  chainId,
  url: configVariable(`HOLDFAST_${name}_RPC_URL`, { default: url }),
  accounts: [configVariable(`HOLDFAST_${name}_KEY`)],
  // An epoch is 30 s, and an endpoint may wait for one.
  timeout: 60_000,
});

/** A chain that Hardhat does not know, with its Blockscout. */
const explored = (name: string, url: string) => ({
  ...{ name, chainType: "generic" as const },
  blockExplorers: { blockscout: { name: "Blockscout", url, apiUrl: `${url}/api` } },
});

/** Seeds are fixed, so that CI is the same twice; `depth` calls make one of the `sequences` of an invariant. */
const solidityTests = (fuzzRuns: number, sequences: number) => ({
  fuzz: { runs: fuzzRuns, seed: "0x686f6c6466617374" },
  invariant: { runs: sequences, depth: 100, failOnRevert: true },
});

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, hardhatViem, hardhatViemAssertions],
  // What is deployed and verified (Ignition and hardhat-verify take "production") is what is tested.
  solidity: { profiles: { default: { compilers }, production: { compilers } } },
  networks: {
    default: filecoinLike,
    devnet: filecoinLike,
    /** The chain that `npx hardhat devnet` runs: a task without --network means it. */
    localhost: {
      type: "http",
      chainType: "generic",
      chainId: filecoinLike.chainId,
      url: configVariable("HOLDFAST_DEVNET_RPC_URL", { default: "http://127.0.0.1:8545" }),
      accounts: devnetAccounts,
    },
    calibration: live("CALIBRATION", 314_159, "https://api.calibration.node.glif.io/rpc/v1"),
    filecoin: live("FILECOIN", 314, "https://api.node.glif.io/rpc/v1"),
  },
  // `npx hardhat ignition verify <chain> --network <chain>` sends the source to both.
  chainDescriptors: {
    314: explored("Filecoin", "https://filecoin.blockscout.com"),
    314159: explored("Filecoin Calibration", "https://filecoin-testnet.blockscout.com"),
  },
  verify: { etherscan: { enabled: false }, blockscout: { enabled: true }, sourcify: { enabled: true } },
  tasks,
  paths: {
    sources: ["contracts", "examples"],
    tests: { mocha: "test/integration", solidity: "test/contracts" },
    ignition: "deploy",
  },
  // scripts/codegen makes the bindings, of the contracts that the SDK carries and nothing else.
  typechain: { dontOverrideCompile: true },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      profiles: {
        default: solidityTests(1000, 256),
        deep: solidityTests(10_000, 1000),
        night: solidityTests(100_000, 1000),
        // Every line once: scripts/coverage/lines.ts.
        coverage: solidityTests(64, 8),
        // Each call its own transaction, with all that one costs: scripts/snapshots.ts.
        gas: { ...solidityTests(1, 1), isolate: true },
      },
    },
  },
});

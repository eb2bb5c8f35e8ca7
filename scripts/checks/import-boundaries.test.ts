import { expect } from "chai";
import { importBoundaries } from "./import-boundaries.ts";
import { findIn } from "./sample.ts";

const manifests = {
  "package.json": JSON.stringify({ name: "holdfast", devDependencies: { viem: "2", hardhat: "3" } }),
  "sdk/package.json": JSON.stringify({ name: "@holdfast/sdk", dependencies: { viem: "2" } }),
  "watchers/package.json": JSON.stringify({
    name: "@holdfast/watchers",
    dependencies: { "@holdfast/sdk": "1", zod: "4" },
  }),
  "devnet/package.json": JSON.stringify({ name: "@holdfast/devnet", dependencies: { "@holdfast/sdk": "1" } }),
  "app/package.json": JSON.stringify({ name: "@holdfast/app", dependencies: { "@holdfast/sdk": "1" } }),
};

const found = (path: string, source: string) => findIn(importBoundaries, { ...manifests, [path]: source });

const FORBIDDEN: [path: string, source: string, why: string][] = [
  ["deploy/modules/deals.ts", 'import { chains } from "@holdfast/sdk";', "Ignition alone"],
  ["deploy/preflight.ts", 'import { startDevnet } from "@holdfast/devnet";', "deploy/ never imports devnet"],
  [
    "contracts/deals/A.sol",
    'import {B} from "../evidence/SectorEvidence.sol";',
    "another capability's implementation",
  ],
  ["contracts/deals/A.sol", 'import "../mocks/payments/FilecoinPay.sol";', "a double is never part"],
  [
    "contracts/deals/A.sol",
    'import {B} from "@zondax/filecoin-solidity/contracts/v0.8/B.sol";',
    "only contracts/fvm",
  ],
  [
    "contracts/mocks/fvm/A.sol",
    'import "@zondax/filecoin-solidity/contracts/v0.8/B.sol";',
    "only contracts/fvm",
  ],
  ["contracts/fvm/A.sol", 'import {B} from "hardhat/console.sol";', "OpenZeppelin"],
  ["contracts/fvm/A.sol", 'import {B} from "../../test/support/Test.sol";', "nothing from outside"],
  ["sdk/src/dataset/pack.ts", 'import { readFile } from "node:fs/promises";', "sdk/src/node/"],
  ["sdk/src/dataset/pack.ts", 'const fs = await import("fs");', "sdk/src/node/"],
  ["sdk/src/client.ts", 'import hre from "hardhat";', "viem client"],
  ["sdk/src/client.ts", 'export { run } from "@holdfast/watchers";', "nothing flows back"],
  ["sdk/src/client.ts", 'import abi from "../../artifacts/A.json" with { type: "json" };', "scripts/codegen"],
  ["sdk/src/client.ts", 'import type { Hono } from "hono";', "not a dependency"],
  ["tasks/deals/propose.ts", 'import { act } from "../../watchers/src/deals/act.ts";', "nothing flows back"],
  ["tasks/deals/propose.ts", 'import { start } from "@holdfast/devnet";', "only the demo"],
  ["watchers/src/deals/act.ts", 'import { act } from "../repair/act.ts";', "a watcher imports runtime/"],
  ["watchers/src/deals/act.ts", 'import { config } from "../config.ts";', "a watcher imports runtime/"],
  ["watchers/src/deals/act.ts", "const url = process.env.URL;", "config.ts reads the environment"],
  ["watchers/src/deals/act.ts", "const { URL } = process.env;", "config.ts reads the environment"],
  ["watchers/src/runtime/queue.ts", "const now = Date.now();", "time is injected"],
  ["watchers/src/deals/act.ts", "const now = new Date();", "time is injected"],
  ["watchers/src/deals/decide.ts", 'import { addEpochs } from "@holdfast/sdk";', "pure function"],
  ["watchers/src/deals/act.ts", 'import { start } from "@holdfast/devnet";', "only the demo"],
  ["app/src/main.tsx", 'import { join } from "node:path";', "run in browsers"],
  ["devnet/src/main.ts", 'import { main } from "@holdfast/watchers";', "nothing flows back"],
  ["examples/store.ts", 'import { hashPiece } from "../sdk/src/index.ts";', "Import the package"],
  ["examples/store.ts", 'import hre from "hardhat";', "viem client"],
];

const ALLOWED: [path: string, source: string][] = [
  [
    "contracts/deals/A.sol",
    'import {B} from "./DealMath.sol";\nimport {C} from "../evidence/ISectorEvidence.sol";',
  ],
  [
    "contracts/deals/A.sol",
    'import {Epoch} from "../fvm/Epoch.sol";\n// import "../evidence/SectorEvidence.sol";',
  ],
  ["contracts/fvm/A.sol", 'import {B} from "@zondax/filecoin-solidity/contracts/v0.8/B.sol";'],
  [
    "contracts/mocks/fvm/A.sol",
    'import {B} from "../payments/B.sol";\nimport "../../evidence/SectorEvidence.sol";',
  ],
  ["contracts/deals/A.sol", 'import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";'],
  ["sdk/src/client.ts", 'import { http } from "viem";\nimport { chains } from "./chains.ts";'],
  ["sdk/src/node/read.ts", 'import { readFile } from "node:fs/promises";'],
  ["sdk/src/client.test.ts", 'import { readFile } from "node:fs/promises";\nimport { expect } from "chai";'],
  [
    "tasks/devnet/start.ts",
    'import { start } from "@holdfast/devnet";\nimport { task } from "hardhat/config";',
  ],
  ["watchers/src/config.ts", 'import { z } from "zod";\nz.string().parse(process.env.URL);'],
  ["watchers/src/runtime/clock.ts", "export const wallClock = () => Date.now();"],
  [
    "watchers/src/deals/act.ts",
    'import { send } from "../runtime/send.ts";\nimport type { Config } from "../config.ts";',
  ],
  [
    "watchers/src/deals/decide.ts",
    'import type { Deal } from "@holdfast/sdk";\nexport const at = (s: number) => new Date(s);',
  ],
  ["devnet/src/main.ts", 'import abi from "../../artifacts/A.json" with { type: "json" };'],
  ["devnet/src/chain/chain.ts", 'import hre from "hardhat";'],
  ["deploy/preflight.ts", 'import { chains } from "../sdk/src/chains.ts";'],
  ["deploy/modules/deals.ts", 'import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";'],
  ["test/integration/flow.test.ts", 'import { start } from "@holdfast/devnet";'],
  [
    "examples/store.ts",
    'import { startDevnet } from "@holdfast/devnet";\nimport * as sdk from "@holdfast/sdk";',
  ],
];

describe("import-boundaries", () => {
  for (const [path, source, why] of FORBIDDEN) {
    it(`finds ${path}: ${source}`, () => {
      const breaches = found(path, `\n${source}\n`);
      expect(breaches).to.have.length(1);
      expect(breaches[0]).to.contain(`${path}:2 `);
      expect(breaches[0]).to.contain(why);
    });
  }
  for (const [path, source] of ALLOWED) {
    it(`takes ${path}: ${source.replace("\n", " ")}`, () => {
      expect(found(path, source)).to.be.empty;
    });
  }
});

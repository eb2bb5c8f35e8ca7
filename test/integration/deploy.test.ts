import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  type Check,
  calibration,
  checkBindings,
  checkComputeBindings,
  computeRegistryAbi,
  createHoldfastClient,
  filecoin,
  getComputeParameters,
  getDealsParameters,
  providerRegistryAbi,
  sectorEvidenceAbi,
} from "@holdfast/sdk";
import { expect } from "chai";
import hre from "hardhat";
import {
  type Abi,
  type Address,
  getContractAddress,
  type Hex,
  http,
  keccak256,
  parseEther,
  toHex,
  zeroAddress,
  zeroHash,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { compareCode } from "../../deploy/compare-code.ts";
import { readDeployed } from "../../deploy/deploy-deals.ts";
import { estimateDeployment, TRANSACTIONS as PLANNED } from "../../deploy/estimate-deployment.ts";
import { OUTBOX } from "../../deploy/outbox.ts";
import { type LiveParameters, readParameters } from "../../deploy/parameters.ts";
import {
  DeploymentRefusedError,
  type PreflightOptions,
  preflight,
  requirePassed,
} from "../../deploy/preflight.ts";
import { readProgress } from "../../deploy/read-progress.ts";
import { reviewPack, reviewPackText } from "../../deploy/review-pack.ts";
import { type RpcCall, startRpcProxy } from "../support/rpc-proxy.ts";

const CHILD = join(import.meta.dirname, "../support/deploy-once.ts");
/** Of three contracts and two bindings, and of compute's three and one. */
const TRANSACTIONS = 9;

type Phase = "before" | "after";
interface Ending {
  how: NodeJS.Signals | number | null;
  stderr: string;
}

describe("a deployment", function () {
  this.timeout(300_000);
  let devnet: Devnet;
  let folder: string;

  before(async () => {
    devnet = await startDevnet({ chainId: calibration.id, providers: 0, epochSeconds: 0.1 });
  });
  after(() => devnet.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-deploy-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const client = () => createHoldfastClient({ chain: calibration, transport: http(devnet.rpcUrl) });

  /** An account that deploys nothing else. */
  async function deployer(): Promise<Hex> {
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    await devnet.chain.client.request({
      method: "hardhat_setBalance",
      params: [address, toHex(parseEther("10"))],
    } as never);
    return key;
  }

  /** Runs the deployment once. `kill` is asked at every request: before it goes, and before it is answered. */
  async function run(key: Hex, kill: (call: RpcCall, phase: Phase) => boolean): Promise<Ending> {
    let dead = false;
    const lives = (call: RpcCall, phase: Phase) => {
      if (!dead && kill(call, phase)) dead = child.kill("SIGKILL");
      return !dead;
    };
    await using proxy = await startRpcProxy({
      to: devnet.rpcUrl,
      onRequest: (call) => lives(call, "before"),
      onAnswer: (call) => lives(call, "after"),
    });
    const child = spawn(process.execPath, [CHILD, proxy.url, folder, key], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<Ending>((resolve) => {
      child.on("close", (code, signal) => resolve({ how: signal ?? code, stderr: stderr.slice(0, 2_000) }));
    });
    return await ended;
  }

  /** Runs it again and again until it is through. @returns how often it was killed */
  async function persist(key: Hex, kill: (call: RpcCall, phase: Phase) => boolean): Promise<number> {
    for (let kills = 0; ; kills++) {
      const { how, stderr } = await run(key, kill);
      if (how === 0) return kills;
      expect(how, stderr).to.equal("SIGKILL");
    }
  }

  /** What a deployer with that key can only have deployed in one go. */
  async function expectOneCopy(key: Hex) {
    const from = privateKeyToAccount(key).address;
    expect(await client().getTransactionCount({ address: from })).to.equal(TRANSACTIONS);
    const deployed = await readDeployed("calibration", folder);
    const [first, second, third] = [0n, 1n, 2n].map((nonce) => getContractAddress({ from, nonce }));
    expect(deployed.deals).to.equal(third);
    expect([deployed.registry, deployed.evidence]).to.have.members([first, second]);
    for (const check of await checkComputeBindings(client(), deployed))
      expect(check).to.include({ ok: true });
    const { Deals } = await readParameters("calibration");
    for (const check of await checkBindings(client(), { ...deployed, ...Deals }))
      expect(check).to.include({ ok: true });
    const { done, last } = await readProgress("calibration", folder);
    expect([...done]).to.have.members([...PLANNED]);
    const { nonce } = await client().getTransaction({ hash: last! });
    expect(nonce).to.equal(TRANSACTIONS - 1);
  }

  it("killed before and after each transaction leaves, ends at the same addresses, with nothing twice", async () => {
    const key = await deployer();
    const sightings = new Map<unknown, number>();
    const kills = await persist(key, ({ method, params: [raw] = [] }, phase) => {
      if (method !== "eth_sendRawTransaction") return false;
      const seen = sightings.get(raw) ?? 0;
      const kill = (seen === 0 && phase === "before") || (seen === 1 && phase === "after");
      if (kill) sightings.set(raw, seen + 1);
      return kill;
    });
    expect(sightings.size).to.equal(TRANSACTIONS);
    expect(kills).to.equal(2 * TRANSACTIONS);
    await expectOneCopy(key);
  });

  it("killed after it prepared a transaction and before it signed one, prepares it anew", async () => {
    const key = await deployer();
    const { how } = await run(key, ({ method }) => method === "eth_sendRawTransaction");
    expect(how).to.equal("SIGKILL");
    await rm(join(folder, "calibration", OUTBOX));
    expect(await persist(key, () => false)).to.equal(0);
    await expectOneCopy(key);
    // What is done is not done again.
    expect(await persist(key, ({ method }) => method === "eth_sendRawTransaction")).to.equal(0);
    await expectOneCopy(key);
  });

  it("killed at any other moment, too", async () => {
    const key = await deployer();
    const random = seeded(2026);
    let [left, victim] = [8, random(25)];
    const kills = await persist(key, (_call, phase) => {
      if (left === 0 || phase === "before" || victim-- > 0) return false;
      [left, victim] = [left - 1, random(25)];
      return true;
    });
    expect(kills).to.equal(8);
    await expectOneCopy(key);
  });

  describe("before it sends anything", () => {
    const deployerOf = (key: Hex) => privateKeyToAccount(key).address;
    const options = async ({
      parameters,
      ...change
    }: Partial<Omit<PreflightOptions, "parameters"> & { parameters: Partial<LiveParameters> }> = {}) => ({
      deployer: deployerOf(await deployer()),
      ...change,
      parameters: { ...(await readParameters("calibration")), ...parameters },
    });
    const refusals = (checks: Check[]) => checks.filter(({ ok }) => !ok).map(({ name }) => name);
    const setCode = (address: Address, code: Hex) =>
      devnet.chain.client.request({ method: "hardhat_setCode", params: [address, code] } as never);

    it("finds Filecoin Pay and USDFC where they are on Calibration", async () => {
      const checks = await preflight(client(), await options());
      expect(refusals(checks)).to.deep.equal([]);
      requirePassed("refused", checks);
    });

    it("refuses a chain whose id does not match, and asks it nothing more", async () => {
      const mainnet = createHoldfastClient({ chain: filecoin, transport: http(devnet.rpcUrl) });
      const checks = await preflight(mainnet, await options());
      expect(checks.map(({ name, ok }) => [name, ok])).to.deep.equal([["chain id", false]]);
      expect(() => requirePassed("Refused", checks)).to.throw(DeploymentRefusedError, /314159/);
    });

    it("refuses where Filecoin Pay or the token is not what it should be", async () => {
      const { pay, usdfc, deals } = devnet.contracts;
      for (const [parameters, expected] of [
        [{ Deals: { pay: zeroAddress }, Payments: { usdfc } }, "code of FilecoinPay"],
        [{ Deals: { pay: usdfc }, Payments: { usdfc } }, "functions of FilecoinPay"],
        [{ Deals: { pay: usdfc }, Payments: { usdfc } }, "answers of FilecoinPay"],
        [{ Deals: { pay }, Payments: { usdfc: deals } }, "decimals of token"],
        [{ Deals: { pay }, Payments: { usdfc: deals } }, "permits of token"],
      ] as const) {
        expect(refusals(await preflight(client(), await options({ parameters })))).to.include(expected);
      }
    });

    it("refuses other code than was pinned", async () => {
      const { pay: address } = devnet.contracts;
      const pins = { FilecoinPay: { address, codeHash: zeroHash } };
      expect(refusals(await preflight(client(), await options({ pins })))).to.deep.equal([
        "code of FilecoinPay",
      ]);
      const elsewhere = { FilecoinPay: { address: zeroAddress, codeHash: zeroHash } };
      expect(refusals(await preflight(client(), await options({ pins: elsewhere })))).to.deep.equal([]);
    });

    it("foresees what each transaction costs that is not done", async () => {
      const planned = async (...done: string[]) => {
        const { parameters } = await options();
        return estimateDeployment(client(), {
          ...{
            deployer: deployerOf(await deployer()),
            pay: parameters.Deals.pay,
            artifacts: hre.artifacts,
            done: new Set(done),
          },
        });
      };
      const whole = await planned();
      expect(whole.map(({ assumed }) => assumed)).to.deep.equal([
        ...[false, false, true, true, true],
        ...[false, false, false, true],
      ]);
      for (const { fee } of whole) expect(fee > 0n).to.equal(true);
      const rest = await planned(
        ...["Deals#ProviderRegistry", "Deals#SectorEvidence", "Deals#bindRegistry"],
        ...PLANNED.filter((future) => /Compute#Compute/.test(future)),
      );
      expect(rest.map(({ call }) => call)).to.deep.equal([
        ...["deploy StorageDeals", "SectorEvidence.bind", "deploy SingleArbiter", "ComputeRegistry.bind"],
      ]);
      expect(await planned(...PLANNED)).to.deep.equal([]);
    });

    it("refuses a deployer without FIL", async () => {
      const poor = deployerOf(generatePrivateKey());
      expect(refusals(await preflight(client(), await options({ deployer: poor })))).to.deep.equal([
        "balance",
      ]);
      // Who has nothing to send needs none.
      expect(refusals(await preflight(client(), await options({ deployer: undefined })))).to.deep.equal([]);
    });

    it("lets nobody but the deployer bind the contracts, and them once", async () => {
      const { registry, evidence, deals, computeRegistry, escrow } = devnet.contracts;
      const { keeper, deployer: first } = devnet.accounts;
      for (const [account, refusal] of [
        [keeper.account, /NotDeployer/],
        [first.account, /AlreadyBound/],
      ] as const) {
        for (const [address, abi, args] of [
          [registry, providerRegistryAbi, [deals, evidence]],
          [evidence, sectorEvidenceAbi, [deals, registry]],
          [computeRegistry, computeRegistryAbi, [escrow]],
        ] as const) {
          const refused = await client()
            .simulateContract({ address, abi, functionName: "bind", args, account })
            .catch((error: unknown) => String(error));
          expect(refused).to.match(refusal);
        }
      }
    });

    it("compares the code on chain with what is compiled, and tells a byte that was changed", async () => {
      const code = await compareCode(client(), devnet.contracts, hre.artifacts);
      expect(code.map(({ contract, ok }) => [contract, ok])).to.deep.equal(
        [
          ...["StorageDeals", "ProviderRegistry", "SectorEvidence"],
          ...["ComputeRegistry", "ComputeEscrow", "SingleArbiter", "DealLifecycle", "ComputeSettlement"],
        ].map((name) => [name, true]),
      );
      const { lifecycle } = await getDealsParameters(client(), { address: devnet.contracts.deals });
      const { settlement } = await getComputeParameters(client(), { address: devnet.contracts.escrow });
      for (const address of [
        devnet.contracts.evidence,
        lifecycle,
        devnet.contracts.computeRegistry,
        settlement,
      ]) {
        const sound = (await client().getCode({ address })) as Hex;
        const half = sound.length >> 1;
        await setCode(
          address,
          `${sound.slice(0, half)}${sound[half] === "0" ? "1" : "0"}${sound.slice(half + 1)}` as Hex,
        );
        const tampered = await compareCode(client(), devnet.contracts, hre.artifacts);
        expect(tampered.filter(({ ok }) => !ok).map((comparison) => comparison.address)).to.deep.equal([
          address,
        ]);
        await setCode(address, `${sound}00`);
        expect((await compareCode(client(), devnet.contracts, hre.artifacts)).every(({ ok }) => ok)).to.equal(
          false,
        );
        await setCode(address, sound);
      }
    });

    it("is verified on Blockscout and Sourcify, as what was tested: Ignition builds by another profile than tests", () => {
      const { default: tested, production } = hre.config.solidity.profiles;
      const settings = (profile: typeof tested) => profile!.compilers.map(({ settings }) => settings);
      expect(settings(production)).to.deep.equal(settings(tested));
      expect(hre.config.verify.blockscout.enabled && hre.config.verify.sourcify.enabled).to.equal(true);
      for (const chain of [calibration, filecoin]) {
        const { blockscout } = hre.config.chainDescriptors.get(BigInt(chain.id))!.blockExplorers;
        expect(blockscout).to.include({ url: chain.blockExplorers.blockscout.url });
      }
    });

    it("has a review pack that leaves no function out, and names what is on the chain", async () => {
      const pack = await reviewPack(client(), devnet.contracts, hre.artifacts);
      for (const [told, ...contracts] of [
        [pack.mayCall, "StorageDeals", "DealLifecycle"],
        [pack.computeMayCall, "ComputeEscrow", "ComputeSettlement"],
      ] as const) {
        const functions = (
          await Promise.all(contracts.map((name) => hre.artifacts.readArtifact(name)))
        ).flatMap(({ abi }) => (abi as Abi).filter((item) => item.type === "function"));
        const changing = functions.filter(
          ({ stateMutability }) => !["view", "pure"].includes(stateMutability),
        );
        expect(Object.keys(told)).to.have.members(changing.map(({ name }) => name));
      }
      const code = (await client().getCode({ address: devnet.contracts.deals })) as Hex;
      const text = reviewPackText(pack);
      for (const part of [keccak256(code), devnet.contracts.deals, "allocationId is 0", "127747 EVM gas"]) {
        expect(text).to.contain(part);
      }
    });
  });
});

/** Whole numbers below a bound: mulberry32. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

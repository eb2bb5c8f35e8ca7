import { expect } from "chai";
import {
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  createClient,
  custom,
  encodeErrorResult,
  type Hex,
  parseAbi,
  publicActions,
  BaseError as ViemBaseError,
} from "viem";
import { ChainUnknownError, chainById, chains } from "../chains.ts";
import { createHoldfastClient } from "../client.ts";
import { addressOf, DeploymentUnknownError } from "../deployments.ts";
import { BaseError, ContractRevertedError, decodeRevert, explainRevert, revertData } from "./index.ts";

const abi = parseAbi([
  "function act() view returns (uint256)",
  "error DealPriceAboveCap(uint256 price, uint256 cap)",
  "error DealUnknown(uint64 dealId)",
]);
const data = encodeErrorResult({ abi, errorName: "DealPriceAboveCap", args: [7n, 5n] });

/** What viem throws when an endpoint answers `eth_call` with this error. */
async function viemError(rpcError: object): Promise<unknown> {
  const transport = custom(
    { request: () => Promise.reject(Object.assign(new Error("refused"), rpcError)) },
    { retryCount: 0 },
  );
  const client = createClient({ chain: chains.devnet, transport }).extend(publicActions);
  return client
    .readContract({ abi, address: `0x${"11".repeat(20)}`, functionName: "act" })
    .catch((error) => error);
}

describe("an error", () => {
  it("says what happened, why, and what to do", () => {
    const cause = new TypeError("disk full\nat line 3");
    const error = new BaseError("Cannot write the CAR.", { cause, next: "Free some space." });
    expect(error.message).to.equal("Cannot write the CAR.\nDetails: disk full\nNext: Free some space.");
    expect(error).to.include({
      name: "BaseError",
      shortMessage: "Cannot write the CAR.",
      next: "Free some space.",
    });
    expect(error.walk()).to.equal(cause);
    expect(error.walk((candidate) => candidate instanceof BaseError)).to.equal(error);
    expect(error.walk((candidate) => candidate instanceof RangeError)).to.equal(undefined);
  });

  it("can be walked although its causes run in a circle", () => {
    const inner = new Error("inner");
    const error = new BaseError("outer", { cause: inner });
    inner.cause = error;
    expect(error.walk()).to.equal(inner);
  });
});

describe("a revert", () => {
  it("is decoded from raw data, typed by the ABI", () => {
    const revert = decodeRevert(data, abi);
    expect(revert?.errorName).to.equal("DealPriceAboveCap");
    if (revert?.errorName === "DealPriceAboveCap") {
      const [price, cap]: readonly [bigint, bigint] = revert.args;
      expect([price, cap]).to.deep.equal([7n, 5n]);
    }
  });

  // The shapes in which Hardhat, Lotus and others give the bytes.
  for (const [shape, rpcError] of [
    ["code 3 and data", { code: 3, data }],
    ["data in data", { code: -32603, data: { message: "reverted", data } }],
    ["an internal error with data", { code: -32603, data }],
  ] as const) {
    it(`is decoded out of viem's error for ${shape}`, async () => {
      const error = await viemError(rpcError);
      expect(error).to.be.instanceOf(ContractFunctionExecutionError);
      expect(decodeRevert(error, abi)).to.deep.include({ errorName: "DealPriceAboveCap", args: [7n, 5n] });
    });
  }

  it("is decoded by another ABI than the one viem was called with", () => {
    const foreign = parseAbi(["error RailInactiveOrSettled(uint256 railId)"]);
    const raw = encodeErrorResult({ abi: foreign, errorName: "RailInactiveOrSettled", args: [9n] });
    const inner = new ContractFunctionRevertedError({ abi, data: raw, functionName: "act" });
    const error = new ContractFunctionExecutionError(inner, { abi, functionName: "act" });
    expect(decodeRevert(error, abi)).to.equal(undefined);
    expect(decodeRevert(error, foreign)).to.deep.include({ errorName: "RailInactiveOrSettled", args: [9n] });
  });

  it("is explained by name, with the next step and the cause", async () => {
    const error = explainRevert(await viemError({ code: 3, data }), abi, {
      DealPriceAboveCap: "Raise the cap.",
    });
    expect(error).to.be.instanceOf(ContractRevertedError);
    const { message, next } = error as ContractRevertedError<typeof abi>;
    expect(message).to.contain("DealPriceAboveCap(7, 5)");
    expect(next).to.equal("Raise the cap.");
    expect((error as BaseError).walk((cause) => cause instanceof ViemBaseError)).to.not.equal(undefined);
  });

  it("is left as it is when there is nothing to decode", async () => {
    for (const error of [
      new Error("offline"),
      await viemError({ code: 3, data: "0x12345678" as Hex }),
      undefined,
    ]) {
      expect(explainRevert(error, abi)).to.equal(error);
    }
    expect(revertData("0x")).to.equal(undefined);
  });

  it("decodes Solidity's own errors", () => {
    const panic = "0x4e487b710000000000000000000000000000000000000000000000000000000000000011";
    expect(decodeRevert(panic, abi)).to.deep.include({ errorName: "Panic", args: [17n] });
  });
});

describe("chains and deployments", () => {
  it("knows Filecoin's chains by id, polls live ones slowly, and expects no multicall on Calibration", () => {
    expect(Object.values(chains).map((chain) => chain.id)).to.deep.equal([314, 314_159, 31_415_926]);
    expect(chainById(314_159).contracts?.multicall3).to.equal(undefined);
    expect(() => chainById(1)).to.throw(ChainUnknownError, /314159/);
    const transport = custom({ request: async () => "0x4cb2f" });
    expect(createHoldfastClient({ chain: 314_159, transport }).pollingInterval).to.equal(10_000);
    expect(createHoldfastClient({ chain: chains.devnet, transport }).pollingInterval).to.equal(250);
  });

  it("says where a contract is not", () => {
    expect(() => addressOf("StorageDeals", chains.devnet.id)).to.throw(DeploymentUnknownError, /devnet/);
  });
});

import { globSync, readFileSync } from "node:fs";
import { actionErrorsAbi, type Guidance, guidanceFor, guides } from "@holdfast/sdk";
import { expect } from "chai";
import { type AbiParameter, encodeErrorResult, parseAbi, zeroAddress } from "viem";
import { ContractRevertedError, explainRevert } from "../sdk/src/errors/index.ts";
import * as abis from "../sdk/src/generated/abis.ts";
import { tasks } from "./index.ts";

/** Every error that a generated ABI has, or that a contract here declares: doubles apart, which nobody meets on Filecoin. */
function everyError(): Map<string, string> {
  const errors = new Map<string, string>();
  for (const [abi, items] of Object.entries(abis)) {
    for (const item of items) if (item.type === "error") errors.set(item.name, abi);
  }
  for (const path of globSync("contracts/**/*.sol", { exclude: ["contracts/mocks/**"] })) {
    const declared = readFileSync(path, "utf8").matchAll(/^\s*error (\w+)\s*\(/gm);
    for (const [, name] of declared) errors.set(name as string, path);
  }
  return errors;
}

const idsOf = (some: typeof tasks) => new Set(some.map(({ id }) => id.join(" ")));
/** Tasks that do something; the others only have tasks below them. */
const commands = idsOf(tasks.filter(({ type }) => type !== "EMPTY_TASK"));
const groups = idsOf(tasks.filter(({ type }) => type === "EMPTY_TASK"));

/** What a value of a type could be. */
function sample({ type }: AbiParameter): unknown {
  if (type === "address") return zeroAddress;
  if (type === "bool") return true;
  if (type === "string") return "maxBondPerTib";
  if (type.startsWith("bytes")) return "0x01";
  return /^u?int(8|16|32)$/.test(type) ? 3 : 3n;
}

describe("the guidance for a contract's refusal", () => {
  const errors = everyError();

  it("covers every error of every contract, and nothing else", () => {
    expect(errors.size).to.be.greaterThan(110);
    const missing = [...errors]
      .filter(([name]) => !(name in guides))
      .map(([name, where]) => `${name} of ${where}`);
    expect(missing, "errors without guidance: add them in sdk/src/errors/guidance").to.be.empty;
    const known = new Set(actionErrorsAbi.map(({ name }) => name as string));
    const idle = Object.keys(guides).filter((name) => !errors.has(name) && !known.has(name as never));
    expect(idle, "guidance for errors that nothing throws").to.be.empty;
  });

  it("names exactly what is free to withdraw, less than one token too", () => {
    const next = (free: bigint) =>
      guidanceFor({ errorName: "InsufficientUnlockedFunds", args: [free, 10n ** 18n] } as never)!.next;
    expect(next(25n * 10n ** 16n)).to.equal("npx hardhat deal fund --withdraw 0.25");
    expect(next(0n)).to.not.contain("--withdraw");
  });

  for (const item of actionErrorsAbi) {
    it(`tells what ${item.name} is, why, and a command that exists`, () => {
      const { inputs } = item as { inputs: readonly AbiParameter[] };
      const { what, why, next } = guidanceFor({
        errorName: item.name,
        args: inputs.map(sample),
      } as never) as Guidance;
      for (const text of [what, why, next]) expect(text).to.not.match(/undefined|null|NaN|\[object/);
      expect(what.length).to.be.greaterThan(10);
      expect(why).to.match(/[.:]$/);
      expectCommand(next);
    });
  }

  it("fills in what is needed, what is there, and what to run", () => {
    const data = encodeErrorResult({
      ...{ abi: actionErrorsAbi, errorName: "ProviderBondInsufficient" },
      args: [1010n, 5n * 10n ** 17n, 3n * 10n ** 18n],
    });
    const error = explainRevert(data, actionErrorsAbi) as ContractRevertedError;
    expect(error).to.be.instanceOf(ContractRevertedError);
    expect(error.shortMessage).to.contain("needs 3 FIL of free bond, and has 0.5 FIL");
    expect(error.next).to.equal("npx hardhat provider register f01010 --bond 3");
  });

  it("knows the texts that Filecoin Pay refuses with in place of an error", () => {
    for (const text of [
      "invariant failure: insufficient funds to cover lockup after function execution",
      "payers's full account lockup was not met as a precondition of the requested operation",
      "something else",
    ]) {
      const { what, next } = guidanceFor({ errorName: "Error", args: [text] } as never) as Guidance;
      expect(what).to.be.a("string");
      expectCommand(next);
    }
    expectCommand(guidanceFor({ errorName: "Panic", args: [17n] } as never)!.next);
  });

  it("leaves the errors of other projects to them", () => {
    const abi = parseAbi(["error SomebodyElses(uint256 value)"]);
    const data = encodeErrorResult({ abi, errorName: "SomebodyElses", args: [1n] });
    const error = explainRevert(data, abi, { SomebodyElses: "Ask them." }) as ContractRevertedError;
    expect(error.guidance).to.equal(undefined);
    expect(error.next).to.equal("Ask them.");
  });
});

describe("what else the SDK and the tasks say to run", () => {
  it("are tasks that exist", () => {
    const files = globSync(["sdk/src/**/*.ts", "tasks/**/*.ts"], {
      exclude: ["**/*.test.ts", "**/generated/**"],
    });
    for (const file of files) {
      for (const [named] of readFileSync(file, "utf8").matchAll(/npx hardhat [a-z]+(?: [a-z]+){0,2}/g)) {
        const said = named.replace("npx hardhat ", "");
        const isTask = isCommand(said) || groups.has(said) || OTHERS.has(said.split(" ")[0]!);
        expect(isTask, `${file}: ${named}`).to.equal(true);
      }
    }
  });
});

/** Tasks of Hardhat's and the deployment's. */
const OTHERS = new Set(["deploy", "test", "build", "keystore"]);

/** A next step begins with a task of ours. */
function expectCommand(next: string): void {
  const [, said] = /^npx hardhat (\w+ \w+(?: \w+)?)/.exec(next) ?? [];
  expect(said, next).to.not.equal(undefined);
  expect(isCommand(said!), next).to.equal(true);
}

/** Whether a task's id is what the words begin with: ids have one to three. */
function isCommand(said: string): boolean {
  const words = said.split(" ");
  return words.some((_, at) => commands.has(words.slice(0, at + 1).join(" ")));
}

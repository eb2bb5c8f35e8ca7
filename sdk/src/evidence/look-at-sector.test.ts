import { expect } from "chai";
import { createPublicClient, custom, type Hex } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { calibration, filecoin } from "../chains.ts";
import { fromBase64, toBase64 } from "../providers/base64.ts";
import { SectorLookError } from "./ask-miner.ts";
import { locateSector } from "./locate-sector.ts";
import { lookAtSector } from "./look-at-sector.ts";

describe("looking at a sector", () => {
  const LOCATE = 1_321_604_665;
  interface Message {
    To: string;
    Method: number;
    Params: string;
    Value: string;
  }
  interface Answers {
    location?: Hex;
    expiration?: Hex;
    exitCode?: number;
    /** Of GetNominalSectorExpiration alone. */
    expirationExit?: number;
  }

  /** A node whose miners answer so. */
  function node(answers: Answers, chain: typeof filecoin | typeof calibration = calibration) {
    const asked: Message[] = [];
    const request = async (call: { method: string; params: [Message, null] }) => {
      expect(call.method).to.equal("Filecoin.StateCall");
      const [message] = call.params;
      asked.push(message);
      const locates = message.Method === LOCATE;
      const value = (locates ? answers.location : answers.expiration) ?? "0x";
      const ExitCode = answers.exitCode ?? (locates ? 0 : (answers.expirationExit ?? 0));
      return { MsgRct: { ExitCode, Return: value === "0x" ? null : toBase64(value) } };
    };
    const client = createPublicClient({ chain, transport: custom({ request } as never, { retryCount: 0 }) });
    return { client: client as unknown as ActionClient, asked };
  }
  const hexOf = (base64: string) => `0x${Buffer.from(fromBase64(base64)).toString("hex")}`;
  const thrown = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("tells status, location and expiration", async () => {
    const { client, asked } = node({ location: "0x820143820000", expiration: "0x1a00119464" }, filecoin);
    const look = await lookAtSector(client, { miner: 1234n, sector: 7n });
    expect(look).to.deep.equal({ status: "Active", location: "0x820000", expiration: 1_152_100n });
    expect(asked.map(({ To, Method, Params, Value }) => [To, Method, hexOf(Params), Value])).to.deep.equal([
      ["f01234", LOCATE, "0x8107", "0"],
      ["f01234", 3_010_055_991, "0x07", "0"],
    ]);
  });

  it("takes a sector that the miner does not have for dead", async () => {
    const { client, asked } = node({ location: "0x820043822020", expirationExit: 17 });
    expect(await lookAtSector(client, { miner: 1000n, sector: 300n })).to.deep.equal({
      ...{ status: "Dead", location: "0x822020", expiration: 0n },
    });
    expect(asked[0]?.To).to.equal("t01000");
  });

  for (const [sector, cbor] of [
    [0n, "0x8100"],
    [23n, "0x8117"],
    [24n, "0x811818"],
    [256n, "0x81190100"],
    [1n << 16n, "0x811a00010000"],
    [(1n << 64n) - 1n, "0x811bffffffffffffffff"],
  ] as const) {
    it(`asks for sector ${sector} in the shortest form`, async () => {
      const { client, asked } = node({ location: "0x820243820000" });
      await locateSector(client, { miner: 1n, sector });
      expect(hexOf(asked[0]?.Params as string)).to.equal(cbor);
    });
  }

  for (const location of [
    "0x",
    "0x820343820000",
    "0x8201",
    "0x82014382",
    "0x820143820000ff",
    "0x01",
  ] as const) {
    it(`does not take ${location} for an answer, and the sector not for dead`, async () => {
      const { client } = node({ location });
      const error = await thrown(locateSector(client, { miner: 1n, sector: 1n }));
      expect(error).to.be.instanceOf(SectorLookError);
      expect((error as SectorLookError).exitCode).to.equal(0);
    });
  }

  it("tells an abort, of either question", async () => {
    for (const answers of [{ exitCode: 16 }, { location: "0x820143820000", expirationExit: 16 } as const]) {
      const error = await thrown(lookAtSector(node(answers).client, { miner: 1n, sector: 1n }));
      expect((error as SectorLookError).exitCode).to.equal(16);
    }
  });
});

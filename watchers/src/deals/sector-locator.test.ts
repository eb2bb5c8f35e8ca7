import { expect } from "chai";
import { createPublicClient, custom, type Hex, type PublicClient } from "viem";
import { type ActorRead, createSectorLocator, SectorLookError, stateCallReader } from "./sector-locator.ts";

describe("sector locator", () => {
  const LOCATION = 1_321_604_665n;
  const answering =
    (answers: { location: Hex | undefined; expiration?: Hex }, asked: unknown[] = []): ActorRead =>
    async (miner, method, params) => {
      asked.push([miner, method, params]);
      return method === LOCATION ? answers.location : answers.expiration;
    };

  it("reads status, location and expiration of a sector", async () => {
    const asked: unknown[] = [];
    const locator = createSectorLocator(
      answering({ location: "0x820143820000", expiration: "0x1a00119464" }, asked),
    );
    const look = await locator.look(1000n, 7n);
    expect(look).to.deep.equal({ status: "Active", location: "0x820000", expiration: 1_152_100n });
    expect(asked[0]).to.deep.equal([1000n, LOCATION, "0x8107"]);
    expect(asked[1]).to.deep.equal([1000n, 3_010_055_991n, "0x07"]);
  });

  it("takes a sector that the miner does not have for dead", async () => {
    const locator = createSectorLocator(answering({ location: "0x820043822020" }));
    expect(await locator.look(1000n, 300n)).to.deep.equal({
      status: "Dead",
      location: "0x822020",
      expiration: 0n,
    });
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
      const asked: [bigint, bigint, Hex][] = [];
      await createSectorLocator(answering({ location: "0x820243820000" }, asked)).look(1n, sector);
      expect(asked[0]?.[2]).to.equal(cbor);
    });
  }

  for (const location of [
    undefined,
    "0x",
    "0x820343820000",
    "0x8201",
    "0x82014382",
    "0x820143820000ff",
    "0x01",
  ] as const) {
    it(`does not take ${location} for an answer`, async () => {
      const error = await createSectorLocator(answering({ location }))
        .look(1n, 1n)
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SectorLookError);
    });
  }

  it("asks a Filecoin node by StateCall, and tells an abort from an answer", async () => {
    const sent: unknown[] = [];
    let exitCode = 0;
    const request = async (call: unknown) => {
      sent.push(call);
      return { MsgRct: { ExitCode: exitCode, Return: "ggFDggAA" } };
    };
    const client = createPublicClient({ transport: custom({ request } as never) }) as PublicClient;
    const read = stateCallReader(client, "mainnet");
    expect(await read(1234n, LOCATION, "0x8107")).to.equal("0x820143820000");
    const [{ method, params }] = sent as [{ method: string; params: [Record<string, unknown>, null] }];
    expect(method).to.equal("Filecoin.StateCall");
    expect(params[0]).to.include({ To: "f01234", Method: Number(LOCATION), Params: "gQc=", Value: "0" });
    exitCode = 17;
    expect(await read(1234n, LOCATION, "0x8107")).to.equal(undefined);
  });
});

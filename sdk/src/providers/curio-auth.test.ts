import { expect } from "chai";
import { bytesToHex, concatBytes, keccak256, sha256, stringToBytes } from "viem";
import { recoverAddress } from "viem/utils";
import { fromBase64, toBase64 } from "./base64.ts";
import {
  CurioAuthError,
  curioAuthHeader,
  delegatedSigner,
  secp256k1Signer,
  verifyCurioAuth,
} from "./curio-auth.ts";

const KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const PATH = "/market/mk20/deal";
const AT = new Date("2026-07-15T17:00:59.999Z");

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("CurioAuth", () => {
  for (const signer of [delegatedSigner(KEY), secp256k1Signer(KEY)]) {
    it(`accepts what a ${signer.type} key signed, for its minute`, async () => {
      const header = await curioAuthHeader(signer, "post", PATH, AT);
      expect(await verifyCurioAuth(header, "POST", PATH, new Date("2026-07-15T17:00:00Z"))).to.deep.equal(
        signer.address,
      );
    });

    it(`refuses another minute, method, path or address (${signer.type})`, async () => {
      const header = await curioAuthHeader(signer, "POST", PATH, AT);
      const other = header.replace(
        toBase64(signer.address),
        toBase64(delegatedSigner(`0x${"11".repeat(32)}`).address),
      );
      for (const attempt of [
        verifyCurioAuth(header, "POST", PATH, new Date("2026-07-15T17:01:00Z")),
        verifyCurioAuth(header, "GET", PATH, AT),
        verifyCurioAuth(header, "POST", `${PATH}/`, AT),
        verifyCurioAuth(other, "POST", PATH, AT),
      ]) {
        expect(await rejection(attempt)).to.be.instanceOf(CurioAuthError);
      }
    });
  }

  it("signs keccak-256 of sha-256(address, METHOD, path, minute) for a delegated key", async () => {
    const header = await curioAuthHeader(delegatedSigner(KEY), "GET", PATH, AT);
    const [, address64, signature64] = header.slice("CurioAuth ".length).split(":");
    const address = fromBase64(address64!);
    expect(bytesToHex(address)).to.equal(`0x040a${ADDRESS.slice(2).toLowerCase()}`);
    const marshalled = fromBase64(signature64!);
    expect(marshalled).to.have.length(66);
    expect(marshalled[0]).to.equal(3);
    const message = sha256(concatBytes([address, stringToBytes(`GET${PATH}2026-07-15T17:00:00Z`)]), "bytes");
    expect(await recoverAddress({ hash: keccak256(message), signature: marshalled.subarray(1) })).to.equal(
      ADDRESS,
    );
  });

  it("refuses a missing, malformed or unknown header", async () => {
    const header = await curioAuthHeader(delegatedSigner(KEY), "POST", PATH, AT);
    for (const value of [
      undefined,
      "",
      "Bearer x",
      header.replace("CurioAuth ", "curioauth "),
      header.replace("delegated", "bls"),
      header.replace("delegated", "secp256k1"),
      header.slice(0, -8),
      "CurioAuth delegated:!!:!!",
      `CurioAuth delegated:BAo=:${toBase64(new Uint8Array(66).fill(3))}`,
    ]) {
      expect(await rejection(verifyCurioAuth(value, "POST", PATH, AT)), value).to.be.instanceOf(
        CurioAuthError,
      );
    }
  });
});

import { expect } from "chai";
import { bytesToHex } from "viem";
import {
  delegatedAddress,
  ethereumAddressOf,
  FilecoinAddressInvalidError,
  filecoinAddressText,
  idAddress,
  networkPrefixOf,
  parseFilecoinAddress,
  secp256k1Address,
} from "./filecoin-address.ts";

describe("Filecoin addresses", () => {
  const account = "0xd388aB098ed3E84c0D808776440B48F685198498";
  const delegated = "t410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy";

  it("writes and reads f410 as Lotus does", () => {
    expect(filecoinAddressText(delegatedAddress(account), "t")).to.equal(delegated);
    expect(bytesToHex(parseFilecoinAddress(delegated))).to.equal(`0x040a${account.slice(2).toLowerCase()}`);
    expect(ethereumAddressOf(parseFilecoinAddress(delegated))).to.equal(account);
  });

  it("writes f1 of a public key as go-address does", () => {
    const publicKey = new Uint8Array([
      4, 148, 2, 250, 195, 126, 100, 50, 164, 22, 163, 160, 202, 84, 38, 181, 24, 90, 179, 178, 79, 97, 52, 239, 162, 92,
      228, 135, 200, 45, 46, 78, 19, 191, 69, 37, 17, 224, 210, 36, 84, 33, 248, 97, 59, 193, 13, 114, 250, 33, 102, 102,
      169, 108, 59, 193, 57, 32, 211, 255, 35, 63, 208, 188, 5,
    ]);
    const text = "t15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq";
    expect(filecoinAddressText(secp256k1Address(publicKey), "t")).to.equal(text);
    expect(parseFilecoinAddress(text)).to.deep.equal(secp256k1Address(publicKey));
  });

  it("writes and reads f0, ids of every size", () => {
    for (const id of [0n, 127n, 128n, 1000n, (1n << 64n) - 1n]) {
      expect(filecoinAddressText(idAddress(id), "f")).to.equal(`f0${id}`);
      expect(parseFilecoinAddress(`t0${id}`)).to.deep.equal(idAddress(id));
    }
    expect(bytesToHex(idAddress(1024n))).to.equal("0x008008");
  });

  it("refuses a changed character, another form, and other characters", () => {
    const changed = `${delegated.slice(0, -1)}a`;
    for (const text of [changed, "t4f", "x01000", "t0", "t5aaaa", `${delegated}1`, "t1aa"]) {
      expect(() => parseFilecoinAddress(text), text).to.throw(FilecoinAddressInvalidError);
    }
  });

  it("knows that only mainnet writes f", () => {
    expect([314, 314159, 31415926].map(networkPrefixOf)).to.deep.equal(["f", "t", "t"]);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { bytesToHex, type Hex } from "viem";
import {
  actorIdOf,
  FilecoinAddressInvalidError,
  filecoinAddressFromBytes,
  filecoinAddressToBytes,
  formatFilecoinAddress,
  fromActorId,
  fromEvmAddress,
  maskedId,
  parseFilecoinAddress,
  toEvmAddress,
} from "./index.ts";

const SEED = 0x686f6c64;

/** Text and byte form of the same address, as Filecoin's implementations agree on them. */
const VECTORS = [
  ["f00", "0x0000"],
  ["f0150", "0x009601"],
  ["f01024", "0x008008"],
  ["f018446744073709551615", "0x00ffffffffffffffffff01"],
  ["f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy", "0x01fd1d0f4dfcd7e99afcb99a8326b7dc459d32c628"],
  ["f1xcbgdhkgkwht3hrrnui3jdopeejsoatkzmoltqy", "0x01b882619d46558f3d9e316d11b48dcf211327026a"],
  ["f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i", "0x02e54dea4f9bc5b47d261819826d5e1fbf8bc5503b"],
  ["f2nuqrg7vuysaue2pistjjnt3fadsdzvyuatqtfei", "0x026d21137eb4c4814269e894d296cf6500e43cd714"],
  [
    "f3vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a",
    "0x03ad58df696e2d4e91ea86c881e938ba4ea81b395e12797b84b9cf314b9546705e839c7a99d606b247ddb4f9ac7a3414dd",
  ],
  ["f410feot7hrogmplrcupubsdbbqarkdewmb4vkwc5qqq", "0x040a23a7f3c5c663d71151f40c8610c01150c9660795"],
  ["f410fek3n2tlnqghc5phd2lqatisj7d57j2lf5hgcs2q", "0x040a22b6dd4d6d818e2ebce3d2e009a249f8fbf4e965"],
] as const;

describe("Filecoin address", () => {
  for (const [text, bytes] of VECTORS) {
    it(`${text.slice(0, 20)} has its byte form, with both networks' letters`, () => {
      const address = parseFilecoinAddress(text);
      expect(filecoinAddressToBytes(address)).to.equal(bytes);
      expect(formatFilecoinAddress(filecoinAddressFromBytes(bytes))).to.equal(text);
      const testnet = formatFilecoinAddress(address, "testnet");
      expect(testnet).to.equal(`t${text.slice(1)}`);
      expect(parseFilecoinAddress(testnet)).to.deep.equal(address);
    });
  }

  it("converts between f410 and EVM addresses", () => {
    const evm = "0xd388ab098ed3e84c0d808776440b48f685198498";
    const text = "f410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy";
    expect(formatFilecoinAddress(fromEvmAddress(evm))).to.equal(text);
    expect(toEvmAddress(text).toLowerCase()).to.equal(evm);
    expect(toEvmAddress(evm).toLowerCase()).to.equal(evm);
  });

  it("converts between actor ids and masked ids", () => {
    // f099, burnt funds.
    expect(maskedId(99n).toLowerCase()).to.equal("0xff00000000000000000000000000000000000063");
    expect(toEvmAddress("f099")).to.equal(maskedId(99n));
    expect(formatFilecoinAddress(fromEvmAddress(maskedId(99n)))).to.equal("f099");
    expect(actorIdOf("0xff00000000000000000000010000000000000063")).to.equal(undefined);
    expect(actorIdOf("f410feot7hrogmplrcupubsdbbqarkdewmb4vkwc5qqq")).to.equal(undefined);
    expect(() => maskedId(2n ** 64n)).to.throw(FilecoinAddressInvalidError);
    expect(() => fromActorId(-1n)).to.throw(FilecoinAddressInvalidError);
  });

  it("survives text, bytes and EVM form for any id and any EVM address", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        (id, raw) => {
          expect(actorIdOf(formatFilecoinAddress(fromActorId(id)))).to.equal(id);
          expect(actorIdOf(maskedId(id))).to.equal(id);
          const evm = bytesToHex(raw) as Hex;
          expect(
            toEvmAddress(parseFilecoinAddress(formatFilecoinAddress(fromEvmAddress(evm)))).toLowerCase(),
          ).to.equal(evm);
          expect(filecoinAddressFromBytes(filecoinAddressToBytes(fromEvmAddress(evm)))).to.deep.equal(
            fromEvmAddress(evm),
          );
        },
      ),
      { seed: SEED },
    );
  });

  it("finds every single wrong letter", () => {
    for (const text of [
      "f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy",
      "f410feot7hrogmplrcupubsdbbqarkdewmb4vkwc5qqq",
    ]) {
      for (let at = text.indexOf("f", 1) + 1; at < text.length; at++) {
        const wrong = text.slice(0, at) + (text[at] === "a" ? "b" : "a") + text.slice(at + 1);
        expect(() => parseFilecoinAddress(wrong), wrong).to.throw(FilecoinAddressInvalidError);
      }
    }
  });

  it("refuses what is no address", () => {
    for (const text of [
      "",
      "f",
      "f0",
      "f0x1",
      "f001",
      "f018446744073709551616",
      "f5abc",
      "x01024",
      "f1",
      "f1aaaa",
      "f410f",
      "f4f",
      "F01024",
    ]) {
      expect(() => parseFilecoinAddress(text), text).to.throw(FilecoinAddressInvalidError);
    }
    for (const bytes of [
      "0x",
      "0x00",
      "0x05aa",
      "0x0080",
      "0x008000",
      "0x000101",
      "0x01aabb",
      "0x04",
    ] as const) {
      expect(() => filecoinAddressFromBytes(bytes), bytes).to.throw(FilecoinAddressInvalidError);
    }
    expect(() => fromEvmAddress("0x12")).to.throw(FilecoinAddressInvalidError);
  });

  it("says how to resolve an address that has no EVM form", () => {
    for (const [text] of VECTORS.filter(([candidate]) => /^f[123]/.test(candidate))) {
      expect(() => toEvmAddress(text)).to.throw(FilecoinAddressInvalidError, /StateLookupID/);
    }
  });
});

import { expect } from "chai";
import { encodeAbiParameters, getAddress, keccak256, pad, parseAbiParameters, toHex } from "viem";
import { attestorsOf, SignersInvalidError } from "./typed-data.ts";

const account = (of: number) => getAddress(pad(toHex(of), { size: 20 }));

describe("attestorsOf", () => {
  const signers = [account(300), account(2), account(10)];

  it("hashes k and the signers in ascending order, as the escrow does", () => {
    const sorted = [account(2), account(10), account(300)];
    const encoded = encodeAbiParameters(parseAbiParameters("uint256, address[]"), [2n, sorted]);
    expect(attestorsOf({ k: 2, signers })).to.equal(keccak256(encoded));
    expect(attestorsOf({ k: 2, signers: sorted })).to.equal(keccak256(encoded));
    expect(attestorsOf({ k: 3, signers })).not.to.equal(keccak256(encoded));
  });

  it("refuses what nobody could fulfil", () => {
    for (const k of [0, 4, -1]) expect(() => attestorsOf({ k, signers })).to.throw(SignersInvalidError);
    expect(() => attestorsOf({ k: 1, signers: [] })).to.throw(SignersInvalidError);
    expect(() => attestorsOf({ k: 1, signers: [...signers, account(2)] })).to.throw(
      SignersInvalidError,
      "twice",
    );
    const many = Array.from({ length: 33 }, (_, of) => account(of + 1));
    expect(() => attestorsOf({ k: 1, signers: many })).to.throw(SignersInvalidError);
    expect(attestorsOf({ k: 1, signers: many.slice(1) })).to.match(/^0x/);
  });
});

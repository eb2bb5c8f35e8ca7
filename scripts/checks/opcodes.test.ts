import { expect } from "chai";
import { absentOpcodes, opcodes } from "./opcodes.ts";
import { artifactOf, findIn } from "./sample.ts";

describe("opcodes", () => {
  for (const [opcode, name] of [
    ["49", "BLOBHASH"],
    ["4a", "BLOBBASEFEE"],
    ["f2", "CALLCODE"],
    ["ff", "SELFDESTRUCT"],
  ] as const) {
    it(`finds ${name} and says where`, () => {
      const [breach, ...more] = findIn(opcodes, artifactOf(`6001${opcode}00`));
      expect(more).to.be.empty;
      expect(breach).to.match(new RegExp(`contracts/deals/Sample.sol .*${name} at byte 2.*remove`));
    });
  }

  it("passes over the data of PUSH", () => {
    expect(findIn(opcodes, artifactOf("60ff61f2495b00"))).to.be.empty;
    expect(absentOpcodes(Buffer.from(`7f${"ff".repeat(32)}ff`, "hex"))).to.deep.equal([
      { name: "SELFDESTRUCT", offset: 33 },
    ]);
  });

  it("passes over data behind the code, but not over code behind a JUMPDEST", () => {
    expect(findIn(opcodes, artifactOf("6000feff49f2"))).to.be.empty;
    expect(findIn(opcodes, artifactOf("6000fe5bff"))).to.have.length(1);
  });

  it("passes over solc's metadata", () => {
    expect(findIn(opcodes, artifactOf("6001a164736f6c634300ff4a000a"))).to.be.empty;
  });

  it("reads bytecode with unlinked libraries", () => {
    expect(findIn(opcodes, artifactOf(`73__$${"ab".repeat(17)}$__ff`))).to.have.length(1);
  });

  it("lets doubles be", () => {
    expect(findIn(opcodes, artifactOf("ff", "mocks/payments"))).to.be.empty;
  });

  it("does not pass for want of a build", () => {
    expect(() => findIn(opcodes, {})).to.throw("run npm run build");
  });
});

import { expect } from "chai";
import type { Artifact } from "./checks/artifacts.ts";
import { abis, bytecodeSizes, differences } from "./snapshots.ts";

const artifact = (contractName: string, folder: string, abi: Artifact["abi"], bytes = 3): Artifact => ({
  contractName,
  sourceName: `contracts/${folder}/${contractName}.sol`,
  abi,
  deployedBytecode: new Uint8Array(bytes),
  buildInfoId: "build",
});
const bind = {
  type: "function",
  name: "bind",
  stateMutability: "nonpayable",
  inputs: [{ type: "address", name: "market" }],
  outputs: [],
};
const bound = {
  type: "event",
  name: "EvidenceBound",
  inputs: [{ type: "address", name: "market", indexed: true }],
};
const twice = { type: "error", name: "EvidenceAlreadyBound", inputs: [] };

describe("snapshots", () => {
  it("takes what can be deployed: no interface, inlined library or double", () => {
    const artifacts = [
      artifact("SectorEvidence", "evidence", [bind], 3),
      artifact("ISectorEvidence", "evidence", [bind], 0),
      artifact("Cbor", "fvm", [twice]),
      artifact("FilecoinPay", "mocks/payments", [bind]),
    ];
    expect(bytecodeSizes(artifacts)).to.deep.equal({ SectorEvidence: 3 });
  });

  it("writes signatures with their selectors and topics", () => {
    expect(abis([artifact("SectorEvidence", "evidence", [bind, bound, twice])])).to.deep.equal({
      SectorEvidence: [
        "error EvidenceAlreadyBound() 0x3d16925d",
        "event EvidenceBound(address market) indexed (market) 0x325174dfe1955c547abb218a633a8f7e5cdf91c73d4b8417f3070348eab4e3a5",
        "function bind(address market) nonpayable returns () 0x81bac14f",
      ],
    });
  });

  it("lets gas drift by the tolerance and no further", () => {
    expect(differences({ propose: 1000 }, { propose: 1020 }, 2)).to.be.empty;
    expect(differences({ propose: 1000 }, { propose: 980 }, 2)).to.be.empty;
    expect(differences({ propose: 1000 }, { propose: 1021 }, 2)).to.deep.equal([
      "propose: 1000 -> 1021 (2.1 %)",
    ]);
    expect(differences({ propose: 1000 }, { propose: 979 }, 2)).to.have.length(1);
  });

  it("tells what is new, gone or another signature", () => {
    expect(differences({ a: 1, abi: ["f()", "g()"] }, { b: 1, abi: ["f()", "h()"] }, 0)).to.deep.equal([
      "a: gone",
      "abi: - g()",
      "abi: + h()",
      "b: new, 1",
    ]);
  });
});

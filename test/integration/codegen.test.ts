import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseAbi } from "viem";
import { ArtifactMissingError, readArtifacts } from "../../scripts/codegen/artifacts.ts";
import { DeploymentFolderUnknownError, readDeployments } from "../../scripts/codegen/deployments.ts";
import { generate } from "../../scripts/codegen/typescript.ts";

describe("codegen", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "holdfast-codegen-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const artifact = async (path: string, abi: string[]) => {
    await mkdir(join(dir, path, ".."), { recursive: true });
    await writeFile(join(dir, path), JSON.stringify({ abi: parseAbi(abi) }));
  };

  it("names an ABI after its contract, and gathers every error once", async () => {
    await artifact("pay/IPay.sol/IPay.json", ["function a()", "error B()", "error A(uint256 x)"]);
    await artifact("deals/X.sol/InvoiceBook.json", ["error B()"]);
    const artifacts = await readArtifacts(dir, { FilecoinPay: ["IPay"], InvoiceBook: ["InvoiceBook"] });
    const files = generate(artifacts, new Map());
    expect([...files.keys()]).to.deep.equal([
      "abi-filecoin-pay.ts",
      "abi-invoice-book.ts",
      "abis.ts",
      "addresses.ts",
    ]);
    expect(files.get("abi-filecoin-pay.ts")).to.contain("export const filecoinPayAbi = [");
    expect(files.get("abis.ts")).to.contain('export { invoiceBookAbi } from "./abi-invoice-book.ts"');
    const errors = files.get("abis.ts")?.match(/"name":"[AB]"/g);
    expect(errors, "each error once, in order").to.deep.equal(['"name":"A"', '"name":"B"']);
  });

  it("unites the ABIs of a contract that runs in parts, with the first one's constructor", async () => {
    await artifact("A.json", ["constructor(uint256 x)", "function a()", "error E()"]);
    await artifact("B.json", [
      "constructor(address y)",
      "function a()",
      "function b()",
      "error E()",
      "fallback() external",
    ]);
    const [united] = await readArtifacts(dir, { A: ["A", "B"] });
    expect(united?.abi).to.have.deep.members(
      parseAbi(["constructor(uint256 x)", "function a()", "function b()", "error E()"]),
    );
  });

  it("names the contracts that are not compiled, and the command", async () => {
    await artifact("x/X.sol/X.json", []);
    const error = await readArtifacts(dir, { X: ["X"], Y: ["Y", "Z"] }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(ArtifactMissingError);
    expect((error as Error).message).to.match(/Y, Z.*\n.*npx hardhat build/s);
  });

  it("takes addresses from Ignition's record of each live chain, checksummed and sorted", async () => {
    const deployed = {
      "Deals#StorageDeals": `0x${"ab".repeat(20)}`,
      "Deals#Evidence": `0x${"cd".repeat(20)}`,
    };
    for (const chain of ["filecoin", "calibration", "devnet"]) {
      await mkdir(join(dir, chain));
      await writeFile(join(dir, chain, "deployed_addresses.json"), JSON.stringify(deployed));
    }
    const source = generate([], await readDeployments(dir)).get("addresses.ts");
    expect(source).to.match(/314: \{ Evidence: "0x\w+", StorageDeals: "0xABaBaBaB\w+" \},\n314159: /i);
    expect(source).to.not.contain("31415926");
    // Pins of what others deployed come before anything of ours.
    await rm(join(dir, "calibration", "deployed_addresses.json"));
    expect([...(await readDeployments(dir)).keys()]).to.deep.equal([314]);
    await mkdir(join(dir, "ethereum"));
    const error = await readDeployments(dir).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(DeploymentFolderUnknownError);
  });

  it("has nothing to say of deployments where there are none", async () => {
    expect(generate([], await readDeployments(join(dir, "none"))).get("addresses.ts")).to.contain("= {};");
  });
});

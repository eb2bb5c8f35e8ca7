import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const SCRIPT = join(import.meta.dirname, "../../examples/store-folder.ts");

describe("examples/store-folder.ts", function () {
  this.timeout(240_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-example-"));
    await writeFile(join(folder, "a.csv"), "a,b\n1,2\n".repeat(50_000));
    await writeFile(join(folder, "read.me"), "an example");
  });
  after(() => rm(folder, { recursive: true }));

  it("is under 30 lines", async () => {
    expect((await readFile(SCRIPT, "utf8")).trimEnd().split("\n")).to.have.length.lessThan(30);
  });

  it("stores a folder, says where, and ends", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, folder]);
    expect(stdout.trim().split("\n").at(-1)).to.match(/^bafy\w+ is in sector \d+, by deal 1\.$/);
  });
});

import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readKeystore } from "@holdfast/sdk/node";
import { expect } from "chai";
import type { Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { TaskStage } from "../task-stage.ts";

export const PASSWORD = "a password that nobody sees";
export const IMPORTED = `0x${"8d".repeat(32)}` as const;

/** Told of in tasks/tasks.test.ts. */
export function keysSuite(stage: TaskStage): void {
  describe("keys", () => {
    const input = `${PASSWORD}\n${PASSWORD}\n`;

    it("are made and imported into Hardhat's keystore, used from there by name, and never shown", async () => {
      const made = await stage.tasks.json<{ address: Address; name: string }>(
        ["keys", "new", "HOLDFAST_SPARE"],
        {
          input,
        },
      );
      expect(made.address).to.match(/^0x/);
      const imported = await stage.tasks.json<{ address: Address }>(["keys", "import", "HOLDFAST_IMPORTED"], {
        input: `${IMPORTED}\n${PASSWORD}\n`,
      });
      expect(imported.address).to.equal(privateKeyToAccount(IMPORTED).address);
      const { keys } = await stage.tasks.json<{ keys: { name: string; source: string }[] }>(["keys", "list"]);
      expect(
        keys.filter(({ source }) => source === "Hardhat's keystore").map(({ name }) => name),
      ).to.deep.equal([...["HOLDFAST_IMPORTED", "HOLDFAST_SPARE"]]);
      const used = await stage.tasks.json<{ owner: Address }>(
        ["deal", "fund", "--key", "HOLDFAST_IMPORTED"],
        {
          input: `${PASSWORD}\n`,
        },
      );
      expect(used.owner).to.equal(imported.address);
      const poor = await stage.tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "settle", "1", "--key", "HOLDFAST_IMPORTED"],
        { input: `${PASSWORD}\n`, code: 3 },
      );
      expect(poor.error.message).to.match(/has 0 FIL, and needs 0\.\d+ to be sure of it/);
      expect(poor.error.next).to.match(/^npx hardhat fil doctor/);
      const taken = await stage.tasks.json<{ error: { message: string } }>(
        ["keys", "new", "HOLDFAST_SPARE"],
        {
          ...{ input: `${PASSWORD}\n`, code: 3 },
        },
      );
      expect(taken.error.message).to.contain("already exists");
    });

    it("are written into a keystore file for the daemon", async () => {
      const folder = join(stage.tasks.home, "keystores");
      await mkdir(folder);
      const path = join(folder, "daemon.json");
      const made = await stage.tasks.json<{ address: Address }>(["keys", "new", "--file", path], { input });
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      const { address, privateKey } = await readKeystore(path, PASSWORD);
      expect(address).to.equal(made.address);
      stage.secrets.add(privateKey.slice(2));
      const copy = join(folder, "copy.json");
      const again = await stage.tasks.json<{ address: Address }>(
        ["keys", "import", "--source", path, "--file", copy],
        {
          input: `${PASSWORD}\n${input}`,
        },
      );
      expect(again.address).to.equal(address);
      await chmod(copy, 0o644);
      const { files } = await stage.tasks.json<{ files: { problem: string }[] }>([
        "keys",
        "list",
        "--folder",
        folder,
      ]);
      expect(files.map(({ problem }) => problem)).to.deep.equal([...[files[0]!.problem, ""]]);
      expect(files[0]!.problem).to.contain("0644");
      const wrong = await stage.tasks.json<{ error: { name: string } }>(
        ["keys", "import", "--source", path, "X"],
        {
          ...{ input: "wrong\n", code: 3 },
        },
      );
      expect(wrong.error.name).to.equal("KeystorePasswordError");
      // Nobody is asked for a password first: there is none to be had.
      const nowhere = await stage.tasks.json<{ error: { name: string; next: string } }>(
        ["keys", "new", "--file", join(folder, "missing", "daemon.json")],
        { code: 3 },
      );
      expect(nowhere.error).to.include({
        ...{ name: "KeystoreFolderMissingError", next: `mkdir -p ${join(folder, "missing")}` },
      });
      const short = await stage.tasks.json<{ error: { message: string } }>(
        ["keys", "new", "--file", `${path}2`],
        {
          ...{ input: "short\n", code: 3 },
        },
      );
      expect(short.error.message).to.contain("8 characters");
    });
  });
}

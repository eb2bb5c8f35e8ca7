import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { TaskStage } from "../task-stage.ts";

/** Told of in tasks/tasks.test.ts. */
export function datasetSuite(stage: TaskStage): void {
  describe("dataset", () => {
    it("packs, verifies and unpacks", async () => {
      const source = join(stage.tasks.home, "source");
      const packed = await stage.tasks.json<{ dataset: string; files: number; pieces: { cid: string }[] }>([
        ...["dataset", "pack", source, "--out", stage.cars],
      ]);
      expect(packed.files).to.equal(2);
      const verified = await stage.tasks.json(["dataset", "verify", stage.cars]);
      expect(verified).to.deep.include({ ok: true, dataset: packed.dataset });
      const output = join(stage.tasks.home, "unpacked");
      const unpacked = await stage.tasks.json(["dataset", "unpack", stage.cars, output]);
      expect(unpacked).to.deep.include({ files: 2, bytes: 50_009 });
      expect(await readFile(join(output, "a.txt"), "utf8")).to.equal("one file\n");
    });

    it("says which block is damaged, and what to do", async () => {
      const broken = join(stage.tasks.home, "broken");
      await mkdir(broken);
      for (const name of await readdir(stage.cars)) {
        const bytes = await readFile(join(stage.cars, name));
        if (name.startsWith("baf") && name.endsWith(".car")) bytes[bytes.length - 5]! ^= 1;
        await writeFile(join(broken, name), bytes);
      }
      const { error } = await stage.tasks.json<{ error: { name: string; next: string } }>(
        ["dataset", "verify", broken],
        {
          code: 1,
        },
      );
      expect(error.name).to.equal("CarBlockCorruptError");
      expect(error.next).to.be.a("string");
    });
  });
}

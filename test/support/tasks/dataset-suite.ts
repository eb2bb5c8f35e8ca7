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

    it("tells its progress in place on a terminal, wherever the result goes, and in plain lines in a pipe", async () => {
      const terminal = join(stage.tasks.home, "terminal.mjs");
      await writeFile(terminal, 'Object.defineProperty(process.stderr, "isTTY", { value: true });\n');
      const source = join(stage.tasks.home, "source");
      const pack = (out: string, env = {}) =>
        stage.tasks.run(["dataset", "pack", source, "--out", join(stage.tasks.home, out), "--json"], { env });
      const piped = await pack("piped");
      expect(piped.stderr)
        .to.match(/Packing .*\n/)
        .and.not.contain("\x1b[");
      const changing = await pack("changing", { NODE_OPTIONS: `--import ${terminal}` });
      expect(changing.stderr).to.contain("Packing").and.contain("\x1b[2K");
      for (const { code, stdout } of [piped, changing]) {
        expect(code).to.equal(0);
        expect(JSON.parse(stdout)).to.include({ files: 2 });
      }
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

import { openPacked, verifyCar } from "@holdfast/sdk/node";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields, table } from "../run/output.ts";
import { sizeText } from "../run/parse.ts";
import { inStages } from "../run/progress.ts";

interface VerifyArguments extends CommonArguments {
  folder: string;
}

export default command<VerifyArguments>(async ({ folder }, { signal }) => {
  const packed = await openPacked(folder);
  const pieces: { cid: string; paddedSize: number; blocks: number }[] = [];
  await inStages(
    packed.pieces.map(({ cid, carPath }, at) => ({
      title: `Piece ${at + 1} of ${packed.pieces.length}: ${cid}`,
      run: async () => {
        signal.throwIfAborted();
        const { blocks, paddedSize } = await verifyCar(carPath, cid);
        pieces.push({ cid, paddedSize, blocks });
      },
    })),
  );
  const json = { root: `${packed.root}`, manifest: `${packed.manifest}`, dataset: packed.dataset, pieces };
  const rows = pieces.map(({ cid, paddedSize, blocks }) => {
    return { piece: cid, "padded size": sizeText(BigInt(paddedSize)), blocks };
  });
  const { root, manifest, dataset } = json;
  return {
    json: { ok: true, ...json },
    text: [
      fields({ root, manifest, dataset }),
      "",
      table(rows),
      "Every block and every piece is sound.",
    ].join("\n"),
  };
});

import { packDataset } from "@holdfast/sdk/node";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields, table } from "../run/output.ts";
import { bytes, sizeText } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";

interface PackArguments extends CommonArguments {
  source: string;
  out: string;
  pieceSize: string;
}

export default command<PackArguments>(async ({ source, out, pieceSize }, { signal }) => {
  const maxPieceSize = Number(bytes("--piece-size", pieceSize));
  const packed = await inStage(`Packing ${source}`, (tell) =>
    packDataset(source, {
      ...{ outDir: out, maxPieceSize, signal },
      onProgress: ({ files, bytes: read, pieces }) => {
        tell(`${files} files, ${sizeText(BigInt(read))}, ${pieces} pieces`);
      },
    }),
  );
  const json = {
    ...{ root: `${packed.root}`, manifest: `${packed.manifest}`, dataset: packed.dataset, folder: out },
    ...{ files: packed.files, bytes: packed.bytes },
    pieces: packed.pieces.map(({ cid, paddedSize, payloadSize, carPath, layerPath }) => ({
      ...{ cid, paddedSize, payloadSize, car: carPath, layer: layerPath },
    })),
  };
  const { root, manifest, dataset, files } = json;
  return {
    json,
    text: [
      fields({ root, manifest, dataset, files, size: sizeText(BigInt(packed.bytes)), folder: out }),
      "",
      table(
        json.pieces.map(({ cid, paddedSize }) => ({
          piece: cid,
          "padded size": sizeText(BigInt(paddedSize)),
        })),
      ),
    ].join("\n"),
  };
});

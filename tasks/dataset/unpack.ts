import { openPacked, readDataset } from "@holdfast/sdk/node";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields } from "../run/output.ts";
import { sizeText } from "../run/parse.ts";
import { inStage } from "../run/progress.ts";

interface UnpackArguments extends CommonArguments {
  folder: string;
  output: string;
  root: string | undefined;
  overwrite: boolean;
}

export default command<UnpackArguments>(async ({ folder, output, root, overwrite }, { signal }) => {
  const packed = await openPacked(folder);
  const cars = [packed.manifestPath, ...packed.pieces.map(({ carPath }) => carPath)];
  const wanted = root ?? `${packed.manifest}`;
  const { files, bytes } = await inStage(`Unpacking into ${output}`, (tell) =>
    readDataset(cars, {
      ...{ root: wanted, output, overwrite, signal },
      onProgress: (progress) => tell(`${progress.files} files, ${sizeText(BigInt(progress.bytes))}`),
    }),
  );
  return {
    json: { root: wanted, output, files, bytes },
    text: fields({ root: wanted, output, files, size: sizeText(BigInt(bytes)) }),
  };
});

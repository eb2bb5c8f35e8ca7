import { emptyTask } from "hardhat/config";
import { reading, text } from "../define.ts";

const folder = { name: "folder", description: "A folder that dataset pack wrote" } as const;

export const datasetTasks = [
  emptyTask("dataset", "Datasets: files packed into pieces for providers").build(),
  reading(["dataset", "pack"], "Pack a file or a directory into CARs, one for each piece")
    .addPositionalArgument({ name: "source", description: "The file or directory" })
    .addOption({ name: "out", description: "An empty or new folder for the CARs", defaultValue: "cars" })
    .addOption({
      name: "pieceSize",
      description: "Largest padded size of a piece, a power of two such as 32GiB",
      defaultValue: "1GiB",
    })
    .setAction(() => import("./pack.ts"))
    .build(),
  reading(["dataset", "verify"], "Check every block of a packed dataset, its pieces and its manifest")
    .addPositionalArgument(folder)
    .setAction(() => import("./verify.ts"))
    .build(),
  reading(["dataset", "unpack"], "Write the files of a packed dataset, each block checked")
    .addPositionalArgument(folder)
    .addPositionalArgument({ name: "output", description: "Where to: a directory, or the file itself" })
    .addOption(text("root", "A root or manifest CID; the folder's own manifest, if left out"))
    .addFlag({ name: "overwrite", description: "Replace files that are there" })
    .setAction(() => import("./unpack.ts"))
    .build(),
];

import { ArgumentType } from "hardhat/types/arguments";
import { reading, text } from "../define.ts";

export const devnetTasks = [
  reading(
    ["devnet"],
    "Run a local Filecoin with Holdfast, storage providers and funded accounts, until Ctrl-C",
  )
    .addOption({
      name: "port",
      description: "Of the JSON-RPC; 0 for any free one",
      type: ArgumentType.INT,
      defaultValue: 8545,
    })
    .addOption({
      name: "providers",
      description: "How many storage providers",
      type: ArgumentType.INT,
      defaultValue: 3,
    })
    .addOption({
      name: "epochSeconds",
      description: "Seconds on the wall for an epoch, which is 30 s on the chain",
      type: ArgumentType.FLOAT,
      defaultValue: 1,
    })
    .addOption(
      text("folder", "Where providers keep their bytes; a temporary one that is removed, if left out"),
    )
    .setAction(() => import("./run.ts"))
    .build(),
];

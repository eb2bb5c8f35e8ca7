import { reading } from "../define.ts";

export const deployTasks = [
  reading(["deploy"], "Deploy Holdfast on the chain of --network, or finish what a killed run began")
    .addFlag({ name: "dryRun", description: "Check the chain and show what would be deployed; sign nothing" })
    .addFlag({ name: "yes", description: "Do not ask, on mainnet neither" })
    .addOption({
      name: "key",
      description:
        "The deployer: its name in Hardhat's keystore, or the number of one of the network's accounts",
      defaultValue: "0",
    })
    .setAction(() => import("./run.ts"))
    .build(),
  reading(["deploy", "compare"], "Compile anew, and compare with the code on the chain of --network")
    .setAction(() => import("./compare.ts"))
    .build(),
  reading(
    ["deploy", "review-pack"],
    "What a provider should know before it allow-lists the contract, as Markdown",
  )
    .setAction(() => import("./review-pack.ts"))
    .build(),
];

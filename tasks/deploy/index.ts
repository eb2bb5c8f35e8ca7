import { reading, writing } from "../define.ts";

export const deployTasks = [
  writing(["deploy"], "Deploy Holdfast on a live chain, or finish what a killed run began")
    .setAction(() => import("./run.ts"))
    .build(),
  reading(["deploy", "compare"], "Compile anew, and compare with the code on the chain")
    .setAction(() => import("./compare.ts"))
    .build(),
  reading(["deploy", "review"], "What a provider should know before it allow-lists the contract, as Markdown")
    .setAction(() => import("./review.ts"))
    .build(),
];

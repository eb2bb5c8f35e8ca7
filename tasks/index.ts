import type { TaskDefinition } from "hardhat/types/tasks";
import { computeTasks } from "./compute/index.ts";
import { datasetTasks } from "./dataset/index.ts";
import { dealTasks } from "./deal/index.ts";
import { deployTasks } from "./deploy/index.ts";
import { devnetTasks } from "./devnet/index.ts";
import { filTasks } from "./fil/index.ts";
import { keysTasks } from "./keys/index.ts";
import { providerTasks } from "./provider/index.ts";

/** Every task of Holdfast. Their actions are loaded when they are run. */
export const tasks: TaskDefinition[] = [
  ...datasetTasks,
  ...providerTasks,
  ...dealTasks,
  ...computeTasks,
  ...filTasks,
  ...keysTasks,
  ...devnetTasks,
  ...deployTasks,
];

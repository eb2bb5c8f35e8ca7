import { emptyTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { reading, text, writing } from "../define.ts";

const job = { name: "job", description: "The job's number, from 1" } as const;
const token = text("token", "In which token; FIL, if left out");
const tasksOf = text("tasks", "Which tasks, as in 0,3,7; all that can be, if left out");
const worker = text("worker", "Whose; the account of --key, if left out");

export const computeTasks = [
  emptyTask("compute", "Jobs over stored data, paid only for a result that nobody refuted").build(),
  emptyTask(["compute", "node"], "Compute nodes: who works, and what it stakes").build(),
  emptyTask(["compute", "job"], "Jobs: posted, worked on, checked, paid").build(),
  writing(["compute", "node", "register"], "Register the sender as a compute node, or change what it said")
    .addOption(text("endpoint", "Base URL of its results: <url>/results/<CID>"))
    .addOption(
      text("operator", "Who stands behind it, and confirms that with --confirm; itself, if left out"),
    )
    .addOption(text("arbiter", "Whose rulings it accepts; the deployment's own, if left out"))
    .addOption(text("confirm", "As the operator: the compute node that named the sender"))
    .addOption(text("control", "With --confirm: a provider that the sender controls, as in f01000"))
    .setAction(() => import("./node/register.ts"))
    .build(),
  reading(["compute", "node", "status"], "A compute node: endpoint, operator, stake")
    .addOption(worker)
    .addOption({ name: "key", description: "Whose key: see deal propose", defaultValue: "0" })
    .addOption(token)
    .setAction(() => import("./node/status.ts"))
    .build(),
  writing(["compute", "node", "stake"], "Add to a compute node's free stake; anyone may")
    .addPositionalArgument({ name: "amount", description: "FIL, or tokens" })
    .addOption(worker)
    .addOption(token)
    .setAction(() => import("./node/stake.ts"))
    .build(),
  writing(
    ["compute", "node", "unstake"],
    "Begin to take out free stake, or withdraw what has waited; as the compute node",
  )
    .addPositionalArgument({
      ...{ name: "amount", description: "FIL, or tokens; what has waited is withdrawn, if left out" },
      ...{ type: ArgumentType.STRING_WITHOUT_DEFAULT, defaultValue: undefined },
    })
    .addOption(token)
    .setAction(() => import("./node/unstake.ts"))
    .build(),
];
void job;
void tasksOf;

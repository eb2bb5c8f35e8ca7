import { emptyTask } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import { reading, text, writing } from "../define.ts";

const job = { name: "job", description: "The job's number, from 1" } as const;
const token = text("token", "In which token; FIL, if left out");
const tasksOf = text("tasks", "Which tasks, as in 0,3-5; all that can be, if left out");
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
    .addOption(
      text(
        "arbiters",
        "Whose rulings it accepts, as in 0x…,0x…; the deployment's own arbiter's, if left out",
      ),
    )
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
  writing(["compute", "job", "post"], "Post a job for a spec, which is checked, and its module linted")
    .addPositionalArgument({ name: "spec", description: "The spec's JSON file" })
    .addOption(text("price", "What a task's slot pays at most, which has to be said: FIL, or tokens"))
    .addOption(text("minPrice", "What it pays at first, and in the locality window; the price, if left out"))
    .addOption(token)
    .addOption(text("stake", "What a worker locks for a slot; so much that no lie pays, if left out"))
    .addOption(text("arbiterFee", "What a ruling costs; half the price, if left out"))
    .addOption(text("bond", "What a challenge puts up; the fee and a quarter of the price, if left out"))
    .addOption(
      text(
        "audit",
        "Share of the tasks that are audited by lot, in 1/10,000; 2000, or 1000 on mainnet, if left out",
      ),
    )
    .addOption({
      name: "mode",
      description: "How results are verified: optimistic, quorum or attested",
      defaultValue: "optimistic",
    })
    .addOption(text("quorum", "With --mode quorum: how many of how many agree; 2of3, if left out"))
    .addOption(text("attestors", "With --mode attested: who, and how many of them, as in 1of:0x…,0x…"))
    .addOption({ name: "rounds", description: "How often a task may begin anew", defaultValue: "3" })
    .addOption(text("arbiter", "Who rules on disputes; the deployment's own, if left out"))
    .addOption(text("fallback", "Who rules if the arbiter is silent; has to be named"))
    .addOption(text("accept", "Window for accepting, in epochs or days; by chain, if left out"))
    .addOption(text("exec", "Window for the work; the spec's timeouts and some more, if left out"))
    .addOption(text("reveal", "With --mode quorum: window for opening; by chain, if left out"))
    .addOption(text("attest", "With --mode attested: window for signatures; by chain, if left out"))
    .addOption(text("challenge", "Window for challenges; by chain, if left out"))
    .addOption(text("arbitration", "Window of each arbiter; three runs and some more, if left out"))
    .addOption(
      text("inputs", "Pieces that tasks read, as in 0:<piece CID>,1:<piece CID>, or <piece CID> for all"),
    )
    .addOption(
      text("local", "With --inputs: epochs for those who store one; a third of --accept, if left out"),
    )
    .addOption(text("workers", "Who may accept, as in 0x…,0x…; everybody, if left out"))
    .addOption(text("coordinator", "Who earns a share of accepted tasks on top, for planning and gathering"))
    .addOption(text("coordinatorBps", "Its share of the price, in 1/10,000"))
    .addOption(text("holdbackBps", "Share of the price that waits for a deal on the result, in 1/10,000"))
    .addOption(text("holdback", "With --holdback-bps: how long it waits; 14d, if left out"))
    .addOption(text("holdbackTerm", "With --holdback-bps: what the deal must still last; 180d, if left out"))
    .addOption(
      text("files", "Folder with the spec's files, found by their CIDs; the spec's own, if left out"),
    )
    .addOption(text("publish", "Folder to put the spec and its files into by their CIDs, to be served"))
    .setAction(() => import("./job/post.ts"))
    .build(),
  reading(["compute", "job", "list"], "Jobs, newest first")
    .addOption(text("requester", "Whose; everybody's, if left out"))
    .addOption({ name: "since", description: "How far back, in epochs or days", defaultValue: "14d" })
    .setAction(() => import("./job/list.ts"))
    .build(),
  reading(["compute", "job", "status"], "A job: its tasks, who works on them, and until when")
    .addPositionalArgument(job)
    .addOption(tasksOf)
    .setAction(() => import("./job/status.ts"))
    .build(),
  reading(
    ["compute", "job", "result"],
    "Fetch results, verify every byte against the root on chain, and write them",
  )
    .addPositionalArgument(job)
    .addOption(text("task", "Which task's; all that have one, if left out"))
    .addOption({ name: "out", description: "Folder to write task-<number>/ into", defaultValue: "results" })
    .setAction(() => import("./job/result.ts"))
    .build(),
  writing(["compute", "job", "approve"], "Accept submitted results at once, as the requester")
    .addPositionalArgument(job)
    .addOption(tasksOf)
    .setAction(() => import("./job/approve.ts"))
    .build(),
  writing(["compute", "job", "cancel"], "Take back tasks that nobody took, as the requester")
    .addPositionalArgument(job)
    .addOption(tasksOf)
    .setAction(() => import("./job/cancel.ts"))
    .build(),
  writing(
    ["compute", "job", "refund"],
    "Move on what time has run out for, so that money comes back; anyone may",
  )
    .addPositionalArgument(job)
    .addOption(tasksOf)
    .addFlag({ name: "withdraw", description: "Then take out the sender's credit in the job's token" })
    .setAction(() => import("./job/refund.ts"))
    .build(),
  writing(
    ["compute", "job", "challenge"],
    "Challenge a submitted result, or name a challenge that was locked",
  )
    .addPositionalArgument(job)
    .addPositionalArgument({ name: "task", description: "The task's number, from 0" })
    .addOption(text("root", "The root that is right, as compute run prints it"))
    .addFlag({ name: "withheld", description: "The worker does not show inputs or result" })
    .setAction(() => import("./job/challenge.ts"))
    .build(),
  reading(["compute", "lint"], "Say whether nodes run a module, and whether equal runs give equal bytes")
    .addPositionalArgument({ name: "wasm", description: "The compiled module" })
    .addOption(text("memory", "What its job gives it, in MB; 1024 MiB, if left out"))
    .setAction(() => import("./lint.ts"))
    .build(),
  reading(["compute", "run"], "Run a spec's tasks here, without a chain, and print the result roots")
    .addPositionalArgument({ name: "spec", description: "The spec's JSON file" })
    .addOption(text("tasks", "Which tasks, as in 0,3-5; all, if left out"))
    .addOption(
      text("files", "Folder with the spec's files, found by their CIDs; the spec's own, if left out"),
    )
    .addOption(text("out", "Folder to write each result's CAR into, by its CID"))
    .setAction(() => import("./run.ts"))
    .build(),
];

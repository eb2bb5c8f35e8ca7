import { extractComputeEvents, TASK_STATES } from "@holdfast/sdk";
import type { Address, TransactionReceipt } from "viem";

/** What became of tasks, as receipts tell. */
export interface TaskEnd {
  task: number;
  state: string;
  /** Credited to the requester. */
  refund: bigint;
}

/** Tasks that have ended, and tasks that went on, by what the escrow told last of each. */
export function taskEndsOf(receipts: readonly TransactionReceipt[], escrow: Address) {
  const ends: TaskEnd[] = [];
  const moved: { task: number; what: string }[] = [];
  for (const receipt of receipts) {
    for (const { eventName, args } of extractComputeEvents(receipt, escrow)) {
      if (eventName === "TaskFinished") {
        ends.push({
          task: args.task,
          state: TASK_STATES[args.state] ?? `${args.state}`,
          refund: args.refund,
        });
      } else if (eventName in MOVES) {
        moved.push({ task: (args as { task: number }).task, what: MOVES[eventName]! });
      }
    }
  }
  return { ends, moved, refund: ends.reduce((sum, { refund }) => sum + refund, 0n) };
}

const MOVES: Record<string, string> = {
  TaskAssigned: "its workers have until the deadline",
  TaskRevealing: "seals may be opened",
  TaskSubmitted: "its result stands, until somebody challenges it",
  TaskDisputed: "it is the arbiter's turn",
  TaskReopened: "it is open again",
  TaskHoldbackReleased: "the held share went back",
};

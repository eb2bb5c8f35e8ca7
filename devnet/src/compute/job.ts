/** What Bacalhau's API speaks of, in its own words (pkg/models of v1.9.3). */

export interface SpecConfig {
  Type: string;
  Params?: Record<string, unknown>;
}

export interface InputSource {
  Source: SpecConfig;
  Alias: string;
  Target: string;
}

export interface Task {
  Name: string;
  Engine: SpecConfig;
  Publisher: SpecConfig;
  Env?: Record<string, string>;
  Meta?: Record<string, string>;
  InputSources?: InputSource[];
  ResultPaths?: { Name: string; Path: string }[];
  Resources: { CPU?: string; Memory?: string; Disk?: string; GPU?: string };
  Network: { Type: string };
  /** Seconds; 0 and none are the same. */
  Timeouts: { ExecutionTimeout?: number; QueueTimeout?: number; TotalTimeout?: number };
}

export type JobState = "Pending" | "Queued" | "Running" | "Completed" | "Failed" | "Stopped";

export interface Job {
  ID: string;
  Name: string;
  Namespace: string;
  Type: string;
  Priority: number;
  Count: number;
  Constraints: unknown[];
  Meta: Record<string, string>;
  Labels: Record<string, string>;
  Tasks: Task[];
  State: { StateType: JobState; Message?: string };
  Version: number;
  Revision: number;
  /** Unix nanoseconds, as near as a double comes. */
  CreateTime: number;
  ModifyTime: number;
}

/** Of an execution as the node sees it. The API has numbers for these, and words for a job's. */
export const ComputeState = {
  AskForBid: 2,
  BidAccepted: 5,
  AskForBidRejected: 4,
  Completed: 9,
  Failed: 10,
  Cancelled: 11,
} as const;

export const DesiredState = { Pending: 0, Running: 1, Stopped: 2 } as const;

export interface Execution {
  ID: string;
  Namespace: string;
  EvalID: string;
  Name: string;
  NodeID: string;
  JobID: string;
  JobVersion: number;
  AllocatedResources: { Tasks: Record<string, unknown> };
  DesiredState: { StateType: number; Message?: string };
  ComputeState: { StateType: number; Message?: string };
  PublishedResult: SpecConfig;
  RunOutput: RunOutput;
  PreviousExecution: string;
  NextExecution: string;
  FollowupEvalID: string;
  Revision: number;
  CreateTime: number;
  ModifyTime: number;
}

export interface RunOutput {
  Stdout: string;
  StdoutTruncated: boolean;
  stderr: string;
  StderrTruncated: boolean;
  ExitCode: number;
  ErrorMsg: string;
}

export const NO_OUTPUT: RunOutput = {
  ...{ Stdout: "", StdoutTruncated: false, stderr: "", StderrTruncated: false, ExitCode: 0, ErrorMsg: "" },
};

export interface HistoryItem {
  SeqNum: number;
  Type: "JobLevel" | "ExecutionLevel";
  JobID: string;
  JobVersion: number;
  ExecutionID?: string;
  Event: { Message: string; Topic: string; Timestamp: string; Details?: Record<string, string> };
  Time: string;
}

/** All that is known of a job: its versions, the newest last, what was run of them, and what happened. */
export interface JobRecord {
  versions: Job[];
  executions: Execution[];
  history: HistoryItem[];
}

export function newest(record: JobRecord): Job {
  return record.versions.at(-1)!;
}

export function isTerminal(job: Job): boolean {
  return ["Completed", "Failed", "Stopped"].includes(job.State.StateType);
}

export function isOver(execution: Execution): boolean {
  const { StateType } = execution.ComputeState;
  return StateType === ComputeState.AskForBidRejected || StateType >= ComputeState.Completed;
}

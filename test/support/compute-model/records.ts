/** What the model of the compute escrow knows, in plain data: parties, roots and pieces are names and small numbers. */

export type Token = "fil" | "coin";
export const TOKENS: readonly Token[] = ["fil", "coin"];

export const REQUESTERS = ["rita", "rob"] as const;
export const WORKERS = ["anna", "ben", "cleo", "dan", "eve"] as const;
export const SIGNERS = ["sam", "sue", "sid"] as const;
/** Everybody with a purse. */
export const PARTIES = [
  ...REQUESTERS,
  ...WORKERS,
  ...["olga", "cora", "arbiter", "fallback", "chad", "chris", "stan", "burnt"],
] as const;
export type Party = (typeof PARTIES)[number] | (typeof SIGNERS)[number];
/** Where money lies. */
export type Holder = Party | "escrow" | "registry" | "nobody";

export const STATES = [
  ...["Open", "Assigned", "Revealing", "Submitted", "Challenged"],
  ...["Disputed", "Accepted", "Refunded", "Settled"],
] as const;
export type State = (typeof STATES)[number];
export const MODES = ["Optimistic", "Quorum", "Attested"] as const;
export type Mode = (typeof MODES)[number];
export const STATUSES = ["Taken", "Sealed", "Opened", "Out"] as const;

/** Roots below 16 are rulings and nothing else. */
export const RULING = { nondeterministic: 1n, unavailable: 2n, withheld: 3n, incomplete: 4n } as const;

export interface Terms {
  token: Token;
  mode: Mode;
  minPrice: bigint;
  maxPrice: bigint;
  rampEpochs: number;
  stake: bigint;
  arbiterFee: bigint;
  challengeBond: bigint;
  tasks: number;
  shardsPerTask: number;
  m: number;
  n: number;
  maxRounds: number;
  auditBps: number;
  holdbackBps: number;
  coordinatorBps: number;
  acceptEpochs: number;
  localEpochs: number;
  execEpochs: number;
  revealEpochs: number;
  attestEpochs: number;
  challengeEpochs: number;
  arbitrationEpochs: number;
  holdbackEpochs: number;
  holdbackTermEpochs: number;
  /** Only anna and ben may work. */
  isAllowList: boolean;
  /** Task 0 reads piece 100, task 1 piece 101. */
  isLocal: boolean;
  /** Of the three signers. */
  k: number;
  /** The field that is wrong, if one is. */
  invalid?: string;
}

export interface Result {
  root: bigint;
  piece: bigint;
}

export interface Seal extends Result {
  jobId: number;
  task: number;
  round: number;
  worker: Party;
  salt: bigint;
}

export interface Commitment {
  jobId: number;
  task: number;
  round: number;
  challenger: Party;
  root: bigint;
  salt: bigint;
}

export interface Slot {
  worker: Party;
  price: bigint;
  status: (typeof STATUSES)[number];
  hasSealed: boolean;
  hasOpened: boolean;
  seal?: Seal;
  result?: Result;
}

export interface Task {
  state: State;
  round: number;
  /** Open since then in this round. */
  since: number;
  deadline: number;
  submitted?: number;
  winner: number;
  onFallback: boolean;
  isHeld: boolean;
  challenge?: { by: Party; commitment: Commitment; named?: bigint };
  slots: Slot[];
  releasedBy: Party[];
}

export interface Job {
  id: number;
  requester: Party;
  created: number;
  terms: Terms;
  tasks: Task[];
}

export interface Stake {
  free: bigint;
  locked: bigint;
  unbonding: bigint;
  until: number;
}

export interface Copy {
  isLive: boolean;
  piece: bigint;
  provider: number;
  end: number;
  railEnd: number;
}

export type Purse<T> = Partial<Record<Holder, T>>;

export interface World {
  epoch: number;
  wallets: Record<Token, Purse<bigint>>;
  credits: Record<Token, Purse<bigint>>;
  stakes: Record<Token, Purse<Stake>>;
  /** What slashes took, and still lies in the registry. */
  slashed: Record<Token, bigint>;
  /** Of the token; undefined: without limit. */
  allowances: Record<"escrow" | "registry", Purse<bigint>>;
  nonces: Purse<number>;
  nodes: Purse<{ operator: Party; isConfirmed: boolean }>;
  /** worker>arbiter, operator>provider as it is, operator>provider as last asked. */
  accepted: string[];
  controlling: string[];
  controls: string[];
  copies: Record<number, Copy>;
  jobs: Job[];
}

/** A contract's error, by its name. */
export class Refusal extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

export function refuse(name: string): never {
  throw new Refusal(name);
}

export function require(condition: boolean, error: string): asserts condition {
  if (!condition) refuse(error);
}

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const share = (amount: bigint, bps: number): bigint => (amount * BigInt(bps)) / 10_000n;

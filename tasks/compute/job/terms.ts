import {
  attestorsOf,
  COMPUTE_MODES,
  inputsTree,
  type JobParams,
  type JobSpec,
  jobShape,
  jobWindowsFor,
  leastStake,
  specDigest,
  workersTree,
} from "@holdfast/sdk";
import { type Address, zeroAddress, zeroHash } from "viem";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { amount, epochs, evmAddress, whole } from "../../run/parse.ts";

/** What of a job is said on the command line. */
export interface TermsArguments {
  price: string | undefined;
  minPrice: string | undefined;
  stake: string | undefined;
  arbiterFee: string | undefined;
  bond: string | undefined;
  audit: string | undefined;
  mode: string;
  quorum: string | undefined;
  attestors: string | undefined;
  rounds: string;
  arbiter: string | undefined;
  fallback: string | undefined;
  accept: string | undefined;
  exec: string | undefined;
  reveal: string | undefined;
  attest: string | undefined;
  challenge: string | undefined;
  arbitration: string | undefined;
  inputs: string | undefined;
  local: string | undefined;
  workers: string | undefined;
  coordinator: string | undefined;
  coordinatorBps: string | undefined;
  holdbackBps: string | undefined;
  holdback: string | undefined;
  holdbackTerm: string | undefined;
}

interface Surroundings {
  token: Address;
  chainId: number;
  onMainnet: boolean;
  /** The deployment's own arbiter. */
  arbiter: Address | undefined;
}

const POST = "npx hardhat compute job post <spec>";
const SECONDS_PER_EPOCH = 30;
const BPS = 10_000n;

/**
 * A job's terms. What is not said is such that honest play is the worker's best reply and the escrow takes the job: stake, fee and
 * bond in shares of the price, windows by the chain and the spec's timeouts.
 * @throws TaskConfigError, JobPlanInvalidError, SignersInvalidError
 */
export function termsOf(spec: JobSpec, args: TermsArguments, { token, ...around }: Surroundings): JobParams {
  const mode = modeOf(args);
  const { tasks, shardsPerTask } = jobShape(spec);
  const workEpochs = Math.ceil((spec.timeouts.totalSeconds * shardsPerTask) / SECONDS_PER_EPOCH);
  const windows = windowsOf(args, jobWindowsFor(around.chainId, { workEpochs, mode: mode.mode }));
  const coordinator = coordinatorOf(args);
  return {
    ...{ specDigest: specDigest(spec), token, tasks, shardsPerTask },
    ...{ ...mode, maxRounds: number("--rounds", args.rounds), ...windows },
    ...moneyOf(args, coordinator, around.onMainnet),
    ...localityOf(args, tasks, windows.acceptEpochs),
    ...{ ...arbitersOf(args, around.arbiter), ...coordinator, ...holdbackOf(args) },
    workerRoot: args.workers === undefined ? zeroHash : workersTree(listOf("--workers", args.workers)).root,
  };
}

/** The last epoch in which a task of it can still be open to anything, if it begins now and everybody pokes in time. */
export function longestEpochs(params: JobParams): bigint {
  const { acceptEpochs, execEpochs, revealEpochs, challengeEpochs, arbitrationEpochs } = params;
  const round = acceptEpochs + execEpochs + revealEpochs + Math.max(challengeEpochs, 3) + 20;
  return BigInt(params.maxRounds * (round + 2 * arbitrationEpochs) + params.holdbackEpochs);
}

function modeOf(args: TermsArguments): Pick<JobParams, "mode" | "m" | "n" | "attestors"> {
  const mode = COMPUTE_MODES.findIndex((name) => name.toLowerCase() === args.mode.toLowerCase());
  const name = COMPUTE_MODES[mode];
  if (name === undefined) {
    throw new TaskConfigError(
      `--mode ${args.mode} is none of ${COMPUTE_MODES.join(", ").toLowerCase()}.`,
      `${POST} --mode optimistic`,
    );
  }
  only("--quorum", args.quorum, name === "Quorum");
  only("--attestors", args.attestors, name === "Attested");
  only("--reveal", args.reveal, name === "Quorum");
  only("--attest", args.attest, name === "Attested");
  if (name === "Quorum") {
    const [, m, n] = /^(\d)of(\d)$/.exec(args.quorum ?? "2of3") ?? [];
    if (m === undefined) {
      throw new TaskConfigError(
        `--quorum is ${JSON.stringify(args.quorum)}, not as in 2of3.`,
        `${POST} --mode quorum --quorum 2of3`,
      );
    }
    return { mode, m: Number(m), n: Number(n), attestors: zeroHash };
  }
  if (name === "Optimistic") return { mode, m: 1, n: 1, attestors: zeroHash };
  const [, k, signers] = /^(\d+)of:(.+)$/.exec(args.attestors ?? "") ?? [];
  if (k === undefined) {
    throw new TaskConfigError(
      "Who attests, and how many of them have to?",
      `${POST} --mode attested --attestors 2of:<address>,<address>,<address>`,
    );
  }
  return {
    mode,
    m: 1,
    n: 1,
    attestors: attestorsOf({ k: Number(k), signers: listOf("--attestors", signers!) }),
  };

  function only(option: string, given: string | undefined, fits: boolean): void {
    if (given === undefined || fits) return;
    throw new TaskConfigError(`${option} does not go with --mode ${args.mode}.`, `${POST}: without it`);
  }
}

function moneyOf(args: TermsArguments, { coordinatorBps }: { coordinatorBps: number }, onMainnet: boolean) {
  if (args.price === undefined) {
    throw new TaskConfigError("What does a task's slot pay?", `${POST} --price <amount>`);
  }
  const maxPrice = amount("--price", args.price);
  const minPrice = args.minPrice === undefined ? maxPrice : amount("--min-price", args.minPrice);
  const auditBps =
    args.audit === undefined ? (onMainnet ? 1_000 : 2_000) : number("--audit", args.audit, Number(BPS));
  const arbiterFee = args.arbiterFee === undefined ? maxPrice / 2n : amount("--arbiter-fee", args.arbiterFee);
  return {
    ...{ minPrice, maxPrice, auditBps, arbiterFee },
    stake:
      args.stake === undefined
        ? stakeFor({ maxPrice, arbiterFee, auditBps, coordinatorBps, onMainnet })
        : amount("--stake", args.stake),
    challengeBond: args.bond === undefined ? arbiterFee + maxPrice / 4n : amount("--bond", args.bond),
  };
}

/** Six prices, twelve on mainnet, or more if audits are so rare or rulings so dear that a lie would pay. */
export function stakeFor({
  onMainnet,
  ...terms
}: Parameters<typeof leastStake>[0] & { onMainnet: boolean }): bigint {
  const usual = terms.maxPrice * (onMainnet ? 12n : 6n);
  const least = leastStake(terms);
  return usual > least ? usual : least;
}

function windowsOf(args: TermsArguments, usual: ReturnType<typeof jobWindowsFor>) {
  const span = (name: string, given: string | undefined, otherwise: number) =>
    given === undefined ? otherwise : Number(epochs(name, given));
  const execEpochs = span("--exec", args.exec, usual.execEpochs);
  return {
    execEpochs,
    acceptEpochs: span("--accept", args.accept, usual.acceptEpochs),
    revealEpochs: span("--reveal", args.reveal, usual.revealEpochs),
    attestEpochs: span("--attest", args.attest, usual.attestEpochs),
    challengeEpochs: span("--challenge", args.challenge, usual.challengeEpochs),
    arbitrationEpochs: span(
      "--arbitration",
      args.arbitration,
      usual.arbitrationEpochs + 3 * (execEpochs - usual.execEpochs),
    ),
  };
}

/** While only those who store an input may accept, the price stays at its least; then it rises over half of what is left. */
function localityOf(args: TermsArguments, tasks: number, acceptEpochs: number) {
  if (args.inputs === undefined) {
    if (args.local !== undefined) {
      throw new TaskConfigError(
        "--local is for those who store an input, and none is named.",
        `${POST} --inputs <piece CID> --local ${args.local}`,
      );
    }
    const rampEpochs = args.minPrice === undefined ? 0 : Math.floor(acceptEpochs / 2);
    return { inputsRoot: zeroHash, localEpochs: 0, rampEpochs };
  }
  const localEpochs =
    args.local === undefined ? Math.floor(acceptEpochs / 3) : Number(epochs("--local", args.local));
  return {
    inputsRoot: inputsTree(inputsOf(args.inputs, tasks)).root,
    localEpochs,
    rampEpochs: args.minPrice === undefined ? 0 : Math.max(0, Math.floor((acceptEpochs - localEpochs) / 2)),
  };
}

/** "<piece>" is read by every task, "3:<piece>" by task 3. */
export function inputsOf(text: string, tasks: number): { task: number; pieceCid: string }[] {
  return text.split(",").flatMap((part) => {
    const [, task, pieceCid] = /^(?:(\d+):)?(\w+)$/.exec(part) ?? [];
    if (pieceCid === undefined || Number(task ?? 0) >= tasks) {
      throw new TaskConfigError(
        `--inputs has ${JSON.stringify(part)} in it, which is no piece and no task's piece.`,
        `${POST} --inputs 0:<piece CID>,1:<piece CID>, or <piece CID> if every task reads it`,
      );
    }
    if (task !== undefined) return [{ task: Number(task), pieceCid }];
    return Array.from({ length: tasks }, (_, each) => ({ task: each, pieceCid }));
  });
}

function arbitersOf(args: TermsArguments, own: Address | undefined) {
  const arbiter = args.arbiter === undefined ? own : evmAddress("--arbiter", args.arbiter);
  if (arbiter === undefined) {
    throw new TaskConfigError(
      "Who rules on disputes? No arbiter is known here.",
      `${POST} --arbiter <address>`,
    );
  }
  if (args.fallback === undefined) {
    throw new TaskConfigError(
      "Who rules if the arbiter is silent? It has to be somebody else, whom compute nodes accept too.",
      `${POST} --fallback <address>`,
    );
  }
  return { arbiter, fallbackArbiter: evmAddress("--fallback", args.fallback) };
}

function coordinatorOf({ coordinator, coordinatorBps }: TermsArguments) {
  if ((coordinator === undefined) !== (coordinatorBps === undefined)) {
    throw new TaskConfigError(
      "A coordinator and its share come together.",
      `${POST} --coordinator <address> --coordinator-bps <1/10,000>`,
    );
  }
  if (coordinator === undefined) return { coordinator: zeroAddress, coordinatorBps: 0 };
  return {
    coordinator: evmAddress("--coordinator", coordinator),
    coordinatorBps: number("--coordinator-bps", coordinatorBps!, Number(BPS)),
  };
}

function holdbackOf({ holdbackBps, holdback, holdbackTerm }: TermsArguments) {
  if (holdbackBps === undefined) {
    if (holdback !== undefined || holdbackTerm !== undefined) {
      throw new TaskConfigError(
        "No share is held back that could wait.",
        `${POST} --holdback-bps <1/10,000> --holdback <epochs>`,
      );
    }
    return { holdbackBps: 0, holdbackEpochs: 0, holdbackTermEpochs: 0 };
  }
  return {
    holdbackBps: number("--holdback-bps", holdbackBps, Number(BPS)),
    holdbackEpochs: Number(epochs("--holdback", holdback ?? "14d")),
    holdbackTermEpochs: Number(epochs("--holdback-term", holdbackTerm ?? "180d")),
  };
}

function listOf(name: string, text: string): Address[] {
  return text.split(",").map((part) => evmAddress(name, part));
}

function number(name: string, text: string, most = 255): number {
  const value = whole(name, text);
  if (value <= BigInt(most)) return Number(value);
  throw new TaskConfigError(`${name} is ${text}, and at most ${most}.`, "Run the task with --help");
}

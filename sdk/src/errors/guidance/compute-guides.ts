import { hexToString } from "viem";
import { COMPUTE_MODES, TASK_STATES } from "../../compute/states.ts";
import { splitCopyId } from "../../deals/copy-id.ts";
import { type Guidance, type Guides, type KnownErrorName, unexpected } from "./guidance.ts";

type ComputeErrorName = Extract<KnownErrorName, `Compute${string}` | `Funds${string}` | `Arbiter${string}`>;

const STATUS = "npx hardhat compute job status <job>";
const POST = "npx hardhat compute job post <spec>";
const NODE = "npx hardhat compute node status";
const STAKE = "npx hardhat compute node stake";

/** What the escrow asks of a job's terms, by the field that it names. */
const JOB_RULES: Record<string, string> = {
  specDigest: "it is the sha2-256 digest of the spec, and not zero",
  tasks: "there is at least one",
  shardsPerTask: "a task has 1 to 256 shards",
  maxRounds: "a task has 1 to 8 rounds",
  maxPrice: "it is above zero and fits 88 bits",
  minPrice: "it is not above maxPrice",
  stake:
    "stake >= 4 x arbiterFee; with audits, stake x auditBps >= maxPrice x (10000 - auditBps) + 3 x arbiterFee x auditBps, or lying would pay",
  auditBps: "it is at most 10000",
  challengeBond: "it is at least arbiterFee + maxPrice / 10",
  coordinatorBps: "it is at most 10000",
  coordinator: "a coordinator and its share come together, or neither",
  n: "Quorum has 2 to 7 slots, other modes 1",
  m: "Quorum wants more than half of its slots to agree, other modes 1",
  acceptEpochs: "it is at least the escrow's minWindow (getComputeParameters)",
  execEpochs: "it is at least the escrow's minWindow (getComputeParameters)",
  challengeEpochs: "it is at least the escrow's minWindow (getComputeParameters)",
  revealEpochs: "Quorum has at least the escrow's minWindow (getComputeParameters), other modes 0",
  attestEpochs: "Attested has at least the escrow's minWindow (getComputeParameters), other modes 0",
  attestors: "Attested names them (attestorsOf), other modes do not",
  rampEpochs: "it is not longer than acceptEpochs",
  inputsRoot: "a locality window needs the inputs' root (inputsTree)",
  localEpochs: "it is shorter than acceptEpochs",
  arbitrationEpochs: "it is at least 3 x execEpochs + 60: the arbiter runs the job three times",
  arbiter: "there is one",
  fallbackArbiter: "there is one, and another one than the arbiter",
  holdbackBps: "it is at most 10000",
  holdbackEpochs: "with a share held back it is at least the escrow's minWindow, else 0",
  holdbackTermEpochs: "it is at most 16777216",
};

const internal = (what: string): Guidance =>
  unexpected(what, "Only the contracts themselves make this call.");

const deployment = (what: string, why: string): Guidance => ({
  what,
  why,
  next: "npx hardhat fil doctor: then correct deploy/parameters and deploy again",
});

/** Why a task is not in the state that a call needs. */
const notOf = (what: string, why: string): Guidance => ({ what, why, next: STATUS });

/** ComputeEscrow, ComputeRegistry, and the arbiters. */
export const computeGuides: Guides<ComputeErrorName> = {
  ComputeJobInvalid: (field) => {
    const name = hexToString(field).replace(/\0+$/, "");
    return {
      what: `${name} is not what a job can have`,
      why: `The rule for it: ${JOB_RULES[name] ?? "see docs/compute.md"}.`,
      next: `${POST}: with another value for it`,
    };
  },
  ComputeJobUnknown: (jobId) => ({
    what: `there is no job ${jobId}, or it was created otherwise than the call says`,
    why: "The chain keeps a job's hash only: calls carry the job as ComputeJobCreated tells it (getJob).",
    next: "npx hardhat compute job list",
  }),
  ComputeTaskUnknown: (task, tasks) => notOf(`there is no task ${task}`, `The job has ${tasks}, from 0.`),
  ComputeCidTooLong: (length, greatest) => ({
    what: `a CID of ${length} bytes is longer than ${greatest}`,
    why: "It is told in an event, and any CID in use is far shorter.",
    next: "npx hardhat compute job post --help: pass the CID's bytes, no URL",
  }),
  ComputeWrongState: (task, state) =>
    notOf(
      `task ${task} is ${TASK_STATES[state] ?? state}, in which this cannot be done`,
      "Each step belongs to one state (docs/compute.md), and somebody may have been faster.",
    ),
  ComputeWrongMode: (mode) =>
    notOf(
      `the job is ${COMPUTE_MODES[mode] ?? mode}, which does not know this step`,
      "Quorum seals and opens, Optimistic and Attested submit, Attested alone attests.",
    ),
  ComputeTooLate: (task, deadline) =>
    notOf(
      `task ${task}: the last epoch for this was ${deadline}`,
      "Every state has a deadline, which holds whether or not somebody poked (pokeTasks).",
    ),
  ComputeNotRequester: (caller) =>
    notOf(`${caller} did not post this job`, "Its requester alone approves and cancels: send with its key."),
  ComputeNotWorker: (task, caller) =>
    notOf(
      `${caller} has no slot of task ${task}`,
      "Only who accepted the task in its present round may do this.",
    ),
  ComputeNotChallenger: (task, caller) =>
    notOf(
      `${caller} did not lock the challenge of task ${task}`,
      "Who locked it names the root: send with that account's key.",
    ),
  ComputeNotArbiter: (task, caller) =>
    notOf(
      `it is not for ${caller} to rule on task ${task}`,
      "The job's arbiter rules in its window, then the fallback in its own.",
    ),
  ComputeNotAllowed: (worker) => ({
    what: `${worker} is not among the workers that the job allows`,
    why: "The job's workerRoot is a list that its requester made, and the proof must be of the sender (workersTree).",
    next: "npx hardhat compute job list: take a job that is open to everybody",
  }),
  ComputeReleasedBefore: (task, worker) => ({
    what: `${worker} gave task ${task} back before`,
    why: "A worker takes a task once: else it could keep others off it.",
    next: "npx hardhat compute job list: take another task",
  }),
  ComputeOperatorTwice: (task, operator) => ({
    what: `${operator} holds a slot of task ${task} already`,
    why: "The slots of a task go to different operators.",
    next: "npx hardhat compute job list: take another task",
  }),
  ComputeNotLocal: (task, until) => ({
    what: `until epoch ${until} task ${task} is for those who store a piece that it reads`,
    why: "Within the locality window the call names a live copy (copyId) at a provider that the worker's confirmed operator controls (checkComputeControl).",
    next: `${NODE}: it shows the operator and its providers; everybody may accept after the window`,
  }),
  ComputeInputNotProven: (task, piece) => ({
    what: `nothing proves that task ${task} reads the piece ${piece}`,
    why: "A proof is of one task and one piece in the job's inputsRoot (inputsTree): in the locality window, one call a task.",
    next: STATUS,
  }),
  ComputeCopyNotLive: (copyId) => {
    const { dealId, index } = splitCopyId(copyId);
    return {
      what: `copy ${index} of deal ${dealId} is not live`,
      why: "It counts while its sector is active and freshly proven, and before its deal ends (isCopyLive).",
      next: `npx hardhat deal status ${dealId}`,
    };
  },
  ComputeRootReserved: (root) => ({
    what: `${root} is no result's root`,
    why: "Roots below 16 are what arbiters rule in place of one (RULINGS); a result's root is a digest.",
    next: "npx hardhat compute run <spec>: it prints the root of a result",
  }),
  ComputePieceMissing: (task) => ({
    what: `the result of task ${task} names no piece`,
    why: "The job holds back a share until the result is stored, and needs the piece of the result's CAR.",
    next: "npx hardhat compute run <spec>: it prints the piece of a result",
  }),
  ComputeLengthsDiffer: (tasks, results) => ({
    what: `${tasks} and ${results} differ in length`,
    why: "There is one result for each task, and one signature, which may be empty, for each signer.",
    next: STATUS,
  }),
  ComputeSealEmpty: () =>
    notOf("the seal is zero", "A seal is a hash of the result and a secret salt (sealOf)."),
  ComputeSealMismatch: (task) =>
    notOf(
      `what was opened is not what was sealed of task ${task}`,
      "Root, piece and salt must be those of the seal, made for this task, round and worker (sealOf).",
    ),
  ComputeCommitmentMismatch: (task) =>
    notOf(
      `what was named is not what the challenge of task ${task} committed to`,
      "Root and salt must be those that were locked, by this account and for this round (challengeCommitmentOf).",
    ),
  ComputeChallengeAgrees: (root) =>
    notOf(
      `the challenge names ${root}, which stands already`,
      "A challenge says that another root is right.",
    ),
  ComputeAttestorsMismatch: (given, wanted) =>
    notOf(
      `the signers hash to ${given}, the job's attestors to ${wanted}`,
      "k and all signers are passed as the job was created with (attestorsOf).",
    ),
  ComputeSignersNotAscending: (signer) =>
    notOf(
      `${signer} does not come in ascending order`,
      "Signers are passed in strictly ascending order (ascendingSigners), so none counts twice.",
    ),
  ComputeSignaturesTooFew: (valid, wanted) =>
    notOf(
      `${valid} signatures are valid, ${wanted} are needed`,
      "A signature is of this task's round, worker and root (signResultAttestation): one of an older round is worth nothing.",
    ),
  ComputeSignatureExpired: (validUntil) =>
    notOf(
      `the signatures counted until epoch ${validUntil}`,
      "Have the signers sign anew, with a later epoch.",
    ),
  ComputeTaskHasWorkers: (task) =>
    notOf(
      `task ${task} has workers already`,
      "Only tasks that nobody accepted can be taken back; the others end by themselves.",
    ),
  ComputeNothingHeld: (task) =>
    notOf(
      `nothing of task ${task}'s price is held back`,
      "It never was, it was released, or it went back to the requester after holdbackEpochs.",
    ),
  ComputePieceMismatch: (piece, wanted) =>
    notOf(
      `the copy is of the piece ${piece}, the result's is ${wanted}`,
      "The share is paid for a deal on exactly the result's piece.",
    ),
  ComputeTermTooShort: (end, wanted) => ({
    what: `the deal on the result ends at epoch ${end}, and has to last until ${wanted}`,
    why: "The job asks for holdbackTermEpochs more of storage from now.",
    next: `npx hardhat deal extend <deal> --until ${wanted}`,
  }),
  ComputeCreditZero: (account) => ({
    what: `${account} has no credit in this token`,
    why: "Prices, refunds and rewards are credited when tasks end (getComputeCredit).",
    next: "npx hardhat compute job list",
  }),
  ComputeCreditTooSmall: (credit, wanted) => ({
    what: `the job costs ${wanted} attoFIL, and no value came with it; the credit is ${credit}`,
    why: "FIL is sent as exactly what a job costs (jobCost), or all of it is in the credit (depositComputeCredit).",
    next: `${POST}: it sends the value`,
  }),
  ComputeParameterOutOfBounds: (value, least, greatest) =>
    deployment(
      `a deployment parameter is ${value}, not within ${least} to ${greatest}`,
      "The constructor of ComputeEscrow refuses what makes no sense.",
    ),
  ComputeNotContract: (given) =>
    deployment(`there is no contract at ${given}`, "A partner is deployed before who depends on it."),
  ComputeNotDeployer: (caller) =>
    deployment(`${caller} did not deploy ComputeRegistry`, "Its deployer binds it to the escrow, once."),
  ComputeAlreadyBound: () =>
    deployment("ComputeRegistry is bound already", "It is bound once, at the deployment."),
  ComputeBindingZero: () =>
    deployment(
      "a partner's address is zero",
      "ComputeRegistry needs the providers' registry and its escrow.",
    ),
  ComputeUnbondingOutOfBounds: (epochs) =>
    deployment(`${epochs} epochs of unbonding are not within 1 to 518400`, "That is 180 days at most."),
  ComputeNotEscrow: (caller) => internal(`${caller} is not the escrow`),
  ComputeNotRegistered: (worker) => ({
    what: `${worker} is not registered as a compute node`,
    why: "A worker registers itself, and stakes, before it accepts.",
    next: "npx hardhat compute node register",
  }),
  ComputeOperatorZero: () => ({
    what: "the operator is the zero address",
    why: "A worker names who stands behind it, which may be itself.",
    next: "npx hardhat compute node register",
  }),
  ComputeNotOperator: (worker, caller) => ({
    what: `${caller} is not the operator that ${worker} named`,
    why: "The operator confirms the worker, in its own transaction: send with its key.",
    next: NODE,
  }),
  ComputeEndpointTooLong: (length) => ({
    what: `an endpoint of ${length} bytes is longer than 256`,
    why: "The registry keeps it, for people and schedulers: a base URL.",
    next: "npx hardhat compute node register",
  }),
  ComputeArbiterNotAccepted: (worker, arbiter) => ({
    what: `${worker} does not accept the arbiter ${arbiter}`,
    why: "A worker accepts both arbiters of a job beforehand (acceptArbiter): they decide over its stake.",
    next: "npx hardhat compute node register: it says which arbiters the node accepts",
  }),
  ComputeStakeTooSmall: (free, wanted) => ({
    what: `${free} units of the token are free, ${wanted} are needed`,
    why: "A worker locks the job's stake for each task, of its free stake in the job's token (getStake).",
    next: `${STAKE}: the node adds to its free stake; what is locked comes back as tasks end`,
  }),
  ComputeAmountZero: () => ({
    what: "the amount is zero",
    why: "A deposit or an unbonding moves something, and a withdrawal needs what was unbonded before (getStake).",
    next: NODE,
  }),
  ComputeUnbondingNotOver: (until) => ({
    what: `the stake unbonds until epoch ${until}`,
    why: "It waits so that no ruling comes too late; each unbonding starts the wait anew for all of it.",
    next: `npx hardhat compute node unstake: from epoch ${until} on`,
  }),
  FundsValueWrong: (value, wanted) => ({
    what: `${value} attoFIL came with the call, ${wanted} are wanted`,
    why: "FIL is sent as exactly the amount; with a token no value is sent.",
    next: `${POST}: tasks of Holdfast send the right value`,
  }),
  FundsShort: (token, received, wanted) => ({
    what: `of ${wanted} units of ${token} only ${received} arrived`,
    why: "A token that takes a fee of transfers, or changes balances by itself, cannot pay here.",
    next: `${POST}: in FIL or another token`,
  }),
  FundsTransferFailed: (to, amount) => ({
    what: `${amount} units could not be sent to ${to}`,
    why: "The receiver does not take FIL, is nobody, or is the contract itself; the credit stays.",
    next: "npx hardhat compute node unstake --help: name another receiver",
  }),
  ArbiterJudgeZero: () => deployment("the judge is the zero address", "Somebody has to rule."),
  ArbiterPayeeZero: () => deployment("the payee is the zero address", "The arbiter's fees go somewhere."),
  ArbiterPanelInvalid: (quorum, members) =>
    deployment(
      `${quorum} of ${members} members cannot rule`,
      "A panel has 1 to 32 members, and a quorum of them.",
    ),
  ArbiterMembersNotAscending: (member) =>
    notOf(
      `${member} does not come in ascending order`,
      "Members and signers are passed in strictly ascending order (ascendingSigners).",
    ),
  ArbiterNotJudge: (caller) =>
    notOf(
      `${caller} is not the arbiter's judge`,
      "One key rules for a SingleArbiter (getSingleArbiterParameters).",
    ),
  ArbiterNotMember: (signer) =>
    notOf(`${signer} is no member of the panel`, "Only members' signatures count (isPanelMember)."),
  ArbiterRoundPast: (given, current) =>
    notOf(
      `the ruling is of round ${given}, the task is in round ${current}`,
      "A ruling holds for the round that was looked at: look again (getTask).",
    ),
  ArbiterSignatureInvalid: (signer) =>
    notOf(
      `the signature of ${signer} is not of this ruling`,
      "It is made for job, task, round, root and this panel's address (signArbiterRuling).",
    ),
  ArbiterSignaturesTooFew: (valid, wanted) =>
    notOf(
      `${valid} members signed, ${wanted} have to`,
      "At least the panel's quorum signs, one signature for each signer (getPanelArbiterParameters).",
    ),
};

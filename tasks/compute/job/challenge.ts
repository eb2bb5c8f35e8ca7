import {
  getComputeParameters,
  getSlot,
  getTask,
  lockChallengeCall,
  lockChallengeSync,
  nameChallengeCall,
  nameChallengeSync,
  RULINGS,
} from "@holdfast/sdk";
import { erc20Abi, type Hex, type TransactionReceipt, zeroAddress } from "viem";
import { readContract, waitForTransactionReceipt, writeContract } from "viem/actions";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { fields } from "../../run/output.ts";
import { carryOut, type Step } from "../../run/send.ts";
import { type Currency, checkTokens } from "../currency.ts";
import { JobStateError } from "../errors.ts";
import {
  type ChallengeOf,
  challengePath,
  forgetChallenge,
  type KeptChallenge,
  keepChallenge,
  newChallenge,
  readChallenge,
} from "./challenge-file.ts";
import { openJob } from "./open-job.ts";

interface ChallengeArguments extends WriteArguments {
  job: string;
  task: string;
  root: string | undefined;
  withheld: boolean;
}

interface Landed {
  receipt: TransactionReceipt;
}

/** Filecoin gas of a naming, which cannot be tried before the lock: its EVM gas in snapshots/gas.json times 250, rounded up. */
const NAMING_GAS = 20_000_000n;
/** The same of a lock whose allowance is not given yet. */
const LOCKING_GAS = 40_000_000n;
const CONTRACT = "ComputeEscrow";

export default command<ChallengeArguments>(async (args, context) => {
  const asked = rootOf(args);
  if (args.wait !== "included") {
    throw new TaskConfigError(
      "A challenge has to be named within a few epochs of its lock: there is no time to wait for more than inclusion.",
      `npx hardhat compute job challenge ${args.job} ${args.task}: without --wait`,
    );
  }
  const { jobId, job, tasks, time, currency, escrow, run } = await openJob(
    { ...args, tasks: args.task },
    context,
  );
  const [state] = tasks;
  if (state === undefined || tasks.length > 1) {
    throw new TaskConfigError("One task at a time.", `npx hardhat compute job status ${jobId}`);
  }
  const { client, place } = run.connection;
  const { task, round } = state;
  const { challengeBond, token, arbiterFee } = job.params;
  const status = `npx hardhat compute job status ${jobId}`;
  const again = `npx hardhat compute job challenge ${jobId} ${task}`;
  const of: ChallengeOf = {
    ...{ chainId: client.chain.id, escrow: escrow.address, jobId },
    ...{ task, round, challenger: run.address },
  };
  const path = challengePath(place.root, of);
  const kept = await readChallenge(path, of);
  if (kept !== undefined && asked !== undefined && kept.root !== asked) {
    throw new TaskConfigError(
      `A challenge of this task that names ${kept.root} is begun: ${path}.`,
      `${again}: goes on with it; or remove the file, if nothing was sent`,
    );
  }
  const [{ namingEpochs }, standing] = await Promise.all([
    getComputeParameters(client, escrow),
    getSlot(client, { ...escrow, jobId, task, slot: state.winner }),
  ]);
  const locked = state.state === "Challenged" && state.challenger === run.address;
  if (!locked && state.state !== "Submitted") {
    throw new JobStateError(`Task ${task} is ${state.state}: only a submitted result is challenged.`, status);
  }
  if (!locked && time.head >= state.deadline) {
    throw new JobStateError(`Task ${task} could be challenged until ${time.text(state.deadline)}.`, status);
  }
  if (locked && kept?.commitment !== state.claim) {
    throw new JobStateError(
      `The sender's challenge of task ${task} is locked, and ${path} does not hold its salt: it cannot be named.`,
      `${status}: it goes to the arbiter after ${time.text(state.deadline)}`,
    );
  }
  const root = kept?.root ?? asked;
  if (root === undefined) {
    throw new TaskConfigError(
      "Which root is right?",
      `${again} --root <root>, or --withheld; compute run tells it`,
    );
  }
  if (root === standing.answer) {
    throw new JobStateError(
      `${root} is the root that stands: a challenge of it would lose its bond.`,
      status,
    );
  }
  const challenge = kept ?? newChallenge(of, root);
  const nameBy = locked ? state.deadline : time.head + namingEpochs;
  const steps = locked ? [] : await lockSteps(challenge);
  return carryOut<Landed>(args, run, {
    steps: [...steps, nameStep(challenge)],
    costs: {
      "puts up": locked ? "nothing more: the bond is locked" : currency.text(challengeBond),
      "if the arbiter agrees": `it comes back with up to ${currency.text(2n * arbiterFee)}`,
      "if the worker was right": "it is lost",
      names: root === RULINGS.WITHHELD ? "WITHHELD: the worker does not show the bytes" : root,
      "standing result": `${standing.answer}, of ${standing.worker}`,
      "challenged by": time.text(state.deadline),
      "named by": time.text(nameBy),
      "kept until it is named": path,
    },
    figures: {
      token: { address: token, symbol: currency.symbol, bond: locked ? 0n : challengeBond },
      ...{ root, standing: standing.answer, nameBy },
    },
    resume: `${again}: names it, by ${time.text(nameBy)}`,
    async outcome() {
      const { deadline } = await getTask(client, { ...escrow, jobId, task });
      return {
        json: { job: jobId, task, round, root, state: "Disputed", deadline },
        text: fields({
          challenged: `task ${task} of job ${jobId}`,
          names: root,
          "the arbiter rules by": time.text(deadline),
          next: status,
        }),
      };
    },
  });

  async function lockSteps(challenge: KeptChallenge): Promise<Step<Landed>[]> {
    const lock = { ...escrow, job, task, commitment: challenge.commitment };
    const approval = await approvalSteps(currency);
    return [
      ...approval,
      {
        ...{ title: `Lock a challenge of task ${task} of job ${jobId}`, contract: CONTRACT },
        call: lockChallengeCall(client, lock),
        assumedGas: LOCKING_GAS,
        async send(by, onHash) {
          if (kept === undefined) await keepChallenge(path, challenge);
          return lockChallengeSync(by, { ...lock, onHash });
        },
      },
    ];
  }

  /** The escrow takes a bond in tokens by an allowance. */
  async function approvalSteps(bondIn: Currency): Promise<Step<Landed>[]> {
    if (token === zeroAddress) return [];
    await checkTokens(run.connection, bondIn, run.address, challengeBond, "challenge");
    const erc20 = { address: token, abi: erc20Abi } as const;
    const allowed = await readContract(client, {
      ...{ ...erc20, functionName: "allowance" as const },
      args: [run.address, escrow.address],
    });
    if (allowed >= challengeBond) return [];
    const approve = {
      ...{ ...erc20, functionName: "approve" as const },
      args: [escrow.address, challengeBond] as const,
    };
    return [
      {
        ...{
          title: `Let ComputeEscrow take the bond of ${bondIn.text(challengeBond)}`,
          contract: bondIn.symbol,
        },
        call: approve,
        async send(by, onHash) {
          const hash = await writeContract(by, { ...approve, account: by.account!, chain: by.chain });
          onHash(hash);
          return { receipt: await waitForTransactionReceipt(by, { hash }) };
        },
      },
    ];
  }

  function nameStep({ root, salt }: KeptChallenge): Step<Landed> {
    const naming = { ...escrow, job, task, root, salt };
    return {
      ...{ title: `Name the root that task ${task} should have`, contract: CONTRACT },
      // The salt is secret until the lock is on chain.
      call: nameChallengeCall(client, locked ? naming : { ...naming, salt: UNSAID }),
      ...{ unsigned: locked ? [] : ["salt"], assumedGas: NAMING_GAS },
      async send(by, onHash) {
        const landed = await nameChallengeSync(by, { ...naming, onHash });
        await forgetChallenge(path);
        return landed;
      },
    };
  }
});

/** Shown where a salt will be. */
const UNSAID: Hex = `0x${"00".repeat(32)}`;

/** What is to be named, if anything. @throws TaskConfigError */
function rootOf({ root, withheld, job, task }: ChallengeArguments): Hex | undefined {
  const again = `npx hardhat compute job challenge ${job} ${task} --root <root>, or --withheld`;
  if (root !== undefined && withheld) {
    throw new TaskConfigError(
      "--root names another result, --withheld that none is shown: one of the two.",
      again,
    );
  }
  if (withheld) return RULINGS.WITHHELD;
  if (root === undefined) return undefined;
  if (/^0x[0-9a-f]{64}$/i.test(root) && BigInt(root) >= 16n) return root.toLowerCase() as Hex;
  throw new TaskConfigError(`--root is ${JSON.stringify(root)}, no result's root.`, again);
}

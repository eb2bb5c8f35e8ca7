import { type ChainName, chainById, chains } from "../chains.ts";
import type { JobParams } from "./job.ts";
import { COMPUTE_MODES } from "./states.ts";

/** A job's waits, in epochs. */
export type JobWindows = Pick<
  JobParams,
  "acceptEpochs" | "execEpochs" | "revealEpochs" | "attestEpochs" | "challengeEpochs" | "arbitrationEpochs"
>;

/** What is added to the time that the work takes, and the arbiter's time beyond three runs. */
interface Windows extends Omit<JobWindows, "execEpochs" | "arbitrationEpochs"> {
  spareEpochs: number;
  rulingEpochs: number;
}

const WINDOWS: { readonly [chain in ChainName]: Windows } = {
  devnet: {
    ...{ acceptEpochs: 60, spareEpochs: 30, revealEpochs: 30, attestEpochs: 30 },
    ...{ challengeEpochs: 30, rulingEpochs: 60 },
  },
  calibration: {
    ...{ acceptEpochs: 60, spareEpochs: 20, revealEpochs: 40, attestEpochs: 40 },
    ...{ challengeEpochs: 60, rulingEpochs: 120 },
  },
  filecoin: {
    ...{ acceptEpochs: 240, spareEpochs: 60, revealEpochs: 120, attestEpochs: 120 },
    ...{ challengeEpochs: 1_440, rulingEpochs: 5_760 },
  },
};

/**
 * The windows that suit a chain, by its id, for work of so many epochs in any mode; what a mode does not have is 0. On a live
 * chain none is below 20, so that a reorganisation takes nobody's turn.
 * @param workEpochs what the job's spec allows its execution in all
 * @throws ChainUnknownError
 */
export function jobWindowsFor(
  chainId: number,
  { workEpochs, mode }: { workEpochs: number; mode: number },
): JobWindows {
  const chain = chainById(chainId);
  const name = (Object.keys(chains) as ChainName[]).find((known) => chains[known].id === chain.id);
  const { spareEpochs, rulingEpochs, revealEpochs, attestEpochs, ...windows } = WINDOWS[name!];
  const execEpochs = workEpochs + spareEpochs;
  return {
    ...windows,
    execEpochs,
    revealEpochs: COMPUTE_MODES[mode] === "Quorum" ? revealEpochs : 0,
    attestEpochs: COMPUTE_MODES[mode] === "Attested" ? attestEpochs : 0,
    arbitrationEpochs: 3 * execEpochs + rulingEpochs,
  };
}

import { onEvidence } from "../actions/contracts.ts";

export interface GetSectorTraceParameters {
  /** The miner's actor id. */
  miner: bigint;
  /** The sector's number. */
  sector: bigint;
}

/**
 * How a sector is followed: since which epoch, up to which its data is committed, the current chain of fault reports (0: none),
 * and how many closed segments of proof there are.
 * @throws ActionError
 */
export const getSectorTrace = onEvidence.read(
  "traceOf",
  ({ miner, sector }: GetSectorTraceParameters) => [miner, sector],
  ([tracked, since, commitment, chainStart, lastReport, segments]) => ({
    ...{ tracked, since, commitment, chainStart, lastReport, segments },
  }),
);
export type GetSectorTraceReturnType = Awaited<ReturnType<typeof getSectorTrace>>;

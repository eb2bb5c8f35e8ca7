/** How long Holdfast's waits are on a devnet: Filecoin's own, in days of `day` epochs each. */
export interface DevnetParameters {
  day: bigint;
  /** Epochs between two proofs of a sector. */
  provingPeriod: bigint;
  /** Least duration that providers accept. */
  minDuration: bigint;
  /** What an offer's notice is. */
  notice: bigint;
  freshness: bigint;
  grace: bigint;
  chainGap: bigint;
  minSealingWindow: bigint;
  maxSealingWindow: bigint;
}

const MAX_DURATION = 1_550_000n;

/**
 * Filecoin's parameters with a day of `day` epochs (2,880 on Filecoin): what takes days there takes minutes here.
 * Everything keeps its proportion, Curio's least duration of 180 days included.
 */
export function devnetParameters(day: bigint): DevnetParameters {
  return {
    day,
    provingPeriod: day,
    minDuration: 180n * day,
    notice: 6n * day,
    freshness: 2n * day,
    grace: 3n * day,
    chainGap: day,
    minSealingWindow: day / 4n,
    maxSealingWindow: 30n * day,
  };
}

/** The constructor parameters of the modules `Deals` and `Compute`. A job's windows may be as short as an epoch. */
export function moduleParameters({
  parameters,
  pay,
  judge,
}: {
  parameters: DevnetParameters;
  pay: string;
  /** Of the arbiter that comes along; gets its fees, too. */
  judge: string;
}) {
  const { day, freshness, grace, chainGap, notice, minDuration, minSealingWindow, maxSealingWindow } =
    parameters;
  return {
    Deals: {
      pay,
      freshness,
      grace,
      chainGap,
      registry: {
        day,
        envelopeDelay: 7n * day,
        unbonding: 30n * day,
        minNotice: notice,
        maxNotice: 30n * day,
        minDuration,
        maxDuration: MAX_DURATION,
        maxReservationEpochs: 7n * day,
        tipBps: 10n,
      },
      market: {
        minSealingWindow,
        maxSealingWindow,
        dryGrace: notice - freshness,
        slashWindow: 7n * day,
        extensionLead: day,
        maxExtension: MAX_DURATION,
      },
    },
    Compute: { unbonding: 7n * day, minWindow: 1n, judge, payee: judge },
  };
}

declare const epochBrand: unique symbol;

/** A Filecoin epoch (FEVM's block number). Never a timestamp: convert with an `EpochClock`. */
export type Epoch = bigint & { readonly [epochBrand]: "Epoch" };

/** Epochs a day on a live network. */
export const EPOCHS_PER_DAY = 2880n;

/** When a chain's epochs happen. Times are Unix seconds. */
export interface EpochClock {
  genesis: number;
  secondsPerEpoch: number;
}

/** Mainnet: genesis 2020-08-24T22:00:00Z. */
export const MAINNET_CLOCK: EpochClock = { genesis: 1_598_306_400, secondsPerEpoch: 30 };
/** Calibration: genesis 2022-11-01T18:13:00Z. */
export const CALIBRATION_CLOCK: EpochClock = { genesis: 1_667_326_380, secondsPerEpoch: 30 };

/** @throws RangeError if `value` is no uint64. */
export function epoch(value: bigint | number): Epoch {
  const number = BigInt(value);
  if (number < 0n || number >= 2n ** 64n)
    throw new RangeError(`${value} is not an epoch: epochs are uint64.`);
  return number as Epoch;
}

/** The clock of a chain whose genesis is not known, such as a devnet, from any of its blocks. */
export function clockFromBlock(
  block: { number: bigint; timestamp: bigint },
  secondsPerEpoch: number,
): EpochClock {
  return { genesis: Number(block.timestamp) - Number(block.number) * secondsPerEpoch, secondsPerEpoch };
}

/** When an epoch begins. */
export function epochToDate(at: Epoch, clock: EpochClock): Date {
  return new Date((clock.genesis + Number(at) * clock.secondsPerEpoch) * 1000);
}

/** The epoch that a moment falls into; epoch 0 for moments before genesis. */
export function epochAt(date: Date, clock: EpochClock): Epoch {
  const passed = Math.floor((date.getTime() / 1000 - clock.genesis) / clock.secondsPerEpoch);
  return epoch(Math.max(0, passed));
}

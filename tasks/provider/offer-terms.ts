import type { GetRegistryParametersReturnType, OfferTerms } from "@holdfast/sdk";
import type { Address } from "viem";
import type { WriteArguments } from "../define.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { amount, bytes, epochs, evmAddress, whole } from "../run/parse.ts";
import { ratePerEpoch } from "./price.ts";

export interface OfferArguments extends WriteArguments {
  provider: string | undefined;
  offer: string | undefined;
  pause: boolean;
  resume: boolean;
  rate: string | undefined;
  bond: string | undefined;
  endpoint: string | undefined;
  region: string | undefined;
  capacity: string | undefined;
  minPiece: string | undefined;
  maxPiece: string | undefined;
  minDuration: string | undefined;
  maxDuration: string | undefined;
  expiry: string | undefined;
  notice: string | undefined;
  exitFee: string | undefined;
  reservationFee: string | undefined;
  exitBps: string | undefined;
  maxProposals: string | undefined;
  token: string | undefined;
}

/** The arguments that are terms, and whose offer it is. */
export const TERMS = [
  ...([
    "provider",
    "rate",
    "bond",
    "endpoint",
    "region",
    "capacity",
    "minPiece",
    "maxPiece",
    "token",
  ] as const),
  ...(["minDuration", "maxDuration", "expiry", "notice", "exitFee", "reservationFee"] as const),
  ...(["exitBps", "maxProposals"] as const),
];

interface Circumstances {
  /** What a revision begins with. */
  before: OfferTerms | undefined;
  /** The chain's USDFC, if it is known. */
  token: Address | undefined;
  head: bigint;
  parameters: GetRegistryParametersReturnType;
}

/** An offer's terms: what is given; of the rest, what the offer had, or else what is usual. */
export function termsFrom(
  args: OfferArguments,
  { before, token, head, parameters }: Circumstances,
): OfferTerms {
  const { day } = parameters;

  /** @param usual undefined: it has to be given for a new offer */
  function term<T>(
    option: string,
    given: string | undefined,
    old: T | undefined,
    usual: T | undefined,
    read: (name: string, text: string) => T,
  ): T {
    if (given !== undefined) return read(option, given);
    const value = old ?? usual;
    if (value !== undefined) return value;
    throw new TaskConfigError(`A new offer needs ${option}.`, "npx hardhat provider offer --help");
  }
  const span = (name: string, text: string) => epochs(name, text, day);
  const spanNumber = (name: string, text: string) => Number(span(name, text));
  const text = (_name: string, given: string) => given;

  const notice = term("--notice", args.notice, before?.notice, Number(parameters.minNotice), spanNumber);
  return {
    token: term("--token", args.token, before?.token, token, evmAddress),
    ratePerTib: term("--rate", args.rate, before?.ratePerTib, undefined, (name, given) =>
      ratePerEpoch(amount(name, given), day),
    ),
    bondPerTib: term("--bond", args.bond, before?.bondPerTib, undefined, amount),
    minPieceSize: term("--min-piece", args.minPiece, before?.minPieceSize, 1n << 20n, bytes),
    maxPieceSize: term("--max-piece", args.maxPiece, before?.maxPieceSize, 32n << 30n, bytes),
    minDuration: term("--min-duration", args.minDuration, before?.minDuration, parameters.minDuration, span),
    maxDuration: term("--max-duration", args.maxDuration, before?.maxDuration, parameters.maxDuration, span),
    capacity: term("--capacity", args.capacity, before?.capacity, undefined, bytes),
    expiry: term("--expiry", args.expiry, before?.expiry, head + 365n * day, (name, given) => {
      return given.endsWith("d") ? head + span(name, given) : whole(name, given);
    }),
    notice,
    exitFeeEpochs: term(
      "--exit-fee",
      args.exitFee,
      before?.exitFeeEpochs,
      Math.min(notice, Number(7n * day)),
      spanNumber,
    ),
    reservationFeeEpochs: term(
      "--reservation-fee",
      args.reservationFee,
      before?.reservationFeeEpochs,
      Number(day),
      spanNumber,
    ),
    exitBps: term("--exit-bps", args.exitBps, before?.exitBps, 2_500, (name, given) =>
      Number(whole(name, given)),
    ),
    maxOpenProposals: term(
      "--max-proposals",
      args.maxProposals,
      before?.maxOpenProposals,
      64,
      (name, given) => Number(whole(name, given)),
    ),
    endpoint: term("--endpoint", args.endpoint, before?.endpoint, undefined, text).replace(/\/$/, ""),
    region: term("--region", args.region, before?.region, undefined, text),
  };
}

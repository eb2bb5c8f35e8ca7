import type { Hex } from "viem";
import { enumName } from "../actions/enum-name.ts";

/** States of a copy by their number on chain; Faulty is only ever the answer of `getCopyState`. */
export const COPY_STATES = [
  "None",
  "Proposed",
  "Active",
  "Faulty",
  "Expired",
  "Failed",
  "Completed",
] as const;
export type CopyState = (typeof COPY_STATES)[number];

/** Who or what ended a deal's rail, by its number on chain. */
export const DEPARTURES = ["None", "Client", "Provider", "Payer", "Dry", "Closed"] as const;
export type Departure = (typeof DEPARTURES)[number];

/** States of a copy in Curio's deal view, by their number on chain. */
export const DEAL_VIEW_STATES = ["Open", "Active", "Finalized"] as const;
export type DealViewState = (typeof DEAL_VIEW_STATES)[number];

/** Why a notification changed nothing (DealNotificationIgnored), by its number on chain. */
export const IGNORE_REASONS = [
  "PayloadMalformed",
  "CopyUnknown",
  "WrongMiner",
  "WrongPiece",
  "WrongSize",
  "NotProposed",
  "TooLate",
  "CommitmentTooShort",
  "SectorNotFresh",
  "AlreadyBacked",
] as const;
export type IgnoreReason = (typeof IGNORE_REASONS)[number];

/** A copy with its piece's root under the name that pieces have here, and its state by name. */
export function readableCopy<copy extends { cid: Hex; state: number }>({ cid, state, ...copy }: copy) {
  return { commitment: cid, state: enumName(COPY_STATES, state), ...copy };
}

import type { DecodedRevert } from "../decode-revert.ts";
import { computeGuides } from "./compute-guides.ts";
import { dealGuides, offerGuides } from "./deal-guides.ts";
import { type Guidance, type Guides, type KnownErrorName, unexpected } from "./guidance.ts";
import { guideForText, payGuides } from "./pay-guides.ts";
import { providerGuides } from "./provider-guides.ts";

export type { Guidance } from "./guidance.ts";

/** What to tell a person about each error that a contract may throw, by its name. Every error has an entry. */
export const guides: Guides = {
  ...dealGuides,
  ...offerGuides,
  ...providerGuides,
  ...computeGuides,
  ...payGuides,
};

/** What happened, why, and the next command, for a decoded error; undefined for one that is none of ours. */
export function guidanceFor({
  errorName,
  args = [],
}: Pick<DecodedRevert, "errorName" | "args">): Guidance | undefined {
  if (errorName === "Error") return guideForText(String(args[0]));
  if (errorName === "Panic") {
    return unexpected(`a contract panicked with code ${args[0]}`, "An assertion or its arithmetic failed.");
  }
  const guide = Object.hasOwn(guides, errorName) ? guides[errorName as KnownErrorName] : undefined;
  return (guide as ((...values: readonly unknown[]) => Guidance) | undefined)?.(...args);
}

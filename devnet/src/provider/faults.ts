/** What the admin endpoint makes a provider do wrong. Everything off is a sound provider. */
export interface Faults {
  /** No HTTP, no proving: as if the machine had lost power. */
  silent: boolean;
  /** Milliseconds before any answer begins. */
  slowMs: number;
  /** How many of the next requests get 429. */
  throttle: number;
  /** Seconds in Retry-After of those answers. */
  retryAfterSeconds: number;
  /** Deals stay in "sealing". */
  neverSeal: boolean;
  /** `GET /piece` serves other bytes than it stored. */
  falseRetrieval: boolean;
  /** Every new deal is refused with 400. */
  refuseDeals: boolean;
}

export const NO_FAULTS: Readonly<Faults> = {
  silent: false,
  slowMs: 0,
  throttle: 0,
  retryAfterSeconds: 1,
  neverSeal: false,
  falseRetrieval: false,
  refuseDeals: false,
};

/**
 * Faults from an admin request, field by field.
 * @throws TypeError for an unknown fault, or a value of another type
 */
export function readFaults(json: unknown): Partial<Faults> {
  if (typeof json !== "object" || json === null) throw new TypeError("Faults are a JSON object.");
  for (const [name, value] of Object.entries(json)) {
    const known = (NO_FAULTS as unknown as Record<string, unknown>)[name];
    if (known === undefined) {
      throw new TypeError(`There is no fault ${name}. Known: ${Object.keys(NO_FAULTS).join(", ")}.`);
    }
    if (
      typeof value !== typeof known ||
      (typeof value === "number" && !(Number.isInteger(value) && value >= 0))
    ) {
      throw new TypeError(`${name} is a ${typeof known === "number" ? "whole number" : typeof known}.`);
    }
  }
  return json as Partial<Faults>;
}

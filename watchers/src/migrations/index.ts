import type { Migration } from "kysely/migration";
import { outbox } from "./0001-outbox.ts";
import { deals } from "./0002-deals.ts";
import { chain } from "./0004-chain.ts";
import { leases } from "./0005-leases.ts";
import { retrievals } from "./0006-retrievals.ts";

/** In the order of their names; a released one is never changed. */
export const migrations: Record<string, Migration> = {
  "0001-outbox": outbox,
  "0002-deals": deals,
  "0004-chain": chain,
  "0005-leases": leases,
  "0006-retrievals": retrievals,
};

import type { Kysely } from "kysely";
import { type Address, type Hex, keccak256, type PublicClient } from "viem";
import { ChainMismatchError } from "./chain-errors.ts";
import type { RuntimeTables } from "./database.ts";
import { createEventLog } from "./event-log.ts";
import { decodePayload, encodePayload } from "./payload.ts";
import { isAnswer, tipsetAt } from "./tipset.ts";

export interface ChainIdentityOptions {
  db: Kysely<RuntimeTables>;
  chainId: number;
  /** Whose code must be there, and stay as it is; by name. */
  contracts: Readonly<Record<string, Address>>;
  /** Compares, and remembers nothing. */
  isReadOnly?: boolean;
}

/** What a chain showed when it was first met. */
interface Pinned {
  /** Undefined while no node has been asked that still serves it. */
  genesis: Hex | undefined;
  /** keccak256 of the code, by address. */
  code: Record<string, Hex>;
}

const NAME = "chain";

/**
 * Tells whether a node is on the chain that the database was made on: its id, its genesis block, the newest tipset that
 * counted as final, and the code of each contract. Whatever is met for the first time is remembered. A gateway that
 * serves no block so old is judged by the rest.
 */
export function createChainIdentity({ db, chainId, contracts, isReadOnly = false }: ChainIdentityOptions) {
  const log = createEventLog(db);

  /**
   * @param endpoint as people are told of it
   * @throws ChainMismatchError
   */
  async function check(client: PublicClient, endpoint: string): Promise<void> {
    const faults: string[] = [];
    const answered: number = await client.getChainId();
    if (answered !== chainId)
      throw new ChainMismatchError(endpoint, [`its chain id is ${answered}, not ${chainId}`]);

    const known = await pinned();
    const genesis = await hashAt(client, 0n);
    if (known.genesis !== undefined && genesis !== undefined && genesis !== known.genesis)
      faults.push(`its genesis block is ${genesis}, not ${known.genesis}`);

    const finalized = (await log.checkpoint())?.finalized ?? -1n;
    const final = (await log.tipsets()).find(({ epoch }) => epoch <= finalized);
    const shown = final && (await hashAt(client, final.epoch));
    if (final !== undefined && shown !== undefined && shown !== final.hash)
      faults.push(`at epoch ${final.epoch}, which is final, it has tipset ${shown}, not ${final.hash}`);

    const code: Record<string, Hex> = {};
    for (const [name, address] of Object.entries(contracts)) {
      const bytes = await client.getCode({ address });
      if (bytes === undefined || bytes === "0x") {
        faults.push(`${name} has no code at ${address}`);
        continue;
      }
      const hash = keccak256(bytes);
      const before = known.code[address.toLowerCase()];
      if (before !== undefined && before !== hash)
        faults.push(`${name} at ${address} has other code than before`);
      code[address.toLowerCase()] = hash;
    }
    if (faults.length > 0) throw new ChainMismatchError(endpoint, faults);
    if (isReadOnly) return;
    await pin({ genesis: known.genesis ?? genesis, code: { ...known.code, ...code } });
  }

  async function pinned(): Promise<Pinned> {
    const row = await db
      .selectFrom("checkpoints")
      .select("value")
      .where("name", "=", NAME)
      .executeTakeFirst();
    return row === undefined ? { genesis: undefined, code: {} } : decodePayload<Pinned>(row.value);
  }

  async function pin(what: Pinned): Promise<void> {
    const value = encodePayload(what);
    await db
      .insertInto("checkpoints")
      .values({ name: NAME, value })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
      .execute();
  }

  return { check };
}

export type ChainIdentity = ReturnType<typeof createChainIdentity>;

/** Undefined if the node does not serve the epoch. */
async function hashAt(client: PublicClient, epoch: bigint): Promise<Hex | undefined> {
  try {
    return (await tipsetAt(client, epoch))?.hash;
  } catch (error) {
    if (isAnswer(error)) return undefined;
    throw error;
  }
}

import type { Insertable, Kysely, Selectable, Transaction } from "kysely";
import type { Finality, IntentState, RuntimeTables, TransactionTable } from "./database.ts";
import { nextVersion, type Outcome, type StoredIntent } from "./outbox.ts";
import { EXIT, StopError } from "./stop-error.ts";

export type StoredTransaction = Selectable<TransactionTable>;
export type SignedTransaction = Insertable<TransactionTable>;

/** An intent with signed bytes whose nonce is not used up for good, and its attempts, oldest first. */
export interface Flight {
  intent: StoredIntent;
  nonce: number;
  attempts: StoredTransaction[];
  latest: StoredTransaction;
}

/** What a receipt of an intent must be, as written down when it was signed. */
export interface Requirement {
  finality: Finality;
  requiredDepth: bigint;
}

/** What is kept of a receipt. */
export interface Mined {
  transactionHash: string;
  blockNumber: bigint;
}

/** Throws, inside a transaction, when this process may no longer write down what it saw or signed. */
export type Fence = (within: Transaction<RuntimeTables>) => Promise<void>;

/** Two signers share the account or the database: what was signed is thrown away unsent. */
export class NonceConflictError extends StopError {
  constructor(nonce: number, highest: number) {
    const what = `Nonce ${nonce} was about to be signed, but the database holds ${highest} already.`;
    super(EXIT.failStop, what, "let only one sender use this account and this database.");
  }
}

/** The signed transactions of one account, as the database knows them. */
export function createTransactionLog(db: Kysely<RuntimeTables>, account: string, fence: Fence) {
  const ours = () => db.selectFrom("transactions").where("account", "=", account);

  async function highestNonce(connection: Kysely<RuntimeTables> = db): Promise<number> {
    const highest = await connection
      .selectFrom("transactions")
      .select("nonce")
      .where("account", "=", account)
      .orderBy("nonce", "desc")
      .limit(1)
      .executeTakeFirst();
    return highest?.nonce ?? -1;
  }

  async function setState(
    connection: Kysely<RuntimeTables>,
    id: number,
    state: IntentState,
    more: { error?: string | null } = {},
  ): Promise<void> {
    await connection
      .updateTable("intents")
      .set({ state, ...more, version: nextVersion })
      .where("id", "=", id)
      .execute();
  }

  /** Undone as a whole if another took over: what was read before that is old by now. */
  const fenced = <T>(work: (within: Transaction<RuntimeTables>) => Promise<T>): Promise<T> =>
    db.transaction().execute(async (within) => {
      await fence(within);
      return work(within);
    });

  return {
    fenced,

    /** Of every nonce ever signed, or -1. */
    highestNonce,

    /** Where a nonce of ours was last seen mined; 0 if it was not, or not by us. */
    async minedEpochOf(nonce: number): Promise<number> {
      const found = await ours()
        .select("minedEpoch")
        .where("nonce", "=", nonce)
        .where("minedEpoch", "is not", null)
        .executeTakeFirst();
      return found?.minedEpoch ?? 0;
    },

    /** Everything signed whose nonce is not used up for good, in the order of nonces. */
    async flights(): Promise<Flight[]> {
      const live = ours().where("live", "=", 1);
      const [transactions, intents] = await Promise.all([
        live.selectAll().orderBy("nonce").orderBy("id").execute(),
        db.selectFrom("intents").selectAll().where("id", "in", live.select("intentId")).execute(),
      ]);
      const byId = new Map(intents.map((intent) => [intent.id, intent]));
      return [...Map.groupBy(transactions, ({ nonce }) => nonce)].map(([nonce, attempts]) => {
        const latest = attempts.at(-1) as StoredTransaction;
        return { intent: byId.get(latest.intentId) as StoredIntent, nonce, attempts, latest };
      });
    },

    /** Attempts signed after an epoch, for the budget. */
    signedSince: (epoch: bigint) =>
      ours()
        .select(["nonce", "gas", "maxFeePerGas", "fee", "live", "signedEpoch"])
        .where("signedEpoch", ">", Number(epoch))
        .orderBy("id")
        .execute(),

    /**
     * Nonce and bytes of a new intent become durable together, before the first byte leaves; false if somebody else has
     * skipped it meanwhile, or if other signed bytes of it may still be mined.
     * @throws NonceConflictError, and what the fence throws
     */
    assign: (transaction: SignedTransaction, cost: bigint, { finality, requiredDepth }: Requirement) =>
      fenced(async (within) => {
        const highest = await highestNonce(within);
        if (transaction.nonce <= highest) throw new NonceConflictError(transaction.nonce, highest);
        const { numUpdatedRows } = await within
          .updateTable("intents")
          .set({ state: "signed", finality, requiredDepth: Number(requiredDepth), bumps: 0 })
          .set({ quotedCost: cost.toString(), version: nextVersion })
          .where("id", "=", transaction.intentId)
          .where("state", "=", "new")
          .where("id", "not in", ours().where("live", "=", 1).select("intentId"))
          .executeTakeFirst();
        if (numUpdatedRows !== 1n) return false;
        await within.insertInto("transactions").values(transaction).execute();
        return true;
      }),

    /** Another attempt at the same nonce. */
    replace: (transaction: SignedTransaction, firstQuote: bigint) =>
      fenced(async (within) => {
        await within.insertInto("transactions").values(transaction).execute();
        await within
          .updateTable("intents")
          .set((row) => ({ bumps: row("bumps", "+", 1), quotedCost: firstQuote.toString() }))
          .where("id", "=", transaction.intentId)
          .execute();
      }),

    /** A node has the bytes. */
    accepted: ({ id, state }: StoredIntent, hash: string, epoch: bigint) =>
      fenced(async (within) => {
        if (state === "signed") await setState(within, id, "sent");
        await within
          .updateTable("transactions")
          .set({ acceptedEpoch: Number(epoch) })
          .where("hash", "=", hash)
          .where("acceptedEpoch", "is", null)
          .execute();
      }),

    setState: (id: number, state: IntentState, error: string | null) =>
      fenced((within) => setState(within, id, state, { error })),

    async note(id: number, error: string): Promise<void> {
      await db.updateTable("intents").set({ error }).where("id", "=", id).execute();
    },

    /** Where the receipt was last seen, since that may still be undone; undefined: it was. */
    async seen(within: Kysely<RuntimeTables>, { attempts }: Flight, receipt?: Mined): Promise<void> {
      for (const { id, hash, minedEpoch: before } of attempts) {
        const minedEpoch = hash === receipt?.transactionHash ? Number(receipt.blockNumber) : null;
        if (minedEpoch === before) continue;
        await within.updateTable("transactions").set({ minedEpoch }).where("id", "=", id).execute();
      }
    },

    /** The nonce is used up for good, by one of ours: `fee` is what that cost. */
    async settle(
      within: Kysely<RuntimeTables>,
      nonce: number,
      { transactionHash, blockNumber }: Mined,
      fee: bigint,
    ): Promise<void> {
      const attempts = within
        .updateTable("transactions")
        .where("account", "=", account)
        .where("nonce", "=", nonce);
      await attempts.set({ live: 0, minedEpoch: null }).execute();
      await attempts
        .set({ fee: fee.toString(), minedEpoch: Number(blockNumber) })
        .where("hash", "=", transactionHash)
        .execute();
    },

    /** The nonce is used up for good; by whom, and at what fee, no node can tell any more. */
    forget: (nonce: number) =>
      fenced((within) =>
        within
          .updateTable("transactions")
          .set({ live: 0 })
          .where("account", "=", account)
          .where("nonce", "=", nonce)
          .execute(),
      ),

    /** The nonce is used up for good, by another's transaction: the intent starts anew. */
    release: ({ intent, nonce }: Flight, error: string) =>
      fenced(async (within) => {
        await within
          .updateTable("transactions")
          .set({ live: 0 })
          .where("account", "=", account)
          .where("nonce", "=", nonce)
          .execute();
        await within
          .updateTable("intents")
          .set({ finishedEpoch: null, result: null })
          .where("id", "=", intent.id)
          .execute();
        await setState(within, intent.id, "new", { error });
      }),
  };
}

export type TransactionLog = ReturnType<typeof createTransactionLog>;

/** attoFIL that signed bytes may cost at most. */
export function maxCostOf({ gas, maxFeePerGas }: { gas: string; maxFeePerGas: string }): bigint {
  return BigInt(gas) * BigInt(maxFeePerGas);
}

/** Whether an intent that has its outcome got this one. */
export function hasOutcome({ state }: StoredIntent, outcome: Outcome): boolean {
  return state === ("error" in outcome ? "failed" : "done");
}

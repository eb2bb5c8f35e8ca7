import { readFileSync } from "node:fs";
import { decodePieceCid } from "@holdfast/sdk";
import { type Address, type Hex, isAddress, isHex } from "viem";
import { z } from "zod";

/** The configuration is wrong: every fault with the path of its field. */
export class ConfigInvalidError extends Error {
  readonly faults: readonly string[];
  constructor(source: string, faults: readonly string[]) {
    super(`${source} is not a valid configuration:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.name = "ConfigInvalidError";
    this.faults = faults;
  }
}

/** A whole number: JSON has no bigints, so text of digits will do too. */
const whole = z
  .union([z.bigint().nonnegative(), z.int().nonnegative(), z.string().regex(/^\d+$/, "a whole number")])
  .transform(BigInt);
const positive = whole.refine((value) => value > 0n, "must be more than 0");
const address = z.custom<Address>(
  (value) => typeof value === "string" && isAddress(value, { strict: false }),
  {
    error: "must be 0x and 40 hex digits",
  },
);
const bytes32 = z.custom<Hex>((value) => isHex(value) && value.length === 66, {
  error: "must be 0x and 64 hex digits",
});
const pieceCid = z.string().superRefine((text, context) => {
  try {
    decodePieceCid(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message.split("\n")[0] as string });
  }
});

const piece = z
  .strictObject({
    cid: pieceCid,
    /** CAR file, served by the watcher itself. */
    car: z.string().optional(),
    /** Where else providers find the CAR. */
    urls: z.array(z.url({ protocol: /^https?$/ })).default([]),
    /** `.layer` file from packing; without it the piece is not sampled. */
    layer: z.string().optional(),
  })
  .refine(
    ({ car, urls }) => car !== undefined || urls.length > 0,
    "needs a car or urls: providers fetch it there",
  )
  .transform((given) => {
    const { commitment, height, padding, paddedSize } = decodePieceCid(given.cid);
    return { ...given, commitment, height, padding, paddedSize: BigInt(paddedSize) };
  });

/** Filecoin's day. */
const DAY = 2880n;
/** In attoFIL. */
const FIL = 10n ** 18n;

const policy = z.strictObject({
  dataset: bytes32,
  pieces: z.array(piece).min(1),
  copies: z.int().min(1).max(100),
  token: address,
  maxRatePerTib: positive,
  minBondPerTib: whole.default(0n),
  duration: positive,
  sealingWindow: positive.default(7n * DAY),
  allow: z.array(whole).optional(),
  deny: z.array(whole).default([]),
  regions: z.array(z.string().regex(/^[A-Z]{2}$/, "ISO 3166-1 alpha-2")).optional(),
  keepUntil: positive.optional(),
  renewBefore: positive.default(14n * DAY),
  silentAfter: positive.default(DAY),
  settleEvery: positive.default(7n * DAY),
  sampleEvery: positive.default(DAY),
  exclusion: positive.default(7n * DAY),
  retryAfter: positive.default(20n),
  pollEvery: positive.default(20n),
  minRunway: whole.default(14n * DAY),
});

const dealsConfig = z.strictObject({
  contracts: z.strictObject({ deals: address, registry: address, evidence: address, pay: address }),
  policy,
  sender: z
    .strictObject({
      /** Epochs after a receipt at which its outcome counts even if the node does not call it final yet. */
      confirmations: whole.refine((value) => value <= 900n, "must be 900 at most").default(30n),
      /** Epochs without a receipt after which the fee is raised. */
      stuckAfter: positive.default(10n),
      /** attoFIL that one transaction may cost, that may go on fees within 120 and 2,880 epochs, and that stay. */
      maxTransactionCost: positive.default(FIL),
      maxHourlyCost: positive.default(2n * FIL),
      maxDailyCost: positive.default(10n * FIL),
      minBalance: whole.default(FIL / 10n),
      /** Signed and not mined; public nodes take 10 from one account. */
      maxInFlight: z.int().min(1).max(1000).default(10),
    })
    .prefault({}),
  files: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      port: z.int().min(0).max(65_535).default(0),
      /** Others than this machine may read the CARs. */
      open: z.boolean().default(false),
      /** How providers reach the server, if not by its own address. */
      publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    })
    .prefault({}),
  /** Milliseconds for one exchange with a provider. */
  providerTimeoutMs: z.int().min(1).default(10_000),
  /** Milliseconds between two steps. */
  pollMs: z.int().min(1).default(30_000),
});

const environment = z.strictObject({
  HOLDFAST_DEALS_CONFIG: z.string().min(1),
  HOLDFAST_DEALS_DATABASE: z.string().min(1).default("holdfast.db"),
  HOLDFAST_RPC_URL: z.url({ protocol: /^https?$/ }),
  HOLDFAST_CHAIN_ID: z.coerce.number().int().positive(),
  HOLDFAST_CLIENT_KEY: bytes32,
  HOLDFAST_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** What the `deals` watcher is told. Epochs and amounts are bigints. */
export type DealsConfig = z.output<typeof dealsConfig>;
/** The same before defaults: what a file, the demo or a test writes. */
export type DealsConfigInput = z.input<typeof dealsConfig>;

export interface DaemonConfig {
  deals: DealsConfig;
  database: string;
  rpcUrl: string;
  chainId: number;
  clientKey: Hex;
  logLevel: string;
}

/** @throws ConfigInvalidError */
export function parseDealsConfig(input: unknown, source = "The configuration"): DealsConfig {
  return parse(dealsConfig, input, source);
}

/**
 * The daemon's configuration: the environment, and the JSON file that HOLDFAST_DEALS_CONFIG names.
 * @throws ConfigInvalidError
 */
export function loadConfig(variables: Record<string, string | undefined> = process.env): DaemonConfig {
  const ours = Object.entries(variables).filter(([name]) => name.startsWith("HOLDFAST_"));
  const env = parse(environment, Object.fromEntries(ours), "The environment");
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(env.HOLDFAST_DEALS_CONFIG, "utf8"));
  } catch (error) {
    throw new ConfigInvalidError(env.HOLDFAST_DEALS_CONFIG, [
      `cannot be read as JSON: ${(error as Error).message}`,
    ]);
  }
  return {
    deals: parseDealsConfig(json, env.HOLDFAST_DEALS_CONFIG),
    database: env.HOLDFAST_DEALS_DATABASE,
    rpcUrl: env.HOLDFAST_RPC_URL,
    chainId: env.HOLDFAST_CHAIN_ID,
    clientKey: env.HOLDFAST_CLIENT_KEY,
    logLevel: env.HOLDFAST_LOG_LEVEL,
  };
}

function parse<S extends z.ZodType>(schema: S, input: unknown, source: string): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  // Values are left out: one of them is a key.
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(whole)"}: ${message}`);
  throw new ConfigInvalidError(source, faults);
}

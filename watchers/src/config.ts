import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chains, decodePieceCid, filecoin } from "@holdfast/sdk";
import { type Address, type Hex, isAddress, isHex, parseEther } from "viem";
import { z } from "zod";
import { FAULT_POINTS, type FaultPoint } from "./runtime/fault-point.ts";
import { EXIT, StopError } from "./runtime/stop-error.ts";

/** The configuration is wrong: every fault with the path of its field, and no value. */
export class ConfigInvalidError extends StopError {
  readonly faults: readonly string[];
  constructor(source: string, faults: readonly string[], next = "correct it, and start again.") {
    super(
      EXIT.config,
      `${source} is not a valid configuration:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      next,
    );
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

const contracts = z.strictObject({ deals: address, registry: address, evidence: address, pay: address });
const httpUrl = z.url({ protocol: /^https?$/ });
const port = z.int().min(0).max(65_535);

const files = z
  .strictObject({
    host: z.string().default("127.0.0.1"),
    port: port.default(0),
    /** Others than this machine may read the CARs. */
    open: z.boolean().default(false),
    /** How providers reach the server, if not by its own address. */
    publicUrl: httpUrl.optional(),
  })
  .prefault({});

/** Milliseconds for one exchange with a provider. */
const providerTimeoutMs = z.int().min(1).default(10_000);

/** attoFIL as a whole number, or FIL with its unit. */
const amount = z.union([
  whole,
  z
    .string()
    .regex(/^\d+(\.\d{1,18})? FIL$/, 'must be attoFIL, or as in "0.5 FIL"')
    .transform((text) => parseEther(text.slice(0, -4))),
]);

const senderLimits = {
  /** Epochs without a receipt after which the fee is raised. */
  stuckAfter: positive.default(10n),
  /** What one transaction may cost, what may go on fees within 120 and 2,880 epochs, and what stays. */
  maxTransactionCost: amount.default(FIL),
  maxHourlyCost: amount.default(2n * FIL),
  maxDailyCost: amount.default(10n * FIL),
  minBalance: amount.default(FIL / 10n),
  /** Signed and not mined; public nodes take 10 from one account. */
  maxInFlight: z.int().min(1).max(1000).default(10),
};

/** Epochs after which a tipset counts as final even where the node does not say so yet. */
const confirmations = whole.refine((value) => value <= 900n, "must be 900 at most").default(30n);

const dealsConfig = z.strictObject({
  contracts,
  policy,
  sender: z.strictObject({ confirmations, ...senderLimits }).prefault({}),
  files,
  providerTimeoutMs,
});

const chainId = z
  .int()
  .refine(
    (id) => Object.values(chains).some((chain) => chain.id === id),
    `must be one of ${Object.values(chains).map(({ id, name }) => `${id} (${name})`)}`,
  );

const daemonFile = z
  .strictObject({
    chain: z.strictObject({
      id: chainId,
      contracts,
      /** Multicall3, where the chain has one that is not known here; it must have stood there for `finality.depth`. */
      multicall3: address.optional(),
      /** Epoch of the first event that is kept. Default: that of the first start. */
      fromEpoch: whole.optional(),
    }),
    /** JSON-RPC of nodes that answer Filecoin.StateCall, best first. HOLDFAST_WATCH_RPC_URLS goes before. */
    endpoints: z.array(httpUrl).default([]),
    key: z
      .strictObject({
        /** geth V3 keystore file, mode 0600. */
        keystore: z.string().min(1).optional(),
        /** File with its password, mode 0600. */
        passwordFile: z.string().min(1).optional(),
      })
      .prefault({}),
    /** SQLite file: one for each chain, account and deployment. */
    database: z.string().min(1).default("holdfast.db"),
    http: z
      .strictObject({
        host: z.string().default("127.0.0.1"),
        port: port.default(9464),
        /** File with the bearer token, mode 0600. */
        tokenFile: z.string().min(1).optional(),
      })
      .prefault({}),
    sender: z.strictObject(senderLimits).prefault({}),
    finality: z.strictObject({ depth: confirmations }).prefault({}),
    files,
    providerTimeoutMs,
    /** Milliseconds between two rounds. */
    pollMs: z.int().min(10).max(45_000).default(30_000),
    watchers: z
      .array(z.discriminatedUnion("type", [policy.extend({ type: z.literal("deals") })]))
      .min(1)
      .superRefine((given, context) => {
        const seen = new Set<string>();
        for (const [index, { type, dataset }] of given.entries()) {
          const name = `${type} ${dataset}`;
          if (seen.has(name))
            context.addIssue({ code: "custom", path: [index, "dataset"], message: "has a watcher already" });
          seen.add(name);
        }
      }),
  })
  .refine(({ chain, finality }) => chain.id !== filecoin.id || finality.depth > 0n, {
    path: ["finality", "depth"],
    message: "must be more than 0 on mainnet: what was only just seen there can be undone (30 by default)",
  });

const environment = z.strictObject({
  HOLDFAST_WATCH_CONFIG: z.string().min(1).default("holdfast.json"),
  /** Commas between them. URLs with a token belong here and not into the file. */
  HOLDFAST_WATCH_RPC_URLS: z
    .string()
    .transform((text) => text.split(",").map((url) => url.trim()))
    .pipe(z.array(httpUrl).min(1))
    .optional(),
  HOLDFAST_WATCH_DATABASE: z.string().min(1).optional(),
  HOLDFAST_WATCH_KEYSTORE: z.string().min(1).optional(),
  HOLDFAST_WATCH_PASSWORD_FILE: z.string().min(1).optional(),
  HOLDFAST_WATCH_HTTP_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  HOLDFAST_WATCH_INSECURE_KEY: bytes32.optional(),
  /** For tests: dies there, as by kill -9, the first time that it comes by. */
  HOLDFAST_WATCH_FAULT_AT: z.enum(FAULT_POINTS).optional(),
  HOLDFAST_WATCH_LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info"),
});

/** What one `deals` watcher is told, with a runtime of its own. Epochs and amounts are bigints. */
export type DealsConfig = z.output<typeof dealsConfig>;
/** The same before defaults: what the demo or a test writes. */
export type DealsConfigInput = z.input<typeof dealsConfig>;

/** What the daemon's JSON file says, before defaults. */
export type DaemonConfigInput = z.input<typeof daemonFile>;

/** What the daemon is told: its file, with paths made absolute, and its environment. */
export type DaemonConfig = Omit<z.output<typeof daemonFile>, "http"> & {
  http: { host: string; port: number; tokenFile?: string | undefined; token?: string | undefined };
  /** For devnets: a key outside any keystore. */
  insecureKey: Hex | undefined;
  faultAt: FaultPoint | undefined;
  logLevel: string;
};

/** @throws ConfigInvalidError */
export function parseDealsConfig(input: unknown, source = "The configuration"): DealsConfig {
  return parse(dealsConfig, input, source);
}

/**
 * The daemon's configuration: a JSON file (`path`, else the one that HOLDFAST_WATCH_CONFIG names), whose relative paths start at
 * its own folder, and the environment, which goes before.
 * @throws ConfigInvalidError
 */
export function loadConfig(
  path?: string,
  variables: Record<string, string | undefined> = process.env,
): DaemonConfig {
  const ours = Object.entries(variables).filter(
    ([name, value]) => /^HOLDFAST_WATCH_/.test(name) && value !== "",
  );
  const env = parse(environment, Object.fromEntries(ours), "The environment");
  const file = path ?? env.HOLDFAST_WATCH_CONFIG;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // A parser quotes what it read, which may be a secret.
    const why = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    const next =
      "name the file with --config or HOLDFAST_WATCH_CONFIG; docs/runbooks/daemon.md has one to start from.";
    throw new ConfigInvalidError(file, [`cannot be read: ${why}`], next);
  }
  const given = parse(daemonFile, json, file);
  const endpoints = env.HOLDFAST_WATCH_RPC_URLS ?? given.endpoints;
  if (endpoints.length === 0) {
    throw new ConfigInvalidError(file, [
      "endpoints: none is given, neither here nor in HOLDFAST_WATCH_RPC_URLS",
    ]);
  }
  const at = (name: string) => resolve(dirname(file), name);
  const maybeAt = (name: string | undefined) => (name === undefined ? undefined : at(name));
  return {
    ...given,
    endpoints,
    database: env.HOLDFAST_WATCH_DATABASE ?? at(given.database),
    key: {
      keystore: env.HOLDFAST_WATCH_KEYSTORE ?? maybeAt(given.key.keystore),
      passwordFile: env.HOLDFAST_WATCH_PASSWORD_FILE ?? maybeAt(given.key.passwordFile),
    },
    http: { ...given.http, tokenFile: maybeAt(given.http.tokenFile), token: env.HOLDFAST_WATCH_HTTP_TOKEN },
    watchers: given.watchers.map((watcher) => ({
      ...watcher,
      pieces: watcher.pieces.map(({ car, layer, ...piece }) => ({
        ...piece,
        ...(car === undefined ? {} : { car: at(car) }),
        ...(layer === undefined ? {} : { layer: at(layer) }),
      })),
    })),
    insecureKey: env.HOLDFAST_WATCH_INSECURE_KEY,
    faultAt: env.HOLDFAST_WATCH_FAULT_AT,
    logLevel: env.HOLDFAST_WATCH_LOG_LEVEL,
  };
}

function parse<S extends z.ZodType>(schema: S, input: unknown, source: string): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  // Values are left out: one of them is a key.
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(whole)"}: ${message}`);
  throw new ConfigInvalidError(source, faults);
}

import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { HTTPException } from "hono/http-exception";
import { isLoopback } from "./file-server.ts";
import type { Metrics } from "./metrics.ts";
import { EXIT, StopError } from "./stop-error.ts";

/** Why the daemon is not ready now. */
export type NotReady =
  | "starting"
  | "syncing"
  | "stalled"
  | "paused"
  | "low-balance"
  | "breaker-open"
  | "failing";

/** What /status tells; bigints become text. */
export interface DaemonStatus {
  version: string;
  chainId: number;
  account: string;
  startedAt: string;
  ready: boolean;
  reasons: readonly NotReady[];
  /** Epochs; null before the first round. */
  head: bigint | null;
  finalized: bigint | null;
  lag: number | null;
  /** Intents that are unfinished. */
  pending: number;
  /** Intents that wait for a person. */
  parked: number;
  /** Of the account, about; null before it was read. */
  balanceFil: number | null;
  /** Why transactions are held back. */
  pauses: readonly { reason: string; message: string }[];
  endpoints: readonly { name: string; breaker: string | undefined }[];
  watchers: readonly {
    name: string;
    /** Of its last plan. */
    epoch: bigint | null;
    error: string | null;
    alerts: readonly { kind: string; message: string }[];
  }[];
}

export interface StatusServerOptions {
  host: string;
  port: number;
  /** Needed where others than this machine could reach the server. */
  token: string | undefined;
  /** Milliseconds since the loop last gave a sign of life. */
  beatAge(): number;
  status(): Promise<DaemonStatus>;
  metrics: Metrics;
  clean(text: string): string;
}

export interface StatusServer {
  url: string;
  close(): Promise<void>;
}

/** The daemon's own server was asked to listen where others could reach it, without a token. */
export class StatusServerOpenError extends StopError {
  constructor(host: string) {
    super(
      EXIT.config,
      `http.host: ${host} is not a loopback address, and there is no token: anybody who reaches it could read the daemon's state.`,
      "set http.tokenFile or HOLDFAST_WATCH_HTTP_TOKEN, or listen on 127.0.0.1.",
    );
  }
}

/** Another program listens there. */
export class StatusServerPortError extends StopError {
  constructor(host: string, port: number, cause: unknown) {
    super(
      EXIT.config,
      `http.port: ${host}:${port} cannot be listened on (${(cause as NodeJS.ErrnoException).code}).`,
      "free the port, or give another one; 0 takes any.",
      cause,
    );
  }
}

/** A loop without a sign of life for so long is not healthy. */
export const LONGEST_BEAT_MS = 60_000;

/**
 * /health (the loop beats), /ready (transactions would be sent now), /status (JSON), /metrics (Prometheus).
 * @throws StatusServerOpenError, StatusServerPortError
 */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { host, port, token, beatAge, status, metrics, clean } = options;
  if (token === undefined && !isLoopback(host)) throw new StatusServerOpenError(host);
  const app = new Hono();
  if (token !== undefined) app.use(bearerAuth({ token }));
  const json = (value: unknown, code: 200 | 503) =>
    new Response(`${clean(toJson(value))}\n`, {
      status: code,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
  app.get("/health", () => {
    const beatAgeMs = beatAge();
    const healthy = beatAgeMs < LONGEST_BEAT_MS;
    return json({ healthy, beatAgeMs }, healthy ? 200 : 503);
  });
  app.get("/ready", async () => {
    const { ready, reasons } = await status();
    return json({ ready, reasons }, ready ? 200 : 503);
  });
  app.get("/status", async () => json(await status(), 200));
  app.get("/metrics", async (context) => {
    context.header("content-type", metrics.registry.contentType);
    return context.body(clean(await metrics.registry.metrics()));
  });
  app.onError((error, context) =>
    error instanceof HTTPException
      ? error.getResponse()
      : context.text("The daemon could not answer. Next: holdfast-watch status\n", 500),
  );
  const { server, bound } = await listen(app.fetch, host, port);
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

/** One line of JSON; bigints are text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item));
}

function listen(fetch: Hono["fetch"], hostname: string, port: number) {
  return new Promise<{ server: ServerType; bound: number }>((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (info) => resolve({ server, bound: info.port }));
    server.once("error", (cause) => reject(new StatusServerPortError(hostname, port, cause)));
  });
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { choose, type Seed } from "./chance.ts";
import type { EpochMaker } from "./epoch-maker.ts";
import { createFaultScript, type FaultKind, type FaultOptions, type FaultScript } from "./faults.ts";
import type { RawLog } from "./get-logs.ts";
import { createMethods, type MethodsOptions } from "./methods.ts";
import { asRpcError } from "./rpc-error.ts";
import type { Turns } from "./turns.ts";

export interface FaceOptions extends MethodsOptions {
  maker: EpochMaker;
  turns: Turns;
  seed: Seed;
  faults?: FaultOptions;
  /** Default 0: any free port. */
  port?: number;
}

/** A node's JSON-RPC endpoint on loopback. */
export interface LotusFace {
  readonly url: string;
  readonly faults: FaultScript;
  /** Requests answered or struck, by method. */
  requests(): Record<string, number>;
  /** Refuses connections, cuts the open ones. */
  stop(): Promise<void>;
}

interface RpcRequest {
  id?: unknown;
  method: string;
  params?: readonly unknown[];
}

interface RpcAnswer {
  jsonrpc: "2.0";
  id: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

const OTHER_CHAIN = { eth_chainId: "0x1", net_version: "1" } as const;

/** Opens an endpoint: one node's view of the chain, with that node's ways and faults. */
export async function openFace(options: FaceOptions): Promise<LotusFace> {
  const { maker, turns, seed, style, port = 0 } = options;
  const call = createMethods(options);
  const faults = createFaultScript(seed, options.faults);
  const counts = new Map<string, number>();
  const stopping = new AbortController();

  async function answer(
    { id = null, method, params = [] }: RpcRequest,
    fault?: FaultKind,
  ): Promise<RpcAnswer> {
    try {
      const result = await turns.shared(async () =>
        call(method, params, maker.tipsets.view(fault === "stale-head" ? faults.staleBy : 0)),
      );
      return { jsonrpc: "2.0", id, result: changed(method, result ?? null, fault) };
    } catch (error) {
      const { code, message, data } = asRpcError(error);
      return { jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } };
    }
  }

  function changed(method: string, result: unknown, fault: FaultKind | undefined): unknown {
    if (fault === "wrong-chain") return OTHER_CHAIN[method as keyof typeof OTHER_CHAIN] ?? result;
    if (method !== "eth_getLogs") return result;
    const logs = (result as RawLog[]).filter((log) => !faults.isHidden(log));
    if (fault === "duplicate-logs") return logs.flatMap((log) => [log, log]);
    if (fault !== "reordered-logs") return logs;
    const shuffled: RawLog[] = [];
    for (const log of logs) {
      const slots = Array.from({ length: shuffled.length + 1 }, (_, index) => index);
      shuffled.splice(choose(slots, seed, "order", log.transactionHash, log.logIndex), 0, log);
    }
    return shuffled;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: RpcRequest | RpcRequest[];
    try {
      body = JSON.parse(await text(request));
    } catch {
      const error = { code: -32700, message: "Parse error" };
      return reply(response, 500, { jsonrpc: "2.0", id: null, error });
    }
    const calls = Array.isArray(body) ? body : [body];
    for (const { method } of calls) counts.set(method, (counts.get(method) ?? 0) + 1);
    const fault = faults.strike(calls[0]?.method ?? "");
    if (fault === "drop-before") return void request.socket.destroy();
    if (fault === "throttle") {
      response.setHeader("retry-after", faults.retryAfterSeconds);
      return void response.writeHead(429).end("Too Many Requests");
    }
    if (fault === "bad-gateway") {
      return void response.writeHead(502, { "content-type": "text/html" }).end("<h1>502 Bad Gateway</h1>");
    }
    if (fault === "hang") {
      await sleep(faults.hangMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      return void request.socket.destroy();
    }
    const answers = await Promise.all(calls.map((one) => answer(one, fault)));
    if (fault === "drop-after") return void request.socket.destroy();
    const failed = !Array.isArray(body) && answers[0]?.error !== undefined;
    const content = Array.isArray(body) ? answers : answers[0];
    reply(response, failed && style !== "forest" ? 500 : 200, content, fault === "malformed");
  }

  function reply(response: ServerResponse, status: number, content: unknown, isCut = false): void {
    const json = JSON.stringify(content);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(isCut ? json.slice(0, Math.ceil(json.length / 2)) : json);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error as Error));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    requests: () => Object.fromEntries(counts),
    stop: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

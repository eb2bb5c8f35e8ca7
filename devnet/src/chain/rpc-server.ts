import { Hono } from "hono";
import { cors } from "hono/cors";
import { type HttpListener, listen } from "../http-listener.ts";

/** The part of an EIP-1193 provider that a server needs. */
export interface RpcProvider {
  request(request: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

interface RpcRequest {
  id?: unknown;
  method: string;
  params?: readonly unknown[];
}

/** Methods beyond the provider's, by name. */
export type RpcMethods = Record<string, (params: readonly unknown[]) => Promise<unknown>>;

/** Serves a provider as JSON-RPC over HTTP, on loopback; reverts look as Lotus gives them (code 3, data as hex). */
export async function serveRpc(
  provider: RpcProvider,
  port: number,
  methods: RpcMethods,
): Promise<HttpListener> {
  const app = new Hono();
  const answer = async ({ id = null, method, params = [] }: RpcRequest) => {
    try {
      const result = await (methods[method]?.(params) ?? provider.request({ method, params }));
      return { jsonrpc: "2.0", id, result: result ?? null };
    } catch (error) {
      return { jsonrpc: "2.0", id, error: rpcError(error) };
    }
  };
  app.use(cors());
  app.post("/", async (context) => {
    const body = (await context.req.json().catch(() => undefined)) as RpcRequest | RpcRequest[] | undefined;
    if (body === undefined) {
      return context.json({ jsonrpc: "2.0", id: null, error: { code: -32700, message: "Parse error" } });
    }
    return context.json(
      Array.isArray(body) ? await Promise.all(body.map((one) => answer(one))) : await answer(body),
    );
  });
  return listen(app.fetch, port);
}

function rpcError(error: unknown) {
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  const revert = typeof data === "object" && data !== null && "data" in data ? data.data : data;
  const text = typeof message === "string" ? message : String(error);
  if (typeof revert === "string" && revert.startsWith("0x")) return { code: 3, message: text, data: revert };
  return { code: typeof code === "number" ? code : -32603, message: text };
}

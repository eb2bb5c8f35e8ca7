import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands between a client and a JSON-RPC endpoint. */
export interface RpcProxy extends AsyncDisposable {
  readonly url: string;
}

export interface RpcProxyOptions {
  /** The endpoint. */
  to: string;
  /** Asked before a request is passed on: whether it is. */
  onRequest?(request: RpcCall): boolean;
  /** Asked before an answer is passed back: whether it is. */
  onAnswer?(request: RpcCall): boolean;
}

export interface RpcCall {
  method: string;
  params?: unknown[];
}

/** Starts a proxy on loopback. */
export async function startRpcProxy({ to, onRequest, onAnswer }: RpcProxyOptions): Promise<RpcProxy> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const call = JSON.parse(body) as RpcCall;
    if (onRequest?.(call) === false) return response.destroy();
    const answer = await fetch(to, { method: "POST", headers: { "content-type": "application/json" }, body });
    const text = await answer.text();
    if (onAnswer?.(call) === false) return response.destroy();
    response.setHeader("content-type", "application/json").end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

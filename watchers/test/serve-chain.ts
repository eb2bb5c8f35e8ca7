import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MemoryChain } from "./memory-chain.ts";

interface Call {
  id: number;
  method: string;
  params?: unknown[];
}

/** The chain as a node over HTTP, batches too. What `instead` gives is answered in its place; it may take its time. */
export async function serveChain(
  chain: MemoryChain,
  instead: (call: Call) => unknown | Promise<unknown>,
): Promise<{ url: string; close(): void }> {
  async function answer({ id, ...call }: Call): Promise<object> {
    try {
      return { jsonrpc: "2.0", id, result: (await instead({ id, ...call })) ?? (await chain.request(call)) };
    } catch (error) {
      const { code, message } = error as { code: number; message: string };
      return { jsonrpc: "2.0", id, error: { code, message } };
    }
  }
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    response.end(JSON.stringify(await (Array.isArray(body) ? Promise.all(body.map(answer)) : answer(body))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

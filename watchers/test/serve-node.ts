import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { MemoryNode, NodeError } from "./memory-node.ts";

/** The node over HTTP, for other processes; `test_mine` has it mine. */
export async function serveNode(node: MemoryNode): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", async () => {
      const calls = JSON.parse(body);
      const answers = Array.isArray(calls) ? Promise.all(calls.map(answer)) : answer(calls);
      response.end(JSON.stringify(await answers));
    });
  });
  async function answer({ id, method, params }: { id: number; method: string; params: never[] }) {
    try {
      if (method === "test_mine") node.mine(params[0], params[1] ?? undefined);
      const call = { method, params };
      const result = method === "test_mine" ? null : await node.intercept(call, () => node.answer(call));
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const { code, message, data } = error as NodeError;
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  }
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

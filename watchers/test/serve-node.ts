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
    request.on("end", () => {
      const { id, method, params } = JSON.parse(body);
      const answer = (content: object) => response.end(JSON.stringify({ jsonrpc: "2.0", id, ...content }));
      try {
        if (method === "test_mine") answer({ result: node.mine(params[0], params[1] ?? undefined) ?? null });
        else answer({ result: node.answer({ method, params }) });
      } catch (error) {
        const { code, message, data } = error as NodeError;
        answer({ error: { code, message, data } });
      }
    });
  });
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

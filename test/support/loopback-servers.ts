import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers a request of which `body` is the JSON, undefined if it has none. */
export type Answer = (body: unknown, respond: (status: number, text: string) => void) => unknown;

/** HTTP servers on loopback, closed together. */
export function loopbackServers() {
  const servers: Server[] = [];
  return {
    /** @returns its URL */
    async serve(answer: Answer): Promise<string> {
      const server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
        await answer(body, (status, text) => {
          response.writeHead(status, { "content-type": "application/json" }).end(text);
        });
      }).listen(0, "127.0.0.1");
      servers.push(server);
      await once(server, "listening");
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close: () => servers.map((server) => server.close()),
  };
}

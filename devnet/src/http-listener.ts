import { type ServerType, serve } from "@hono/node-server";

/** A loopback HTTP server that can stop and come back on the same port. */
export interface HttpListener {
  readonly url: string;
  readonly port: number;
  /** Refuses connections, cuts the open ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  port: number,
): Promise<HttpListener> {
  let server: ServerType | undefined;
  let bound = port;
  const start = () =>
    new Promise<void>((resolve, reject) => {
      if (server) return resolve();
      const opened = serve({ fetch, hostname: "127.0.0.1", port: bound }, (info) => {
        bound = info.port;
        server = opened;
        resolve();
      });
      opened.once("error", reject);
    });
  await start();
  return {
    get url() {
      return `http://127.0.0.1:${bound}`;
    },
    get port() {
      return bound;
    },
    start,
    stop: () =>
      new Promise<void>((resolve) => {
        const closing = server;
        server = undefined;
        if (!closing) return resolve();
        closing.close(() => resolve());
        if ("closeAllConnections" in closing) closing.closeAllConnections();
      }),
  };
}

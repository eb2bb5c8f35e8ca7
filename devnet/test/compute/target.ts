import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A node that the conformance suite speaks to: by its address alone. */
export interface Target {
  readonly url: string;
  /** Kills the node at once and starts it again; undefined where nobody can. */
  readonly restart: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

/** The node at `BACALHAU_API_URL` if that is set, which is then expected to be Bacalhau v1.9.3; else the embedded one. */
export async function startTarget(): Promise<Target> {
  const url = process.env.BACALHAU_API_URL;
  if (url === undefined) return startEmbedded();
  return { url, restart: undefined, stop: async () => {} };
}

async function startEmbedded(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-compute-"));
  let child: ChildProcess;
  const start = async (port: number) => {
    const limits = JSON.stringify({ retryMs: 10, outputBytes: 8 << 20, memoryBytes: 1e9 });
    child = fork(join(import.meta.dirname, "node-process.ts"), [folder, `${port}`, limits]);
    const [url] = await once(child, "message");
    return url as string;
  };
  const kill = async () => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  const url = await start(0);
  return {
    url,
    async restart() {
      await kill();
      await start(Number(new URL(url).port));
    },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

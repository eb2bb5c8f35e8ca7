import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import SQLite from "better-sqlite3";
import { build } from "esbuild";
import type { PayerNews, PayerOrders } from "./orders.ts";

export type PayerScript = "payer" | "naive-payer";
type RoundNews = Extract<PayerNews, { type: "round" }>;

/** A payer's process, from its orders to its death. */
export interface Life {
  readonly child: ChildProcess;
  /** After its first round; milliseconds since it had its orders. */
  readonly ready: Promise<number>;
  /** How it ended. */
  readonly death: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it said last of itself. */
  last(): RoundNews | undefined;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Each payer as one file: a process that lives for half a second should not spend two on loading modules. */
const BUNDLES = fileURLToPath(new URL("../../node_modules/.cache/prove/", import.meta.url));

async function bundle(script: PayerScript): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL(`${script}.ts`, import.meta.url))],
    ...{ outdir: BUNDLES, outExtension: { ".js": ".mjs" }, logLevel: "error" },
    ...{
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      external: ["better-sqlite3", "pino"],
    },
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return `${BUNDLES}${script}.mjs`;
}

/** Processes; if `ahead`, the next one starts before the last one dies. */
export async function createNursery(script: PayerScript, { ahead = true } = {}) {
  const path = await bundle(script);
  let next = ahead ? prepare() : undefined;

  function prepare() {
    const child = fork(path, { execArgv: ["--expose-gc"], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const standby = new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", () => reject(new Error(`${script} died before it had its orders`)));
    });
    standby.catch(() => undefined);
    return { child, standby };
  }

  return {
    async begin(orders: PayerOrders): Promise<Life> {
      const { child, standby } = next ?? prepare();
      await standby;
      let last: RoundNews | undefined;
      const ready = new Promise<number>((resolve) => {
        child.on("message", (news: PayerNews) => {
          if (news.type === "ready") resolve(news.ms);
          if (news.type === "round") last = news;
        });
      });
      const death = once(child, "exit").then(([code, signal]) => ({ code, signal }));
      child.send(orders);
      if (ahead) next = prepare();
      return {
        ...{ child, ready, death, last: () => last },
        async kill() {
          child.kill("SIGKILL");
          await death;
        },
      };
    },
    async close(): Promise<void> {
      if (next === undefined) return;
      const gone = once(next.child, "exit");
      next.child.kill("SIGKILL");
      await gone;
    },
  };
}

export type Nursery = Awaited<ReturnType<typeof createNursery>>;

/** `PRAGMA integrity_check`, as a fresh process would find the file. */
export function isSound(database: string): boolean {
  const db = new SQLite(database);
  try {
    return db.pragma("integrity_check", { simple: true }) === "ok";
  } finally {
    db.close();
  }
}

import { expect } from "chai";
import { createMetrics } from "./metrics.ts";
import { createRedactor } from "./redactor.ts";
import {
  type DaemonStatus,
  type StatusServer,
  StatusServerOpenError,
  type StatusServerOptions,
  StatusServerPortError,
  startStatusServer,
} from "./status-server.ts";

const TOKEN = "a-token-that-nobody-guesses";

const WELL: DaemonStatus = {
  ...{ version: "1.2.3", chainId: 314_159, account: "0xabc", startedAt: "2026-01-01T00:00:00.000Z" },
  ...{ ready: true, reasons: [], head: 2n ** 60n, finalized: 7n, lag: 0, pending: 1, parked: 0 },
  ...{ balanceFil: 5.5, pauses: [], endpoints: [], watchers: [] },
};

describe("status server", () => {
  let server: StatusServer | undefined;
  let status: DaemonStatus;
  let beatAge: number;
  const redactor = createRedactor();

  beforeEach(() => {
    status = WELL;
    beatAge = 0;
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function start(change: Partial<StatusServerOptions> = {}): Promise<string> {
    server = await startStatusServer({
      ...{ host: "127.0.0.1", port: 0, token: undefined, metrics: createMetrics({ processMetrics: true }) },
      ...{ beatAge: () => beatAge, status: async () => status, clean: redactor.clean },
      ...change,
    });
    return server.url;
  }

  const codeOf = async (url: string, headers: Record<string, string> = {}) =>
    (await fetch(url, { headers })).status;

  it("listens on loopback, and says where", async () => {
    expect(await start()).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("calls a loop healthy that gave a sign of life within 60 s", async () => {
    const url = await start();
    for (const [age, code] of [
      [0, 200],
      [59_999, 200],
      [60_000, 503],
    ] as const) {
      beatAge = age;
      expect(await codeOf(`${url}/health`)).to.equal(code);
    }
  });

  it("is ready when nothing speaks against it, else says what", async () => {
    const url = await start();
    expect(await codeOf(`${url}/ready`)).to.equal(200);
    for (const reason of ["syncing", "paused", "low-balance", "breaker-open", "stalled"] as const) {
      status = { ...WELL, ready: false, reasons: [reason] };
      const answer = await fetch(`${url}/ready`);
      expect(answer.status).to.equal(503);
      expect(await answer.json()).to.deep.equal({ ready: false, reasons: [reason] });
    }
  });

  it("gives the status as JSON, epochs to the last digit", async () => {
    const answer = await fetch(`${await start()}/status`);
    expect(answer.headers.get("content-type")).to.equal("application/json");
    expect(await answer.json()).to.deep.include({ head: "1152921504606846976", balanceFil: 5.5 });
  });

  it("gives at least 20 series of its own to Prometheus", async () => {
    const text = await (await fetch(`${await start()}/metrics`)).text();
    const ours = new Set([...text.matchAll(/^# TYPE (holdfast_\w+)/gm)].map(([, name]) => name));
    expect(ours.size).to.be.at.least(20);
    expect(text).to.match(/^process_resident_memory_bytes \d/m);
  });

  for (const host of ["0.0.0.0", "::", "192.0.2.1", "daemon.example"]) {
    it(`refuses ${host} without a token`, async () => {
      let refusal: unknown;
      await start({ host }).catch((error: unknown) => {
        refusal = error;
      });
      expect(refusal).to.be.instanceOf(StatusServerOpenError);
      expect((refusal as StatusServerOpenError).exitCode).to.equal(3);
    });
  }

  it("with a token answers nobody without it, whatever is asked, wherever it listens", async () => {
    for (const host of ["0.0.0.0", "127.0.0.1"]) {
      const url = (await start({ host, token: TOKEN })).replace("0.0.0.0", "127.0.0.1");
      for (const path of ["/health", "/ready", "/status", "/metrics", "/nothing"]) {
        expect(await codeOf(url + path)).to.equal(401);
        expect(await codeOf(url + path, { authorization: `Bearer ${TOKEN}x` })).to.equal(401);
        const code = await codeOf(url + path, { authorization: `Bearer ${TOKEN}` });
        expect(code).to.equal(path === "/nothing" ? 404 : 200);
      }
      await server?.close();
    }
  });

  it("only answers: nothing can be changed through it", async () => {
    const url = await start();
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect((await fetch(`${url}/status`, { method })).status).to.equal(404);
    }
  });

  it("hides secrets in what it answers, and why it could not", async () => {
    redactor.hide("hunter2-hunter2");
    const watchers = [
      { name: "deals", epoch: null, error: "POST https://rpc/hunter2-hunter2 failed", alerts: [] },
    ];
    status = { ...WELL, watchers };
    const url = await start();
    expect(await (await fetch(`${url}/status`)).text()).to.contain("https://rpc/[secret] failed");
    await server?.close();
    const broken = await start({
      status: async () => {
        throw new Error("hunter2-hunter2");
      },
    });
    const answer = await fetch(`${broken}/status`);
    expect(answer.status).to.equal(500);
    expect(await answer.text()).not.to.contain("hunter2");
  });

  it("says when its port is taken", async () => {
    const port = Number(new URL(await start()).port);
    const taken = server;
    let refusal: unknown;
    await start({ port }).catch((error: unknown) => {
      refusal = error;
    });
    expect(refusal).to.be.instanceOf(StatusServerPortError);
    expect((refusal as Error).message).to.contain("EADDRINUSE");
    server = taken;
  });
});

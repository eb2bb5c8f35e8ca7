import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { devnet, findCause } from "@holdfast/sdk";
import { expect } from "chai";
import { createPublicClient, type PublicClient } from "viem";
import { type ManualClock, manualClock } from "../../test/manual-clock.ts";
import { MemoryChain } from "../../test/memory-chain.ts";
import { quiet } from "../../test/quiet.ts";
import { ChainMismatchError } from "./chain-errors.ts";
import { createEndpoints, type EndpointsOptions } from "./endpoints.ts";
import { createHeads } from "./heads.ts";
import { createMetrics } from "./metrics.ts";
import { tipsetAt } from "./tipset.ts";

type Fault = "none" | "502" | "429" | "malformed" | "hang" | "cut" | "wrong-shape";

/** A node over HTTP that can go wrong. */
async function startNode(chain: MemoryChain) {
  const state = { fault: "none" as Fault, requests: 0, batches: [] as number[], inFlight: 0, most: 0 };
  const answer = async ({ id, ...call }: { id: number; method: string; params?: unknown[] }) => {
    try {
      return { jsonrpc: "2.0", id, result: await chain.request(call) };
    } catch (error) {
      const { code, message } = error as { code: number; message: string };
      return { jsonrpc: "2.0", id, error: { code, message } };
    }
  };
  async function serve(request: IncomingMessage, response: ServerResponse) {
    state.requests++;
    state.most = Math.max(state.most, ++state.inFlight);
    let text = "";
    for await (const chunk of request) text += chunk;
    await new Promise((resolve) => setImmediate(resolve));
    state.inFlight--;
    if (state.fault === "hang") return;
    if (state.fault === "cut") return void request.socket.destroy();
    if (state.fault === "502") return void response.writeHead(502).end("Bad Gateway");
    if (state.fault === "429") return void response.writeHead(429, { "retry-after": "5" }).end("slow down");
    response.setHeader("content-type", "application/json");
    if (state.fault === "malformed") return void response.end('{"jsonrpc": "2.0", "id": 1, "resu');
    if (state.fault === "wrong-shape") return void response.end("{}");
    const body = JSON.parse(text);
    state.batches.push(Array.isArray(body) ? body.length : 1);
    response.end(JSON.stringify(await (Array.isArray(body) ? Promise.all(body.map(answer)) : answer(body))));
  }
  const server: Server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/key-that-nobody-may-see`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { chain, state, url, stop };
}

describe("endpoints", () => {
  const nodes: Awaited<ReturnType<typeof startNode>>[] = [];
  let clock: ManualClock;
  beforeEach(async () => {
    clock = manualClock();
    for (const seed of [1, 2]) {
      const chain = new MemoryChain({ seed, nullRounds: 0 });
      chain.advance(100 * seed);
      nodes.push(await startNode(chain));
    }
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.stop();
  });

  function connect(change: Partial<EndpointsOptions> = {}) {
    const metrics = createMetrics();
    const endpoints = createEndpoints({
      ...{ urls: nodes.map(({ url }) => url), chain: devnet, timeoutMs: 200, clock, logger: quiet, metrics },
      ...change,
    });
    const client = createPublicClient({ chain: devnet, transport: endpoints.transport, cacheTime: 0 });
    const head = async () => (await client.getBlock()).number;
    return { endpoints, metrics, client: client as PublicClient, head };
  }
  const thrown = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: Error) => error,
    );

  for (const fault of ["502", "429", "malformed", "hang", "cut", "wrong-shape"] as const) {
    it(`asks the next endpoint within the same request when one has the fault: ${fault}`, async () => {
      const { head, endpoints } = connect();
      const [first, second] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
      expect(await head()).to.equal(100n);
      first.state.fault = fault;
      expect(await head()).to.equal(200n);
      // And stays there: the way back is taken when this one fails.
      first.state.fault = "none";
      expect(await head()).to.equal(200n);
      second.state.fault = fault;
      expect(await head()).to.equal(100n);
      expect(endpoints.isOpen()).to.equal(true);
    });
  }

  it("tells of every exchange that has ended, by a timeout too, and of none that hangs", async () => {
    let exchanges = 0;
    const { head } = connect({
      onExchange: () => void exchanges++,
      urls: [(nodes[0] as (typeof nodes)[0]).url],
    });
    await head();
    expect(exchanges).to.equal(1);
    (nodes[0] as (typeof nodes)[0]).state.fault = "hang";
    const waiting = head().catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(exchanges).to.equal(1);
    await waiting;
    expect(exchanges).to.equal(2);
  });

  it("takes what a node refuses for its answer", async () => {
    const { client, metrics } = connect();
    const chain = (nodes[0] as (typeof nodes)[0]).chain;
    chain.skip(5);
    chain.advance(1);
    for (let count = 0; count < 10; count++) expect(await tipsetAt(client, 103n)).to.equal(undefined);
    expect((nodes[1] as (typeof nodes)[0]).state.requests).to.equal(0);
    const { values } = await metrics.rpcErrors.get();
    expect(values.map(({ labels, value }) => [labels.class, value])).to.deep.equal([["refusal", 10]]);
  });

  it("checks an endpoint before its first answer is believed, and whenever requests move to it", async () => {
    const checked: string[] = [];
    const { head } = connect({ verify: async (_, endpoint) => void checked.push(endpoint) });
    const names = nodes.map(({ url }) => new URL(url).host);
    await Promise.all([head(), head(), head()]);
    expect(checked).to.deep.equal([names[0]]);
    for (const [index, expected] of [names[1], names[0]].entries()) {
      for (const [at, node] of nodes.entries()) node.state.fault = at === index ? "502" : "none";
      await head();
      expect(checked.at(-1)).to.equal(expected);
    }
    expect(checked).to.have.length(3);
  });

  it("stops at an endpoint of another chain instead of passing it over", async () => {
    const mismatch = new ChainMismatchError("node", ["its chain id is 1, not 314"]);
    const second = new URL((nodes[1] as (typeof nodes)[0]).url).host;
    const { head } = connect({
      verify: async (_, endpoint) => {
        if (endpoint === second) throw mismatch;
      },
    });
    await head();
    (nodes[0] as (typeof nodes)[0]).state.fault = "502";
    const error = await thrown(head());
    // viem wraps what a transport throws.
    expect(findCause(error, (cause) => cause === mismatch)).to.equal(mismatch);
  });

  it("leaves an endpoint alone after 5 failures in a row, and tries it again after 30 s, whatever the clock is set to", async () => {
    const [node] = nodes as [(typeof nodes)[0]];
    const { head, endpoints, metrics } = connect({ urls: [node.url] });
    const gauge = async () => (await metrics.breakerState.get()).values[0]?.value;
    await head();
    node.state.fault = "502";
    for (let count = 0; count < 5; count++)
      expect((await thrown(head()))?.message).to.match(/No RPC endpoint/);
    const asked = node.state.requests;
    expect([endpoints.isOpen(), await gauge()]).to.deep.equal([false, 2]);
    clock.advance(29_999);
    // An hour forth, two back.
    for (const jump of [3_600_000, -7_200_000]) {
      clock.set(clock.now() + jump);
      await thrown(head());
    }
    expect(node.state.requests).to.equal(asked);
    clock.advance(1);
    await thrown(head());
    expect(node.state.requests).to.equal(asked + 1);
    expect(await gauge()).to.equal(2);
    clock.advance(30_000);
    node.state.fault = "none";
    expect(await head()).to.equal(100n);
    expect([endpoints.isOpen(), await gauge()]).to.deep.equal([true, 0]);
  });

  it("counts a batch that fails as one failure, however many requests are in it", async () => {
    const { client, endpoints } = connect({ urls: [(nodes[0] as (typeof nodes)[0]).url] });
    const [{ state }] = nodes as [(typeof nodes)[0]];
    const blocks = Array.from({ length: 10 }, (_, epoch) => BigInt(epoch));
    const batch = () => Promise.all(blocks.map((blockNumber) => thrown(client.getBlock({ blockNumber }))));
    expect(await batch()).to.deep.equal(Array(10).fill(undefined));
    state.fault = "502";
    for (let failures = 1; failures <= 5; failures++) {
      expect(endpoints.isOpen(), `before failure ${failures}`).to.equal(true);
      expect(await batch())
        .to.have.length(10)
        .and.satisfy((errors: unknown[]) => errors.every(Boolean));
    }
    expect(endpoints.isOpen()).to.equal(false);
  });

  it("turns to the next endpoint when told that a head stands still", async () => {
    const { head, endpoints } = connect();
    expect(await head()).to.equal(100n);
    endpoints.turn();
    expect(await head()).to.equal(200n);
    endpoints.turn();
    expect(await head()).to.equal(100n);
  });

  it("goes on to the third when the second's head stands still too, and logs each turn", async () => {
    for (const epochs of [100, 130]) {
      const chain = new MemoryChain({ seed: epochs, nullRounds: 0 });
      chain.advance(epochs);
      nodes.push(await startNode(chain));
    }
    const urls = [nodes[0], nodes[2], nodes[3]].map((node) => String(node?.url));
    const [first, second, third] = urls.map((url) => new URL(url).host);
    const turns: unknown[] = [];
    const logger = { ...quiet, warn: (told: unknown) => turns.push(told) } as unknown as typeof quiet;
    const { endpoints, client, metrics } = connect({ urls, logger });
    const heads = createHeads({ client, clock, metrics, onStall: endpoints.turn });
    const polled: bigint[] = [];
    for (let poll = 0; poll < 15; poll++) {
      polled.push((await heads.read()).latest);
      clock.advance(30_000);
    }
    expect(polled).to.deep.equal([...Array(13).fill(100n), 130n, 130n]);
    expect(heads.isStalled()).to.equal(false);
    expect(turns).to.deep.equal([
      { from: first, to: second, stalledMs: 180_000 },
      { from: second, to: third, stalledMs: 360_000 },
    ]);
    expect((await metrics.stalls.get()).values[0]?.value).to.equal(2);
  });

  it("sends what is asked at once in batches, no more of them at a time than allowed", async () => {
    const { client } = connect({ batchSize: 20, inFlight: 3 });
    const blocks = Array.from({ length: 100 }, (_, epoch) => client.getBlock({ blockNumber: BigInt(epoch) }));
    expect((await Promise.all(blocks)).map(({ number }) => number)).to.include(99n);
    const { state } = nodes[0] as (typeof nodes)[0];
    expect(state.batches).to.deep.equal(Array(5).fill(20));
    expect(state.most).to.be.within(2, 3);
  });

  it("names hosts alone: a path may hold a key", async () => {
    const { head, metrics } = connect();
    for (const node of nodes) node.state.fault = "502";
    const error = await thrown(head());
    const told = `${error?.message}${await metrics.registry.metrics()}`;
    expect(told).to.match(/127\.0\.0\.1/);
    expect(told).not.to.match(/nobody-may-see/);
  });
});

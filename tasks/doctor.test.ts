import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  type Check,
  chains,
  checkAccount,
  checkApproval,
  checkBindings,
  checkChainId,
  checkCode,
  checkComputeBindings,
  checkDaemon,
  checkFilecoinPay,
  checkFinality,
  checkHead,
  checkNullRounds,
  checkStateCall,
  checkToken,
  codeHashOf,
  createHoldfastClient,
  type HoldfastClient,
  nullRoundStyle,
} from "@holdfast/sdk";
import { checkKeystore, checkNodeVersion, createKeystore } from "@holdfast/sdk/node";
import { expect } from "chai";
import {
  type Address,
  type Chain,
  custom,
  encodeFunctionResult,
  erc20Abi,
  type Hex,
  http,
  toHex,
} from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { createTaskRunner, type TaskRunner } from "../test/support/task-runner.ts";
import { removeDevnetRecord, writeDevnetRecord } from "./run/deployment.ts";

interface Request {
  method: string;
  params: readonly unknown[];
}
/** What an endpoint answers in place of the devnet; undefined passes the request on. */
type Lie = (request: Request) => unknown;

describe("the doctor finds", function () {
  this.timeout(300_000);
  let devnet: Devnet;
  let tasks: TaskRunner;
  let folder: string;
  let client: HoldfastClient;
  const servers: Server[] = [];
  const seeded = new Set<string>();
  const stranger = privateKeyToAddress(generatePrivateKey());

  before(async () => {
    devnet = await startDevnet({ providers: 1, onError: () => undefined });
    tasks = await createTaskRunner();
    folder = await mkdtemp(join(tmpdir(), "holdfast-doctor-"));
    client = lying(() => undefined);
  });

  after(async () => {
    for (const server of servers) server.close();
    await devnet?.stop();
    await tasks?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
    // What the title promises, and more.
    expect(seeded.size).to.be.greaterThan(20);
  });

  /** A client of the devnet whose endpoint lies. */
  function lying(lie: Lie, chain: Chain = chains.devnet): HoldfastClient {
    const honest = http(devnet.rpcUrl)({ chain: chains.devnet });
    const request = async ({ method, params = [] }: { method: string; params?: readonly unknown[] }) => {
      const answer = await lie({ method, params });
      return answer === undefined ? honest.request({ method, params } as never) : answer;
    };
    return createHoldfastClient({
      chain,
      transport: custom({ request: request as never }, { retryCount: 0 }),
    });
  }

  /** An endpoint that fails with an error of JSON-RPC. */
  const fail = (code: number, message: string) => {
    throw Object.assign(new Error(message), { code, details: message });
  };
  const on = (wanted: string, answer: (params: readonly unknown[]) => unknown): Lie => {
    return ({ method, params }) => (method === wanted ? answer(params) : undefined);
  };

  /** One misconfiguration, seeded: the check of that name fails, says what it found, and how to mend it. */
  function finds(
    what: string,
    look: () => Promise<Check | Check[]> | Check,
    wanted: { name: string; found: RegExp; fix: RegExp },
  ) {
    seeded.add(what);
    it(what, async () => {
      const checks = [await look()].flat();
      const check = checks.find(({ ok, name }) => !ok && name === wanted.name);
      expect(check, JSON.stringify(checks)).to.not.equal(undefined);
      expect(check!.found).to.match(wanted.found);
      expect(check!.fix).to.match(wanted.fix);
    });
  }

  const contracts = () => devnet.contracts;
  const own = () => devnet.accounts.client.account.address;

  it("nothing where nothing is wrong", async () => {
    const { pay, usdfc } = contracts();
    const checks = [
      ...[checkNodeVersion(), await checkChainId(client), ...(await checkHead(client, 0))],
      ...[await checkFinality(client), await checkNullRounds(client), await checkStateCall(client)],
      ...(await checkFilecoinPay(client, pay, { pin: (await codeHashOf(client, pay))! })),
      ...(await checkToken(client, usdfc)),
      ...(await checkBindings(client, contracts())),
      await checkAccount(client, own()),
    ];
    expect(checks.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(checks).to.have.length.greaterThan(14);
  });

  finds("a Node that is too old", () => checkNodeVersion("v20.20.2"), {
    ...{ name: "Node", found: /v20\.20\.2 is older/, fix: /npm ci/ },
  });
  finds("an endpoint that does not answer", () => checkChainId(lying(() => fail(-32000, "fetch failed"))), {
    ...{ name: "chain id", found: /does not answer: fetch failed/, fix: /npx hardhat devnet/ },
  });
  finds("an endpoint of another chain", () => checkChainId(lying(on("eth_chainId", () => "0x13a"))), {
    ...{ name: "chain id", found: /of chain 314, wanted is 31415926/, fix: /another --network \(Filecoin/ },
  });
  const live = (lie: Lie = () => undefined) => lying(lie, chains.calibration);
  const headTime = async () => Number((await client.getBlock()).timestamp);
  finds("an endpoint that is behind", async () => checkHead(live(), (await headTime()) + 3_600), {
    ...{ name: "age of the head", found: /is 3\d\d\d s old/, fix: /another RPC endpoint/ },
  });
  finds("a clock that is behind", async () => checkHead(live(), (await headTime()) - 600), {
    ...{ name: "clock", found: /machine is \d+ s behind/, fix: /NTP/ },
  });
  finds(
    "an endpoint without what is final",
    () =>
      checkFinality(
        lying(
          on("eth_getBlockByNumber", ([tag]) =>
            tag === "finalized" ? fail(-32602, "unknown tag") : undefined,
          ),
        ),
      ),
    { name: "finalized tag", found: /unknown tag/, fix: /Lotus 1\.34/ },
  );
  finds(
    "an endpoint without Filecoin's own API",
    () => checkStateCall(lying(on("Filecoin.StateCall", () => fail(-32601, "method not found")))),
    { name: "Filecoin.StateCall", found: /method not found/, fix: /Filecoin's own API/ },
  );
  finds(
    "an account that no FIL ever reached",
    () =>
      checkAccount(
        lying(on("eth_getBalance", () => fail(1, "resolution lookup failed: actor not found"))),
        stranger,
      ),
    { name: "balance", found: /never received FIL/, fix: /npx hardhat devnet/ },
  );
  finds("an account without FIL", () => checkAccount(client, stranger), {
    ...{ name: "balance", found: /has no FIL/, fix: /accounts that `npx hardhat devnet`/ },
  });
  finds(
    "an account with too little",
    () => checkAccount(lying(on("eth_getBalance", () => toHex(7n))), stranger),
    {
      ...{ name: "balance", found: /less than 0\.1/, fix: /./ },
    },
  );
  finds("an address without a contract", () => checkFilecoinPay(client, stranger), {
    ...{ name: "code of FilecoinPay", found: /no code at/, fix: /nothing is deployed there/ },
  });
  finds(
    "other code than was pinned",
    () => checkCode(client, contracts().pay, { name: "FilecoinPay", pin: `0x${"ab".repeat(32)}` }),
    { name: "code of FilecoinPay", found: /pinned is 0xabab/, fix: /Do not send anything/ },
  );
  finds("a contract without Filecoin Pay's functions", () => checkFilecoinPay(client, contracts().usdfc), {
    ...{ name: "functions of FilecoinPay", found: /lacks createRail/, fix: /Filecoin Pay V1/ },
  });
  finds("a contract that answers otherwise", () => checkFilecoinPay(client, contracts().usdfc), {
    ...{ name: "answers of FilecoinPay", found: /./, fix: /Filecoin Pay V1/ },
  });
  finds(
    "a Filecoin Pay with another fee",
    () =>
      checkFilecoinPay(
        lying(
          on("eth_call", ([call]) =>
            (call as { data: Hex }).data === "0xe0975cf8" ? toHex(100n, { size: 32 }) : undefined,
          ),
        ),
        contracts().pay,
      ),
    { name: "answers of FilecoinPay", found: /NETWORK_FEE_DENOMINATOR is 100, of V1 it is 200/, fix: /V1/ },
  );
  finds("a token that is none", () => checkToken(client, contracts().pay), {
    ...{ name: "decimals of token", found: /./, fix: /ERC-20/ },
  });
  finds(
    "a token of 6 decimals",
    () => {
      const six = encodeFunctionResult({ abi: erc20Abi, functionName: "decimals", result: 6 });
      const lie = on("eth_call", ([call]) =>
        (call as { data: Hex }).data === "0x313ce567" ? six : undefined,
      );
      return checkToken(lying(lie), contracts().usdfc);
    },
    { name: "decimals of token", found: /USDFC has 6/, fix: /18 decimals/ },
  );
  finds(
    "a token without permits",
    () => {
      const lie = on("eth_call", ([call]) =>
        (call as { data: Hex }).data === "0x3644e515" ? fail(3, "execution reverted") : undefined,
      );
      return checkToken(lying(lie), contracts().usdfc);
    },
    { name: "permits of token", found: /cannot be deposited by permit/, fix: /EIP-2612/ },
  );
  finds("contracts that name others", () => checkBindings(client, { ...contracts(), pay: stranger }), {
    ...{ name: "partners of StorageDeals", found: /its pay is/, fix: /one deployment/ },
  });
  const unbound = () =>
    checkBindings(client, { ...contracts(), deals: contracts().pay, evidence: contracts().evidence });
  for (const name of ["binding of registry", "binding of evidence"]) {
    finds(`a wrong ${name}`, unbound, { name, found: /is bound to another than/, fix: /one deployment/ });
  }
  finds(
    "a registry bound to another evidence",
    () => checkBindings(client, { ...contracts(), evidence: contracts().usdfc }),
    { name: "binding of registry to evidence", found: /is bound to another than/, fix: /one deployment/ },
  );
  for (const [partner, name] of [
    ["deals", "partners of ComputeEscrow"],
    ["computeRegistry", "partners of ComputeEscrow"],
    ["registry", "partners of ComputeRegistry"],
    ["escrow", "partners of SingleArbiter"],
  ] as const) {
    finds(
      `compute over data that rests on another ${partner}`,
      () => checkComputeBindings(client, { ...contracts(), [partner]: stranger }),
      { name, found: partner === "escrow" ? /names|answer|returned/ : /it names/, fix: /one deployment/ },
    );
  }
  finds(
    "a compute registry bound to another escrow",
    () => checkComputeBindings(client, { ...contracts(), escrow: contracts().usdfc }),
    { name: "binding of compute registry", found: /is bound to another than/, fix: /one deployment/ },
  );
  const approval = (
    wanted?: { rateAllowance: bigint; lockupAllowance: bigint; maxLockupPeriod: bigint },
    lie?: Lie,
  ) => {
    const { pay, usdfc: token, deals: operator } = contracts();
    return checkApproval(lie === undefined ? client : lying(lie), {
      ...{ pay, token, operator, client: own() },
      ...(wanted === undefined ? {} : { wanted }),
    });
  };
  finds("an operator that is not approved", () => approval(), {
    ...{ name: "operator approval", found: /not approved/, fix: /npx hardhat deal propose/ },
  });
  finds(
    "an approval that is too small",
    () => {
      const words = [1n, 5n, 100n, 0n, 0n, 50n].map((word) => toHex(word, { size: 32 }).slice(2));
      const lie = on("eth_call", ([call]) =>
        (call as { data: Hex }).data.startsWith("0xe3d4c69e") ? `0x${words.join("")}` : undefined,
      );
      return approval({ rateAllowance: 6n, lockupAllowance: 100n, maxLockupPeriod: 60n }, lie);
    },
    {
      name: "operator approval",
      found: /rateAllowance: 5 left, 6 wanted; maxLockupPeriod: 50 left, 60/,
      fix: /npx/,
    },
  );
  finds("an empty account at Filecoin Pay", () => approval(), {
    ...{ name: "deposit", found: /^0 free/, fix: /Deposit/ },
  });
  finds("a daemon that does not answer", () => checkDaemon("http://127.0.0.1:59999"), {
    ...{ name: "daemon", found: /does not answer/, fix: /holdfast-watch run/ },
  });
  finds(
    "a daemon that is not ready",
    async () => {
      const url = await serve((_request, respond) => respond(503, "syncing"));
      return checkDaemon(url);
    },
    { name: "daemon", found: /not ready \(503\): syncing/, fix: /holdfast-watch status/ },
  );
  finds(
    "a keystore file that others may read",
    async () => {
      const path = join(folder, "open.json");
      await createKeystore(path, { password: "long enough", cost: 1024 });
      await chmod(path, 0o644);
      return checkKeystore(path);
    },
    { name: "keystore file", found: /mode 0644/, fix: /^chmod 600 / },
  );

  for (const [style, answer] of [
    ["error 12", () => fail(12, "requested epoch was a null round")],
    ["null", () => null],
    ["previous block", () => ({ number: "0x5" })],
  ] as const) {
    it(`which style of null rounds an endpoint has: ${style}`, async () => {
      const head = await client.getBlockNumber();
      const lie = on("eth_getBlockByNumber", ([at]) => (at === toHex(head - 40n) ? answer() : undefined));
      expect(await nullRoundStyle(lying(lie))).to.equal(style);
      expect(await checkNullRounds(lying(lie))).to.include({ ok: true });
    });
  }

  describe("as a task", () => {
    /** An endpoint that says that the devnet is Calibration. */
    const calibration = () =>
      serve(async (body, respond) => {
        const { id, method } = body as { id: number; method: string };
        if (method === "eth_chainId")
          return respond(200, JSON.stringify({ jsonrpc: "2.0", id, result: "0x4cb2f" }));
        const headers = { "content-type": "application/json" };
        const answer = await fetch(devnet.rpcUrl, { method: "POST", body: JSON.stringify(body), headers });
        respond(200, await answer.text());
      });

    interface Report {
      ok: boolean;
      checks: Check[];
      pinned?: string;
    }
    const wrong = ({ checks }: Report) => checks.filter(({ ok }) => !ok).map(({ name }) => name);

    it("a chain on which nothing is on record, a key that is missing, a daemon that is down", async () => {
      const env = { HOLDFAST_CALIBRATION_RPC_URL: await calibration(), HOLDFAST_CALIBRATION_KEY: undefined };
      const report = await tasks.json<Report>(
        ["fil", "doctor", "--network", "calibration", "--daemon", "http://127.0.0.1:59999", "--pin"],
        { env, code: 1 },
      );
      expect(wrong(report)).to.include.members(["daemon", "key", "deployment"]);
      // Others deployed Filecoin Pay and USDFC: they are looked at all the same. The devnet's token is of its own chain.
      expect(wrong(report)).to.include.members(["permits of token", "pin"]);
      expect(report.checks.find(({ name }) => name === "code of FilecoinPay")).to.include({ ok: true });
      expect(report.checks.at(-1)!.found).to.equal("Nothing was pinned: wrong are permits of token");
      for (const { ok, fix } of report.checks) expect(ok || (fix ?? "").length > 5).to.equal(true);
      for (const what of ["a deployment that is on no record", "a key that is missing"]) seeded.add(what);
    });

    it("other code than it pinned at first use, which it never pins anew", async () => {
      const root = process.cwd();
      const record = await writeDevnetRecord(root, { rpcUrl: devnet.rpcUrl, ...contracts() });
      const env = { HOLDFAST_DEVNET_RPC_URL: devnet.rpcUrl };
      try {
        const { pinned } = await tasks.json<Report>(["fil", "doctor", "--pin", "--key", "none"], { env });
        const pins = JSON.parse(await readFile(pinned!, "utf8"));
        expect(pins.FilecoinPay).to.deep.equal({
          ...{ address: contracts().pay, codeHash: await codeHashOf(client, contracts().pay) },
        });
        expect(pins.USDFC.address).to.equal(contracts().usdfc);
        // The code at the address changes: on Filecoin by an upgrade, here by force.
        const test = devnet.chain.client as unknown as { request(call: object): Promise<unknown> };
        const code = (await client.getCode({ address: contracts().pay }))!;
        await test.request({ method: "hardhat_setCode", params: [contracts().pay as Address, `${code}00`] });
        const report = await tasks.json<Report>(["fil", "doctor", "--key", "none"], { env, code: 1 });
        expect(wrong(report)).to.deep.equal(["code of FilecoinPay"]);
        const again = await tasks.json<Report>(["fil", "doctor", "--pin", "--key", "none"], { env, code: 1 });
        expect(wrong(again)).to.deep.equal(["code of FilecoinPay", "pin"]);
        const { error } = await tasks.json<{ error: { message: string } }>(
          ["fil", "doctor", "--pin", "--token", contracts().pay, "--key", "none"],
          { env, code: 3 },
        );
        expect(error.message).to.contain("--token names another token");
        expect(JSON.parse(await readFile(pinned!, "utf8"))).to.deep.equal(pins);
      } finally {
        await removeDevnetRecord(root, devnet.rpcUrl);
      }
      expect(record).to.contain("deploy/deployments/devnet");
    });
  });

  /** A server on loopback. @returns its URL */
  async function serve(
    answer: (body: unknown, respond: (status: number, text: string) => void) => unknown,
  ): Promise<string> {
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
  }
});

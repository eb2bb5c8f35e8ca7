import { formatFilecoinAddress, fromEvmAddress } from "@holdfast/sdk";
import { expect } from "chai";
import { type Address, hexToNumber, numberToHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { alice, ask, bob, type Fees, putCounter, sendCounts, signCount } from "../../test/counter.ts";
import { type BareChain, startBareChain } from "./bare-chain.ts";
import { countCall } from "./tally.ts";

const sender = formatFilecoinAddress(fromEvmAddress(alice.account.address));

describe("the Lotus-like face: mempool", () => {
  let chain: BareChain;
  let url: string;
  let counter: Address;
  beforeEach(async () => {
    chain = await startBareChain({ nullRounds: 0, maxPending: 3 });
    url = chain.face.url;
    counter = await putCounter(chain);
  });
  afterEach(() => chain.stop());

  const send = async (fees: Fees, account = alice.account) =>
    ask(url, "eth_sendRawTransaction", await signCount(account, counter, fees));
  const count = async (tag: string) =>
    hexToNumber((await ask(url, "eth_getTransactionCount", alice.account.address, tag)).result);

  it("takes nonces without a gap only", async () => {
    const { error } = await send({ nonce: 1 });
    expect(error?.message).to.equal(
      "message nonce has too big a gap from expected nonce (Nonce: 1, nextNonce: 0): unfulfilled nonce gap",
    );
    expect((await send({ nonce: 0 })).error).to.equal(undefined);
    expect((await send({ nonce: 1 })).error).to.equal(undefined);
    expect((await send({ nonce: 3 })).error?.message).to.match(/unfulfilled nonce gap$/);
  });

  it("refuses the same bytes again as a nonce that exists, while they wait, and as too low once they are in", async () => {
    await send({ nonce: 0 });
    expect((await send({ nonce: 0 })).error?.message).to.equal(
      `message from ${sender} with nonce 0 already in mpool: message with nonce already exists`,
    );
    await chain.mine(1);
    expect((await send({ nonce: 0 })).error?.message).to.equal(
      "minimum expected nonce is 1: message nonce too low",
    );
  });

  it("replaces a message for 110 % of its premium and 1 more, not for less, and then knows the old hash no more", async () => {
    const first = (await send({ nonce: 0, premium: 1_000n })).result;
    expect((await send({ nonce: 0, premium: 1_100n })).error?.message).to.match(
      /increase GasPremium to 1101 from 1100 to trigger replace by fee: replace by fee has too low GasPremium$/,
    );
    const second = (await send({ nonce: 0, premium: 1_101n })).result;
    expect((await ask(url, "eth_getTransactionByHash", first)).result).to.equal(null);
    const found = (await ask(url, "eth_getTransactionByHash", second)).result;
    expect(found).to.deep.include({ blockNumber: null, nonce: "0x0", to: counter, input: countCall(0) });
    await chain.mine(2);
    expect((await ask(url, "eth_getTransactionReceipt", first)).result).to.equal(null);
    expect((await ask(url, "eth_getTransactionReceipt", second)).result.status).to.equal("0x1");
  });

  it("counts what waits as pending, and as latest only what happened before that tipset, receipts or not", async () => {
    const [hash] = await sendCounts(url, counter, 0, 1);
    const seen: unknown[] = [];
    for (let epoch = 0; epoch < 4; epoch++) {
      const receipt = (await ask(url, "eth_getTransactionReceipt", hash)).result !== null;
      seen.push([await count("latest"), await count("pending"), receipt]);
      await chain.mine(1);
    }
    // Waiting; in the head; executed, in latest; below latest.
    expect(seen).to.deep.equal([
      [0, 2, false],
      [0, 2, false],
      [0, 2, true],
      [2, 2, true],
    ]);
  });

  it("takes no more of one sender than it allows", async () => {
    await sendCounts(url, counter, 0, 1, 2);
    expect((await send({ nonce: 3 })).error?.message).to.equal("too many pending messages for actor");
    expect((await send({ nonce: 0 }, bob.account)).error).to.equal(undefined);
  });

  it("does not know an account that never received FIL", async () => {
    const stranger = privateKeyToAccount(generatePrivateKey());
    const { error } = await send({ nonce: 0 }, stranger);
    expect(error?.code).to.equal(11);
    expect(error?.message).to.match(
      /^failed to look up actor state nonce: resolution lookup failed \([ft]410f\w+\): actor not found$/,
    );
    const estimate = await ask(url, "eth_estimateGas", {
      from: stranger.address,
      to: counter,
      data: countCall(1),
    });
    expect(estimate.error?.code).to.equal(11);
    const balance = await ask(url, "eth_getBalance", stranger.address, "latest");
    expect(balance.result).to.equal("0x0");
  });

  it("refuses what the sender cannot pay, and what is no transaction", async () => {
    const { error } = await send({ nonce: 0, feeCap: 10n ** 20n });
    expect(error?.message).to.match(
      /^not enough funds \(required: .*: not enough funds to execute transaction$/,
    );
    expect((await ask(url, "eth_sendRawTransaction", "0x1234")).error?.message).to.match(/^failed to parse/);
  });

  it("keeps a message whose fee cap lies below the base fee, and includes it when another replaces it", async () => {
    await send({ nonce: 0, premium: 1n, feeCap: 1n });
    await chain.mine(3);
    expect(await count("latest")).to.equal(0);
    expect((await send({ nonce: 0, premium: 5n })).error).to.equal(undefined);
    await chain.mine(3);
    expect(await count("latest")).to.equal(1);
  });

  it("includes nothing while held, and forgets what it is told to", async () => {
    chain.lotus.hold(true);
    const [hash] = await sendCounts(url, counter, 0);
    await chain.mine(5);
    expect([await count("latest"), await count("pending")]).to.deep.equal([0, 1]);
    expect(await chain.lotus.waiting()).to.equal(false);
    chain.lotus.mempool.forget(hash!);
    chain.lotus.hold(false);
    await chain.mine(2);
    expect([await count("latest"), await count("pending")]).to.deep.equal([0, 0]);
    expect((await ask(url, "eth_getTransactionByHash", hash)).result).to.equal(null);
  });

  it("answers reverts with code 3 and their data, and estimates a quarter more gas than is used", async () => {
    const refuser = "0x00000000000000000000000000000000000badc0";
    const params = [refuser, "0x638ac5ff0b60e01b60005260046000fd"];
    await chain.provider.request({ method: "hardhat_setCode", params });
    await chain.mine(2);
    for (const style of ["lotus", "forest"] as const) {
      const face = await chain.lotus.open({ style });
      const { status, error } = await ask(face.url, "eth_call", { to: refuser }, "latest");
      expect([status, error?.code, error?.data]).to.deep.equal([
        style === "lotus" ? 500 : 200,
        3,
        "0x8ac5ff0b",
      ]);
      expect(error?.message).to.match(/^message execution failed \(exit=\[33\]/);
    }
    const call = { from: alice.account.address, to: counter, data: countCall(1) };
    const estimate = hexToNumber((await ask(url, "eth_estimateGas", call)).result);
    const exact = (await chain.provider.request({
      method: "eth_estimateGas",
      params: [call],
    })) as `0x${string}`;
    expect(estimate).to.equal(Math.floor(hexToNumber(exact) * 1.25));
  });

  it("does not answer what only the chain beneath knows", async () => {
    for (const method of ["evm_mine", "hardhat_setBalance", "eth_newFilter"]) {
      expect((await ask(url, method)).error?.code).to.equal(-32601);
    }
    expect((await ask(url, "eth_chainId")).result).to.equal(numberToHex(31_415_926));
  });
});

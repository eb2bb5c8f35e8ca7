import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  ContractRevertedError,
  calibration,
  connectWallet,
  depositWithPermitAndApproveOperatorSync,
  getDeal,
  getOffer,
  type HoldfastClient,
  hashPiece,
  leaveDealAsClientSync,
  proposeDealSync,
  quoteDeal,
  switchOrAddChain,
  WalletChainError,
  WalletError,
  watchWallet,
  withdrawSync,
} from "@holdfast/sdk";
import { expect } from "chai";
import { type Account, parseEther, zeroHash } from "viem";
import { createWallet } from "../support/wallet.ts";

const CALIBRATION = calibration.id;
const PIECES = [hashPiece(new Uint8Array(5_000).fill(7))];

/** A dApp's way through the SDK with a wallet like MetaMask, on a chain that the wallet has never heard of. */
describe("a wallet", function () {
  this.timeout(240_000);
  let devnet: Devnet;
  let wallet: ReturnType<typeof createWallet>;
  let chain: typeof calibration;
  let payer: HoldfastClient<Account>;
  let dealId: bigint;
  const seen: unknown[] = [];

  before(async () => {
    devnet = await startDevnet({ chainId: CALIBRATION, providers: 1 });
    chain = { ...calibration, rpcUrls: { default: { http: [devnet.rpcUrl] } } } as never;
    const { client, keeper } = devnet.accounts;
    wallet = createWallet({ accounts: [client.account, keeper.account] });
    watchWallet(wallet.provider, {
      onAccounts: (accounts) => seen.push(["accounts", ...accounts]),
      onChain: (id) => seen.push(["chain", id]),
      onDisconnect: (error) => seen.push(["disconnect", error.message]),
    });
  });
  after(() => devnet.stop());
  beforeEach(() => {
    wallet.person.rejects();
    wallet.requests.length = 0;
    seen.length = 0;
  });

  const asked = () =>
    wallet.requests.map(({ method }) => method).filter((method) => /^wallet_|send|sign|request/.test(method));
  const me = () => devnet.accounts.client.account.address;
  const on = () => ({ address: devnet.contracts.deals });
  const sent = () => devnet.chain.client.getTransactionCount({ address: me() });

  async function rejection(action: Promise<unknown>): Promise<unknown> {
    return action.then(
      () => expect.fail("nothing was refused"),
      (error: unknown) => error,
    );
  }

  /** What an action comes to when the wallet declines. */
  async function expectDeclined(action: Promise<unknown>, code: number): Promise<void> {
    const error = await rejection(action);
    expect(error).to.be.instanceOf(WalletError);
    expect(error).to.include({ code });
    expect((error as WalletError).next).to.be.a("string");
  }

  async function proposal() {
    const { registry } = devnet.contracts;
    const [{ offerId }, { minDuration: duration }] = [devnet.providers[0]!, devnet.parameters];
    const { terms, version } = await getOffer(payer, { address: registry, offerId: offerId! });
    const quote = quoteDeal({ terms, pieces: PIECES, sealingWindow: 120n, duration });
    const request = {
      offerId: offerId!,
      version,
      dataset: zeroHash,
      sealingWindow: 120n,
      duration,
      pieces: PIECES,
    };
    return { quote, request };
  }

  it("is asked for an account, and may say no", async () => {
    wallet.person.rejects("eth_requestAccounts");
    await expectDeclined(connectWallet(wallet.provider, { chain }), 4001);
    expect(asked()).to.deep.equal(["eth_requestAccounts"]);
  });

  it("is asked to add the chain that it does not know, and may say no", async () => {
    wallet.person.rejects("wallet_addEthereumChain");
    await expectDeclined(connectWallet(wallet.provider, { chain }), 4001);
    expect(asked()).to.deep.equal([
      ...["eth_requestAccounts", "wallet_switchEthereumChain", "wallet_addEthereumChain"],
    ]);
    expect(seen).to.deep.equal([["accounts", me()]]);
  });

  it("is connected on the chain that it added, and not asked a second time", async () => {
    payer = await connectWallet(wallet.provider, { chain });
    expect(payer.account.address.toLowerCase()).to.equal(me().toLowerCase());
    const [added] = wallet.requests.find(({ method }) => method === "wallet_addEthereumChain")!.params;
    expect(added).to.deep.include({ chainId: "0x4cb2f", chainName: calibration.name });
    expect(added).to.have.deep.property("nativeCurrency", calibration.nativeCurrency);
    expect(seen).to.deep.equal([["chain", CALIBRATION]]);
    wallet.requests.length = 0;
    await connectWallet(wallet.provider, { chain });
    expect(asked()).to.deep.equal(["eth_requestAccounts"]);
  });

  it("signs the deposit as typed data, and may say no to it", async () => {
    const { quote } = await proposal();
    const { pay, usdfc, deals } = devnet.contracts;
    const deposit = {
      ...{ address: pay, token: usdfc, amount: parseEther("1000"), operator: deals },
      ...quote.allowances,
    };
    wallet.person.rejects("eth_signTypedData_v4");
    const before = await sent();
    await expectDeclined(depositWithPermitAndApproveOperatorSync(payer, deposit), 4001);
    expect(await sent()).to.equal(before);
    wallet.person.rejects();
    const { event } = await devnet.hurry(depositWithPermitAndApproveOperatorSync(payer, deposit));
    expect(event.args).to.deep.include({ to: me(), amount: parseEther("1000") });
    expect(asked().slice(-2)).to.deep.equal(["eth_signTypedData_v4", "eth_sendTransaction"]);
  });

  it("proposes a deal, after it said no once and nothing was sent", async () => {
    const { request } = await proposal();
    wallet.person.rejects("eth_sendTransaction");
    const before = await sent();
    await expectDeclined(proposeDealSync(payer, { ...on(), ...request }), 4001);
    expect(await sent()).to.equal(before);
    wallet.person.rejects();
    const { event } = await devnet.hurry(proposeDealSync(payer, { ...on(), ...request }));
    dealId = event.args.dealId;
    expect(await getDeal(payer, { ...on(), dealId })).to.include({ client: me(), departure: "None" });
  });

  it("moved to another chain by its owner sends nothing there, and comes back when asked", async () => {
    wallet.person.choosesChain(1);
    expect(seen).to.deep.equal([["chain", 1]]);
    const error = await rejection(leaveDealAsClientSync(payer, { ...on(), dealId }));
    expect(error).to.be.instanceOf(WalletChainError);
    expect(asked()).to.deep.equal([]);
    wallet.person.rejects("wallet_switchEthereumChain");
    await expectDeclined(switchOrAddChain(payer), 4001);
    wallet.person.rejects();
    await switchOrAddChain(payer);
    expect(asked()).to.deep.equal(["wallet_switchEthereumChain", "wallet_switchEthereumChain"]);
    expect(seen.at(-1)).to.deep.equal(["chain", CALIBRATION]);
  });

  it("with another account chosen signs for the old one no more, and the deal is not the new one's", async () => {
    wallet.person.choosesAccount(1);
    const { address } = devnet.accounts.keeper.account;
    expect(seen).to.deep.equal([["accounts", address]]);
    await expectDeclined(leaveDealAsClientSync(payer, { ...on(), dealId }), 4100);
    const other = await connectWallet(wallet.provider, { chain });
    const error = await rejection(leaveDealAsClientSync(other, { ...on(), dealId }));
    expect(error).to.be.instanceOf(ContractRevertedError);
    expect((error as ContractRevertedError).revert.errorName).to.equal("DealNotClient");
    wallet.person.choosesAccount(0);
  });

  it("ends the deal", async () => {
    const { receipt } = await devnet.hurry(leaveDealAsClientSync(payer, { ...on(), dealId }));
    expect(receipt.status).to.equal("success");
    expect((await getDeal(payer, { ...on(), dealId })).departure).to.equal("Client");
  });

  it("disconnected by its owner, or without a network, says so", async () => {
    wallet.person.disconnects();
    wallet.person.losesNetwork();
    expect(seen).to.deep.equal([["accounts"], ["disconnect", "MetaMask: Disconnected."]]);
    const { pay, usdfc } = devnet.contracts;
    await expectDeclined(withdrawSync(payer, { address: pay, token: usdfc, amount: 1n }), 4100);
  });
});

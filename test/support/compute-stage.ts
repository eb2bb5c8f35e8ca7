import {
  acceptArbiterSync,
  confirmComputeNodeSync,
  copyIdOf,
  createJobSync,
  depositSync,
  type FoundJob,
  getComputeCredit,
  getOffer,
  type hashPiece,
  type JobParams,
  jobOf,
  lookAtSector,
  proposeDealSync,
  refreshSectorsSync,
  registerComputeNodeSync,
  setOperatorApprovalSync,
} from "@holdfast/sdk";
import { type Address, maxUint256, parseAbi, parseEther, sha256, toHex, zeroAddress, zeroHash } from "viem";
import { type At, type DealStage, openDealStage, type Party } from "./deal-stage.ts";

const tokenAbi = parseAbi([
  "function approve(address spender, uint256 amount) returns (bool)",
  "function transfer(address to, uint256 amount) returns (bool)",
  "function balanceOf(address owner) view returns (uint256)",
]);
const USDFC = parseEther("1000");

/** A deal stage with two compute nodes, the workers of its providers; each has its miner's owner as operator. */
export interface ComputeStage extends AsyncDisposable {
  readonly deals: DealStage;
  readonly escrow: At;
  readonly computeRegistry: At;
  readonly arbiter: At;
  readonly token: Address;
  readonly requester: Party;
  readonly challenger: Party;
  /** Of the arbiter, and its payee. */
  readonly judge: Party;
  readonly workers: readonly [Party, Party];
  readonly operators: readonly [Party, Party];
  /** A job that everybody may work on, in FIL, with what is given in place of that. */
  params(given?: Partial<JobParams>): JobParams;
  post(params: JobParams): Promise<FoundJob>;
  /** Registers a worker, has it confirmed, and has it accept both arbiters. */
  enrol(index: 0 | 1): Promise<void>;
  /** A live copy of a piece at a provider; a new deal. */
  store(piece: ReturnType<typeof hashPiece>, provider: 0 | 1): Promise<{ copyId: bigint; sectors: bigint[] }>;
  refresh(provider: 0 | 1, sectors: readonly bigint[]): Promise<void>;
  approve(party: Party, spender: Address): Promise<void>;
  balance(of: Party | Address, token?: Address): Promise<bigint>;
  credit(of: Party | Address, token?: Address): Promise<bigint>;
}

export async function openComputeStage(): Promise<ComputeStage> {
  const deals = await openDealStage();
  const {
    chain,
    client: requester,
    keeper: challenger,
    deployer: judge,
    providers,
    on,
    token,
    hurry,
  } = deals;
  const at = (address: Address): At => ({ address });
  const [escrow, computeRegistry, arbiter] = [
    at(chain.contracts.escrow),
    at(chain.contracts.computeRegistry),
    at(chain.contracts.arbiter),
  ];
  const workers = [providers[0]!.worker, providers[1]!.worker] as const;
  const operators = [providers[0]!.owner, providers[1]!.owner] as const;
  const addressOf = (of: Party | Address) => (typeof of === "string" ? of : of.account.address);

  async function write(party: Party, functionName: "approve" | "transfer", args: [Address, bigint]) {
    const hash = await party.writeContract({ address: token, abi: tokenAbi, functionName, args });
    await hurry(requester.waitForTransactionReceipt({ hash }));
  }

  const stage: ComputeStage = {
    ...{ deals, escrow, computeRegistry, arbiter, token, requester, challenger, judge, workers, operators },
    params: (given = {}) => ({
      ...{ specDigest: sha256(toHex("a spec")), token: zeroAddress },
      ...{ minPrice: parseEther("1"), maxPrice: parseEther("2"), rampEpochs: 0 },
      ...{ stake: parseEther("8"), arbiterFee: parseEther("1"), challengeBond: parseEther("3") },
      ...{ tasks: 2, shardsPerTask: 1, mode: 0, m: 1, n: 1, maxRounds: 3 },
      ...{ auditBps: 0, holdbackBps: 0, coordinatorBps: 0 },
      ...{ acceptEpochs: 60, localEpochs: 0, execEpochs: 60, revealEpochs: 0, attestEpochs: 0 },
      ...{ challengeEpochs: 30, arbitrationEpochs: 240, holdbackEpochs: 0, holdbackTermEpochs: 0 },
      ...{ arbiter: arbiter.address, fallbackArbiter: challenger.account.address },
      ...{ attestors: zeroHash, coordinator: zeroAddress, workerRoot: zeroHash, inputsRoot: zeroHash },
      ...given,
    }),
    async post(params) {
      const { event } = await hurry(createJobSync(requester, { ...escrow, params, specCid: "0x0155" }));
      return jobOf(event);
    },
    async enrol(index) {
      const [worker, operator] = [workers[index], operators[index]];
      const node = { operator: operator.account.address, endpoint: `http://127.0.0.1:${index + 1}` };
      await hurry(registerComputeNodeSync(worker, { ...computeRegistry, ...node }));
      await hurry(confirmComputeNodeSync(operator, { ...computeRegistry, worker: worker.account.address }));
      for (const accepted of [arbiter.address, challenger.account.address]) {
        await hurry(acceptArbiterSync(worker, { ...computeRegistry, arbiter: accepted }));
      }
    },
    async store(piece, provider) {
      const { offerId } = providers[provider]!;
      const { version } = await getOffer(requester, { ...on.registry, offerId });
      const term = { sealingWindow: 120n, duration: chain.parameters.minDuration };
      const proposal = { offerId, version, dataset: zeroHash, pieces: [piece], ...term };
      const { event } = await hurry(proposeDealSync(requester, { ...on.deals, ...proposal }));
      const { dealId } = event.args;
      return { copyId: copyIdOf(dealId, 0), sectors: await deals.seal(dealId) };
    },
    async refresh(provider, sectors) {
      const miner = providers[provider]!.minerId;
      const locations = await Promise.all(
        sectors.map(async (sector) => (await lookAtSector(requester, { miner, sector })).location),
      );
      await hurry(refreshSectorsSync(challenger, { ...on.evidence, miner, sectors, locations }));
    },
    approve: (party, spender) => write(party, "approve", [spender, USDFC]),
    balance: (of, asked = zeroAddress) =>
      asked === zeroAddress
        ? requester.getBalance({ address: addressOf(of) })
        : requester.readContract({
            ...{ address: asked, abi: tokenAbi, functionName: "balanceOf" as const },
            args: [addressOf(of)],
          }),
    credit: (of, asked = zeroAddress) =>
      getComputeCredit(requester, { ...escrow, account: addressOf(of), token: asked }),
    [Symbol.asyncDispose]: () => deals[Symbol.asyncDispose](),
  };

  // The requester pays for deals, and everybody else has some of the token.
  await stage.approve(requester, on.pay.address);
  const to = requester.account.address;
  await hurry(depositSync(requester, { ...on.pay, token, to, amount: USDFC }));
  const operator = { operator: on.deals.address, approved: true, maxLockupPeriod: maxUint256 };
  const allowances = { rateAllowance: maxUint256, lockupAllowance: maxUint256 };
  await hurry(setOperatorApprovalSync(requester, { ...on.pay, token, ...operator, ...allowances }));
  for (const party of [challenger, ...workers]) {
    await write(requester, "transfer", [party.account.address, USDFC]);
  }
  return stage;
}

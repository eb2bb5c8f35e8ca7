import { expect } from "chai";
import {
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionResult,
  getAbiItem,
  type Hex,
  numberToHex,
  zeroAddress,
  zeroHash,
} from "viem";
import { chains } from "../chains.ts";
import { createHoldfastClient } from "../client.ts";
import { computeEscrowAbi } from "../generated/abi-compute-escrow.ts";
import { getJob, JobNotFoundError, JobUnknownError } from "./get-job.ts";
import { type Job, type JobParams, jobHash } from "./job.ts";

const ESCROW = "0x0000000000000000000000000000000000000015";
const HEAD = 400_000n;
const PARAMS: JobParams = {
  ...{ specDigest: `0x${"5d".repeat(32)}`, token: zeroAddress, minPrice: 1n, maxPrice: 2n, rampEpochs: 3 },
  ...{ stake: 4n, arbiterFee: 1n, challengeBond: 6n, tasks: 7, shardsPerTask: 8, mode: 1, m: 2, n: 3 },
  ...{ maxRounds: 3, auditBps: 0, holdbackBps: 9, coordinatorBps: 10, acceptEpochs: 11, localEpochs: 12 },
  ...{ execEpochs: 13, revealEpochs: 14, attestEpochs: 15, challengeEpochs: 16, arbitrationEpochs: 17 },
  ...{ holdbackEpochs: 18, holdbackTermEpochs: 19, arbiter: ESCROW, fallbackArbiter: zeroAddress },
  ...{ attestors: zeroHash, coordinator: zeroAddress, workerRoot: zeroHash, inputsRoot: zeroHash },
};
const jobOfRequester = (requester: Job["requester"], created = HEAD - 10_000n): Job => ({
  ...{ id: 9n, requester, created, params: PARAMS },
});
const JOB = jobOfRequester("0x0000000000000000000000000000000000000011");

/** An endpoint that keeps `kept` as the job's hash, and tells of these creations. */
function endpoint({ kept, told }: { kept: Hex; told: Job[] }) {
  const ranges: [bigint, bigint][] = [];
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    if (method === "eth_blockNumber") return numberToHex(HEAD);
    if (method === "eth_call") {
      return encodeFunctionResult({ abi: computeEscrowAbi, functionName: "jobHashOf", result: kept });
    }
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: Hex; toBlock: Hex }];
    const [from, to] = [BigInt(fromBlock), BigInt(toBlock)];
    ranges.push([from, to]);
    return told.filter(({ created }) => created >= from && created <= to).map(logOf);
  };
  const transport = custom({ request: request as never }, { retryCount: 0 });
  return { client: createHoldfastClient({ chain: chains.devnet, transport }), ranges };
}

function logOf({ id, requester, created, params }: Job) {
  const event = getAbiItem({ abi: computeEscrowAbi, name: "ComputeJobCreated" });
  const args = { jobId: id, requester, specDigest: params.specDigest };
  return {
    address: ESCROW,
    topics: encodeEventTopics({ abi: computeEscrowAbi, eventName: "ComputeJobCreated", args }),
    data: encodeAbiParameters(
      event.inputs.filter((input) => !input.indexed),
      [created, params, "0x0155"],
    ),
    ...{ blockNumber: numberToHex(created), blockHash: zeroHash, transactionHash: zeroHash },
    ...{ transactionIndex: "0x0", logIndex: "0x0", removed: false },
  };
}

describe("finding a job by its id", () => {
  const find = ({ client }: ReturnType<typeof endpoint>, given: { fromBlock?: bigint } = {}) =>
    getJob(client, { address: ESCROW, jobId: JOB.id, ...given });
  const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error);

  it("goes back from the head, in ranges that a Lotus node answers, until it is found", async () => {
    const asked = endpoint({ kept: jobHash(JOB), told: [JOB] });
    expect(await find(asked)).to.deep.equal({ ...JOB, specCid: "0x0155" });
    expect(asked.ranges).to.have.length(4);
    for (const [at, [from, to]] of asked.ranges.entries()) {
      expect(to).to.equal(at === 0 ? HEAD : asked.ranges[at - 1]![0] - 1n);
      expect(to - from + 1n).to.equal(2_880n);
    }
  });

  it("takes none that the chain's hash does not confirm, whoever tells of it", async () => {
    const forged = jobOfRequester("0x0000000000000000000000000000000000000022", HEAD - 5n);
    const asked = endpoint({ kept: jobHash(JOB), told: [forged, JOB] });
    expect((await find(asked)).requester).to.equal(JOB.requester);
    const alone = endpoint({ kept: jobHash(JOB), told: [forged] });
    expect(await failure(find(alone))).to.be.instanceOf(JobNotFoundError);
  });

  it("ends where it was told to, or after 60 days, and says so", async () => {
    const old = { ...JOB, created: HEAD - 61n * 2_880n };
    const asked = endpoint({ kept: jobHash(old), told: [old] });
    expect(String(await failure(find(asked)))).to.contain("Give `fromBlock`");
    expect(asked.ranges.at(-1)![0]).to.equal(HEAD - 60n * 2_880n);
    const { created } = await find(asked, { fromBlock: 200_000n });
    expect(created).to.equal(old.created);
  });

  it("asks for no logs of a job that the chain does not have", async () => {
    const asked = endpoint({ kept: zeroHash, told: [JOB] });
    expect(await failure(find(asked))).to.be.instanceOf(JobUnknownError);
    expect(asked.ranges).to.deep.equal([]);
  });
});

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createJobCall,
  createJobSync,
  createJobWithPermitCall,
  createJobWithPermitSync,
  encodeSpec,
  type JobSpec,
  jobCost,
  jobOf,
  specCid,
} from "@holdfast/sdk";
import { concat, type TransactionReceipt, zeroAddress } from "viem";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { fields } from "../../run/output.ts";
import { UNSIGNED_PERMIT } from "../../run/permit.ts";
import { carryOut, type Step, senderAddress } from "../../run/send.ts";
import { checkTokens, currencyOf, PERMIT_GAS } from "../currency.ts";
import { checkModule, openFiles, readSpec, type SpecFiles } from "../spec-files.ts";
import { longestEpochs, type TermsArguments, termsOf } from "./terms.ts";

interface PostArguments extends WriteArguments, TermsArguments {
  spec: string;
  token: string | undefined;
  files: string | undefined;
  publish: string | undefined;
}

interface Posted {
  jobId: bigint;
  created: bigint;
  receipt: TransactionReceipt;
}

/** What a raw CIDv1 over a sha2-256 starts with, in binary. */
const RAW_SHA2_256 = "0x01551220";
const LIST = "npx hardhat compute job list";

export default command<PostArguments>(async (args, context) => {
  const spec = await readSpec(args.spec);
  const files = await openFiles(args.spec, args.files);
  checkModule(spec, await files.bytesOf(spec.module), context);
  const connection = await context.connect();
  const { client, chainName } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const { escrow, arbiter } = await connection.compute();
  const [currency, time] = await Promise.all([currencyOf(connection, args.token), connection.time()]);
  const params = termsOf(spec, args, {
    ...{ token: currency.address, arbiter },
    ...{ chainId: client.chain.id, onMainnet: chainName === "filecoin" },
  });
  const cost = jobCost(params);
  const inFil = currency.address === zeroAddress;
  if (!inFil) await checkTokens(connection, currency, address, cost, "post it");
  const cid = specCid(spec);
  const creation = { address: escrow, params, specCid: concat([RAW_SHA2_256, params.specDigest]) };
  const title = `Post ${params.tasks} tasks of ${cid}`;
  /** Compute nodes look for the files as soon as they hear of the job. */
  const publishThen = async (create: () => ReturnType<typeof createJobSync>): Promise<Posted> => {
    if (args.publish !== undefined) await publish(args.publish, spec, files);
    const { event, receipt } = await create();
    const { id, created } = jobOf(event);
    return { jobId: id, created, receipt };
  };
  const step: Step<Posted> = inFil
    ? {
        ...{ title, contract: "ComputeEscrow", call: createJobCall(client, creation) },
        send: (by, onHash) => publishThen(() => createJobSync(by, { ...creation, onHash })),
      }
    : {
        ...{ title: `${title}, by permit`, contract: "ComputeEscrow" },
        call: createJobWithPermitCall(client, { ...creation, permit: UNSIGNED_PERMIT }),
        ...{ unsigned: ["permit"], assumedGas: PERMIT_GAS },
        send: (by, onHash) => publishThen(() => createJobWithPermitSync(by, { ...creation, onHash })),
      };
  const acceptBy = time.head + BigInt(params.acceptEpochs);
  const finalBy = time.head + longestEpochs(params);
  const slots = BigInt(params.tasks * params.n);
  return carryOut<Posted>(
    args,
    { context, connection, sender, address },
    {
      steps: [step],
      costs: {
        "locked now": `${currency.text(cost)}; what tasks do not spend comes back as they end`,
        "of it for work": `${currency.text(slots * params.maxPrice)} at most: ${slots} slots at ${currency.text(params.minPrice)} to ${currency.text(params.maxPrice)}`,
        "of it for rulings": `${currency.text(BigInt(params.tasks) * params.arbiterFee)} at most: ${currency.text(params.arbiterFee)} each`,
        "a worker stakes": `${currency.text(params.stake)} a slot`,
        "a challenger puts up": currency.text(params.challengeBond),
        audits: `${params.auditBps / 100} % of the tasks, by lot`,
        "for those who store inputs until":
          params.localEpochs === 0 ? undefined : time.text(time.head + BigInt(params.localEpochs)),
        "accepted by": time.text(acceptBy),
        "final by, at the latest": time.text(finalBy),
        "rules on disputes": `${params.arbiter}, then ${params.fallbackArbiter}`,
      },
      figures: {
        token: { address: currency.address, symbol: currency.symbol, locked: cost },
        ...{ params, acceptBy, finalBy },
      },
      resume: LIST,
      outcome([job]) {
        const { jobId, created } = job!;
        return {
          json: {
            job: jobId,
            created,
            specCid: cid,
            specDigest: params.specDigest,
            tasks: params.tasks,
            params,
          },
          text: fields({
            ...{ job: jobId, spec: cid, tasks: params.tasks, locked: currency.text(cost) },
            "accepted by": time.text(created + BigInt(params.acceptEpochs)),
            next: `npx hardhat compute job status ${jobId}`,
          }),
        };
      },
    },
  );
});

/** Puts the spec and its files under their CIDs into a folder, from which they can be served to compute nodes. */
async function publish(folder: string, spec: JobSpec, files: SpecFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, specCid(spec)), encodeSpec(spec));
  for (const file of [spec.module, ...spec.inputs]) {
    await writeFile(join(folder, file.cid), await files.bytesOf(file));
  }
}

import {
  lookAtSector,
  refreshSectorsCall,
  refreshSectorsSync,
  reportCopyCall,
  reportCopySync,
} from "@holdfast/sdk";
import { formatEther } from "viem";
import { command } from "../run/command.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { carryOut, type Step } from "../run/send.ts";
import { type DealArguments, openDeal } from "./open-deal.ts";

interface ReportArguments extends DealArguments {
  copy: number;
}

export default command<ReportArguments>(async (args, context) => {
  const { dealId, deal, copies, contracts, run } = await openDeal(args, context);
  const { client } = run.connection;
  const copy = copies[args.copy];
  if (copy === undefined) {
    throw new TaskConfigError(
      `Deal ${dealId} has ${copies.length} copies, none with index ${args.copy}.`,
      `npx hardhat deal status ${dealId}`,
    );
  }
  if (copy.activation === 0n) {
    throw new TaskConfigError(
      `Copy ${args.copy} of deal ${dealId} is ${copy.state}: it has no sector to look at.`,
      `npx hardhat deal status ${dealId}`,
    );
  }
  const miner = deal.provider;
  const { status, location, expiration } = await lookAtSector(client, { miner, sector: copy.sector });
  context.note(`  sector ${copy.sector} of f0${miner} is ${status}, and expires at epoch ${expiration}`);
  const active = status === "Active";
  const refresh = { address: contracts.evidence, miner, sectors: [copy.sector], locations: [location] };
  const report = { address: contracts.deals, copyId: copy.copyId, location };
  const step: Step = active
    ? {
        ...{ title: `Refresh sector ${copy.sector}`, contract: "SectorEvidence" },
        call: refreshSectorsCall(client, refresh),
        send: (by, onHash) => refreshSectorsSync(by, { ...refresh, onHash }),
      }
    : {
        ...{ title: `Report copy ${args.copy} of deal ${dealId}`, contract: "StorageDeals" },
        call: reportCopyCall(client, report),
        send: (by, onHash) => reportCopySync(by, { ...report, onHash }),
      };
  return carryOut(args, run, {
    steps: [step],
    costs: {
      sector: `${status}: it will be ${active ? "refreshed, which proves the epochs since the last look" : "reported"}`,
      "may earn": active
        ? undefined
        : `${formatEther(copy.bond / 10n)} FIL, a tenth of the copy's bond, if it fails`,
    },
    figures: { status, expiration },
    resume: `npx hardhat deal status ${dealId}`,
    outcome: ([landed]) => {
      const events = landed!.receipt.logs.length;
      return {
        json: {
          dealId,
          copy: args.copy,
          sector: copy.sector,
          status,
          action: active ? "refreshed" : "reported",
          logs: events,
        },
        text: fields({
          copy: args.copy,
          sector: copy.sector,
          status,
          done: active ? "refreshed" : "reported",
        }),
      };
    },
  });
});

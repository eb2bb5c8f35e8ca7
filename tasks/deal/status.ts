import {
  copyIdOf,
  getCopies,
  getCopyState,
  getDeal,
  getEvidenceRecord,
  getOfferTerms,
  getRail,
  subjectOf,
} from "@holdfast/sdk";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields, table } from "../run/output.ts";
import { whole } from "../run/parse.ts";
import { accountOf, runwayText, tokenOf } from "./money.ts";

interface StatusArguments extends CommonArguments {
  deal: string;
}

export default command<StatusArguments>(async (args, context) => {
  const dealId = whole("the deal", args.deal);
  const connection = await context.connect();
  const { client } = connection;
  const { deals: address, evidence, registry, pay } = await connection.contracts();
  const [deal, recorded, time] = await Promise.all([
    getDeal(client, { address, dealId }),
    getCopies(client, { address, dealId }),
    connection.time(),
  ]);
  const token = await tokenOf(connection, deal.token);
  const copies = await Promise.all(
    recorded.map(async (copy, index) => {
      const state = await getCopyState(client, { address, copyId: copyIdOf(dealId, index) });
      if (copy.activation === 0n) return { index, ...copy, state };
      const subject = subjectOf({ miner: deal.provider, sector: copy.sector });
      return {
        index,
        ...copy,
        state,
        evidence: await getEvidenceRecord(client, { address: evidence, subject }),
      };
    }),
  );
  const [{ endpoint, region }, rail, account] = await Promise.all([
    getOfferTerms(client, { address: registry, offerId: deal.offerId, version: deal.version }),
    getRail(client, { address: pay, railId: dealId }).catch(() => undefined),
    accountOf(connection, token, deal.client),
  ]);
  const provider = `f0${deal.provider}`;
  return {
    json: { dealId, ...deal, provider, endpoint, copies, rail: rail ?? null, account },
    text: [
      fields({
        ...{ deal: dealId, client: deal.client, provider: `${provider}, ${region}, ${endpoint}` },
        ...{ offer: `${deal.offerId}, version ${deal.version}`, dataset: deal.dataset },
        rate: `${token.text(deal.rate)} an epoch`,
        ...{ "sealed by": time.text(deal.sealBy), ends: time.text(deal.endEpoch) },
        left:
          deal.departure === "None"
            ? undefined
            : `${deal.departure}; its rail ends at ${time.text(deal.railEnd)}`,
        "paid up to": rail === undefined ? "its rail is finalised" : time.text(rail.settledUpTo),
        "client's account": `${token.text(account.availableFunds)} free, ${runwayText(account, time)}`,
      }),
      "\nCOPIES",
      table(
        copies.map(({ index, state, commitment, sector, activation, ...copy }) => ({
          ...{ copy: index, state, piece: `${commitment.slice(0, 10)}…` },
          sector: activation === 0n ? "" : sector,
          "proven until": "evidence" in copy ? copy.evidence.provenUntil : "",
        })),
      ),
    ].join("\n"),
  };
});

import type { Address } from "viem";
import { getBlockNumber } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { addressOf } from "../deployments.ts";
import { BaseError } from "../errors/base-error.ts";
import { EPOCHS_PER_DAY } from "../fvm/epoch.ts";
import { type GetOfferReturnType, getOffer } from "../providers/get-offer.ts";
import { getAccount } from "./get-account.ts";
import { getOperatorApproval } from "./get-operator-approval.ts";
import { type FundingPlan, type PlanFundingParameters, planFunding } from "./plan-funding.ts";

export interface GetFundingPlanParameters
  extends Pick<PlanFundingParameters, "pieces" | "sealingWindow" | "duration" | "deposit" | "margin"> {
  /** Who pays. */
  payer: Address;
  /** An offer for every copy, all in one token. */
  offerIds: readonly bigint[];
  /** In how many epochs the proposals are to land. Default 10: five minutes. */
  lead?: bigint;
  /** StorageDeals, ProviderRegistry and FilecoinPay. Default: where they are known to be deployed. */
  contracts?: { deals: Address; registry: Address; pay: Address };
}

/** Offers that are not all paid in one token. */
export class OfferTokensDifferError extends BaseError {
  constructor(tokens: readonly Address[]) {
    super(
      `Offers are planned for that are paid in one token, not in ${tokens.length}: ${tokens.join(", ")}.`,
      {
        next: "Plan the offers of each token by themselves: Filecoin Pay has an account for each.",
      },
    );
  }
}

/**
 * What to deposit, and what to allow StorageDeals, for one copy with each of these offers: `planFunding` on what the chain
 * says now. Default margin: a day.
 * @throws ActionError, OfferTokensDifferError
 */
export async function getFundingPlan(
  client: ActionClient,
  parameters: GetFundingPlanParameters,
): Promise<FundingPlan & { token: Address; offers: GetOfferReturnType[] }> {
  const { payer, offerIds, lead = 10n, margin = EPOCHS_PER_DAY, ...deal } = parameters;
  const { deals, registry, pay } = parameters.contracts ?? {
    deals: addressOf("StorageDeals", client.chain.id),
    registry: addressOf("ProviderRegistry", client.chain.id),
    pay: addressOf("FilecoinPay", client.chain.id),
  };
  const blockNumber = await getBlockNumber(client, { cacheTime: 0 });
  const offers = await Promise.all(
    offerIds.map((offerId) => getOffer(client, { address: registry, offerId, blockNumber })),
  );
  const tokens = [...new Set(offers.map(({ terms }) => terms.token))];
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) throw new OfferTokensDifferError(tokens);
  const onPay = { address: pay, token, blockNumber };
  const [account, approval] = await Promise.all([
    getAccount(client, { ...onPay, owner: payer }),
    getOperatorApproval(client, { ...onPay, client: payer, operator: deals }),
  ]);
  const epoch = blockNumber + lead;
  const terms = offers.map((offer) => offer.terms);
  return { ...planFunding({ account, approval, epoch, offers: terms, margin, ...deal }), token, offers };
}

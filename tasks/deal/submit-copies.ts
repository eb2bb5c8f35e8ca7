import {
  BaseError,
  copyIdOf,
  createMk20Client,
  delegatedSigner,
  getCopies,
  getDeal,
  getOfferTerms,
  sealedDealRequest,
} from "@holdfast/sdk";
import { type PackedFolder, ulid } from "@holdfast/sdk/node";
import { type Address, getAddress, type Hex } from "viem";
import type { Connection } from "../run/connection.ts";

export interface SubmitOptions {
  dealId: bigint;
  packed: PackedFolder;
  /** Base URL of the CARs. */
  url: string;
  /** The client's, with which requests are signed. */
  privateKey: Hex;
}

/** One copy's request to its provider. */
export interface Submission {
  dealId: bigint;
  copy: number;
  pieceCid: string;
  /** ULID by which the provider knows it. */
  identifier: string;
  /** Why the provider did not take it. */
  error?: string;
}

/** Asks a deal's provider to fetch and seal each copy that is still proposed (MK20). Refusals are told, not thrown. */
export async function submitCopies(
  { client, contracts, chainName }: Connection,
  { dealId, packed, url, privateKey }: SubmitOptions,
): Promise<Submission[]> {
  const { deals, registry } = await contracts();
  const deal = await getDeal(client, { address: deals, dealId });
  const [copies, { endpoint }] = await Promise.all([
    getCopies(client, { address: deals, dealId }),
    getOfferTerms(client, { address: registry, offerId: deal.offerId, version: deal.version }),
  ]);
  const provider = createMk20Client({ endpoint, signer: delegatedSigner(privateKey) });
  const submissions: Submission[] = [];
  for (const [copy, { commitment, state }] of copies.entries()) {
    if (state !== "Proposed") continue;
    const piece = packed.pieces.find((candidate) => candidate.commitment === commitment);
    const submission = { dealId, copy, pieceCid: piece?.cid ?? "", identifier: ulid() };
    try {
      if (piece === undefined) throw new BaseError(`Its piece ${commitment} is not in the folder.`);
      await provider.postDeal(
        sealedDealRequest({
          ...{ identifier: submission.identifier, client: deal.client, provider: deal.provider },
          ...{ network: chainName === "filecoin" ? ("mainnet" as const) : ("testnet" as const) },
          ...{ pieceCid: piece.cid, urls: [`${url.replace(/\/$/, "")}/${piece.cid}.car`] },
          ...{ market: await marketName(provider, deals), copyId: copyIdOf(dealId, copy) },
          ...{ sealBy: deal.sealBy, duration: deal.endEpoch - deal.sealBy },
        }),
      );
      submissions.push(submission);
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      submissions.push({ ...submission, error: error.shortMessage });
    }
  }
  return submissions;
}

/** Curio compares the contract's address as text: it is written as the provider lists it. */
async function marketName(provider: ReturnType<typeof createMk20Client>, deals: Address): Promise<Address> {
  const listed = await provider.contracts();
  const own = listed.find((contract) => contract.toLowerCase() === deals.toLowerCase());
  if (own !== undefined) return own as Address;
  throw new BaseError(`The provider has not allowed the contract ${getAddress(deals)}.`, {
    next: "Ask the provider to allow-list it, or propose to another one",
  });
}

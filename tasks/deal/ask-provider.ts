import { BaseError, delegatedSigner, requestSealing } from "@holdfast/sdk";
import type { Hex } from "viem";
import type { Connection } from "../run/connection.ts";

export interface AskOptions {
  dealId: bigint;
  /** Base URL of the CARs. */
  url: string;
  /** The client's, with which requests are signed. */
  privateKey: Hex;
}

/** What a deal's provider was asked for. */
export interface Submission {
  dealId: bigint;
  /** By which the provider knows each copy: ULIDs. */
  copies: { copy: number; identifier: string }[];
  /** Why the provider did not take it. */
  error?: string;
}

/** Asks a deal's provider to fetch and seal its copies. A refusal is told, not thrown: other deals go on. */
export async function askProvider(
  { client, contracts }: Connection,
  { dealId, url, privateKey }: AskOptions,
): Promise<Submission> {
  const { deals, registry } = await contracts();
  try {
    const identifiers = await requestSealing(client, {
      ...{ dealId, signer: delegatedSigner(privateKey), contracts: { deals, registry } },
      urlOf: (pieceCid) => `${url.replace(/\/$/, "")}/${pieceCid}.car`,
    });
    return { dealId, copies: [...identifiers].map(([copy, identifier]) => ({ copy, identifier })) };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { dealId, copies: [], error: error.shortMessage };
  }
}

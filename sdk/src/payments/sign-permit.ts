import { type Account, type Address, domainSeparator, type Hex, parseAbi, parseSignature } from "viem";
import { parseAccount } from "viem/accounts";
import { getBlock, readContract, signTypedData } from "viem/actions";
import type { ActionClient, WriteOptions } from "../actions/action.ts";
import { AccountMissingError, explained } from "../actions/errors.ts";
import { addressOf } from "../deployments.ts";
import { BaseError } from "../errors/base-error.ts";

export interface SignPermitParameters {
  /** A token with EIP-2612 permits, such as USDFC. */
  token: Address;
  /** Who may take: the address of Filecoin Pay, or another contract that takes permits. */
  spender: Address;
  /** Token units. */
  amount: bigint;
  /** Unix seconds. Default: an hour after the newest block. */
  deadline?: bigint;
  /** Whose tokens, and who signs. Default: the client's account. */
  account?: Account | Address;
}

/** An EIP-2612 permit: good once, until its deadline (Unix seconds). */
export interface Permit {
  deadline: bigint;
  v: number;
  r: Hex;
  s: Hex;
}

/** A token that has no permits, or signs them by another domain. */
export class PermitUnsupportedError extends BaseError {
  constructor(token: Address, why: string, cause?: unknown) {
    super(`${token} cannot be deposited by permit: ${why}.`, {
      cause,
      next: "Approve on the token whoever is to take it, then pay without a permit.",
    });
  }
}

const permitTokenAbi = parseAbi([
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function nonces(address owner) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
]);

const PERMIT = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
] as const;

const HOUR = 3600n;

/**
 * Signs a permit (EIP-2612) for a token of the account's.
 * @throws PermitUnsupportedError, AccountMissingError
 */
export async function signPermit(client: ActionClient, parameters: SignPermitParameters): Promise<Permit> {
  const { token, spender, amount, account = client.account } = parameters;
  if (account === undefined) throw new AccountMissingError("a permit");
  const signer = parseAccount(account);
  const [domain, nonce] = await Promise.all([
    permitDomain(client, token),
    readContract(client, {
      ...{ address: token, abi: permitTokenAbi, functionName: "nonces" as const },
      args: [signer.address],
    }).catch((cause: unknown) => {
      throw new PermitUnsupportedError(token, UNANSWERED, cause);
    }),
  ]);
  const deadline = parameters.deadline ?? (await getBlock(client)).timestamp + HOUR;
  const signature = await signTypedData(client, {
    account: signer,
    domain,
    types: { Permit: PERMIT },
    primaryType: "Permit",
    message: { owner: signer.address, spender, value: amount, nonce, deadline },
  }).catch((error: unknown) => {
    throw explained(error);
  });
  const { r, s, yParity } = parseSignature(signature);
  return { deadline, v: 27 + yParity, r, s };
}

/**
 * What a call by permit was given, with the permit for what it pays: by the account that sends, for the contract that is called.
 * @throws PermitUnsupportedError, AccountMissingError
 */
export async function permitFor<options extends WriteOptions & { deadline?: bigint }>(
  client: ActionClient,
  contract: string,
  given: options,
  { token, amount }: { token: Address; amount: bigint },
): Promise<options & { permit: Permit }> {
  const { account, address, deadline } = given;
  const permit = await signPermit(client, {
    ...{ token, amount, spender: address ?? addressOf(contract, client.chain.id) },
    ...(account === undefined ? {} : { account }),
    ...(deadline === undefined ? {} : { deadline }),
  });
  return { ...given, permit };
}

const UNANSWERED = "it answers none of EIP-2612's questions";

/**
 * The domain by which a token's permits are signed, checked against the token's own separator: a wrong one would make a
 * signature that is worth nothing.
 * @throws PermitUnsupportedError
 */
export async function permitDomain(client: ActionClient, token: Address) {
  const onToken = { address: token, abi: permitTokenAbi } as const;
  const [name, version, separator] = await Promise.all([
    readContract(client, { ...onToken, functionName: "name" }),
    // Not part of EIP-2612: without it, 1.
    readContract(client, { ...onToken, functionName: "version" }).catch(() => "1"),
    readContract(client, { ...onToken, functionName: "DOMAIN_SEPARATOR" }),
  ]).catch((cause: unknown) => {
    throw new PermitUnsupportedError(token, UNANSWERED, cause);
  });
  const domain = { name, version, chainId: client.chain.id, verifyingContract: token };
  if (domainSeparator({ domain }) !== separator) {
    throw new PermitUnsupportedError(token, "its signing domain is not its name and version");
  }
  return domain;
}

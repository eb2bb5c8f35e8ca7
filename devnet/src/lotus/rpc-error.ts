/** A JSON-RPC error as a node answers it. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }
}

/** Lotus gives every error this code that has none of its own. */
const GENERAL = 1;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const LIMIT_EXCEEDED = -32005;
const REVERTED = 3;
const ACTOR_NOT_FOUND = 11;
const NULL_ROUND = 12;

export const refusal = (message: string) => new RpcError(GENERAL, message);

export const unknownMethod = (method: string) =>
  new RpcError(METHOD_NOT_FOUND, `method '${method}' not found`);

export const badParams = (message: string) => new RpcError(INVALID_PARAMS, message);

export const tooMuch = (message: string) => new RpcError(LIMIT_EXCEEDED, message);

export const futureEpoch = () => refusal("requested a future epoch (beyond 'latest')");

export const actorNotFound = (what: string, address: string) =>
  new RpcError(ACTOR_NOT_FOUND, `${what}: resolution lookup failed (${address}): actor not found`);

/** Asked for an epoch in which there is no tipset. `before` is the last epoch below it that has one. */
export class NullRoundError extends RpcError {
  readonly before: number;
  constructor(epoch: number, before: number) {
    super(NULL_ROUND, `requested epoch was a null round (${epoch})`);
    this.before = before;
  }
}

/** What the chain beneath answered, as Lotus would say it. */
export function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const { message, data } = error as { message?: unknown; data?: unknown };
  const revert = typeof data === "object" && data !== null && "data" in data ? data.data : data;
  if (typeof revert === "string" && revert.startsWith("0x")) {
    const text = `message execution failed (exit=[33], revert reason=[${revert}], vm error=[execution reverted])`;
    return new RpcError(REVERTED, text, revert);
  }
  return refusal(typeof message === "string" ? message : String(error));
}

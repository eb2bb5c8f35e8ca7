/**
 * What a refused broadcast means for the signed bytes.
 * - `accepted`: a node has them already; the receipt will tell.
 * - `retry`: nothing is known, or not now: send the same bytes again. Also everything not in the table, because an
 *   unknown answer may hide an accepted transaction.
 * - `rebuild`: these bytes will never pass: sign the same call at the same nonce with better terms.
 * - `taken`: the nonce is used up, by these bytes or by others: look for receipts.
 * - `fatal`: a person has to act (no funds, wrong chain); nothing after it may be sent either.
 */
export type SendErrorClass = "accepted" | "retry" | "rebuild" | "taken" | "fatal";

const TABLE: readonly (readonly [RegExp, SendErrorClass])[] = [
  [/already known|already in mpool|nonce already exists|already imported|known transaction/i, "accepted"],
  [/nonce too low|minimum expected nonce|nonce has already been used|nonce is too low/i, "taken"],
  [
    /replacement .*underpriced|transaction underpriced|fee too low|premium too low|gas ?price too low/i,
    "rebuild",
  ],
  [/max ?fee ?per ?gas .*(less|lower) than|baseFee|base fee|GasFeeCap/i, "rebuild"],
  [/intrinsic gas|gas limit .*(low|minimum|less)|out of gas|GasLimit.*cannot be less/i, "rebuild"],
  [/insufficient funds|not enough funds|enough funds|exceeds the balance|overshot/i, "fatal"],
  [/actor not found|resolution lookup failed|sender.*not found/i, "fatal"],
  [
    /chain ?id|invalid sender|invalid signature|signature verification|transaction type not supported/i,
    "fatal",
  ],
  [/exceeds (block|transaction) gas limit|message (too large|size)|oversized data/i, "fatal"],
];

/** Classifies what `eth_sendRawTransaction` answered; the causes of an error are read too. */
export function classifySendError(error: unknown): SendErrorClass {
  const text = textOf(error);
  for (const [pattern, kind] of TABLE) if (pattern.test(text)) return kind;
  return "retry";
}

/** All that an error and its causes say, without viem's account of the request (it may hold the words above). */
export function textOf(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause !== undefined && cause !== null && parts.length < 20; ) {
    if (typeof cause !== "object") {
      parts.push(String(cause));
      break;
    }
    const { shortMessage, details, message } = cause as Record<string, unknown>;
    parts.push(String(details ?? shortMessage ?? message ?? ""));
    cause = (cause as { cause?: unknown }).cause;
  }
  return parts.join("\n");
}

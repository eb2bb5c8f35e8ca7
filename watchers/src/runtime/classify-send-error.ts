/**
 * What a refused broadcast means for the signed bytes.
 * - `accepted`: the node says that it has them already; whether it has is asked by their hash.
 * - `retry`: not now: the same bytes again, later.
 * - `rebuild`: these bytes will never pass: the same call at the same nonce with better terms.
 * - `taken`: the nonce is used up, by these bytes or by others: receipts will tell.
 * - `fatal`: a person has to act (no funds, wrong chain); nothing after it may be sent either.
 * - `unknown`: anything else, silence included. The bytes may have been sent: ask by their hash, else send them again.
 */
export type SendErrorClass = "accepted" | "retry" | "rebuild" | "taken" | "fatal" | "unknown";

/** The first that fits decides. Sources: the errors of go-ethereum's txpool, anvil, EDR, Lotus's and Forest's mpool. */
const TABLE: readonly (readonly [RegExp, SendErrorClass])[] = [
  [
    /nonce gap|too big a gap|nonce too high|nonce is too high|too many pending|account limit exceeded/i,
    "retry",
  ],
  // Before "already in mpool", which Lotus says of a replacement that offers too little, too.
  [
    /replace by fee|increase GasPremium|insufficient gas price to replace|replacement .*underpriced/i,
    "rebuild",
  ],
  [
    /already known|already in mpool|already exists|already in mempool|already imported|known transaction/i,
    "accepted",
  ],
  [/pool is full|try again|too many requests|rate limit/i, "retry"],
  [/(nonce|sequence) (is )?too low|minimum expected nonce|nonce has already been used/i, "taken"],
  [/underpriced|(fee|fee cap|premium|gas ?price) (is )?(too low|lower)|min gas price/i, "rebuild"],
  [/max ?fee ?per ?gas .*(less|lower) than|base ?fee|GasFeeCap/i, "rebuild"],
  [/intrinsic gas too low|floor data gas|GasLimit.*cannot be less|gas limit is too low/i, "rebuild"],
  [/insufficient funds|not enough funds|enough funds|exceeds the balance/i, "fatal"],
  [/actor not found|resolution lookup failed|not a valid top-level sender|sender not an eoa/i, "fatal"],
  [
    /chain ?id|another chain|invalid (sender|signature|from)|signature verification|validate signature/i,
    "fatal",
  ],
  [
    /transaction type|tx type|exceeds block gas limit|greater than .*gas limit|intrinsic gas too high/i,
    "fatal",
  ],
  [/too (big|large)|oversized data/i, "fatal"],
];

/** Classifies what `eth_sendRawTransaction` answered; the causes of an error are read too. */
export function classifySendError(error: unknown): SendErrorClass {
  const text = textOf(error);
  for (const [pattern, kind] of TABLE) if (pattern.test(text)) return kind;
  return "unknown";
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

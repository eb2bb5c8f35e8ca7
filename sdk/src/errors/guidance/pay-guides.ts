import { formatEther } from "viem";
import type { computeGuides } from "./compute-guides.ts";
import type { dealGuides, offerGuides } from "./deal-guides.ts";
import {
  deal,
  FUND,
  fil,
  type Guidance,
  type Guides,
  type KnownErrorName,
  PROPOSE,
  token,
  unexpected,
} from "./guidance.ts";
import type { providerGuides } from "./provider-guides.ts";

type PayErrorName = Exclude<
  KnownErrorName,
  | keyof typeof dealGuides
  | keyof typeof offerGuides
  | keyof typeof providerGuides
  | keyof typeof computeGuides
>;

/** Bookkeeping of Filecoin Pay that cannot fail unless it is wrong. */
const ledger = (what: string): Guidance =>
  unexpected(what, "Filecoin Pay's own books do not agree, or another contract answers at its address.");

/** What only an operator or validator may do: StorageDeals does it. */
const operators = (what: string, railId: bigint): Guidance => ({
  what,
  why: "StorageDeals alone changes the rails of its deals.",
  next: deal(railId),
});

/** What OpenZeppelin's EIP-712 checks of a contract's name and version, which are fixed in Holdfast's. */
const signingName = (what: string): Guidance =>
  unexpected(what, "The name and version of a signing domain are constants of the contract.");

/** A payer's account that is too small. */
const dry = (what: string, why: string): Guidance => ({
  what,
  why,
  next: `${FUND}: see quoteDeal for what a deal takes`,
});

/** Filecoin Pay, its token, and OpenZeppelin's guards. */
export const payGuides: Guides<PayErrorName> = {
  OperatorNotApproved: (from, operator) => ({
    what: `${from} has not approved ${operator} as operator on Filecoin Pay`,
    why: "StorageDeals opens the deal's rail, and needs the payer's approval (setOperatorApproval).",
    next: `${PROPOSE}: it approves what the deal takes, see quoteDeal`,
  }),
  OperatorRateAllowanceExceeded: (allowance, usage) => ({
    what: `the operator may stream ${token(allowance)} an epoch, and needs ${token(usage)}`,
    why: "The rates of all deals of the payer count (setOperatorApproval).",
    next: `${PROPOSE}: it raises the approval by what the deal takes, see quoteDeal`,
  }),
  OperatorLockupAllowanceExceeded: (allowance, usage) => ({
    what: `the operator may lock ${token(allowance)}, and needs ${token(usage)}`,
    why: "The lockups of all deals of the payer count (setOperatorApproval).",
    next: `${PROPOSE}: it raises the approval by what the deal takes, see quoteDeal`,
  }),
  LockupPeriodExceedsOperatorMaximum: (_token, _operator, maxLockupPeriod, period) => ({
    what: `the operator may lock for ${maxLockupPeriod} epochs, and needs ${period}`,
    why: "A deal locks for its notice and sealing window (setOperatorApproval).",
    next: `${PROPOSE}: it raises the approval by what the deal takes, see quoteDeal`,
  }),
  InsufficientUnlockedFunds: (available, requested) => ({
    what: `${token(requested)} were asked for, and ${token(available)} are free`,
    why: "What deals lock, or owe, cannot be withdrawn (availableFunds of getAccountIfSettled).",
    next:
      available === 0n
        ? "npx hardhat deal fund: it shows what is free"
        : `npx hardhat deal fund --withdraw ${formatEther(available)}`,
  }),
  InsufficientFundsForOneTimePayment: (_token, from, payment, funds) =>
    dry(
      `${from} has ${token(funds)} and owes ${token(payment)} at once`,
      "Its account in Filecoin Pay is too small.",
    ),
  InsufficientFundsForSettlement: (_token, from, funds, amount) =>
    dry(`${from} has ${token(funds)} and owes ${token(amount)}`, "Its account in Filecoin Pay is too small."),
  InsufficientLockupForSettlement: (_token, from, lockup, amount) =>
    dry(
      `${from} has ${token(lockup)} locked and owes ${token(amount)}`,
      "Its account in Filecoin Pay is behind.",
    ),
  InsufficientCurrentLockup: (_token, from, current, reduction) =>
    dry(
      `${from} has ${token(current)} locked, less than ${token(reduction)}`,
      "Its account in Filecoin Pay is behind.",
    ),
  LockupFixedIncreaseNotAllowedDueToInsufficientFunds: (_token, from, before, after) =>
    dry(
      `${from} cannot lock ${token(after)} in place of ${token(before)}`,
      "Its account in Filecoin Pay is behind, or too small.",
    ),
  LockupPeriodChangeNotAllowedDueToInsufficientFunds: (_token, from, before, after) =>
    dry(
      `${from} cannot lock for ${after} epochs in place of ${before}`,
      "Its account in Filecoin Pay is behind, or too small.",
    ),
  LockupNotSettledRateChangeNotAllowed: (railId, from, _settled, before, after) =>
    dry(
      `rail ${railId} of ${from} cannot go from ${token(before)} an epoch to ${token(after)}`,
      "The payer's account in Filecoin Pay is behind.",
    ),
  LockupExceedsFundsInvariant: (_token, from, lockup, funds) =>
    dry(
      `${from} would have ${token(lockup)} locked of ${token(funds)}`,
      "Its account in Filecoin Pay is too small.",
    ),
  NoProgressInSettlement: (railId, expected, actual) => ({
    what: `deal ${railId} cannot be settled beyond epoch ${actual} now (asked: ${expected})`,
    why: "Nothing new is proven: its sectors have to be refreshed first (refreshSectors).",
    next: `npx hardhat deal report ${railId} --copy 0: it refreshes an Active sector; then settle again`,
  }),
  RailInactiveOrSettled: (railId) => ({
    what: `rail ${railId} is finalised, or never was`,
    why: "Once the last payment is made Filecoin Pay forgets a rail; the deal's own record stays.",
    next: deal(railId),
  }),
  RailAlreadyTerminated: (railId) => ({
    what: `rail ${railId} is ending already`,
    why: "A rail is terminated once.",
    next: deal(railId),
  }),
  RailNotTerminated: (railId) => ({
    what: `rail ${railId} is not terminated`,
    why: "Only a terminated rail is settled without its validator.",
    next: `npx hardhat deal end ${railId}`,
  }),
  CannotSettleFutureEpochs: (railId, untilEpoch, currentEpoch) => ({
    what: `rail ${railId} cannot be settled to epoch ${untilEpoch}: it is epoch ${currentEpoch}`,
    why: "Only what is past is paid.",
    next: `npx hardhat deal settle ${railId}`,
  }),
  CannotSettleTerminatedRailBeforeMaxEpoch: (railId, first, current) => ({
    what: `rail ${railId} can be settled without its validator from epoch ${first} on; it is epoch ${current}`,
    why: "The payer's way around the validator opens once the rail has ended.",
    next: `npx hardhat deal settle ${railId}`,
  }),
  CannotModifyTerminatedRailBeyondEndEpoch: (railId, endEpoch, currentEpoch) =>
    operators(`rail ${railId} ended at epoch ${endEpoch}, it is epoch ${currentEpoch}`, railId),
  InvalidTerminatedRailModification: (period, fixed, newPeriod, newFixed) =>
    unexpected(
      `a terminated rail cannot go from ${period} epochs and ${token(fixed)} to ${newPeriod} and ${token(newFixed)}`,
      "On a terminated rail the fixed lockup may only fall.",
    ),
  RateChangeNotAllowedOnTerminatedRail: (railId) =>
    operators(`the rate of rail ${railId} cannot rise any more: it is ending`, railId),
  NotAuthorizedToTerminateRail: (railId, payer, operator, caller) => ({
    what: `${caller} may not terminate rail ${railId}`,
    why: `Its operator ${operator} may, and its payer ${payer} while its account is funded.`,
    next: `npx hardhat deal end ${railId}`,
  }),
  OnlyRailClientAllowed: (client, caller) => ({
    what: `${caller} is not the payer ${client}`,
    why: "Only the payer may settle without the validator.",
    next: "npx hardhat deal list: with --key of the payer",
  }),
  OnlyRailOperatorAllowed: (operator, caller) =>
    unexpected(
      `${caller} is not the operator ${operator}`,
      "StorageDeals alone changes the rails of its deals.",
    ),
  OnlyRailParticipantAllowed: (payer, operator, payee, caller) => ({
    what: `${caller} has no part in the rail`,
    why: `Its payer is ${payer}, its operator ${operator}, its payee ${payee}.`,
    next: "npx hardhat deal list: with --key of one of these",
  }),
  OneTimePaymentExceedsLockup: (railId, lockupFixed, payment) =>
    operators(
      `rail ${railId} has ${token(lockupFixed)} for one-time payments, not ${token(payment)}`,
      railId,
    ),
  SignerMustBeMsgSender: (caller, signer) => ({
    what: `${caller} sends a permit that ${signer} signed`,
    why: "Filecoin Pay takes permits from their signer only: deposit to the sender's own account.",
    next: `${FUND}: with --key of the token's owner`,
  }),
  MustSendExactNativeAmount: (required, sent) => ({
    what: `${fil(required)} have to go with the call, ${fil(sent)} did`,
    why: "A deposit in FIL carries its amount as value.",
    next: FUND,
  }),
  NativeTokenNotAccepted: (sent) => ({
    what: `${fil(sent)} went with a call that takes none`,
    why: "A deposit in a token carries no FIL.",
    next: FUND,
  }),
  NativeTokenNotSupported: () => ({
    what: "FIL cannot be deposited in this way",
    why: "Permits and authorizations are a token's.",
    next: FUND,
  }),
  NativeTransferFailed: (to, amount) => ({
    what: `${to} did not take ${fil(amount)}`,
    why: "It is a contract that refuses FIL, or the chain lacks a precompile.",
    next: "npx hardhat fil doctor",
  }),
  FeeWithdrawalNativeTransferFailed: (to, amount) =>
    unexpected(`${to} did not take ${fil(amount)} of fees`, "It refuses FIL."),
  WithdrawAmountExceedsAccumulatedFees: (_token, available, requested) =>
    unexpected(
      `${token(requested)} of fees were asked for, ${token(available)} are there`,
      "Fees are auctioned.",
    ),
  InsufficientNativeTokenForBurn: (paid, price) =>
    unexpected(`${fil(paid)} do not pay the auction's price of ${fil(price)}`, "The price falls with time."),
  CommissionRateTooHigh: (most, bps) =>
    unexpected(`a commission of ${bps} in 10,000 is above ${most}`, "StorageDeals takes none."),
  MissingServiceFeeRecipient: () =>
    unexpected("a commission has no recipient", "StorageDeals takes no commission."),
  ZeroAddressNotAllowed: (name) =>
    unexpected(`${name} is the zero address`, "It must be an account or a contract."),
  ValidatorModifiedAmountExceedsMaximum: (railId, maximum, amount) =>
    ledger(`the validator of rail ${railId} would pay ${token(amount)}, above ${token(maximum)}`),
  ValidatorSettledBeforeSegmentStart: (railId, start, settled) =>
    ledger(`the validator of rail ${railId} settles to ${settled}, before ${start}`),
  ValidatorSettledBeyondSegmentEnd: (railId, end, settled) =>
    ledger(`the validator of rail ${railId} settles to ${settled}, beyond ${end}`),
  CurrentLockupLessThanOldLockup: (_token, from, old, current) =>
    ledger(`${from} has ${token(current)} locked, less than the old ${token(old)}`),
  InvalidRateChangeQueueState: (nextRate, untilEpoch) =>
    ledger(`the queue of rates holds ${nextRate} until epoch ${untilEpoch}`),
  RateChangeQueueNotEmpty: (untilEpoch) => ledger(`the queue of rates holds one until epoch ${untilEpoch}`),
  LockupInconsistencyDuringRailFinalization: (railId, _token, from, fixed, current) =>
    ledger(`rail ${railId} of ${from} holds ${token(fixed)}, its account ${token(current)}`),
  LockupRateInconsistent: (railId, from, railRate, accountRate) =>
    ledger(`rail ${railId} of ${from} streams ${railRate}, its account ${accountRate}`),
  LockupRateLessThanOldRate: (railId, from, oldRate, lockupRate) =>
    ledger(`rail ${railId} of ${from} streamed ${oldRate}, its account ${lockupRate}`),
  ReentrancyGuardReentrantCall: () =>
    unexpected(
      "a contract called back into a call that was still running",
      "No honest token or receiver does that.",
    ),
  SafeCastOverflowedUintDowncast: (bits, value) => ({
    what: `${value} does not fit into ${bits} bits`,
    why: "An amount or an epoch in the call is beyond all reason.",
    next: `${PROPOSE} --dry-run: look at the figures`,
  }),
  InvalidShortString: () => signingName("a short string is malformed"),
  StringTooLong: (text) => signingName(`"${text}" is longer than a short string`),
  SafeERC20FailedOperation: (address) => ({
    what: `the token ${address} failed`,
    why: "It is no ERC-20 token, or it refused.",
    next: "npx hardhat fil doctor",
  }),
  ERC20InsufficientBalance: (sender, balance, needed) => ({
    what: `${sender} has ${token(balance)} and needs ${token(needed)}`,
    why: "The account holds too little of the token.",
    next: `${FUND}: after getting ${token(needed - balance)}, or with a smaller amount`,
  }),
  ERC20InsufficientAllowance: (spender, allowance, needed) => ({
    what: `${spender} may take ${token(allowance)} and needs ${token(needed)}`,
    why: "It was not approved on the token for that much; whoever pays by permit needs no approval.",
    next: FUND,
  }),
  ERC2612ExpiredSignature: (deadline) => ({
    what: `the permit ended at ${new Date(Number(deadline) * 1000).toISOString()}`,
    why: "It was signed too long ago, or this machine's clock is wrong (signPermit).",
    next: FUND,
  }),
  ERC2612InvalidSigner: (signer, owner) => ({
    what: `the permit recovers to ${signer}, not to ${owner}`,
    why: "Its nonce, amount, domain or signer is not this one: another transaction used the nonce (signPermit).",
    next: FUND,
  }),
};

/** Texts with which Filecoin Pay refuses without a custom error. */
const TEXTS: readonly (readonly [RegExp, Guidance])[] = [
  [
    /insufficient funds to cover lockup/,
    dry(
      "the payer's account in Filecoin Pay is too small for this deal",
      "Notice, sealing window, exit and reservation fee must be free in it.",
    ),
  ],
  [
    /account lockup was not met/,
    dry(
      "the payer's account in Filecoin Pay is behind",
      "What its deals owe is paid before anything is withdrawn.",
    ),
  ],
];

/** What to say of Solidity's own `Error(string)`. */
export function guideForText(text: string): Guidance {
  const known = TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  return known ?? unexpected(`a contract refused: ${text}`, "It gives no more than this text.");
}

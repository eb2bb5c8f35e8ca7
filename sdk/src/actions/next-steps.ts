import type { DecodedRevert } from "../errors/decode-revert.ts";
import type { actionErrorsAbi } from "./errors.ts";

/** What to try when a contract refuses, by its error. */
export const nextSteps: {
  [name in DecodedRevert<typeof actionErrorsAbi>["errorName"]]?: string;
} = {
  DealUnknown: "Check the deal's id and the chain; a copy's id is the deal's id << 8 | index (splitCopyId).",
  DealNotFound: "Check the copy's id: the deal's id << 8 | index (copyIdOf).",
  DealNotClient: "Send from the account that proposed the deal.",
  DealNotProvider:
    "Send from the miner's owner, or where a hot key will do from its worker or a control address.",
  DealNothingProposed: "Nothing is left to decline: look at the copies with getCopies.",
  DealAlreadyLeft: "The deal is ending already: see railEnd of getDeal.",
  DealCopyIsFaulty: "Recover the sector, let anyone refresh it (refreshSectors), then leave.",
  DealCopyNotActive: "Only an active copy can be reported: see getCopyState.",
  DealTooManyOpenProposals: "Wait until a proposal is sealed, declined or expired, or take another offer.",
  DealRateTooLow:
    "Propose larger pieces, or an offer with a higher rate: settlement's fee would eat the payment.",
  DealSealingWindowOutOfBounds: "Choose a sealing window within the bounds of getDealsParameters.",
  DealPieceCountOutOfBounds: "Split the pieces over several deals of the same dataset.",
  DealExtensionTooLate: "Propose a new deal: this one can no longer be extended.",
  DealExtensionOutOfBounds: "Choose an end within the bounds that the error names.",
  DealExtensionAboveRate: "Raise the cap (setAutoExtend), or propose a new deal at the offer's new rate.",
  DealSectorNotExtended: "Let the provider extend the sector first, then extend the deal.",
  DealStillProposed: "Wait until every copy is sealed, declined or expired; then pokeDeal, and extend.",
  DealLocationsMissing: "Pass lookAtSector's location of every live copy, in index order.",
  OfferChanged: "Read the offer again (getOffer) and quote its current version.",
  OfferIsPaused: "Take another offer, or wait until its provider resumes this one.",
  OfferExpired: "Take another offer, or ask its provider to revise this one.",
  OfferUnknown: "Check the offer's id: they run from 1 to getOfferCount.",
  OfferCapacityExhausted: "Take another offer, or propose fewer pieces.",
  OfferPieceSizeOutOfBounds: "Pack into pieces within the offer's sizes.",
  OfferDurationOutOfBounds: "Choose a duration within the offer's bounds.",
  ProviderBondInsufficient: "The provider has to post more bond (postBond).",
  ProviderBondAboveEnvelope: "The provider's owner has to announce a wider envelope (announceEnvelope).",
  ProviderNotOwner: "Send from the owner of the miner.",
  ProviderNotController: "Send from the miner's owner, its worker or a control address.",
  ProviderNotRegistered: "Let the miner's owner register it first (registerProvider).",
  ProviderStillUnbonding: "Wait until the epoch that the error names.",
  ProviderNothingUnbonding: "Unbond first (unbond), then wait.",
  OperatorNotApproved: "Approve the StorageDeals contract on Filecoin Pay (setOperatorApproval).",
  OperatorRateAllowanceExceeded: "Raise the operator's rate allowance (setOperatorApproval): see quoteDeal.",
  OperatorLockupAllowanceExceeded:
    "Raise the operator's lockup allowance (setOperatorApproval): see quoteDeal.",
  LockupPeriodExceedsOperatorMaximum:
    "Raise the operator's greatest period (setOperatorApproval): see quoteDeal.",
  InsufficientUnlockedFunds: "Withdraw no more than availableFunds of getAccountIfSettled.",
  InsufficientCurrentLockup: "Deposit more into Filecoin Pay: see quoteDeal.",
  LockupFixedIncreaseNotAllowedDueToInsufficientFunds: "Deposit more into Filecoin Pay: see quoteDeal.",
  LockupPeriodChangeNotAllowedDueToInsufficientFunds: "Deposit more into Filecoin Pay: see quoteDeal.",
  LockupNotSettledRateChangeNotAllowed: "Deposit more into Filecoin Pay: the payer's account is behind.",
  NoProgressInSettlement: "Nothing new is proven: refresh the sectors (refreshSectors), then settle.",
  RailInactiveOrSettled: "The rail is finalised: there is nothing left to read or settle.",
  SignerMustBeMsgSender: "Deposit by permit to the sender's own account.",
  ERC20InsufficientBalance: "Get more of the token.",
  ERC20InsufficientAllowance: "Approve Filecoin Pay on the token, or deposit by permit.",
  ERC2612ExpiredSignature: "Sign a new permit (signPermit).",
  ERC2612InvalidSigner: "Sign a new permit (signPermit): its nonce, amount or signer is not this one.",
};

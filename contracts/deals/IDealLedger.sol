// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch} from "../fvm/Epoch.sol";
import {Piece, PieceCid} from "../fvm/PieceCid.sol";

/// The words in which deals are recorded: states, structs, events, errors. A deal's id is the id of its rail.
interface IDealLedger {
    enum CopyState {
        None,
        Proposed,
        Active,
        Faulty,
        Expired,
        Failed,
        Completed
    }

    enum Departure {
        None,
        Client,
        Provider,
        /// The payer terminated the rail on Filecoin Pay itself.
        Payer,
        /// The payer's account ran dry, and the grace passed.
        Dry,
        /// No copy was left, or the term was over.
        Closed
    }

    /// Why a notification changed nothing.
    enum IgnoreReason {
        PayloadMalformed,
        CopyUnknown,
        WrongMiner,
        WrongPiece,
        WrongSize,
        NotProposed,
        TooLate,
        CommitmentTooShort,
        SectorNotFresh,
        AlreadyBacked
    }

    /// Epochs all; fixed at deployment.
    struct Parameters {
        uint64 minSealingWindow;
        uint64 maxSealingWindow;
        /// What a dry payer has for topping up; a deal's is at most its notice less FRESHNESS.
        uint64 dryGrace;
        /// After a proven failure, how long it still slashes.
        uint64 slashWindow;
        /// An extension comes at least this long before the deal's end,
        uint64 extensionLead;
        /// and adds at most this much.
        uint64 maxExtension;
    }

    struct Proposal {
        uint64 offerId;
        uint32 version;
        /// The dataset's id: sha2-256 digest of its manifest's CID. Deals of one dataset share it.
        bytes32 dataset;
        /// Epochs the provider has for sealing.
        uint64 sealingWindow;
        /// Epochs of service after sealBy.
        uint64 duration;
        /// Up to where the provider alone may extend (0: not at all), while the deal's rate per TiB is at most the cap.
        Epoch autoExtendUntil;
        uint96 autoExtendRateCap;
        /// 1 to 32.
        Piece[] pieces;
    }

    struct Deal {
        address client;
        ActorId provider;
        uint64 offerId;
        uint32 version;
        bytes32 dataset;
        Epoch sealBy;
        Epoch endEpoch;
        /// The rail's end once terminated, else 0.
        Epoch railEnd;
        /// Epochs of service that both sides owe after leaving.
        uint32 notice;
        /// What the rail's lockup period is set to.
        uint32 period;
        uint16 exitBps;
        uint8 copies;
        uint8 proposed;
        uint8 live;
        uint8 extensions;
        Departure departure;
        /// The exit fee was paid, or is not owed any more.
        bool exitFeeSettled;
        /// The rail's rate on Filecoin Pay is still above `rate`: the payer was in debt.
        bool rateStale;
        IERC20 token;
        uint96 ratePerTib;
        uint96 bondPerTib;
        /// Sum of the rates of the copies that are not final, token units an epoch.
        uint256 rate;
        /// Upper bound of the exit fee of the copies that are not final, token units; the rail's fixed lockup.
        uint256 exitFee;
        Epoch autoExtendUntil;
        uint96 autoExtendRateCap;
    }

    struct Copy {
        PieceCid cid;
        uint8 height;
        uint48 padding;
        /// Cached; Faulty is never stored. See stateOf.
        CopyState state;
        /// The sector that backs it, once active; 0 is a valid sector.
        uint64 sector;
        Epoch activation;
        /// Once final: from here on nothing is owed.
        Epoch close;
        /// Token units an epoch.
        uint256 rate;
        /// What is left of its share of the bond, attoFIL.
        uint128 bond;
    }

    struct Replica {
        uint256 copyId;
        ActorId provider;
        ActorId owner;
        address client;
        /// Self-declared by the provider.
        string region;
    }

    event DealProposed(
        uint256 indexed dealId,
        address indexed client,
        ActorId indexed provider,
        bytes32 dataset,
        uint64 offerId,
        uint32 version,
        Epoch sealBy,
        Epoch endEpoch,
        uint256 rate,
        uint256 bond,
        Piece[] pieces
    );
    event DealCopyActivated(
        uint256 indexed copyId,
        ActorId indexed miner,
        uint64 indexed sector,
        Epoch epoch
    );
    event DealNotificationIgnored(
        uint256 indexed copyId,
        ActorId indexed miner,
        uint64 indexed sector,
        IgnoreReason reason
    );
    event DealCopyEnded(uint256 indexed copyId, CopyState state, Epoch close);
    event DealLeft(uint256 indexed dealId, Departure departure, Epoch railEnd);
    event DealExitFeePaid(uint256 indexed dealId, uint256 amount);
    event DealExtended(uint256 indexed dealId, address indexed by, Epoch endEpoch);
    event DealAutoExtendSet(uint256 indexed dealId, Epoch until, uint96 rateCap);
    /// The rail's rate or period follows the deal's copies.
    event DealRailAdjusted(uint256 indexed dealId, uint256 rate, uint256 period);
    /// The payer is in debt, so that Filecoin Pay refused; a later poke tries again.
    event DealRailNotAdjusted(uint256 indexed dealId, bytes reason);
    event DealSettled(uint256 indexed dealId, uint256 amount, Epoch settledUpTo);
    event DealSettlementRefused(uint256 indexed dealId, bytes reason);

    error DealUnknown(uint256 dealId);
    error DealPieceCountOutOfBounds(uint256 pieces, uint256 greatest);
    error DealPieceInvalid(uint256 index);
    error DealSealingWindowOutOfBounds(uint64 window, uint64 least, uint64 greatest);
    error DealRateTooLow(uint256 index, uint256 rate, uint256 least);
    error DealTooManyOpenProposals(address client, uint64 offerId, uint256 allowed);
    error DealNotClient(uint256 dealId, address caller);
    error DealNotProvider(uint256 dealId, address caller);
    error DealNotPay(address caller);
    error DealNothingProposed(uint256 dealId);
    error DealAlreadyLeft(uint256 dealId, Departure departure);
    error DealTermEndsFirst(uint256 dealId, Epoch endEpoch);
    error DealCopyIsFaulty(uint256 copyId);
    error DealCopyNotActive(uint256 copyId);
    error DealCallerNotMiner(address caller);
    error DealMethodNotHandled(uint64 method, uint64 codec);
    error DealExtensionTooLate(uint256 dealId, Epoch latest);
    error DealExtensionOutOfBounds(uint256 dealId, Epoch newEnd, Epoch least, Epoch greatest);
    error DealExtensionsExhausted(uint256 dealId, uint8 greatest);
    error DealExtensionAboveRate(uint256 dealId, uint256 rate, uint256 allowed);
    error DealOfferClosed(uint256 dealId, uint64 offerId);
    error DealSectorNotExtended(uint256 copyId, Epoch commitment, Epoch wanted);
    error DealLocationsMissing(uint256 dealId, uint256 given, uint256 wanted);
    error DealStillProposed(uint256 dealId);
    error DealParameterOutOfBounds(uint256 value, uint256 least, uint256 greatest);
}

/// A copy's id: the deal's id and the copy's index. Curio calls it market_deal_id; the notification payload is
/// abi.encode(copyId).
function copyIdOf(uint256 dealId, uint256 index) pure returns (uint256) {
    return (dealId << 8) | index;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch} from "../fvm/Epoch.sol";

/// What one copy of `paddedSize` bytes takes of an amount that is stated per TiB, rounded up.
function shareOf(uint128 perTib, uint64 paddedSize) pure returns (uint128) {
    return uint128((uint256(perTib) * paddedSize + (1 << 40) - 1) >> 40);
}

/// Providers (miner actors), their bonds in FIL, and their versioned offers.
/// The owner of the miner holds the money and sets the envelope; worker and control keys are hot, and act inside it.
/// Assumptions: GetOwner and IsControllingAddress of the miner actor answer truly; the market and the evidence that the
/// deployer bound call honestly.
interface IProviderRegistry {
    /// What hot keys may at most commit the provider to. Amounts in attoFIL.
    struct Envelope {
        uint128 maxBondPerTib;
        /// Bond locked by deals at any one time.
        uint128 maxBondAtStake;
        /// Bond newly locked within one day (DAY epochs). Days are counted from epoch 0, so that a span of DAY epochs that
        /// touches two of them may see up to twice this.
        uint128 maxBondPerDay;
        uint16 maxExitBps;
        /// Receives the payments of the provider's rails. A masked id of an actor with an f410 address is kept as the latter.
        address payee;
    }

    /// An offer's standing terms; immutable once published as a version.
    struct Terms {
        IERC20 token;
        /// Token units per TiB of padded piece per epoch.
        uint128 ratePerTib;
        /// attoFIL per TiB of padded piece.
        uint128 bondPerTib;
        /// Padded piece sizes, powers of two, in bytes.
        uint64 minPieceSize;
        uint64 maxPieceSize;
        /// In epochs.
        uint64 minDuration;
        uint64 maxDuration;
        /// Padded bytes that deals may hold at one time, over all versions of the offer.
        uint64 capacity;
        /// Last epoch in which the offer may be proposed to.
        Epoch expiry;
        /// Epochs of paid service after either side leaves; the rail's lockup period.
        uint32 notice;
        /// What a client pays for leaving early, in epochs of the deal's rate; at most `notice`.
        uint32 exitFeeEpochs;
        /// What a proposal costs whatever follows, in epochs of the deal's rate.
        uint32 reservationFeeEpochs;
        /// Share of a live copy's bond that a leaving provider loses, in 1/10,000.
        uint16 exitBps;
        /// Deals of one client with a copy still proposed.
        uint16 maxOpenProposals;
        /// Base URL of the provider's market API, without a trailing slash.
        string endpoint;
        /// Self-declared ISO 3166-1 alpha-2 country.
        string region;
    }

    /// What the market needs of the terms it reserved.
    struct Reservation {
        ActorId provider;
        address payee;
        IERC20 token;
        uint128 ratePerTib;
        uint128 bondPerTib;
        uint32 notice;
        uint32 exitFeeEpochs;
        uint32 reservationFeeEpochs;
        uint16 exitBps;
        uint16 maxOpenProposals;
    }

    /// All amounts in attoFIL. free = posted - locked - unbonding, or 0.
    struct Bond {
        uint128 posted;
        uint128 locked;
        uint128 unbonding;
        Epoch unbondingUntil;
    }

    /// Fixed at deployment, so that a devnet can be fast. All but `tipBps` in epochs.
    struct Parameters {
        /// Of the daily limits: 1 to 20,160.
        uint64 day;
        /// Between an envelope's announcement and its effect: a day to 86,400.
        uint64 envelopeDelay;
        /// Between unbonding and withdrawal: a day to 518,400.
        uint64 unbonding;
        /// Bounds of an offer's notice, within 1 to 86,400.
        uint64 minNotice;
        uint64 maxNotice;
        /// Bounds of an offer's durations, within 1 to 1,550,000.
        uint64 minDuration;
        uint64 maxDuration;
        /// Greatest reservation fee, in epochs of the deal's rate: at most 20,160.
        uint64 maxReservationEpochs;
        /// Share of free bond that tips may take in a day, in 1/10,000: at most 100.
        uint16 tipBps;
    }

    event ProviderRegistered(ActorId indexed provider, ActorId indexed owner, Envelope envelope);
    /// The miner's owner changed since it was last seen acting; the bond is the new owner's.
    event ProviderOwnerChanged(ActorId indexed provider, ActorId indexed owner);
    event ProviderEnvelopeAnnounced(ActorId indexed provider, Envelope envelope, Epoch effective);
    event ProviderBondPosted(ActorId indexed provider, address indexed from, uint256 amount);
    event ProviderUnbondingStarted(ActorId indexed provider, uint256 amount, Epoch until);
    event ProviderBondWithdrawn(ActorId indexed provider, address indexed to, uint256 amount);
    event ProviderBondLocked(
        ActorId indexed provider,
        uint64 indexed offerId,
        uint256 amount,
        uint64 paddedBytes
    );
    event ProviderBondReleased(
        ActorId indexed provider,
        uint64 indexed offerId,
        uint256 amount,
        uint64 paddedBytes
    );
    /// `toClient` + `toReporter` + `burned` is what was slashed.
    event ProviderBondSlashed(
        ActorId indexed provider,
        address indexed client,
        address indexed reporter,
        uint256 toClient,
        uint256 toReporter,
        uint256 burned
    );
    event ProviderBondForfeited(ActorId indexed provider, address indexed client, uint256 amount);
    event ProviderReporterTipped(
        ActorId indexed provider,
        address indexed reporter,
        uint256 amount
    );
    event ProviderCreditWithdrawn(address indexed account, address indexed to, uint256 amount);
    event ProviderBurned(uint256 amount);
    event OfferPublished(
        ActorId indexed provider,
        uint64 indexed offerId,
        uint32 version,
        Terms terms
    );
    event OfferPaused(ActorId indexed provider, uint64 indexed offerId, bool paused);
    event ProviderRegistryBound(address market, address evidence);

    error ProviderNotDeployer(address caller);
    error ProviderAlreadyBound();
    error ProviderBindingZero();
    error ProviderNotMarket(address caller);
    error ProviderNotEvidence(address caller);
    error ProviderNotMiner(ActorId provider);
    error ProviderAlreadyRegistered(ActorId provider);
    error ProviderNotRegistered(ActorId provider);
    error ProviderNotOwner(ActorId provider, address caller);
    error ProviderNotController(ActorId provider, address caller);
    error ProviderEnvelopeInvalid(string field);
    error ProviderBondInsufficient(ActorId provider, uint256 free, uint256 wanted);
    error ProviderBondAboveEnvelope(
        ActorId provider,
        string limit,
        uint256 wanted,
        uint256 allowed
    );
    error ProviderNothingUnbonding(ActorId provider);
    error ProviderStillUnbonding(ActorId provider, Epoch until);
    error ProviderAmountZero();
    error ProviderCreditZero(address account);
    error ProviderTransferFailed(address to, uint256 amount);
    error ProviderParameterOutOfBounds(uint256 value, uint256 least, uint256 greatest);
    error OfferUnknown(uint64 offerId);
    error OfferTermsOutOfBounds(string field, uint256 value, uint256 least, uint256 greatest);
    error OfferChanged(uint64 offerId, uint32 named, uint32 current);
    error OfferIsPaused(uint64 offerId);
    error OfferExpired(uint64 offerId, Epoch expiry);
    error OfferPieceSizeOutOfBounds(uint64 paddedSize, uint64 least, uint64 greatest);
    error OfferDurationOutOfBounds(uint64 duration, uint64 least, uint64 greatest);
    error OfferCapacityExhausted(uint64 offerId, uint64 free, uint64 wanted);

    /// The deployer, once: the market that locks and slashes, the evidence that tips.
    function bind(address market, address evidence) external;

    /// The miner's owner. May carry the first bond.
    function register(ActorId provider, Envelope calldata envelope) external payable;

    /// Anyone may add to a provider's bond; only its owner takes it out.
    function postBond(ActorId provider) external payable;

    /// The miner's owner. Takes effect ENVELOPE_DELAY epochs later; a second announcement replaces a pending one.
    function announceEnvelope(ActorId provider, Envelope calldata envelope) external;

    /// The miner's owner. `amount` no longer backs new deals, and goes on answering for the locked ones; restarts the
    /// wait for what is already unbonding. At most the posted bond; 0 cancels.
    function unbond(ActorId provider, uint128 amount) external;

    /// The miner's owner, UNBONDING epochs after `unbond`. Pays what of it no deal holds.
    function withdrawBond(ActorId provider, address to) external returns (uint256 amount);

    /// Owner, worker or control address. Version 1 of a new offer.
    function publishOffer(ActorId provider, Terms calldata terms) external returns (uint64 offerId);

    /// Owner, worker or control address. Deals of earlier versions keep their terms.
    function reviseOffer(uint64 offerId, Terms calldata terms) external returns (uint32 version);

    /// Owner, worker or control address.
    function pauseOffer(uint64 offerId, bool paused) external;

    /// Pays the caller's credit (slashes, forfeits, tips) to any address, f0 ids in masked form included.
    function withdrawCredit(address to) external returns (uint256 amount);

    /// Anyone. Sends the accumulated burns to f099.
    function burn() external returns (uint256 amount);

    /// Market only. Matches (offer, version, sizes, duration), reserves capacity and locks the sum of
    /// shareOf(bondPerTib, size).
    function reserve(
        uint64 offerId,
        uint32 version,
        uint64 duration,
        uint64[] calldata paddedSizes
    ) external returns (Reservation memory);

    /// Market only. Gives capacity and bond of ended copies back.
    function release(uint64 offerId, uint64 paddedBytes, uint128 bond) external;

    /// Market only. A failed copy: 70 % credit of the client, 10 % of the reporter, 20 % to burn; capacity comes back.
    function slash(
        uint64 offerId,
        uint64 paddedBytes,
        uint128 bond,
        address client,
        address reporter
    ) external;

    /// Market only. What a leaving provider loses to the client.
    function forfeit(uint64 offerId, uint128 bond, address client) external;

    /// Market only. An extension: the shares count as locked anew today, and their terms must be within the envelope.
    /// @param bondPerTib of the deal's terms, attoFIL
    /// @param exitBps of the deal's terms
    function relock(uint64 offerId, uint128 bond, uint96 bondPerTib, uint16 exitBps) external;

    /// Evidence only. A reported fault recovered: credits the reporter with what is left of today's allowance, 0.1 % of
    /// the provider's free bond. Never reverts: 0 for lack of bond, provider or reporter.
    function tip(ActorId provider, address reporter) external returns (uint256 amount);

    /// Whether `who`, in whichever of its forms, owns the miner, as the miner actor says now.
    function isOwner(ActorId provider, address who) external returns (bool);

    /// Whether `who` is the owner, the worker or a control address of the miner, as the miner actor says now.
    function isControlling(ActorId provider, address who) external returns (bool);

    function DAY() external view returns (uint64);

    function ENVELOPE_DELAY() external view returns (uint64);

    function UNBONDING() external view returns (uint64);

    /// Least notice an offer may set.
    function MIN_NOTICE() external view returns (uint64);

    /// The owner when last seen acting; GetOwner of the miner is the truth.
    function ownerOf(ActorId provider) external view returns (ActorId);

    function bondOf(ActorId provider) external view returns (Bond memory);

    function freeBondOf(ActorId provider) external view returns (uint128);

    /// The envelope in force now, and a pending one (effective 0: none).
    function envelopeOf(
        ActorId provider
    ) external view returns (Envelope memory current, Envelope memory pending, Epoch effective);

    function creditOf(address account) external view returns (uint256);

    function burnable() external view returns (uint256);

    function offerCount() external view returns (uint64);

    /// The current version of an offer.
    function offerOf(
        uint64 offerId
    )
        external
        view
        returns (
            ActorId provider,
            uint32 version,
            bool paused,
            uint64 reservedBytes,
            Terms memory terms
        );

    /// OfferChanged for a version that never was.
    function termsAt(uint64 offerId, uint32 version) external view returns (Terms memory);

    /// What an extension by the client asks: is the offer open now, in which token, and at what rate.
    function rateOf(
        uint64 offerId
    ) external view returns (bool open, IERC20 token, uint128 ratePerTib);

    /// Where a provider says it is: the region of the offer, for people.
    function regionOf(uint64 offerId) external view returns (string memory);
}

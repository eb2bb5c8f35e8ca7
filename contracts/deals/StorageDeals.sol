// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ISectorEvidence} from "../evidence/ISectorEvidence.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {Miner} from "../fvm/Miner.sol";
import {PIECE_HEIGHT_MAX, PIECE_HEIGHT_MIN, Piece} from "../fvm/PieceCid.sol";
import {SectorContentChanged} from "../fvm/SectorContentChanged.sol";
import {IProviderRegistry, shareOf} from "../providers/IProviderRegistry.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {DealLifecycle} from "./DealLifecycle.sol";
import {DealNotifications} from "./DealNotifications.sol";
import {DealStore} from "./DealStore.sol";
import {DealRails} from "./DealRails.sol";
import {DealViews} from "./DealViews.sol";
import {IStorageDeals, copyIdOf} from "./IStorageDeals.sol";

/// Sealed storage deals; see IStorageDeals.
contract StorageDeals is DealNotifications, DealLifecycle, DealViews, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// A rail is one event and one loop: 32 pieces keep both small (8 KiB event limit).
    uint256 public constant MAX_PIECES = 32;
    /// Token units an epoch. Pay rounds its fee of 1/200 up on every settlement, and anyone may settle every epoch.
    uint256 public constant MIN_RATE = 20_000;

    uint64 public immutable MIN_SEALING_WINDOW;
    uint64 public immutable MAX_SEALING_WINDOW;

    constructor(
        IProviderRegistry registry,
        ISectorEvidence evidence,
        IFilecoinPay pay,
        Parameters memory parameters
    )
        DealStore(registry, evidence, pay)
        DealRails(parameters.dryGrace)
        DealLifecycle(parameters.slashWindow, parameters.extensionLead, parameters.maxExtension)
    {
        if (parameters.minSealingWindow == 0 || parameters.minSealingWindow > parameters.maxSealingWindow) {
            revert DealParameterOutOfBounds(parameters.minSealingWindow, 1, parameters.maxSealingWindow);
        }
        MIN_SEALING_WINDOW = parameters.minSealingWindow;
        MAX_SEALING_WINDOW = parameters.maxSealingWindow;
    }

    /// @inheritdoc IStorageDeals
    function propose(Proposal calldata proposal) external nonReentrant returns (uint256 dealId) {
        uint256 count = proposal.pieces.length;
        // Check: what the offer does not bound.
        if (count == 0 || count > MAX_PIECES) revert DealPieceCountOutOfBounds(count, MAX_PIECES);
        if (
            proposal.sealingWindow < MIN_SEALING_WINDOW || proposal.sealingWindow > MAX_SEALING_WINDOW
        ) {
            revert DealSealingWindowOutOfBounds(
                proposal.sealingWindow,
                MIN_SEALING_WINDOW,
                MAX_SEALING_WINDOW
            );
        }
        IProviderRegistry.Reservation memory terms = REGISTRY.reserve(
            proposal.offerId,
            proposal.version,
            proposal.duration,
            _paddedSizes(proposal.pieces)
        );
        uint256 open = ++_openProposals[proposal.offerId][msg.sender];
        if (open > terms.maxOpenProposals) {
            revert DealTooManyOpenProposals(msg.sender, proposal.offerId, terms.maxOpenProposals);
        }

        // Effect: the deal and its copies.
        dealId = ++dealCount;
        Deal storage deal = _deals[dealId];
        (uint256 rate, uint256 bond) = _recordCopies(dealId, proposal.pieces, terms);
        _recordDeal(deal, proposal, terms, rate);

        // Interaction: the rail.
        uint256 railId = _openRail(deal, terms, rate * terms.reservationFeeEpochs);
        deal.railId = railId.toUint64();
        _dealOfRail[railId] = dealId;
        _emitProposed(dealId, deal, bond, proposal.pieces);
    }

    /// @inheritdoc IStorageDeals
    function decline(uint256 dealId) external nonReentrant {
        Deal storage deal = _dealAt(dealId);
        if (!Miner.isControlling(deal.provider, msg.sender)) revert DealNotProvider(dealId, msg.sender);
        if (deal.proposed == 0) revert DealNothingProposed(dealId);
        _expire(dealId, deal, currentEpoch());
        _poke(dealId, deal);
    }

    /// @inheritdoc IStorageDeals
    function leaveAsClient(uint256 dealId) external nonReentrant {
        Deal storage deal = _dealAt(dealId);
        if (deal.client != msg.sender) revert DealNotClient(dealId, msg.sender);
        if (_endedByPoke(dealId, deal)) return;
        _terminate(dealId, deal, Departure.Client, _exitFee(dealId, deal, _endIfTerminatedNow(deal)));
    }

    /// @inheritdoc IStorageDeals
    function leaveAsProvider(uint256 dealId) external nonReentrant {
        Deal storage deal = _dealAt(dealId);
        if (!Miner.isOwner(deal.provider, msg.sender)) revert DealNotProvider(dealId, msg.sender);
        if (deal.proposed != 0) _expire(dealId, deal, currentEpoch());
        if (_endedByPoke(dealId, deal)) return;
        uint128 lost = _forfeits(dealId, deal, _endIfTerminatedNow(deal) < deal.endEpoch);
        _terminate(dealId, deal, Departure.Provider, 0);
        if (lost != 0) REGISTRY.forfeit(deal.offerId, lost, deal.client);
    }

    /// @inheritdoc IStorageDeals
    function poke(uint256 dealId) external nonReentrant {
        _poke(dealId, _dealAt(dealId));
    }

    /// @inheritdoc IStorageDeals
    function report(uint256 copyId, bytes calldata location) external nonReentrant {
        uint256 dealId = copyId >> 8;
        Deal storage deal = _dealAt(dealId);
        Copy storage copy = _copies[copyId];
        if (copy.state != CopyState.Active) revert DealCopyNotActive(copyId);
        EVIDENCE.reportFor(msg.sender, deal.provider, copy.sector, location);
        _poke(dealId, deal);
    }

    /// @inheritdoc IStorageDeals
    function settle(uint256 dealId) external nonReentrant {
        Deal storage deal = _dealAt(dealId);
        _poke(dealId, deal);
        _settleRail(dealId, deal);
    }

    /// @inheritdoc IStorageDeals
    function extend(uint256 dealId, Epoch newEnd, bytes[] calldata locations) external nonReentrant {
        Deal storage deal = _dealAt(dealId);
        _poke(dealId, deal);
        _checkExtension(dealId, deal, newEnd);
        deal.endEpoch = newEnd;
        ++deal.extensions;
        REGISTRY.relock(deal.offerId, _extendSectors(dealId, deal, newEnd, locations));
        emit DealExtended(dealId, msg.sender, newEnd);
    }

    /// @inheritdoc IStorageDeals
    function setAutoExtend(uint256 dealId, Epoch until, uint128 rateCap) external {
        Deal storage deal = _dealAt(dealId);
        if (deal.client != msg.sender) revert DealNotClient(dealId, msg.sender);
        deal.autoExtendUntil = until;
        deal.autoExtendRateCap = rateCap;
        emit DealAutoExtendSet(dealId, until, rateCap);
    }

    /// @inheritdoc IStorageDeals
    function handle_filecoin_method(
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) external nonReentrant returns (uint32, uint64, bytes memory) {
        if (method != SectorContentChanged.METHOD || codec != SectorContentChanged.CODEC) {
            revert DealMethodNotHandled(method, codec);
        }
        return (0, SectorContentChanged.CODEC, _receive(params));
    }

    function _emitProposed(uint256 dealId, Deal storage deal, uint256 bond, Piece[] calldata pieces) private {
        emit DealProposed(
            dealId,
            deal.client,
            deal.provider,
            deal.dataset,
            deal.offerId,
            deal.version,
            deal.railId,
            deal.sealBy,
            deal.endEpoch,
            deal.rate,
            bond,
            pieces
        );
    }

    function _recordDeal(
        Deal storage deal,
        Proposal calldata proposal,
        IProviderRegistry.Reservation memory terms,
        uint256 rate
    ) private {
        deal.client = msg.sender;
        deal.provider = terms.provider;
        deal.version = proposal.version;
        deal.dataset = proposal.dataset;
        deal.offerId = proposal.offerId;
        deal.sealBy = currentEpoch().plus(proposal.sealingWindow);
        deal.endEpoch = deal.sealBy.plus(proposal.duration);
        deal.notice = terms.notice;
        deal.period = (uint256(terms.notice) + proposal.sealingWindow).toUint32();
        deal.exitBps = terms.exitBps;
        deal.copies = uint8(proposal.pieces.length);
        deal.proposed = uint8(proposal.pieces.length);
        deal.token = terms.token;
        deal.ratePerTib = uint256(terms.ratePerTib).toUint96();
        deal.rate = rate.toUint128();
        deal.exitFee = (rate * terms.exitFeeEpochs).toUint128();
        if (proposal.autoExtendUntil != Epoch.wrap(0)) {
            deal.autoExtendUntil = proposal.autoExtendUntil;
            deal.autoExtendRateCap = proposal.autoExtendRateCap;
        }
    }

    function _recordCopies(
        uint256 dealId,
        Piece[] calldata pieces,
        IProviderRegistry.Reservation memory terms
    ) private returns (uint256 rate, uint256 bond) {
        for (uint256 i; i < pieces.length; ++i) {
            for (uint256 j; j < i; ++j) {
                if (pieces[j].cid == pieces[i].cid) revert DealPieceRepeated(i);
            }
            uint64 size = pieces[i].paddedSize();
            uint128 copyRate = shareOf(terms.ratePerTib, size);
            if (copyRate < MIN_RATE) revert DealRateTooLow(i, copyRate, MIN_RATE);
            uint256 copyId = copyIdOf(dealId, i);
            Copy storage copy = _copies[copyId];
            copy.cid = pieces[i].cid;
            copy.height = pieces[i].height;
            copy.padding = pieces[i].padding;
            copy.state = CopyState.Proposed;
            copy.rate = copyRate;
            copy.bond = shareOf(terms.bondPerTib, size);
            rate += copyRate;
            bond += copy.bond;
            _copiesOfPiece[pieces[i].cid].push(copyId);
        }
    }

    function _paddedSizes(Piece[] calldata pieces) private pure returns (uint64[] memory sizes) {
        sizes = new uint64[](pieces.length);
        for (uint256 i; i < pieces.length; ++i) {
            uint8 height = pieces[i].height;
            if (
                height < PIECE_HEIGHT_MIN ||
                height > PIECE_HEIGHT_MAX ||
                // The payload is not empty: 127 of 128 padded bytes hold it.
                pieces[i].padding >= (uint256(127) << height) / 4
            ) revert DealPieceInvalid(i);
            sizes[i] = pieces[i].paddedSize();
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ISectorEvidence} from "../evidence/ISectorEvidence.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {Epoch} from "../fvm/Epoch.sol";
import {FilAddress} from "../fvm/FilAddress.sol";
import {PIECE_HEIGHT_MAX, PIECE_HEIGHT_MIN, Piece} from "../fvm/PieceCid.sol";
import {SectorContentChanged} from "../fvm/SectorContentChanged.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {IProviderRegistry, shareOf} from "../providers/IProviderRegistry.sol";
import {DealLifecycle} from "./DealLifecycle.sol";
import {DealNotifications} from "./DealNotifications.sol";
import {DealStore} from "./DealStore.sol";
import {DealValidator} from "./DealValidator.sol";
import {ICurioDealViewV1} from "./ICurioDealViewV1.sol";
import {copyIdOf} from "./IDealLedger.sol";
import {IDealMarket} from "./IDealMarket.sol";

/// Sealed storage deals: see IStorageDeals, whose functions are all answered here. Those of IDealLifecycle run from the
/// code of LIFECYCLE, which this contract deployed and cannot change.
contract StorageDeals is
    DealNotifications,
    DealValidator,
    IDealMarket,
    ICurioDealViewV1,
    ReentrancyGuardTransient
{
    using SafeCast for uint256;

    /// A proposal is one event and a few loops: 32 pieces keep them small (8 KiB event limit).
    uint256 public constant MAX_PIECES = 32;
    /// Token units an epoch. Pay rounds its fee of 1/200 up on every settlement, and anyone may settle every epoch.
    uint256 public constant MIN_RATE = 20_000;

    address public immutable LIFECYCLE;
    uint64 public immutable MIN_SEALING_WINDOW;
    uint64 public immutable MAX_SEALING_WINDOW;

    constructor(
        IProviderRegistry registry,
        ISectorEvidence evidence,
        IFilecoinPay pay,
        Parameters memory parameters
    ) DealStore(registry, evidence, pay, parameters.dryGrace) {
        (uint64 least, uint64 greatest) = (
            parameters.minSealingWindow,
            parameters.maxSealingWindow
        );
        _requireWithin(greatest, 1, GREATEST_SPAN);
        _requireWithin(least, 1, greatest);
        LIFECYCLE = address(new DealLifecycle(registry, evidence, pay, parameters));
        MIN_SEALING_WINDOW = least;
        MAX_SEALING_WINDOW = greatest;
    }

    /// What is not answered here is LIFECYCLE's.
    fallback() external {
        address lifecycle = LIFECYCLE;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let ok := delegatecall(gas(), lifecycle, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            switch ok
            case 0 {
                revert(free, returndatasize())
            }
            default {
                return(free, returndatasize())
            }
        }
    }

    /// @inheritdoc IDealMarket
    function propose(Proposal calldata proposal) external nonReentrant returns (uint256 dealId) {
        uint256 count = proposal.pieces.length;
        // Check: what the offer does not bound.
        if (count == 0 || count > MAX_PIECES) revert DealPieceCountOutOfBounds(count, MAX_PIECES);
        if (
            proposal.sealingWindow < MIN_SEALING_WINDOW ||
            proposal.sealingWindow > MAX_SEALING_WINDOW
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

        // Effect: the deal, under the id of its rail, which carries nothing yet and calls nobody.
        dealId = PAY.createRail(terms.token, msg.sender, terms.payee, address(this), 0, address(0));
        (uint256 rate, uint256 bond) = _recordCopies(dealId, proposal.pieces, terms);
        DealRecord storage deal = _deals[dealId];
        _recordDeal(deal, proposal, terms);

        // Interaction: lockup before rate, then the reservation fee out of the fixed lockup.
        uint256 fee = rate * terms.reservationFeeEpochs;
        PAY.modifyRailLockup(dealId, deal.period, rate * terms.exitFeeEpochs + fee);
        PAY.modifyRailPayment(dealId, rate, fee);
        _emitProposed(dealId, deal, rate, bond, proposal.pieces);
    }

    /// @inheritdoc IDealMarket
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

    /// @inheritdoc ICurioDealViewV1
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc ICurioDealViewV1
    function verifyDeal(CurioDealView calldata asked) external view returns (bool) {
        CopyRecord storage copy = _copies[asked.dealId];
        DealRecord storage deal = _deals[asked.dealId >> 8];
        // A deal that its payer has left is none to begin sealing for.
        if (copy.state != CopyState.Proposed || deal.railEnd != 0 || _sealingIsOver(deal))
            return false;
        return
            asked.providerActorId == ActorId.unwrap(deal.provider) &&
            asked.startEpoch == deal.sealBy &&
            asked.duration == deal.endEpoch - deal.sealBy &&
            asked.allocationId == 0 &&
            keccak256(asked.clientId) == keccak256(FilAddress.ofEthAddress(deal.client)) &&
            keccak256(asked.pieceCidV2) ==
                keccak256(Piece(copy.cid, copy.height, copy.padding).toCidV2());
    }

    /// @inheritdoc ICurioDealViewV1
    function getDealState(uint256 copyId) external view returns (DealState) {
        CopyState state = _stateOf(copyId);
        if (state == CopyState.None) revert DealNotFound(copyId);
        if (state == CopyState.Proposed) return DealState.Open;
        bool live = state == CopyState.Active || state == CopyState.Faulty;
        return live ? DealState.Active : DealState.Finalized;
    }

    /// @inheritdoc IDealMarket
    function stateOf(uint256 copyId) external view returns (CopyState) {
        return _stateOf(copyId);
    }

    /// @inheritdoc IDealMarket
    function isLive(uint256 copyId) external view returns (bool) {
        return _isLive(copyId);
    }

    function _emitProposed(
        uint256 dealId,
        DealRecord storage deal,
        uint256 rate,
        uint256 bond,
        Piece[] calldata pieces
    ) private {
        emit DealProposed(
            dealId,
            deal.client,
            deal.provider,
            deal.dataset,
            deal.offerId,
            deal.version,
            Epoch.wrap(deal.sealBy),
            Epoch.wrap(deal.endEpoch),
            rate,
            bond,
            pieces
        );
    }

    function _recordDeal(
        DealRecord storage deal,
        Proposal calldata proposal,
        IProviderRegistry.Reservation memory terms
    ) private {
        deal.client = msg.sender;
        deal.provider = terms.provider;
        deal.version = proposal.version;
        deal.dataset = proposal.dataset;
        deal.token = terms.token;
        deal.ratePerTib = uint256(terms.ratePerTib).toUint96();
        deal.offerId = uint256(proposal.offerId).toUint40();
        uint256 sealBy = block.number + proposal.sealingWindow;
        deal.sealBy = sealBy.toUint40();
        deal.endEpoch = (sealBy + proposal.duration).toUint40();
        deal.notice = terms.notice;
        deal.period = (uint256(terms.notice) + proposal.sealingWindow).toUint32();
        deal.exitFeeEpochs = terms.exitFeeEpochs;
        deal.bondPerTib = uint256(terms.bondPerTib).toUint96();
        deal.exitBps = terms.exitBps;
        deal.copies = uint8(proposal.pieces.length);
        deal.proposed = uint8(proposal.pieces.length);
        if (proposal.autoExtendUntil != Epoch.wrap(0)) {
            deal.autoExtendUntil = uint256(Epoch.unwrap(proposal.autoExtendUntil)).toUint40();
            deal.autoExtendRateCap = proposal.autoExtendRateCap;
        }
    }

    function _recordCopies(
        uint256 dealId,
        Piece[] calldata pieces,
        IProviderRegistry.Reservation memory terms
    ) private returns (uint256 rate, uint256 bond) {
        for (uint256 i; i < pieces.length; ++i) {
            Piece memory piece = pieces[i];
            uint64 size = piece.paddedSize();
            uint256 copyRate = shareOf(terms.ratePerTib, size);
            if (copyRate < MIN_RATE) revert DealRateTooLow(i, copyRate, MIN_RATE);
            rate += copyRate;
            bond += shareOf(terms.bondPerTib, size);
            uint256 copyId = copyIdOf(dealId, i);
            _copies[copyId] = CopyRecord({
                cid: piece.cid,
                sector: 0,
                activation: 0,
                close: 0,
                padding: piece.padding,
                previous: uint48(_newestCopy[piece.cid]),
                height: piece.height,
                state: CopyState.Proposed
            });
            _newestCopy[piece.cid] = copyId.toUint48();
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

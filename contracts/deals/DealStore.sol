// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ISectorEvidence} from "../evidence/ISectorEvidence.sol";
import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {IProviderRegistry, shareOf} from "../providers/IProviderRegistry.sol";
import {IDealLedger, copyIdOf} from "./IDealLedger.sol";

/// What the parts of StorageDeals share: the ledger of deals and copies, the contracts beside it, and a copy's state.
abstract contract DealStore is IDealLedger {
    /// Five slots, and a sixth if the provider may extend. Epochs of 40 bits last 34,000 years. Rates and the exit fee
    /// are not stored: they follow from the offer's terms and the pieces' sizes.
    struct DealRecord {
        address client;
        ActorId provider;
        uint32 version;
        bytes32 dataset;
        IERC20 token;
        uint96 ratePerTib;
        uint40 offerId;
        uint40 sealBy;
        uint40 endEpoch;
        uint40 railEnd;
        uint32 notice;
        uint32 period;
        uint32 exitFeeEpochs;
        uint96 bondPerTib;
        uint40 autoExtendUntil;
        uint16 exitBps;
        uint8 copies;
        uint8 proposed;
        uint8 live;
        uint8 extensions;
        Departure departure;
        bool exitFeeSettled;
        bool rateStale;
        /// The provider left early: each live copy lost exitBps of its share.
        bool forfeited;
        uint96 autoExtendRateCap;
    }

    /// Two slots.
    struct CopyRecord {
        PieceCid cid;
        uint64 sector;
        uint40 activation;
        uint40 close;
        uint48 padding;
        /// The copy of the same piece before this one.
        uint48 previous;
        uint8 height;
        CopyState state;
    }

    IProviderRegistry public immutable REGISTRY;
    ISectorEvidence public immutable EVIDENCE;
    IFilecoinPay public immutable PAY;

    /// Epochs after which evidence can no longer be added (W).
    uint64 public immutable FRESHNESS;
    /// Epochs a dry payer has for topping up before anyone may end the deal; at most the deal's notice less FRESHNESS.
    uint64 public immutable DRY_GRACE;

    /// Far above any sensible span of epochs; keeps sums with epochs within 40 bits.
    uint64 internal constant GREATEST_SPAN = type(uint32).max;

    mapping(uint256 dealId => DealRecord) internal _deals;
    mapping(uint256 copyId => CopyRecord) internal _copies;
    mapping(uint64 offerId => mapping(address client => uint256)) internal _openProposals;
    /// The piece's newest copy; each copy names the one before it.
    mapping(PieceCid cid => uint256 copyId) internal _newestCopy;

    constructor(
        IProviderRegistry registry,
        ISectorEvidence evidence,
        IFilecoinPay pay,
        uint64 dryGrace
    ) {
        REGISTRY = registry;
        EVIDENCE = evidence;
        PAY = pay;
        FRESHNESS = evidence.FRESHNESS();
        // Longer than a chain of faults, so that whoever leaves and drops the bytes still fails before the rail's end.
        uint64 least = evidence.GRACE() * 2;
        if (least <= FRESHNESS) least = FRESHNESS + 1;
        _requireWithin(registry.MIN_NOTICE(), least, type(uint64).max);
        _requireWithin(dryGrace, 1, GREATEST_SPAN);
        DRY_GRACE = dryGrace;
    }

    function _requireWithin(uint256 value, uint256 least, uint256 greatest) internal pure {
        if (value < least || value > greatest)
            revert DealParameterOutOfBounds(value, least, greatest);
    }

    function _dealAt(uint256 dealId) internal view returns (DealRecord storage deal) {
        deal = _deals[dealId];
        if (deal.client == address(0)) revert DealUnknown(dealId);
    }

    /// From this epoch on the deal's copies owe and earn nothing.
    function _lastOf(DealRecord storage deal) internal view returns (Epoch) {
        return
            Epoch.wrap(
                deal.railEnd == 0 || deal.endEpoch < deal.railEnd ? deal.endEpoch : deal.railEnd
            );
    }

    /// Whether a notification can no longer activate the deal's proposed copies.
    function _sealingIsOver(DealRecord storage deal) internal view returns (bool) {
        return block.number > deal.sealBy || (deal.railEnd != 0 && block.number >= deal.railEnd);
    }

    function _subjectOf(ActorId miner, uint64 sector) internal pure returns (uint256) {
        return (uint256(ActorId.unwrap(miner)) << 64) | sector;
    }

    /// Token units an epoch.
    function _rateOf(
        DealRecord storage deal,
        CopyRecord storage copy
    ) internal view returns (uint256) {
        return shareOf(deal.ratePerTib, _sizeOf(copy));
    }

    function _sizeOf(CopyRecord storage copy) internal view returns (uint64) {
        return uint64(32) << copy.height;
    }

    /// What is left of an unfinished copy's share of the bond.
    function _bondOf(
        DealRecord storage deal,
        CopyRecord storage copy
    ) internal view returns (uint128 bond) {
        bond = shareOf(deal.bondPerTib, _sizeOf(copy));
        if (deal.forfeited) bond -= _forfeitOf(deal, bond);
    }

    function _forfeitOf(DealRecord storage deal, uint128 bond) internal view returns (uint128) {
        return uint128(Math.ceilDiv(uint256(bond) * deal.exitBps, 10_000));
    }

    /// The rates of the copies that are not final, token units an epoch.
    function _openRateOf(
        uint256 dealId,
        DealRecord storage deal
    ) internal view returns (uint256 rate) {
        for (uint256 i; i < deal.copies; ++i) {
            CopyRecord storage copy = _copies[copyIdOf(dealId, i)];
            if (_isOpen(copy)) rate += _rateOf(deal, copy);
        }
    }

    function _isOpen(CopyRecord storage copy) internal view returns (bool) {
        return copy.state == CopyState.Proposed || copy.state == CopyState.Active;
    }

    /// The live copies, and the evidence about their sectors.
    function _liveRecords(
        uint256 dealId,
        DealRecord storage deal
    ) internal view returns (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) {
        copyIds = new uint256[](deal.live);
        uint256[] memory subjects = new uint256[](copyIds.length);
        if (copyIds.length == 0) return (copyIds, records);
        uint256 found;
        for (uint256 i; i < deal.copies; ++i) {
            uint256 copyId = copyIdOf(dealId, i);
            CopyRecord storage copy = _copies[copyId];
            if (copy.state != CopyState.Active) continue;
            copyIds[found] = copyId;
            subjects[found++] = _subjectOf(deal.provider, copy.sector);
        }
        records = EVIDENCE.recordsOf(subjects);
    }

    function _stateOf(uint256 copyId) internal view returns (CopyState state) {
        state = _copies[copyId].state;
        DealRecord storage deal = _deals[copyId >> 8];
        if (state == CopyState.Proposed && _sealingIsOver(deal)) return CopyState.Expired;
        if (state != CopyState.Active) return state;
        Epoch last = _lastNow(deal);
        IStorageEvidence.Record memory record = _recordOf(copyId, deal);
        if (record.failed && record.failedAt < last) return CopyState.Failed;
        if (currentEpoch() >= last) return CopyState.Completed;
        if (record.last != Observation.Active) return CopyState.Faulty;
    }

    function _isLive(uint256 copyId) internal view returns (bool) {
        if (_copies[copyId].state != CopyState.Active) return false;
        DealRecord storage deal = _deals[copyId >> 8];
        IStorageEvidence.Record memory record = _recordOf(copyId, deal);
        return
            record.last == Observation.Active &&
            !record.failed &&
            record.provenUntil.plus(FRESHNESS) >= currentEpoch() &&
            currentEpoch() < _lastNow(deal);
    }

    /// The last epoch that the payer's account is good for; far ahead for an account without a stream.
    function _fundedUntil(DealRecord storage deal) internal view returns (Epoch) {
        (uint256 fundedUntil, , , ) = PAY.getAccountInfoIfSettled(deal.token, deal.client);
        return Epoch.wrap(fundedUntil > type(uint32).max ? type(uint32).max : uint64(fundedUntil));
    }

    function _recordOf(
        uint256 copyId,
        DealRecord storage deal
    ) private view returns (IStorageEvidence.Record memory) {
        return EVIDENCE.recordOf(_subjectOf(deal.provider, _copies[copyId].sector));
    }

    /// The last epoch as a poke now would find it: a dry payer's rail ends where its money does.
    function _lastNow(DealRecord storage deal) private view returns (Epoch) {
        if (deal.railEnd != 0) return _lastOf(deal);
        Epoch fundedUntil = _fundedUntil(deal);
        if (fundedUntil.plus(_dryGraceOf(deal)) >= currentEpoch()) return Epoch.wrap(deal.endEpoch);
        return min(Epoch.wrap(deal.endEpoch), fundedUntil.plus(deal.period));
    }

    /// Short enough that the rail of a dry payer still runs when it may be ended.
    function _dryGraceOf(DealRecord storage deal) internal view returns (uint64) {
        uint64 greatest = deal.notice - FRESHNESS;
        return DRY_GRACE < greatest ? DRY_GRACE : greatest;
    }
}

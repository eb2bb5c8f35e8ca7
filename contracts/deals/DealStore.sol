// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IProviderRegistry} from "../providers/IProviderRegistry.sol";
import {ISectorEvidence} from "../evidence/ISectorEvidence.sol";
import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {IDealLedger, copyIdOf} from "./IDealLedger.sol";

/// What the parts of StorageDeals share: the ledger of deals and copies, the contracts beside it, and a copy's state.
abstract contract DealStore is IDealLedger {
    IProviderRegistry public immutable REGISTRY;
    ISectorEvidence public immutable EVIDENCE;
    IFilecoinPay public immutable PAY;

    /// Epochs after which evidence can no longer be added (W).
    uint64 public immutable FRESHNESS;
    /// Epochs a dry payer has for topping up before anyone may end the deal; at most the deal's notice less FRESHNESS.
    uint64 public immutable DRY_GRACE;

    uint256 internal _dealCount;
    mapping(uint256 dealId => Deal) internal _deals;
    mapping(uint256 copyId => Copy) internal _copies;
    mapping(uint256 railId => uint256 dealId) internal _dealOfRail;
    mapping(bytes32 sectorPieceClient => uint256 copyId) internal _backed;
    mapping(uint64 offerId => mapping(address client => uint256)) internal _openProposals;
    mapping(PieceCid cid => uint256[] copyIds) internal _copiesOfPiece;

    constructor(IProviderRegistry registry, ISectorEvidence evidence, IFilecoinPay pay, uint64 dryGrace) {
        REGISTRY = registry;
        EVIDENCE = evidence;
        PAY = pay;
        FRESHNESS = evidence.FRESHNESS();
        uint64 notice = registry.MIN_NOTICE();
        if (notice <= FRESHNESS) revert DealParameterOutOfBounds(notice, FRESHNESS + 1, type(uint64).max);
        if (dryGrace == 0) revert DealParameterOutOfBounds(dryGrace, 1, type(uint64).max);
        DRY_GRACE = dryGrace;
    }

    function _dealAt(uint256 dealId) internal view returns (Deal storage deal) {
        deal = _deals[dealId];
        if (deal.client == address(0)) revert DealUnknown(dealId);
    }

    /// From this epoch on the deal's copies owe and earn nothing.
    function _lastOf(Deal storage deal) internal view returns (Epoch) {
        Epoch railEnd = deal.railEnd;
        return railEnd == Epoch.wrap(0) ? deal.endEpoch : min(deal.endEpoch, railEnd);
    }

    /// Whether a notification can no longer activate the deal's proposed copies.
    function _sealingIsOver(Deal storage deal) internal view returns (bool) {
        Epoch now_ = currentEpoch();
        Epoch railEnd = deal.railEnd;
        return now_ > deal.sealBy || (railEnd != Epoch.wrap(0) && now_ >= railEnd);
    }

    function _subjectOf(ActorId miner, uint64 sector) internal pure returns (uint256) {
        return (uint256(ActorId.unwrap(miner)) << 64) | sector;
    }

    /// The key under which one (miner, sector, piece) backs at most one live copy of a client.
    function _backingKey(
        ActorId miner,
        uint64 sector,
        PieceCid cid,
        address client
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(miner, sector, cid, client));
    }

    /// The copies in one stored state, and the evidence about their sectors.
    function _liveRecords(
        uint256 dealId,
        Deal storage deal
    ) internal view returns (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) {
        copyIds = new uint256[](deal.live);
        uint256[] memory subjects = new uint256[](copyIds.length);
        if (copyIds.length == 0) return (copyIds, records);
        uint256 found;
        for (uint256 i; i < deal.copies; ++i) {
            uint256 copyId = copyIdOf(dealId, i);
            Copy storage copy = _copies[copyId];
            if (copy.state != CopyState.Active) continue;
            copyIds[found] = copyId;
            subjects[found++] = _subjectOf(deal.provider, copy.sector);
        }
        records = EVIDENCE.recordsOf(subjects);
    }

    function _stateOf(uint256 copyId) internal view returns (CopyState state) {
        state = _copies[copyId].state;
        Deal storage deal = _deals[copyId >> 8];
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
        Deal storage deal = _deals[copyId >> 8];
        IStorageEvidence.Record memory record = _recordOf(copyId, deal);
        return
            record.last == Observation.Active &&
            !record.failed &&
            record.provenUntil.plus(FRESHNESS) >= currentEpoch() &&
            currentEpoch() < _lastNow(deal);
    }

    /// The last epoch that the payer's account is good for; far ahead for an account without a stream.
    function _fundedUntil(Deal storage deal) internal view returns (Epoch) {
        (uint256 fundedUntil, , , ) = PAY.getAccountInfoIfSettled(deal.token, deal.client);
        return Epoch.wrap(fundedUntil > type(uint32).max ? type(uint32).max : uint64(fundedUntil));
    }

    function _recordOf(
        uint256 copyId,
        Deal storage deal
    ) private view returns (IStorageEvidence.Record memory) {
        return EVIDENCE.recordOf(_subjectOf(deal.provider, _copies[copyId].sector));
    }

    /// The last epoch as a poke now would find it: a dry payer's rail ends where its money does.
    function _lastNow(Deal storage deal) private view returns (Epoch) {
        if (deal.railEnd != Epoch.wrap(0)) return _lastOf(deal);
        Epoch fundedUntil = _fundedUntil(deal);
        if (fundedUntil.plus(_dryGraceOf(deal)) >= currentEpoch()) return deal.endEpoch;
        return min(deal.endEpoch, fundedUntil.plus(deal.period));
    }

    /// Short enough that the rail of a dry payer still runs when it may be ended.
    function _dryGraceOf(Deal storage deal) internal view returns (uint64) {
        uint64 greatest = deal.notice - FRESHNESS;
        return DRY_GRACE < greatest ? DRY_GRACE : greatest;
    }
}

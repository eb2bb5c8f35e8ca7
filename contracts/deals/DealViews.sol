// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {FilAddress} from "../fvm/FilAddress.sol";
import {Piece, PieceCid} from "../fvm/PieceCid.sol";
import {DealRails} from "./DealRails.sol";
import {ICurioDealViewV1} from "./ICurioDealViewV1.sol";
import {copyIdOf} from "./IStorageDeals.sol";

/// What providers, contracts and people ask of deals.
abstract contract DealViews is DealRails, ICurioDealViewV1 {
    uint256 public dealCount;
    mapping(PieceCid cid => uint256[] copyIds) internal _copiesOfPiece;

    /// @inheritdoc ICurioDealViewV1
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc ICurioDealViewV1
    function verifyDeal(CurioDealView calldata asked) external view returns (bool) {
        Copy storage copy = _copies[asked.dealId];
        Deal storage deal = _deals[asked.dealId >> 8];
        if (copy.state != CopyState.Proposed || _sealingIsOver(deal)) return false;
        return
            asked.providerActorId == ActorId.unwrap(deal.provider) &&
            asked.startEpoch == Epoch.unwrap(deal.sealBy) &&
            asked.duration == deal.endEpoch.since(deal.sealBy) &&
            asked.allocationId == 0 &&
            keccak256(asked.clientId) == keccak256(FilAddress.ofEthAddress(deal.client)) &&
            keccak256(asked.pieceCidV2) ==
            keccak256(Piece(copy.cid, copy.height, copy.padding).toCidV2());
    }

    /// @inheritdoc ICurioDealViewV1
    function getDealState(uint256 copyId) external view returns (DealState) {
        CopyState state = stateOf(copyId);
        if (state == CopyState.None) revert DealNotFound(copyId);
        if (state == CopyState.Proposed) return DealState.Open;
        bool live = state == CopyState.Active || state == CopyState.Faulty;
        return live ? DealState.Active : DealState.Finalized;
    }

    function dealOf(uint256 dealId) external view returns (Deal memory) {
        return _dealAt(dealId);
    }

    function copyOf(uint256 copyId) external view returns (Copy memory) {
        return _copies[copyId];
    }

    function copiesOf(uint256 dealId) external view returns (Copy[] memory copies) {
        copies = new Copy[](_dealAt(dealId).copies);
        for (uint256 i; i < copies.length; ++i) copies[i] = _copies[copyIdOf(dealId, i)];
    }

    function dealOfRail(uint256 railId) external view returns (uint256) {
        return _dealOfRail[railId];
    }

    function openProposalsOf(uint64 offerId, address client) external view returns (uint256) {
        return _openProposals[offerId][client];
    }

    function isLive(uint256 copyId) external view returns (bool) {
        return _isLive(copyId);
    }

    function replicationOf(
        PieceCid cid,
        uint256 cursor,
        uint256 limit
    )
        external
        view
        returns (Replica[] memory replicas, uint256 providers, uint256 owners, uint256 next)
    {
        uint256[] storage all = _copiesOfPiece[cid];
        uint256 end = all.length - cursor > limit ? cursor + limit : all.length;
        replicas = new Replica[](end - cursor);
        uint256 found;
        for (uint256 i = cursor; i < end; ++i) {
            if (!_isLive(all[i])) continue;
            Replica memory replica = _replica(all[i]);
            bool newProvider = true;
            bool newOwner = true;
            for (uint256 j; j < found; ++j) {
                if (replicas[j].provider == replica.provider) newProvider = false;
                if (replicas[j].owner == replica.owner) newOwner = false;
            }
            if (newProvider) ++providers;
            if (newOwner) ++owners;
            replicas[found++] = replica;
        }
        assembly ("memory-safe") {
            mstore(replicas, found)
        }
        next = end == all.length ? 0 : end;
    }

    function stateOf(uint256 copyId) public view returns (CopyState state) {
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

    function _isLive(uint256 copyId) private view returns (bool) {
        if (_copies[copyId].state != CopyState.Active) return false;
        Deal storage deal = _deals[copyId >> 8];
        IStorageEvidence.Record memory record = _recordOf(copyId, deal);
        return
            record.last == Observation.Active &&
            !record.failed &&
            record.provenUntil.plus(FRESHNESS) >= currentEpoch() &&
            currentEpoch() < _lastNow(deal);
    }

    function _replica(uint256 copyId) private view returns (Replica memory) {
        Deal storage deal = _deals[copyId >> 8];
        ActorId provider = deal.provider;
        return
            Replica(copyId, provider, REGISTRY.ownerOf(provider), deal.client, REGISTRY.regionOf(deal.offerId));
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
        if (fundedUntil.plus(DRY_GRACE) >= currentEpoch()) return deal.endEpoch;
        return min(deal.endEpoch, fundedUntil.plus(deal.period));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IProviderRegistry} from "../providers/IProviderRegistry.sol";
import {ISectorEvidence} from "../evidence/ISectorEvidence.sol";
import {IStorageEvidence} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {IStorageDeals, copyIdOf} from "./IStorageDeals.sol";

/// What the parts of StorageDeals share: the ledger of deals and copies, and the contracts beside it.
abstract contract DealStore is IStorageDeals {
    IProviderRegistry public immutable REGISTRY;
    ISectorEvidence public immutable EVIDENCE;
    IFilecoinPay public immutable PAY;

    /// Epochs after which evidence can no longer be added (W).
    uint64 public immutable FRESHNESS;

    mapping(uint256 dealId => Deal) internal _deals;
    mapping(uint256 copyId => Copy) internal _copies;
    mapping(uint256 railId => uint256 dealId) internal _dealOfRail;
    mapping(bytes32 sectorPieceClient => uint256 copyId) internal _backed;
    mapping(uint64 offerId => mapping(address client => uint256)) internal _openProposals;

    constructor(IProviderRegistry registry, ISectorEvidence evidence, IFilecoinPay pay) {
        REGISTRY = registry;
        EVIDENCE = evidence;
        PAY = pay;
        FRESHNESS = evidence.FRESHNESS();
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
}

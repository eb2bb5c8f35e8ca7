// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {Miner} from "../fvm/Miner.sol";
import {NotifiedPiece, NotifiedSector, SectorContentChanged} from "../fvm/SectorContentChanged.sol";
import {DealStore} from "./DealStore.sol";

/// The receiver of FIP-0109 notifications. It stands on the provider's sealing path: bounded by the message, one call to
/// the evidence, none to Filecoin Pay or the registry, and true to every well-formed notification of a real miner.
abstract contract DealNotifications is DealStore {
    using TransientSlot for *;

    /// A matched piece takes at least this much of the message: its CID, its size, and the payload.
    uint256 private constant MATCH_BYTES_MIN = 64;

    struct Notification {
        ActorId miner;
        uint64[] sectors;
        Epoch[] commitments;
        bool[] matched;
        uint256[] pieces;
        /// copyId << 32 | index of the sector.
        uint256[] hits;
        uint256 hitCount;
    }

    /// One pass over the message matches pieces with copies; the evidence then says which sectors are fresh.
    function _receive(bytes calldata params) internal returns (bytes memory answer) {
        (bool isMiner, ActorId miner) = Miner.isMinerCaller(msg.sender);
        if (!isMiner) revert DealCallerNotMiner(msg.sender);

        (uint256 count, uint256 offset) = SectorContentChanged.begin(params);
        Notification memory n;
        n.miner = miner;
        n.sectors = new uint64[](count);
        n.commitments = new Epoch[](count);
        n.matched = new bool[](count);
        n.pieces = new uint256[](count);
        n.hits = new uint256[](params.length / MATCH_BYTES_MIN + 1);
        for (uint256 i; i < count; ++i) {
            offset = _readSector(n, i, params, offset);
        }
        SectorContentChanged.finish(params, offset);

        bool[] memory fresh = EVIDENCE.notifySectors(miner, n.sectors, n.commitments, n.matched);
        for (uint256 i; i < n.hitCount; ++i) {
            uint256 sectorIndex = uint32(n.hits[i]);
            _activate(n.hits[i] >> 32, miner, n.sectors[sectorIndex], fresh[sectorIndex]);
        }
        return SectorContentChanged.acceptAll(n.pieces);
    }

    function _readSector(
        Notification memory n,
        uint256 index,
        bytes calldata params,
        uint256 offset
    ) private returns (uint256) {
        NotifiedSector memory sector;
        (sector, offset) = SectorContentChanged.nextSector(params, offset);
        n.sectors[index] = sector.number;
        n.commitments[index] = sector.commitment;
        n.pieces[index] = sector.pieces;
        for (uint256 j; j < sector.pieces; ++j) {
            NotifiedPiece memory piece;
            bytes calldata payload;
            (piece, payload, offset) = SectorContentChanged.nextPiece(params, offset);
            uint256 copyId = payload.length == 32 ? uint256(bytes32(payload)) : 0;
            (bool matches, IgnoreReason reason) = _match(
                n.miner,
                sector.commitment,
                piece,
                payload,
                copyId
            );
            if (matches) {
                n.matched[index] = true;
                n.hits[n.hitCount++] = (copyId << 32) | index;
            } else {
                emit DealNotificationIgnored(copyId, n.miner, sector.number, reason);
            }
        }
        return offset;
    }

    function _match(
        ActorId miner,
        Epoch commitment,
        NotifiedPiece memory piece,
        bytes calldata payload,
        uint256 copyId
    ) private view returns (bool, IgnoreReason) {
        if (payload.length != 32) return (false, IgnoreReason.PayloadMalformed);
        CopyRecord storage copy = _copies[copyId];
        CopyState state = copy.state;
        if (state == CopyState.None) return (false, IgnoreReason.CopyUnknown);
        DealRecord storage deal = _deals[copyId >> 8];
        if (deal.provider != miner) return (false, IgnoreReason.WrongMiner);
        if (state != CopyState.Proposed) return (false, IgnoreReason.NotProposed);
        if (!piece.isPieceCid || copy.cid != piece.cid) return (false, IgnoreReason.WrongPiece);
        if (piece.size != _sizeOf(copy)) return (false, IgnoreReason.WrongSize);
        if (_sealingIsOver(deal)) return (false, IgnoreReason.TooLate);
        if (Epoch.unwrap(commitment) < deal.endEpoch)
            return (false, IgnoreReason.CommitmentTooShort);
        return (true, IgnoreReason.NotProposed);
    }

    function _activate(uint256 copyId, ActorId miner, uint64 sector, bool fresh) private {
        CopyRecord storage copy = _copies[copyId];
        DealRecord storage deal = _deals[copyId >> 8];
        (bool activates, IgnoreReason reason) = _claim(copy, deal.client, miner, sector, fresh);
        if (!activates) {
            emit DealNotificationIgnored(copyId, miner, sector, reason);
            return;
        }
        copy.state = CopyState.Active;
        copy.sector = sector;
        copy.activation = uint40(block.number);
        ++deal.live;
        if (--deal.proposed == 0) --_openProposals[deal.offerId][deal.client];
        emit DealCopyActivated(copyId, miner, sector, currentEpoch());
    }

    /// One (miner, sector, piece) backs one live copy of a client. Transient memory is enough: a copy activates only on a
    /// sector that is tracked from this very epoch, and one message brings all of a new sector's notifications.
    function _claim(
        CopyRecord storage copy,
        address client,
        ActorId miner,
        uint64 sector,
        bool fresh
    ) private returns (bool, IgnoreReason) {
        if (!fresh) return (false, IgnoreReason.SectorNotFresh);
        if (copy.state != CopyState.Proposed) return (false, IgnoreReason.NotProposed);
        TransientSlot.BooleanSlot backed = keccak256(abi.encode(miner, sector, copy.cid, client))
            .asBoolean();
        if (backed.tload()) return (false, IgnoreReason.AlreadyBacked);
        backed.tstore(true);
        return (true, IgnoreReason.NotProposed);
    }
}

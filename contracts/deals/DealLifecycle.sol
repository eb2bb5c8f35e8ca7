// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {Miner} from "../fvm/Miner.sol";
import {DealRails} from "./DealRails.sol";
import {copyIdOf} from "./IStorageDeals.sol";

/// How copies end. A copy's state is a function of recorded epochs: whoever pokes, and when, changes nothing of it.
abstract contract DealLifecycle is DealRails {
    uint8 public constant MAX_EXTENSIONS = 2;

    uint64 public immutable SLASH_WINDOW;
    uint64 public immutable EXTENSION_LEAD;
    uint64 public immutable MAX_EXTENSION;

    constructor(uint64 slashWindow, uint64 extensionLead, uint64 maxExtension) {
        SLASH_WINDOW = slashWindow;
        EXTENSION_LEAD = extensionLead;
        MAX_EXTENSION = maxExtension;
    }

    /// Applies the payer's account, time and evidence; then the rail follows.
    function _poke(uint256 dealId, Deal storage deal) internal {
        _endIfDry(dealId, deal);
        _collectExitFee(dealId, deal);
        if (deal.proposed != 0 && _sealingIsOver(deal)) _expire(dealId, deal, min(deal.sealBy, _lastOf(deal)));
        if (deal.live != 0) _conclude(dealId, deal);
        if (deal.railEnd != Epoch.wrap(0)) return;
        if (deal.live == 0 && deal.proposed == 0) _close(dealId, deal);
        else _adjustRail(dealId, deal);
    }

    /// Before somebody leaves: what is due anyway. True if that ended the rail already.
    function _endedByPoke(uint256 dealId, Deal storage deal) internal returns (bool) {
        if (deal.railEnd != Epoch.wrap(0)) revert DealAlreadyLeft(dealId, deal.departure);
        _poke(dealId, deal);
        return deal.railEnd != Epoch.wrap(0);
    }

    /// All copies that are still proposed: never sealed in time, or declined. Nobody is slashed.
    function _expire(uint256 dealId, Deal storage deal, Epoch close) internal {
        uint64 paddedBytes;
        uint128 bond;
        for (uint256 i; i < deal.copies; ++i) {
            uint256 copyId = copyIdOf(dealId, i);
            Copy storage copy = _copies[copyId];
            if (copy.state != CopyState.Proposed) continue;
            paddedBytes += uint64(32) << copy.height;
            bond += _end(deal, copyId, copy, CopyState.Expired, close);
        }
        deal.proposed = 0;
        --_openProposals[deal.offerId][deal.client];
        REGISTRY.release(deal.offerId, paddedBytes, bond);
    }

    /// Live copies whose failure is on record before their last epoch, or whose last epoch has come.
    function _conclude(uint256 dealId, Deal storage deal) private {
        (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) = _liveRecords(dealId, deal);
        Epoch last = _lastOf(deal);
        bool isOver = currentEpoch() >= last;
        uint64 paddedBytes;
        uint128 bond;
        for (uint256 i; i < copyIds.length; ++i) {
            if (records[i].failed && records[i].failedAt < last) {
                _fail(deal, copyIds[i], records[i]);
            } else if (isOver) {
                Copy storage copy = _copies[copyIds[i]];
                paddedBytes += uint64(32) << copy.height;
                bond += _endLive(deal, copyIds[i], CopyState.Completed, last);
            }
        }
        if (paddedBytes != 0) REGISTRY.release(deal.offerId, paddedBytes, bond);
    }

    /// Slashes what is left of the copy's share, unless the failure is on record for too long.
    function _fail(Deal storage deal, uint256 copyId, IStorageEvidence.Record memory record) private {
        uint64 paddedBytes = uint64(32) << _copies[copyId].height;
        uint128 bond = _endLive(deal, copyId, CopyState.Failed, record.failedAt);
        if (currentEpoch() <= record.failedAt.plus(SLASH_WINDOW)) {
            REGISTRY.slash(deal.offerId, paddedBytes, bond, deal.client, record.reporter);
        } else {
            REGISTRY.release(deal.offerId, paddedBytes, bond);
        }
    }

    function _endLive(
        Deal storage deal,
        uint256 copyId,
        CopyState state,
        Epoch close
    ) private returns (uint128) {
        Copy storage copy = _copies[copyId];
        delete _backed[_backingKey(deal.provider, copy.sector, copy.cid, deal.client)];
        --deal.live;
        return _end(deal, copyId, copy, state, close);
    }

    function _end(
        Deal storage deal,
        uint256 copyId,
        Copy storage copy,
        CopyState state,
        Epoch close
    ) private returns (uint128 bond) {
        bond = copy.bond;
        copy.bond = 0;
        copy.state = state;
        copy.close = close;
        deal.rate -= copy.rate;
        deal.rateStale = true;
        emit DealCopyEnded(copyId, state, close);
    }

    /// What a leaving provider loses of its live copies' shares. It cannot leave while one is reported.
    function _forfeits(uint256 dealId, Deal storage deal, bool early) internal returns (uint128 lost) {
        (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) = _liveRecords(dealId, deal);
        for (uint256 i; i < copyIds.length; ++i) {
            if (records[i].last != Observation.Active) revert DealCopyIsFaulty(copyIds[i]);
            if (!early) continue;
            Copy storage copy = _copies[copyIds[i]];
            uint128 share = uint128(Math.ceilDiv(uint256(copy.bond) * deal.exitBps, 10_000));
            copy.bond -= share;
            lost += share;
        }
    }

    /// Where the rail would end if it were terminated in this epoch.
    function _endIfTerminatedNow(Deal storage deal) internal view returns (Epoch) {
        return min(currentEpoch(), _fundedUntil(deal)).plus(deal.period);
    }

    /// Who may extend the deal, how far, and when.
    function _checkExtension(uint256 dealId, Deal storage deal, Epoch newEnd) internal {
        if (deal.railEnd != Epoch.wrap(0)) revert DealAlreadyLeft(dealId, deal.departure);
        if (deal.proposed != 0) revert DealStillProposed(dealId);
        if (deal.extensions >= MAX_EXTENSIONS) revert DealExtensionsExhausted(dealId, MAX_EXTENSIONS);
        Epoch end = deal.endEpoch;
        if (currentEpoch().plus(EXTENSION_LEAD) > end) {
            revert DealExtensionTooLate(dealId, end.minus(EXTENSION_LEAD));
        }
        Epoch greatest = end.plus(MAX_EXTENSION);
        uint128 rate = deal.ratePerTib;
        if (msg.sender == deal.client) {
            (bool open, uint128 offered) = REGISTRY.rateOf(deal.offerId);
            if (!open) revert DealOfferClosed(dealId, deal.offerId);
            if (offered > rate) revert DealExtensionAboveRate(dealId, offered, rate);
        } else {
            if (!Miner.isControlling(deal.provider, msg.sender)) revert DealNotProvider(dealId, msg.sender);
            if (rate > deal.autoExtendRateCap) {
                revert DealExtensionAboveRate(dealId, rate, deal.autoExtendRateCap);
            }
            greatest = min(greatest, deal.autoExtendUntil);
        }
        if (newEnd <= end || newEnd > greatest) {
            revert DealExtensionOutOfBounds(dealId, newEnd, end.plus(1), greatest);
        }
    }

    /// Every live copy's sector is Active in this call, and committed up to the new end.
    /// @return bond the shares that answer for longer
    function _extendSectors(
        uint256 dealId,
        Deal storage deal,
        Epoch newEnd,
        bytes[] calldata locations
    ) internal returns (uint128 bond) {
        if (locations.length != deal.live) revert DealLocationsMissing(dealId, locations.length, deal.live);
        uint256 found;
        for (uint256 i; i < deal.copies; ++i) {
            uint256 copyId = copyIdOf(dealId, i);
            Copy storage copy = _copies[copyId];
            if (copy.state != CopyState.Active) continue;
            uint64 sector = copy.sector;
            Epoch commitment = EVIDENCE.extendCommitment(deal.provider, sector, locations[found++]);
            // Refreshed in this epoch: the miner said Active, so the nominal expiration is this sector's.
            if (
                commitment < newEnd ||
                EVIDENCE.recordOf(_subjectOf(deal.provider, sector)).provenUntil != currentEpoch()
            ) {
                revert DealSectorNotExtended(copyId, commitment, newEnd);
            }
            bond += copy.bond;
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {DealRails} from "./DealRails.sol";
import {copyIdOf} from "./IDealLedger.sol";

/// How copies end. A copy's state is a function of recorded epochs: whoever pokes, and when, changes nothing of it.
abstract contract DealEndings is DealRails {
    /// Epochs after a proven failure in which it still slashes.
    uint64 public immutable SLASH_WINDOW;

    constructor(uint64 slashWindow) {
        _requireWithin(slashWindow, 1, GREATEST_SPAN);
        SLASH_WINDOW = slashWindow;
    }

    /// Applies the payer's account, time and evidence; then the rail follows.
    function _poke(uint256 dealId, DealRecord storage deal) internal {
        _endIfDry(dealId, deal);
        if (deal.proposed != 0 && _sealingIsOver(deal)) {
            _expire(dealId, deal, min(Epoch.wrap(deal.sealBy), _lastOf(deal)));
        }
        _collectExitFee(dealId, deal);
        if (deal.live != 0) _conclude(dealId, deal);
        if (deal.railEnd != 0) return;
        if (deal.live == 0 && deal.proposed == 0) _close(dealId, deal);
        else _adjustRail(dealId, deal);
    }

    /// Before somebody leaves: what is due anyway. True if that ended the rail already. Leaving is for rails that would
    /// end before the term does; later it would only keep the client's money locked for longer.
    function _endedByPoke(uint256 dealId, DealRecord storage deal) internal returns (bool) {
        if (deal.railEnd != 0) revert DealAlreadyLeft(dealId, deal.departure);
        _poke(dealId, deal);
        if (deal.railEnd != 0) return true;
        if (Epoch.unwrap(_endIfTerminatedNow(deal)) >= deal.endEpoch) {
            revert DealTermEndsFirst(dealId, Epoch.wrap(deal.endEpoch));
        }
        return false;
    }

    /// All copies that are still proposed: never sealed in time, or declined. Nobody is slashed.
    function _expire(uint256 dealId, DealRecord storage deal, Epoch close) internal {
        uint64 paddedBytes;
        uint128 bond;
        for (uint256 i; i < deal.copies; ++i) {
            uint256 copyId = copyIdOf(dealId, i);
            CopyRecord storage copy = _copies[copyId];
            if (copy.state != CopyState.Proposed) continue;
            paddedBytes += _sizeOf(copy);
            bond += _end(deal, copyId, copy, CopyState.Expired, close);
        }
        deal.proposed = 0;
        --_openProposals[deal.offerId][deal.client];
        REGISTRY.release(deal.offerId, paddedBytes, bond);
    }

    /// Live copies whose failure is on record before their last epoch, or whose last epoch has come.
    function _conclude(uint256 dealId, DealRecord storage deal) private {
        (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) = _liveRecords(
            dealId,
            deal
        );
        Epoch last = _lastOf(deal);
        bool isOver = currentEpoch() >= last;
        uint64 paddedBytes;
        uint128 bond;
        for (uint256 i; i < copyIds.length; ++i) {
            if (records[i].failed && records[i].failedAt < last) {
                _fail(deal, copyIds[i], records[i]);
            } else if (isOver) {
                paddedBytes += _sizeOf(_copies[copyIds[i]]);
                bond += _endLive(deal, copyIds[i], CopyState.Completed, last);
            }
        }
        if (paddedBytes != 0) REGISTRY.release(deal.offerId, paddedBytes, bond);
    }

    /// Slashes what is left of the copy's share, unless the failure is on record for too long.
    function _fail(
        DealRecord storage deal,
        uint256 copyId,
        IStorageEvidence.Record memory record
    ) private {
        uint64 paddedBytes = _sizeOf(_copies[copyId]);
        uint128 bond = _endLive(deal, copyId, CopyState.Failed, record.failedAt);
        if (currentEpoch() <= record.failedAt.plus(SLASH_WINDOW)) {
            REGISTRY.slash(deal.offerId, paddedBytes, bond, deal.client, record.reporter);
        } else {
            REGISTRY.release(deal.offerId, paddedBytes, bond);
        }
    }

    function _endLive(
        DealRecord storage deal,
        uint256 copyId,
        CopyState state,
        Epoch close
    ) private returns (uint128) {
        --deal.live;
        return _end(deal, copyId, _copies[copyId], state, close);
    }

    /// @return bond what is left of the copy's share
    function _end(
        DealRecord storage deal,
        uint256 copyId,
        CopyRecord storage copy,
        CopyState state,
        Epoch close
    ) private returns (uint128 bond) {
        bond = _bondOf(deal, copy);
        copy.state = state;
        copy.close = uint40(Epoch.unwrap(close));
        deal.rateStale = true;
        emit DealCopyEnded(copyId, state, close);
    }

    /// What a leaving provider loses of its live copies' shares. It cannot leave while one is reported.
    function _forfeits(uint256 dealId, DealRecord storage deal) internal returns (uint128 lost) {
        (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) = _liveRecords(
            dealId,
            deal
        );
        for (uint256 i; i < copyIds.length; ++i) {
            if (records[i].last != Observation.Active) revert DealCopyIsFaulty(copyIds[i]);
            lost += _forfeitOf(deal, _bondOf(deal, _copies[copyIds[i]]));
        }
        deal.forfeited = true;
    }

    /// Where the rail would end if it were terminated in this epoch.
    function _endIfTerminatedNow(DealRecord storage deal) internal view returns (Epoch) {
        return min(currentEpoch(), _fundedUntil(deal)).plus(deal.period);
    }
}

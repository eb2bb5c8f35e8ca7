// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {DealStore} from "./DealStore.sol";

/// The operator of the deals' rails on Filecoin Pay. A rail's rate never rises; it falls when a copy ends before the deal
/// does, so its rate-change queue never holds more entries than the deal has copies. Its period is never 0 before it is
/// closed: with period 0 a payer's termination would finalise the rail at once.
abstract contract DealRails is DealStore {
    /// Ends the rail after its period. The exit fee is taken first; while a copy may still be activated, later.
    /// @param fee token units out of the fixed lockup
    function _terminate(
        uint256 dealId,
        DealRecord storage deal,
        Departure departure,
        uint256 fee
    ) internal {
        deal.departure = departure;
        bool isFeeKnown = deal.proposed == 0;
        if (isFeeKnown) {
            deal.exitFeeSettled = true;
            _chargeExitFee(dealId, fee);
        }
        PAY.terminateRail(dealId);
        if (isFeeKnown) _freeFixedLockup(dealId, deal);
    }

    /// The rail has nothing more to carry: it ends now, or for a payer in debt where its money does.
    function _close(uint256 dealId, DealRecord storage deal) internal {
        deal.departure = Departure.Closed;
        deal.exitFeeSettled = true;
        if (_fundedUntil(deal) >= currentEpoch()) {
            deal.period = 0;
            PAY.modifyRailLockup(dealId, 0, 0);
            PAY.terminateRail(dealId);
        } else {
            PAY.terminateRail(dealId);
            _freeFixedLockup(dealId, deal);
        }
    }

    /// Who left on Filecoin Pay, or while copies were proposed, still owes the exit fee, as long as Pay lets it be taken.
    function _collectExitFee(uint256 dealId, DealRecord storage deal) internal {
        if (deal.exitFeeSettled || deal.railEnd == 0 || deal.proposed != 0) return;
        deal.exitFeeSettled = true;
        if (block.number >= deal.railEnd) return;
        _chargeExitFee(dealId, _exitFee(dealId, deal, Epoch.wrap(deal.railEnd)));
        _freeFixedLockup(dealId, deal);
    }

    /// After the payer's grace anyone's poke ends the deal; the rail's end does not depend on when.
    function _endIfDry(uint256 dealId, DealRecord storage deal) internal {
        if (deal.railEnd != 0) return;
        Epoch fundedUntil = _fundedUntil(deal);
        if (fundedUntil.plus(_dryGraceOf(deal)) >= currentEpoch()) return;
        uint256 fee = _exitFee(dealId, deal, fundedUntil.plus(deal.period));
        _terminate(dealId, deal, Departure.Dry, fee);
    }

    /// Follows with the rail what became of the copies. Best effort: Pay refuses while the payer is in debt.
    function _adjustRail(uint256 dealId, DealRecord storage deal) internal {
        bool shorten = deal.period > deal.notice && deal.proposed == 0;
        if (!shorten && !deal.rateStale) return;
        uint256 rate = _openRateOf(dealId, deal);
        uint32 period = shorten ? deal.notice : deal.period;
        try PAY.modifyRailLockup(dealId, period, rate * deal.exitFeeEpochs) {
            deal.period = period;
        } catch (bytes memory reason) {
            emit DealRailNotAdjusted(dealId, reason);
            return;
        }
        if (deal.rateStale) {
            try PAY.modifyRailPayment(dealId, rate, 0) {
                deal.rateStale = false;
            } catch (bytes memory reason) {
                emit DealRailNotAdjusted(dealId, reason);
                return;
            }
        }
        emit DealRailAdjusted(dealId, rate, period);
    }

    /// Settles as far as evidence reaches. Pay reverts where there is no progress, and for a rail that is finalised.
    function _settleRail(uint256 dealId) internal {
        try PAY.settleRail(dealId, block.number) returns (
            uint256 amount,
            uint256,
            uint256,
            uint256,
            uint256 settledUpTo,
            string memory
        ) {
            emit DealSettled(dealId, amount, Epoch.wrap(uint64(settledUpTo)));
        } catch (bytes memory reason) {
            emit DealSettlementRefused(dealId, reason);
        }
    }

    /// What the payer owes for ending the rail at `railEnd`: each live copy's rate up to the term's end, at most for the
    /// offer's exit fee epochs; nothing for a copy that failed before, or is reported.
    function _exitFee(
        uint256 dealId,
        DealRecord storage deal,
        Epoch railEnd
    ) internal view returns (uint256 fee) {
        uint256 epochs = Math.min(Epoch.wrap(deal.endEpoch).since(railEnd), deal.exitFeeEpochs);
        if (epochs == 0 || deal.live == 0) return 0;
        (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) = _liveRecords(
            dealId,
            deal
        );
        for (uint256 i; i < copyIds.length; ++i) {
            bool isSound =
                records[i].failed
                    ? records[i].failedAt >= railEnd
                    : records[i].last == Observation.Active;
            if (isSound) fee += _rateOf(deal, _copies[copyIds[i]]) * epochs;
        }
    }

    function _chargeExitFee(uint256 dealId, uint256 fee) private {
        if (fee == 0) return;
        // The rail's own rate, which is above the deal's while the payer is in debt.
        IFilecoinPay.RailView memory rail = PAY.getRail(dealId);
        PAY.modifyRailPayment(dealId, rail.paymentRate, fee);
        emit DealExitFeePaid(dealId, fee);
    }

    /// On a terminated rail the fixed lockup may only fall; what is left of it is the payer's.
    function _freeFixedLockup(uint256 dealId, DealRecord storage deal) private {
        try PAY.modifyRailLockup(dealId, deal.period, 0) {} catch (bytes memory reason) {
            emit DealRailNotAdjusted(dealId, reason);
        }
    }
}

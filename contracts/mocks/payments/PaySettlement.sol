// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IFilecoinPay} from "../../payments/IFilecoinPay.sol";
import {IValidator} from "../../payments/IValidator.sol";
import {IFilecoinPayV1} from "./IFilecoinPayV1.sol";
import {PayLedger} from "./PayLedger.sol";
import {RateQueue} from "./RateQueue.sol";

/// Settlement of the Filecoin Pay double: one segment for each rate, each put to the validator.
abstract contract PaySettlement is PayLedger {
    using RateQueue for RateQueue.Queue;

    struct Settled {
        uint256 amount;
        uint256 netPayee;
        uint256 commission;
        uint256 fee;
        uint256 upTo;
        string note;
    }

    /// @inheritdoc IFilecoinPay
    function settleRail(
        uint256 railId,
        uint256 untilEpoch
    )
        external
        nonReentrant
        onlyLiveRail(railId)
        settlingPayer(railId)
        returns (
            uint256 totalSettledAmount,
            uint256 totalNetPayeeAmount,
            uint256 totalOperatorCommission,
            uint256 totalNetworkFee,
            uint256 finalSettledEpoch,
            string memory note
        )
    {
        Settled memory s = _settle(railId, untilEpoch, true);
        return (s.amount, s.netPayee, s.commission, s.fee, s.upTo, s.note);
    }

    /// @inheritdoc IFilecoinPayV1
    function settleTerminatedRailWithoutValidation(
        uint256 railId
    )
        external
        nonReentrant
        onlyLiveRail(railId)
        settlingPayer(railId)
        returns (
            uint256 totalSettledAmount,
            uint256 totalNetPayeeAmount,
            uint256 totalOperatorCommission,
            uint256 totalNetworkFee,
            uint256 finalSettledEpoch,
            string memory note
        )
    {
        address payer = _rails[railId].from;
        uint256 endEpoch = _rails[railId].endEpoch;
        if (msg.sender != payer) revert OnlyRailClientAllowed(payer, msg.sender);
        if (endEpoch == 0) revert RailNotTerminated(railId);
        if (block.number <= endEpoch) {
            revert CannotSettleTerminatedRailBeforeMaxEpoch(railId, endEpoch + 1, block.number);
        }
        Settled memory s = _settle(railId, endEpoch, false);
        return (s.amount, s.netPayee, s.commission, s.fee, s.upTo, s.note);
    }

    /// A live rail is paid only as far as the payer's lockup is settled, a terminated one from what its period locked.
    function _settle(
        uint256 railId,
        uint256 untilEpoch,
        bool validated
    ) private returns (Settled memory total) {
        RailView storage rail = _rails[railId];
        if (untilEpoch > block.number)
            revert CannotSettleFutureEpochs(railId, untilEpoch, block.number);
        uint256 endEpoch = rail.endEpoch;
        total.upTo = rail.settledUpTo;
        if (endEpoch != 0 && total.upTo >= endEpoch) {
            _finalize(railId, rail);
            total.note = "rail fully settled and finalized";
            return total;
        }
        uint256 target = Math.min(
            untilEpoch,
            endEpoch == 0 ? _payerOf(rail).lockupLastSettledAt : endEpoch
        );
        if (total.upTo >= target) {
            total.note = string.concat("already settled up to epoch ", Strings.toString(target));
            return total;
        }
        _settleSegments(railId, rail, target, validated, total);
        emit RailSettled(
            railId,
            total.amount,
            total.netPayee,
            total.commission,
            total.fee,
            total.upTo
        );
        if (endEpoch != 0 && total.upTo >= endEpoch) _finalize(railId, rail);
    }

    function _settleSegments(
        uint256 railId,
        RailView storage rail,
        uint256 target,
        bool validated,
        Settled memory total
    ) private {
        RateQueue.Queue storage queue = _queues[railId];
        bool wasQueued = queue.size() > 0;
        while (total.upTo < target) {
            bool queued = queue.size() > 0;
            uint256 rate = queued ? queue.first().rate : rail.paymentRate;
            uint256 segmentEnd = queued ? Math.min(queue.first().untilEpoch, target) : target;
            uint256 from = total.upTo;
            if (rate == 0) {
                total.upTo = segmentEnd;
                if (!wasQueued) total.note = "Zero rate payment rail";
            } else {
                _settleSegment(railId, rail, rate, segmentEnd, validated, total);
            }
            if (total.upTo == from) {
                if (!wasQueued) revert NoProgressInSettlement(railId, from + 1, from);
                break;
            }
            rail.settledUpTo = total.upTo;
            if (total.upTo < segmentEnd) break;
            if (queued && segmentEnd == queue.first().untilEpoch) queue.pop();
        }
    }

    function _settleSegment(
        uint256 railId,
        RailView storage rail,
        uint256 rate,
        uint256 segmentEnd,
        bool validated,
        Settled memory total
    ) private {
        uint256 from = total.upTo;
        uint256 upTo = segmentEnd;
        uint256 amount = rate * (segmentEnd - from);
        if (validated && rail.validator != address(0)) {
            IValidator.ValidationResult memory result = IValidator(rail.validator).validatePayment(
                railId,
                amount,
                from,
                segmentEnd,
                rate
            );
            (amount, upTo, total.note) = (result.modifiedAmount, result.settleUpto, result.note);
            if (upTo < from) revert ValidatorSettledBeforeSegmentStart(railId, from, upTo);
            if (upTo > segmentEnd)
                revert ValidatorSettledBeyondSegmentEnd(railId, segmentEnd, upTo);
            uint256 maximum = rate * (upTo - from);
            if (amount > maximum)
                revert ValidatorModifiedAmountExceedsMaximum(railId, maximum, amount);
        }
        _release(rail, amount, rate * (upTo - from));
        (uint256 netPayee, uint256 commission, uint256 fee) = _pay(rail, amount);
        total.amount += amount;
        total.netPayee += netPayee;
        total.commission += commission;
        total.fee += fee;
        total.upTo = upTo;
    }

    /// Unlocks the span's whole rate: what the validator cut is the payer's again.
    function _release(RailView storage rail, uint256 amount, uint256 locked) private {
        Account storage payer = _payerOf(rail);
        if (payer.funds < amount) {
            revert InsufficientFundsForSettlement(rail.token, rail.from, payer.funds, amount);
        }
        if (payer.lockupCurrent < locked) {
            revert InsufficientLockupForSettlement(
                rail.token,
                rail.from,
                payer.lockupCurrent,
                locked
            );
        }
        payer.lockupCurrent -= locked;
        if (payer.lockupCurrent > payer.funds - amount) {
            revert LockupExceedsFundsInvariant(
                rail.token,
                rail.from,
                payer.lockupCurrent,
                payer.funds - amount
            );
        }
    }

    /// Frees the fixed lockup and the usage of the whole rail, and forgets it.
    function _finalize(uint256 railId, RailView storage rail) private {
        Account storage payer = _payerOf(rail);
        uint256 lockupFixed = rail.lockupFixed;
        if (payer.lockupCurrent < lockupFixed) {
            revert LockupInconsistencyDuringRailFinalization(
                railId,
                rail.token,
                rail.from,
                lockupFixed,
                payer.lockupCurrent
            );
        }
        payer.lockupCurrent -= lockupFixed;
        _useLockup(_approvalOf(rail), lockupFixed + rail.paymentRate * rail.lockupPeriod, 0);
        delete _rails[railId];
        emit RailFinalized(railId);
    }
}

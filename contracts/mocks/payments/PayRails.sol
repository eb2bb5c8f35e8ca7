// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFilecoinPay} from "../../payments/IFilecoinPay.sol";
import {IValidator} from "../../payments/IValidator.sol";
import {IFilecoinPayV1} from "./IFilecoinPayV1.sol";
import {PayLedger} from "./PayLedger.sol";
import {RateQueue} from "./RateQueue.sol";

/// Rails of the Filecoin Pay double: opening, locking, rates, one-time payments and termination.
abstract contract PayRails is PayLedger {
    using RateQueue for RateQueue.Queue;

    uint256 private _lastRailId;
    mapping(IERC20 token => mapping(address payer => uint256[])) private _payerRails;
    mapping(IERC20 token => mapping(address payee => uint256[])) private _payeeRails;

    /// @inheritdoc IFilecoinPay
    function createRail(
        IERC20 token,
        address from,
        address to,
        address validator,
        uint256 commissionRateBps,
        address serviceFeeRecipient
    ) external nonReentrant returns (uint256 railId) {
        _requireNonZero(from, "from");
        _requireNonZero(to, "to");
        if (!_approvals[token][from][msg.sender].isApproved)
            revert OperatorNotApproved(from, msg.sender);
        if (commissionRateBps > COMMISSION_MAX_BPS) {
            revert CommissionRateTooHigh(COMMISSION_MAX_BPS, commissionRateBps);
        }
        if (commissionRateBps > 0 && serviceFeeRecipient == address(0))
            revert MissingServiceFeeRecipient();

        railId = ++_lastRailId;
        RailView storage rail = _rails[railId];
        rail.token = token;
        rail.from = from;
        rail.to = to;
        rail.operator = msg.sender;
        rail.validator = validator;
        rail.settledUpTo = block.number;
        rail.commissionRateBps = commissionRateBps;
        rail.serviceFeeRecipient = serviceFeeRecipient;
        _payerRails[token][from].push(railId);
        _payeeRails[token][to].push(railId);
        emit RailCreated(
            railId,
            from,
            to,
            token,
            msg.sender,
            validator,
            serviceFeeRecipient,
            commissionRateBps
        );
    }

    /// @inheritdoc IFilecoinPay
    function modifyRailLockup(
        uint256 railId,
        uint256 period,
        uint256 lockupFixed
    ) external nonReentrant onlyLiveRail(railId) onlyRailOperator(railId) settlingPayer(railId) {
        RailView storage rail = _rails[railId];
        uint256 oldPeriod = rail.lockupPeriod;
        uint256 oldFixed = rail.lockupFixed;
        if (rail.endEpoch != 0) {
            if (period != oldPeriod || lockupFixed > oldFixed) {
                revert InvalidTerminatedRailModification(oldPeriod, oldFixed, period, lockupFixed);
            }
            _relock(rail, oldFixed, lockupFixed);
        } else {
            _requireLockupAllowed(rail, period, lockupFixed);
            uint256 rate = rail.paymentRate;
            _relock(rail, oldFixed + rate * oldPeriod, lockupFixed + rate * period);
        }
        rail.lockupPeriod = period;
        rail.lockupFixed = lockupFixed;
        emit RailLockupModified(railId, oldPeriod, period, oldFixed, lockupFixed);
    }

    /// @inheritdoc IFilecoinPay
    function modifyRailPayment(
        uint256 railId,
        uint256 newRate,
        uint256 oneTimePayment
    ) external nonReentrant onlyLiveRail(railId) onlyRailOperator(railId) settlingPayer(railId) {
        RailView storage rail = _rails[railId];
        uint256 lockedPeriod = _requireRateAllowed(railId, rail, newRate);
        uint256 oldRate = rail.paymentRate;
        uint256 oldFixed = rail.lockupFixed;
        if (oneTimePayment > oldFixed)
            revert OneTimePaymentExceedsLockup(railId, oldFixed, oneTimePayment);

        if (newRate != oldRate) {
            _queueRate(railId, rail);
            rail.paymentRate = newRate;
            if (rail.endEpoch == 0) _changeAccountRate(railId, rail, oldRate, newRate);
            emit RailRateModified(railId, oldRate, newRate);
        }
        rail.lockupFixed = oldFixed - oneTimePayment;
        _relock(
            rail,
            oldFixed + oldRate * lockedPeriod,
            oldFixed - oneTimePayment + newRate * lockedPeriod
        );
        if (oneTimePayment > 0) _payOnce(railId, rail, oneTimePayment);
    }

    /// @inheritdoc IFilecoinPay
    function terminateRail(
        uint256 railId
    ) external nonReentrant onlyLiveRail(railId) settlingPayer(railId) {
        RailView storage rail = _rails[railId];
        Account storage payer = _payerOf(rail);
        if (rail.endEpoch != 0) revert RailAlreadyTerminated(railId);
        bool payerMay = msg.sender == rail.from && payer.lockupLastSettledAt == block.number;
        if (msg.sender != rail.operator && !payerMay) {
            revert NotAuthorizedToTerminateRail(railId, rail.from, rail.operator, msg.sender);
        }

        uint256 endEpoch = payer.lockupLastSettledAt + rail.lockupPeriod;
        rail.endEpoch = endEpoch;
        _changeAccountRate(railId, rail, rail.paymentRate, 0);
        emit RailTerminated(railId, msg.sender, endEpoch);
        // A validator that reverts vetoes the termination.
        if (rail.validator != address(0)) {
            IValidator(rail.validator).railTerminated(railId, msg.sender, endEpoch);
        }
    }

    /// @inheritdoc IFilecoinPay
    function getRail(uint256 railId) external view onlyLiveRail(railId) returns (RailView memory) {
        return _rails[railId];
    }

    /// @inheritdoc IFilecoinPayV1
    function getRailsForPayerAndToken(
        address payer,
        IERC20 token,
        uint256 offset,
        uint256 limit
    ) external view returns (RailInfo[] memory results, uint256 nextOffset, uint256 total) {
        return _page(_payerRails[token][payer], offset, limit);
    }

    /// @inheritdoc IFilecoinPayV1
    function getRailsForPayeeAndToken(
        address payee,
        IERC20 token,
        uint256 offset,
        uint256 limit
    ) external view returns (RailInfo[] memory results, uint256 nextOffset, uint256 total) {
        return _page(_payeeRails[token][payee], offset, limit);
    }

    /// @inheritdoc IFilecoinPayV1
    function getRateChangeQueueSize(uint256 railId) external view returns (uint256) {
        return _queues[railId].size();
    }

    function _payOnce(uint256 railId, RailView storage rail, uint256 amount) private {
        Approval storage approval = _approvalOf(rail);
        // Lockup may be used again, an allowance that was spent may not.
        approval.lockupAllowance = Math.saturatingSub(approval.lockupAllowance, amount);
        uint256 funds = _payerOf(rail).funds;
        if (amount > funds)
            revert InsufficientFundsForOneTimePayment(rail.token, rail.from, amount, funds);
        (uint256 netPayee, uint256 commission, uint256 fee) = _pay(rail, amount);
        emit RailOneTimePaymentProcessed(railId, netPayee, commission, fee);
    }

    /// Keeps the old rate for the epochs up to this one, once an epoch; an unqueued rate of 0 owes nothing.
    function _queueRate(uint256 railId, RailView storage rail) private {
        RateQueue.Queue storage queue = _queues[railId];
        if (rail.settledUpTo == block.number) return;
        if (queue.size() == 0) {
            if (rail.paymentRate == 0) rail.settledUpTo = block.number;
            else queue.push(rail.paymentRate, block.number);
        } else if (queue.last().untilEpoch != block.number) {
            queue.push(rail.paymentRate, block.number);
        }
    }

    function _changeAccountRate(
        uint256 railId,
        RailView storage rail,
        uint256 oldRate,
        uint256 newRate
    ) private {
        Account storage payer = _payerOf(rail);
        if (payer.lockupRate < oldRate) {
            revert LockupRateInconsistent(railId, rail.from, oldRate, payer.lockupRate);
        }
        _useRate(_approvalOf(rail), oldRate, newRate);
        payer.lockupRate = payer.lockupRate - oldRate + newRate;
    }

    /// Changes a rail's part of the payer's lockup and of the operator's usage.
    function _relock(RailView storage rail, uint256 oldLockup, uint256 newLockup) private {
        Account storage payer = _payerOf(rail);
        if (payer.lockupCurrent < oldLockup) {
            revert CurrentLockupLessThanOldLockup(
                rail.token,
                rail.from,
                oldLockup,
                payer.lockupCurrent
            );
        }
        _useLockup(_approvalOf(rail), oldLockup, newLockup);
        payer.lockupCurrent = payer.lockupCurrent - oldLockup + newLockup;
    }

    function _requireLockupAllowed(
        RailView storage rail,
        uint256 period,
        uint256 lockupFixed
    ) private view {
        if (_payerOf(rail).lockupLastSettledAt != block.number) {
            if (period != rail.lockupPeriod) {
                revert LockupPeriodChangeNotAllowedDueToInsufficientFunds(
                    rail.token,
                    rail.from,
                    rail.lockupPeriod,
                    period
                );
            }
            if (lockupFixed > rail.lockupFixed) {
                revert LockupFixedIncreaseNotAllowedDueToInsufficientFunds(
                    rail.token,
                    rail.from,
                    rail.lockupFixed,
                    lockupFixed
                );
            }
        }
        uint256 maxPeriod = _approvalOf(rail).maxLockupPeriod;
        if (period > rail.lockupPeriod && period > maxPeriod) {
            revert LockupPeriodExceedsOperatorMaximum(rail.token, rail.operator, maxPeriod, period);
        }
    }

    /// How many epochs of rate a change of it locks or frees: for a terminated rail only those still to come.
    /// Finalisation frees the whole period at the last rate, so that a decrease after termination leaves usage behind.
    function _requireRateAllowed(
        uint256 railId,
        RailView storage rail,
        uint256 newRate
    ) private view returns (uint256 lockedPeriod) {
        uint256 oldRate = rail.paymentRate;
        if (rail.endEpoch != 0) {
            if (block.number >= rail.endEpoch) {
                revert CannotModifyTerminatedRailBeyondEndEpoch(
                    railId,
                    rail.endEpoch,
                    block.number
                );
            }
            if (newRate > oldRate) revert RateChangeNotAllowedOnTerminatedRail(railId);
            return rail.endEpoch - block.number;
        }
        if (_payerOf(rail).lockupLastSettledAt == block.number) return rail.lockupPeriod;
        if (newRate != oldRate) {
            revert LockupNotSettledRateChangeNotAllowed(railId, rail.from, false, oldRate, newRate);
        }
    }

    function _page(
        uint256[] storage railIds,
        uint256 offset,
        uint256 limit
    ) private view returns (RailInfo[] memory results, uint256 nextOffset, uint256 total) {
        total = railIds.length;
        nextOffset = limit == 0 ? total : Math.min(total, Math.saturatingAdd(offset, limit));
        if (offset >= nextOffset) return (new RailInfo[](0), total, total);
        results = new RailInfo[](nextOffset - offset);
        uint256 count;
        for (uint256 i = offset; i < nextOffset; ++i) {
            RailView storage rail = _rails[railIds[i]];
            if (rail.from == address(0)) continue;
            results[count++] = RailInfo(railIds[i], rail.endEpoch != 0, rail.endEpoch);
        }
        assembly ("memory-safe") {
            mstore(results, count)
        }
    }
}

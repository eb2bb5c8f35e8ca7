// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Epoch} from "../fvm/Epoch.sol";
import {ComputeStore} from "./ComputeStore.sol";
import {JobTerms} from "./JobTerms.sol";

/// How a task, or a round of it, ends; and who gets what then.
abstract contract ComputeEnds is ComputeStore {
    using JobTerms for JobParams;

    /// What a ruling took from the workers that were wrong.
    struct Penalty {
        uint256 lost;
        /// Their prices: the most that the requester gets of it.
        uint256 prices;
    }

    /* ENDS */

    /// Final: pays the workers that the end allows, frees the stakes, and gives the requester what is left of the budget.
    /// @param spent of the budget on a ruling
    function _finish(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        TaskState end,
        uint256 spent
    ) internal {
        JobParams calldata p = job.params;
        bytes32 root = end == TaskState.Accepted ? t.slots[t.winner].answer : bytes32(0);
        uint256 coordinated;
        uint256 held;
        t.state = end;
        for (uint256 i; i < t.taken; ++i) {
            Slot storage slot = t.slots[i];
            if (slot.status == SlotStatus.Out) continue;
            if (end == TaskState.Settled || (root != 0 && slot.answer == root)) {
                uint256 price = slot.price;
                spent += price;
                uint256 waits;
                if (root != 0) {
                    waits = _heldOf(job, price);
                    coordinated += (price * p.coordinatorBps) / JobTerms.BPS;
                }
                held += waits;
                _credit(job, task, slot.worker, price - waits);
            }
            _unlock(job, slot);
        }
        if (held != 0) {
            t.held = true;
            t.deadline = _in(p.holdbackEpochs);
        }
        uint256 refund = p.budget() - spent - coordinated;
        _credit(job, task, p.coordinator, coordinated);
        _credit(job, task, job.requester, refund);
        emit TaskFinished(
            job.id,
            task,
            end,
            root,
            refund,
            held,
            Epoch.wrap(held == 0 ? 0 : t.deadline)
        );
    }

    /// The round came to nothing. Stakes that are still locked are freed.
    function _nextRound(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        uint256 spent
    ) internal {
        if (t.round + 1 >= job.params.maxRounds) {
            return _finish(job, task, t, TaskState.Refunded, spent);
        }
        for (uint256 i; i < t.taken; ++i) {
            if (t.slots[i].status != SlotStatus.Out) _unlock(job, t.slots[i]);
        }
        t.state = TaskState.Open;
        uint8 round = ++t.round;
        t.since = uint40(block.number);
        (t.taken, t.sealedSlots, t.openedSlots, t.winner) = (0, 0, 0, 0);
        (t.onFallback, t.named) = (false, false);
        (t.submitted, t.challenger, t.claim) = (0, address(0), 0);
        emit TaskReopened(job.id, task, round);
    }

    /* MONEY */

    function _slashNoShows(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        SlotStatus idle
    ) internal returns (Penalty memory penalty) {
        uint256 lost = job.params.stake / 4;
        for (uint256 i; i < t.taken; ++i) {
            Slot storage slot = t.slots[i];
            if (slot.status != idle) continue;
            penalty.lost += lost;
            penalty.prices += slot.price;
            _slash(job, task, slot, lost);
        }
    }

    /// To the requester at most the prices of what it did not get; the rest burns, so that nobody gains from a large stake.
    function _share(Job calldata job, uint16 task, Penalty memory penalty) internal {
        if (penalty.lost == 0) return;
        uint256 toRequester = Math.min(penalty.prices, penalty.lost);
        uint256 burned = penalty.lost - toRequester;
        _credit(job, task, job.requester, toRequester);
        _credit(job, task, _burnt(), burned);
        emit TaskPenaltyShared(job.id, task, toRequester, burned);
    }

    /// What is left of a failed bond, to the workers that were right; the first gets what does not divide.
    function _payRight(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        bytes32 root,
        uint256 amount
    ) internal {
        uint256 count;
        for (uint256 i; i < t.taken; ++i) {
            if (t.slots[i].status != SlotStatus.Out && t.slots[i].answer == root) ++count;
        }
        uint256 each = amount / count;
        uint256 next = amount - each * (count - 1);
        for (uint256 i; i < t.taken; ++i) {
            if (t.slots[i].status == SlotStatus.Out || t.slots[i].answer != root) continue;
            _credit(job, task, t.slots[i].worker, next);
            next = each;
        }
    }

    /// What the challenger has locked in this round.
    function _bond(Job calldata job, TaskRecord storage t) internal view returns (uint256) {
        return t.challenger == address(0) ? 0 : job.params.challengeBond;
    }

    function _heldOf(Job calldata job, uint256 price) internal pure returns (uint256) {
        return (price * job.params.holdbackBps) / JobTerms.BPS;
    }
}

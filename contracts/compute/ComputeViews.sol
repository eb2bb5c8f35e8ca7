// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Epoch} from "../fvm/Epoch.sol";
import {ComputeStore} from "./ComputeStore.sol";
import {IComputeJobs} from "./IComputeJobs.sol";

/// What ComputeEscrow has on record.
abstract contract ComputeViews is ComputeStore, IComputeJobs {
    /// @inheritdoc IComputeJobs
    function jobCount() external view returns (uint256) {
        return _jobCount;
    }

    /// @inheritdoc IComputeJobs
    function jobHashOf(uint256 jobId) external view returns (bytes32) {
        return _jobHashes[jobId];
    }

    /// @inheritdoc IComputeJobs
    function taskOf(uint256 jobId, uint16 task) external view returns (Task memory view_) {
        TaskRecord storage t = _tasks[_taskId(jobId, task)];
        view_.state = t.state;
        view_.round = t.round;
        view_.taken = t.taken;
        view_.sealedSlots = t.sealedSlots;
        view_.openedSlots = t.openedSlots;
        view_.winner = t.winner;
        view_.onFallback = t.onFallback;
        view_.named = t.named;
        view_.held = t.held;
        view_.deadline = Epoch.wrap(t.deadline);
        view_.since = Epoch.wrap(t.since);
        view_.submitted = Epoch.wrap(t.submitted);
        view_.challenger = t.challenger;
        view_.claim = t.claim;
    }

    /// @inheritdoc IComputeJobs
    function slotOf(uint256 jobId, uint16 task, uint256 slot) external view returns (Slot memory) {
        return _tasks[_taskId(jobId, task)].slots[slot];
    }

    /// @inheritdoc IComputeJobs
    function creditOf(address account, address token) external view returns (uint256) {
        return _credits[account][token];
    }

    /// @inheritdoc IComputeJobs
    function uncollected(address token) external view returns (uint256) {
        return _uncollected[token];
    }
}

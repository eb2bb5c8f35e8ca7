// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {BuiltinActor} from "../fvm/BuiltinActor.sol";
import {Epoch} from "../fvm/Epoch.sol";
import {IComputeLedger} from "./IComputeLedger.sol";
import {IComputeRegistry} from "./IComputeRegistry.sol";

/// What the parts of ComputeEscrow share: the ledger of jobs, tasks and credits, and the contracts beside it.
abstract contract ComputeStore is IComputeLedger {
    /// One slot, three once challenged, and three for each slot taken. Epochs of 40 bits last 34,000 years.
    struct TaskRecord {
        TaskState state;
        uint8 round;
        uint8 taken;
        uint8 sealedSlots;
        uint8 openedSlots;
        uint8 winner;
        bool onFallback;
        bool named;
        bool held;
        /// Somebody released it once: the list of who did must be asked.
        bool released;
        uint40 deadline;
        uint40 since;
        uint40 submitted;
        address challenger;
        bytes32 claim;
        Slot[7] slots;
    }

    /// Epochs between the lock of a challenge and its naming.
    uint64 public constant NAMING_EPOCHS = 20;
    uint256 internal constant MAX_CID = 128;
    /// Bytes of an encoded JobParams, 32 words, and of a Job: three more.
    uint256 internal constant PARAMS_SIZE = 1024;
    uint256 internal constant JOB_SIZE = 1120;

    IComputeRegistry public immutable REGISTRY;

    uint256 internal _jobCount;
    mapping(uint256 jobId => bytes32) internal _jobHashes;
    mapping(uint256 taskId => TaskRecord) internal _tasks;
    mapping(uint256 taskId => mapping(address worker => bool)) internal _released;
    mapping(address account => mapping(address token => uint256)) internal _credits;
    mapping(address token => uint256 amount) internal _uncollected;

    constructor(IComputeRegistry registry) {
        if (address(registry).code.length == 0) revert ComputeNotContract(address(registry));
        REGISTRY = registry;
    }

    /// The task's record, if the job is what was created.
    function _task(Job calldata job, uint16 task) internal view returns (TaskRecord storage) {
        if (task >= job.params.tasks) revert ComputeTaskUnknown(task, job.params.tasks);
        return _tasks[_taskId(job.id, task)];
    }

    function _checkJob(Job calldata job) internal view {
        bytes32 hash;
        assembly ("memory-safe") {
            // A Job is static: its words lie in calldata as abi.encode gives them. Dirty upper bits give another hash.
            let free := mload(0x40)
            calldatacopy(free, job, JOB_SIZE)
            hash := keccak256(free, JOB_SIZE)
        }
        if (_jobHashes[job.id] != hash || hash == 0) revert ComputeJobUnknown(job.id);
    }

    function _checkCid(bytes calldata cid) internal pure {
        if (cid.length > MAX_CID) revert ComputeCidTooLong(cid.length, MAX_CID);
    }

    /// Where `root` may be submitted or named as a result.
    function _checkRoot(bytes32 root) internal pure {
        if (uint256(root) < 16) revert ComputeRootReserved(root);
    }

    function _checkState(uint16 task, TaskRecord storage t, TaskState wanted) internal view {
        if (t.state != wanted) revert ComputeWrongState(task, t.state);
    }

    function _checkInTime(uint16 task, TaskRecord storage t) internal view {
        if (block.number > t.deadline) revert ComputeTooLate(task, Epoch.wrap(t.deadline));
    }

    function _credit(Job calldata job, uint16 task, address account, uint256 amount) internal {
        if (amount == 0) return;
        _credits[account][job.params.token] += amount;
        emit TaskCredited(job.id, task, account, amount);
    }

    function _slash(Job calldata job, uint16 task, Slot storage slot, uint256 lost) internal {
        address worker = slot.worker;
        address token = job.params.token;
        slot.status = SlotStatus.Out;
        _uncollected[token] += lost;
        emit TaskStakeSlashed(job.id, task, worker, lost);
        REGISTRY.unlock(worker, token, job.params.stake, lost);
    }

    function _unlock(Job calldata job, Slot storage slot) internal {
        REGISTRY.unlock(slot.worker, job.params.token, job.params.stake, 0);
    }

    /// Since when the task is open in this round.
    function _since(Job calldata job, TaskRecord storage t) internal view returns (uint256 since) {
        since = t.since;
        if (since == 0) since = Epoch.unwrap(job.created);
    }

    function _in(uint256 epochs) internal view returns (uint40) {
        return uint40(block.number + epochs);
    }

    function _taskId(uint256 jobId, uint16 task) internal pure returns (uint256) {
        return (jobId << 16) | task;
    }

    function _burnt() internal pure returns (address) {
        return BuiltinActor.BURNT_FUNDS.toMasked();
    }
}

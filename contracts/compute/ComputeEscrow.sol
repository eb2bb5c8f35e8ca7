// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IStorageDeals} from "../deals/IStorageDeals.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {ComputeSettlement} from "./ComputeSettlement.sol";
import {ComputeStore} from "./ComputeStore.sol";
import {ComputeViews} from "./ComputeViews.sol";
import {Funds} from "./Funds.sol";
import {IComputeJobs} from "./IComputeJobs.sol";
import {IComputeRegistry} from "./IComputeRegistry.sol";
import {IComputeSettlement} from "./IComputeSettlement.sol";
import {JobTerms} from "./JobTerms.sol";
import {StoredResult} from "./StoredResult.sol";

/// See IComputeEscrow, whose functions are all answered here. Those of IComputeSettlement run from the code of
/// SETTLEMENT, which this contract deployed and cannot change.
contract ComputeEscrow is ComputeViews, ReentrancyGuardTransient {
    using JobTerms for JobParams;

    bytes32 private constant SEAL_DOMAIN = keccak256("holdfast.compute.seal");

    IStorageDeals public immutable DEALS;
    address public immutable SETTLEMENT;
    /// Least length of a job's windows: 1 for a devnet, 20 where reorganisations are to be reckoned with.
    uint64 public immutable MIN_WINDOW;

    constructor(
        IComputeRegistry registry,
        IStorageDeals deals,
        uint64 minWindow
    ) ComputeStore(registry) {
        if (address(deals).code.length == 0) revert ComputeNotContract(address(deals));
        if (minWindow == 0 || minWindow > 2_880) {
            revert ComputeParameterOutOfBounds(minWindow, 1, 2_880);
        }
        DEALS = deals;
        MIN_WINDOW = minWindow;
        SETTLEMENT = address(new ComputeSettlement(registry));
    }

    /// What is not answered here is SETTLEMENT's.
    fallback() external payable {
        address settlement = SETTLEMENT;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let ok := delegatecall(gas(), settlement, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            switch ok
            case 0 {
                revert(free, returndatasize())
            }
            default {
                return(free, returndatasize())
            }
        }
    }

    /// FIL comes with a job, a deposit or a challenge.
    receive() external payable {
        revert Funds.FundsValueWrong(msg.value, 0);
    }

    /* REQUESTERS */

    /// @inheritdoc IComputeJobs
    function createJob(
        JobParams calldata params,
        bytes calldata specCid
    ) external payable nonReentrant returns (uint256) {
        return _create(params, specCid);
    }

    /// @inheritdoc IComputeJobs
    function createJobWithPermit(
        JobParams calldata params,
        bytes calldata specCid,
        Permit calldata permit
    ) external nonReentrant returns (uint256) {
        Funds.permit(params.token, costOf(params), permit.deadline, permit.v, permit.r, permit.s);
        return _create(params, specCid);
    }

    /* WORKERS */

    /// @inheritdoc IComputeJobs
    function accept(
        Job calldata job,
        uint16[] calldata tasks,
        bytes32[] calldata allowProof,
        uint256 copyId,
        bytes32[] calldata inputProof
    ) external {
        _checkJob(job);
        JobParams calldata p = job.params;
        if (p.workerRoot != 0) {
            bytes32 leaf = _leaf(abi.encode(msg.sender));
            if (!MerkleProof.verifyCalldata(allowProof, p.workerRoot, leaf)) {
                revert ComputeNotAllowed(msg.sender);
            }
        }
        for (uint256 i; i < tasks.length; ++i) {
            TaskRecord storage t = _task(job, tasks[i]);
            _applyTime(job, tasks[i], t);
            _checkOpen(job, tasks[i], t);
            if (block.number <= _since(job, t) + p.localEpochs && p.localEpochs != 0) {
                _checkLocal(job, tasks[i], t, copyId, inputProof);
            }
            _take(job, tasks[i], t);
        }
        REGISTRY.lock(msg.sender, p.token, tasks.length * p.stake, p.arbiter, p.fallbackArbiter);
    }

    /// @inheritdoc IComputeJobs
    function release(Job calldata job, uint16[] calldata tasks) external {
        _checkJob(job);
        uint256 cost = job.params.stake / 64;
        for (uint256 i; i < tasks.length; ++i) {
            uint16 task = tasks[i];
            TaskRecord storage t = _task(job, task);
            _checkState(task, t, TaskState.Assigned);
            Epoch until = Epoch.wrap(t.deadline).minus((job.params.execEpochs * 9) / 10);
            if (currentEpoch() > until) revert ComputeTooLate(task, until);
            uint256 index = _slotOfCaller(task, t);
            Slot storage slot = t.slots[index];
            if (slot.status != SlotStatus.Taken) revert ComputeWrongState(task, t.state);
            _slash(job, task, slot, cost);
            _credit(job, task, job.requester, cost);
            emit TaskReleased(job.id, task, msg.sender, cost);
            uint8 last = --t.taken;
            if (index != last) t.slots[index] = t.slots[last];
            t.released = true;
            _released[_taskId(job.id, task)][msg.sender] = true;
            t.state = TaskState.Open;
        }
    }

    /// @inheritdoc IComputeJobs
    function submit(
        Job calldata job,
        uint16[] calldata tasks,
        Result[] calldata results,
        bytes calldata dataCid
    ) external {
        _checkJob(job);
        _checkCid(dataCid);
        if (tasks.length != results.length) {
            revert ComputeLengthsDiffer(tasks.length, results.length);
        }
        if (job.params.mode == Mode.Quorum) revert ComputeWrongMode(Mode.Quorum);
        for (uint256 i; i < tasks.length; ++i) {
            TaskRecord storage t = _task(job, tasks[i]);
            _checkState(tasks[i], t, TaskState.Assigned);
            _checkInTime(tasks[i], t);
            Slot storage slot = t.slots[0];
            if (slot.worker != msg.sender) revert ComputeNotWorker(tasks[i], msg.sender);
            _answer(job, tasks[i], slot, results[i]);
            _submitted(job, tasks[i], t, results[i], dataCid);
        }
    }

    /// @inheritdoc IComputeJobs
    function seal(Job calldata job, uint16 task, bytes32 seal_) external {
        _checkJob(job);
        if (seal_ == 0) revert ComputeSealEmpty();
        if (job.params.mode != Mode.Quorum) revert ComputeWrongMode(job.params.mode);
        TaskRecord storage t = _task(job, task);
        _applyTime(job, task, t);
        _checkState(task, t, TaskState.Assigned);
        Slot storage slot = t.slots[_slotOfCaller(task, t)];
        if (slot.status != SlotStatus.Taken) revert ComputeWrongState(task, t.state);
        slot.answer = seal_;
        slot.status = SlotStatus.Sealed;
        emit TaskSealed(job.id, task, msg.sender, seal_);
        if (++t.sealedSlots == t.taken) {
            t.state = TaskState.Revealing;
            t.deadline = _in(job.params.revealEpochs);
            emit TaskRevealing(job.id, task, Epoch.wrap(t.deadline));
        }
    }

    /// @inheritdoc IComputeJobs
    function open(
        Job calldata job,
        uint16 task,
        Result calldata result,
        bytes32 salt,
        bytes calldata dataCid
    ) external {
        _checkJob(job);
        _checkCid(dataCid);
        TaskRecord storage t = _task(job, task);
        _applyTime(job, task, t);
        _checkState(task, t, TaskState.Revealing);
        Slot storage slot = t.slots[_slotOfCaller(task, t)];
        if (slot.status != SlotStatus.Sealed) revert ComputeWrongState(task, t.state);
        if (slot.answer != sealOf(job.id, task, t.round, msg.sender, result, salt)) {
            revert ComputeSealMismatch(task);
        }
        _answer(job, task, slot, result);
        slot.status = SlotStatus.Opened;
        emit TaskOpened(job.id, task, msg.sender, result.root, result.piece, dataCid);
        if (++t.openedSlots == t.sealedSlots) _poke(task);
    }

    /* ANYONE */

    /// @inheritdoc IComputeJobs
    function releaseHoldback(Job calldata job, uint16 task, uint256 copyId) external {
        _checkJob(job);
        TaskRecord storage t = _task(job, task);
        if (!t.held) revert ComputeNothingHeld(task);
        _checkInTime(task, t);
        Slot storage winner = t.slots[t.winner];
        StoredResult.check(DEALS, copyId, winner.piece, job.params.holdbackTermEpochs);
        t.held = false;
        uint256 sum;
        bytes32 root = winner.answer;
        for (uint256 i; i < t.taken; ++i) {
            Slot storage slot = t.slots[i];
            if (slot.status == SlotStatus.Out || slot.answer != root) continue;
            uint256 amount = (uint256(slot.price) * job.params.holdbackBps) / JobTerms.BPS;
            _credit(job, task, slot.worker, amount);
            sum += amount;
        }
        emit TaskHoldbackReleased(job.id, task, copyId, sum);
    }

    /// @inheritdoc IComputeJobs
    function deposit(address token, uint256 amount) external payable nonReentrant {
        Funds.pull(token, amount);
        _credits[msg.sender][token] += amount;
        emit ComputeDeposited(msg.sender, token, amount);
    }

    /// @inheritdoc IComputeJobs
    function withdraw(address token, address to) external nonReentrant returns (uint256) {
        return _withdraw(msg.sender, token, to);
    }

    /// @inheritdoc IComputeJobs
    function burn(address token) external nonReentrant returns (uint256) {
        return _withdraw(_burnt(), token, _burnt());
    }

    /* VIEWS */

    /// @inheritdoc IComputeJobs
    function priceOf(Job calldata job, uint16 task) external view returns (uint256) {
        return _price(job, _task(job, task));
    }

    /// @inheritdoc IComputeJobs
    function costOf(JobParams calldata params) public pure returns (uint256) {
        return params.tasks * params.budget();
    }

    /// @inheritdoc IComputeJobs
    function sealOf(
        uint256 jobId,
        uint16 task,
        uint8 round,
        address worker,
        Result calldata result,
        bytes32 salt
    ) public view returns (bytes32) {
        bytes memory what = abi.encode(jobId, task, round, worker, result.root, result.piece, salt);
        return keccak256(abi.encode(SEAL_DOMAIN, block.chainid, address(this), keccak256(what)));
    }

    /* PRIVATE */

    function _create(
        JobParams calldata params,
        bytes calldata specCid
    ) private returns (uint256 jobId) {
        // Check
        params.check(MIN_WINDOW);
        _checkCid(specCid);
        // Effect
        jobId = ++_jobCount;
        bytes32 hash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, jobId)
            mstore(add(free, 32), caller())
            mstore(add(free, 64), number())
            calldatacopy(add(free, 96), params, PARAMS_SIZE)
            hash := keccak256(free, JOB_SIZE)
        }
        _jobHashes[jobId] = hash;
        // Encodes each field and so refuses dirty upper bits, which nobody could use later.
        emit ComputeJobCreated(
            jobId,
            msg.sender,
            params.specDigest,
            currentEpoch(),
            params,
            specCid
        );
        // Interaction
        _fund(params.token, costOf(params));
    }

    /// From the caller's credit, if no value came and the credit suffices; else from the caller.
    function _fund(address token, uint256 amount) private {
        uint256 credit = msg.value == 0 ? _credits[msg.sender][token] : 0;
        if (credit >= amount) _credits[msg.sender][token] = credit - amount;
        else if (token == address(0) && msg.value == 0)
            revert ComputeCreditTooSmall(credit, amount);
        else Funds.pull(token, amount);
    }

    function _withdraw(address from, address token, address to) private returns (uint256 amount) {
        // Check
        amount = _credits[from][token];
        if (amount == 0) revert ComputeCreditZero(from);
        // Effect
        _credits[from][token] = 0;
        emit ComputeWithdrawn(from, token, to, amount);
        // Interaction
        if (_uncollected[token] != 0) {
            _uncollected[token] = 0;
            REGISTRY.collect(token);
        }
        Funds.push(token, to, amount);
    }

    /// Whatever time has changed is applied before anybody acts on it.
    function _applyTime(Job calldata job, uint16 task, TaskRecord storage t) private {
        TaskState state = t.state;
        bool due =
            state == TaskState.Open
                ? t.taken != 0 && block.number > _since(job, t) + job.params.acceptEpochs
                : state < TaskState.Accepted && block.number > t.deadline;
        if (due) _poke(task);
    }

    /// poke(job, [task]), with the job as it lies in this call: the first argument of every function that gets here.
    function _poke(uint16 task) private {
        address settlement = SETTLEMENT;
        bytes4 selector = IComputeSettlement.poke.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, selector)
            calldatacopy(add(free, 4), 4, JOB_SIZE)
            // The array: where (behind the head of 36 words), its length, the task.
            let head := add(add(free, 4), JOB_SIZE)
            mstore(head, add(JOB_SIZE, 32))
            mstore(add(head, 32), 1)
            mstore(add(head, 64), task)
            if iszero(delegatecall(gas(), settlement, free, add(JOB_SIZE, 100), 0, 0)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }

    function _checkOpen(Job calldata job, uint16 task, TaskRecord storage t) private view {
        _checkState(task, t, TaskState.Open);
        uint256 acceptBy = _since(job, t) + job.params.acceptEpochs;
        if (block.number > acceptBy) revert ComputeTooLate(task, Epoch.wrap(uint64(acceptBy)));
        if (t.released && _released[_taskId(job.id, task)][msg.sender]) {
            revert ComputeReleasedBefore(task, msg.sender);
        }
        uint256 taken = t.taken;
        if (taken == 0) return;
        address operator = REGISTRY.operatorOf(msg.sender);
        for (uint256 i; i < taken; ++i) {
            address other = t.slots[i].worker;
            if (other == msg.sender || REGISTRY.operatorOf(other) == operator) {
                revert ComputeOperatorTwice(task, operator);
            }
        }
    }

    /// The copy is live, of a piece that the task reads, and at a provider of the worker's operator.
    function _checkLocal(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        uint256 copyId,
        bytes32[] calldata inputProof
    ) private view {
        if (copyId == 0) {
            uint256 until = _since(job, t) + job.params.localEpochs;
            revert ComputeNotLocal(task, Epoch.wrap(uint64(until)));
        }
        PieceCid piece = StoredResult.pieceOf(DEALS, copyId);
        bytes32 leaf = _leaf(abi.encode(task, piece));
        if (!MerkleProof.verifyCalldata(inputProof, job.params.inputsRoot, leaf)) {
            revert ComputeInputNotProven(task, piece);
        }
        if (!REGISTRY.controls(msg.sender, StoredResult.providerOf(DEALS, copyId))) {
            revert ComputeNotLocal(
                task,
                Epoch.wrap(uint64(_since(job, t) + job.params.localEpochs))
            );
        }
    }

    function _take(Job calldata job, uint16 task, TaskRecord storage t) private {
        uint8 index = t.taken++;
        uint256 price = _price(job, t);
        Slot storage slot = t.slots[index];
        (slot.worker, slot.price, slot.status) = (msg.sender, uint88(price), SlotStatus.Taken);
        uint40 deadline;
        if (index + 1 == job.params.n) {
            deadline = _in(job.params.execEpochs);
            (t.state, t.deadline) = (TaskState.Assigned, deadline);
        }
        emit TaskAccepted(job.id, task, msg.sender, t.round, index, price, Epoch.wrap(deadline));
    }

    function _answer(
        Job calldata job,
        uint16 task,
        Slot storage slot,
        Result calldata result
    ) private {
        _checkRoot(result.root);
        slot.answer = result.root;
        if (job.params.holdbackBps == 0) return;
        if (PieceCid.unwrap(result.piece) == 0) revert ComputePieceMissing(task);
        slot.piece = result.piece;
    }

    function _submitted(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        Result calldata result,
        bytes calldata dataCid
    ) private {
        uint256 window = job.params.challengeEpochs;
        if (window < JobTerms.DRAW_EPOCHS) window = JobTerms.DRAW_EPOCHS;
        t.state = TaskState.Submitted;
        t.submitted = uint40(block.number);
        t.deadline = _in(window);
        emit TaskSubmitted(
            job.id,
            task,
            msg.sender,
            t.round,
            result.root,
            result.piece,
            Epoch.wrap(t.deadline),
            dataCid
        );
    }

    function _slotOfCaller(uint16 task, TaskRecord storage t) private view returns (uint256) {
        for (uint256 i; i < t.taken; ++i) if (t.slots[i].worker == msg.sender) return i;
        revert ComputeNotWorker(task, msg.sender);
    }

    function _price(Job calldata job, TaskRecord storage t) private view returns (uint256) {
        uint256 since = _since(job, t);
        return job.params.price(block.number > since ? block.number - since : 0);
    }

    /// A leaf of OpenZeppelin's standard Merkle tree.
    function _leaf(bytes memory encoded) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(encoded)));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Beacon} from "../fvm/Beacon.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {ComputeEnds} from "./ComputeEnds.sol";
import {ComputeStore} from "./ComputeStore.sol";
import {Funds} from "./Funds.sol";
import {INCOMPLETE, NONDETERMINISTIC, UNAVAILABLE, WITHHELD} from "./IComputeLedger.sol";
import {IComputeRegistry} from "./IComputeRegistry.sol";
import {IComputeSettlement} from "./IComputeSettlement.sol";
import {JobTerms} from "./JobTerms.sol";

/// The part of ComputeEscrow that ends tasks. ComputeEscrow runs this code on its own storage; nobody uses it directly.
contract ComputeSettlement is ComputeEnds, IComputeSettlement, EIP712, ReentrancyGuardTransient {
    using JobTerms for JobParams;

    uint256 private constant MAX_SIGNERS = 32;
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "ResultAttestation(uint256 jobId,uint16 task,uint8 round,address worker,bytes32 specDigest,bytes32 resultRoot,uint64 validUntilEpoch)"
    );
    bytes32 private constant CHALLENGE_DOMAIN = keccak256("holdfast.compute.challenge");

    constructor(IComputeRegistry registry) ComputeStore(registry) EIP712("Holdfast Compute", "1") {}

    /* REQUESTERS */

    /// @inheritdoc IComputeSettlement
    function cancelOpen(Job calldata job, uint16[] calldata tasks) external {
        _checkRequester(job);
        for (uint256 i; i < tasks.length; ++i) {
            TaskRecord storage t = _task(job, tasks[i]);
            _applyTime(job, tasks[i], t);
            _checkState(tasks[i], t, TaskState.Open);
            if (t.taken != 0) revert ComputeTaskHasWorkers(tasks[i]);
            _finish(job, tasks[i], t, TaskState.Refunded, 0);
        }
    }

    /// @inheritdoc IComputeSettlement
    function approve(Job calldata job, uint16[] calldata tasks) external {
        _checkRequester(job);
        for (uint256 i; i < tasks.length; ++i) {
            TaskRecord storage t = _task(job, tasks[i]);
            _checkState(tasks[i], t, TaskState.Submitted);
            _finish(job, tasks[i], t, TaskState.Accepted, 0);
        }
    }

    /* CHALLENGERS */

    /// @inheritdoc IComputeSettlement
    function lockChallenge(
        Job calldata job,
        uint16 task,
        bytes32 commitment
    ) external payable nonReentrant {
        // Check
        _checkJob(job);
        TaskRecord storage t = _task(job, task);
        _checkState(task, t, TaskState.Submitted);
        _checkInTime(task, t);
        // Effect
        t.state = TaskState.Challenged;
        t.challenger = msg.sender;
        t.claim = commitment;
        t.deadline = _in(NAMING_EPOCHS);
        emit TaskChallengeLocked(job.id, task, msg.sender, commitment, Epoch.wrap(t.deadline));
        // Interaction
        Funds.pull(job.params.token, job.params.challengeBond);
    }

    /// @inheritdoc IComputeSettlement
    function nameChallenge(
        Job calldata job,
        uint16 task,
        bytes32 root,
        bytes32 salt,
        bytes calldata evidenceCid
    ) external {
        _checkJob(job);
        _checkCid(evidenceCid);
        TaskRecord storage t = _task(job, task);
        _checkState(task, t, TaskState.Challenged);
        _checkInTime(task, t);
        if (t.challenger != msg.sender) revert ComputeNotChallenger(task, msg.sender);
        if (t.claim != commitmentOf(job.id, task, t.round, msg.sender, root, salt)) {
            revert ComputeCommitmentMismatch(task);
        }
        if (root != WITHHELD) _checkRoot(root);
        if (root == t.slots[t.winner].answer) revert ComputeChallengeAgrees(root);
        t.claim = root;
        t.named = true;
        emit TaskChallengeNamed(job.id, task, msg.sender, root, evidenceCid);
        _dispute(job, task, t);
    }

    /// @inheritdoc IComputeSettlement
    function attest(Job calldata job, uint16 task, Attestation calldata attestation) external {
        _checkJob(job);
        JobParams calldata p = job.params;
        if (p.mode != Mode.Attested) revert ComputeWrongMode(p.mode);
        TaskRecord storage t = _task(job, task);
        _checkState(task, t, TaskState.Submitted);
        uint256 until = uint256(t.submitted) + p.attestEpochs;
        if (block.number > until) revert ComputeTooLate(task, Epoch.wrap(uint64(until)));
        _checkInTime(task, t);
        _checkAttestation(job, task, attestation);
        uint40 end = _in(p.attestEpochs);
        uint40 least = t.submitted + uint40(JobTerms.DRAW_EPOCHS);
        if (end < least) end = least;
        if (end < t.deadline) t.deadline = end;
        emit TaskAttested(job.id, task, Epoch.wrap(t.deadline));
    }

    /* ARBITERS */

    /// @inheritdoc IComputeSettlement
    function rule(Job calldata job, uint16 task, bytes32 root) external {
        _checkJob(job);
        TaskRecord storage t = _task(job, task);
        _checkState(task, t, TaskState.Disputed);
        if (msg.sender != _arbiter(job, t)) revert ComputeNotArbiter(task, msg.sender);
        _checkInTime(task, t);
        if (root == 0 || root > INCOMPLETE) _checkRoot(root);
        emit TaskRuled(job.id, task, msg.sender, t.round, root);
        if (root == NONDETERMINISTIC || root == UNAVAILABLE || root == INCOMPLETE) {
            _excuse(job, task, t, root);
        } else {
            _judge(job, task, t, root);
        }
    }

    /* ANYONE */

    /// @inheritdoc IComputeSettlement
    function poke(Job calldata job, uint16[] calldata tasks) external {
        _checkJob(job);
        for (uint256 i; i < tasks.length; ++i) _applyTime(job, tasks[i], _task(job, tasks[i]));
    }

    /* VIEWS */

    /// @inheritdoc IComputeSettlement
    function commitmentOf(
        uint256 jobId,
        uint16 task,
        uint8 round,
        address challenger,
        bytes32 root,
        bytes32 salt
    ) public view returns (bytes32) {
        bytes memory what = abi.encode(jobId, task, round, challenger, root, salt);
        return
            keccak256(abi.encode(CHALLENGE_DOMAIN, block.chainid, address(this), keccak256(what)));
    }

    /// @inheritdoc IComputeSettlement
    function attestationOf(
        Job calldata job,
        uint16 task,
        Epoch validUntil
    ) public view returns (bytes32) {
        TaskRecord storage t = _task(job, task);
        Slot storage slot = t.slots[0];
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        ATTESTATION_TYPEHASH,
                        job.id,
                        task,
                        t.round,
                        slot.worker,
                        job.params.specDigest,
                        slot.answer,
                        validUntil
                    )
                )
            );
    }

    /* TIME */

    /// Steps as long as one is due. After a step a new deadline lies ahead, but for slots that closed in the past: at
    /// most three steps.
    function _applyTime(Job calldata job, uint16 task, TaskRecord storage t) private {
        while (_step(job, task, t)) {}
    }

    function _step(Job calldata job, uint16 task, TaskRecord storage t) private returns (bool) {
        TaskState state = t.state;
        if (state == TaskState.Open) return _closeSlots(job, task, t);
        bool early = block.number <= t.deadline;
        if (state == TaskState.Revealing && t.openedSlots == t.sealedSlots) early = false;
        if (early || state > TaskState.Accepted) return false;
        if (state == TaskState.Assigned) _miss(job, task, t);
        else if (state == TaskState.Revealing) _tally(job, task, t);
        else if (state == TaskState.Submitted) {
            if (_isDrawn(job, task, t)) _dispute(job, task, t);
            else _finish(job, task, t, TaskState.Accepted, 0);
        } else if (state == TaskState.Challenged) _dispute(job, task, t);
        else if (state == TaskState.Disputed) {
            if (t.onFallback) {
                _silence(job, task, t);
            } else {
                t.onFallback = true;
                _dispute(job, task, t);
            }
        } else if (t.held) _returnHoldback(job, task, t);
        else return false;
        return true;
    }

    /// The accept window is over: on with the slots that are taken if they suffice.
    function _closeSlots(
        Job calldata job,
        uint16 task,
        TaskRecord storage t
    ) private returns (bool) {
        uint256 acceptBy = _since(job, t) + job.params.acceptEpochs;
        if (block.number <= acceptBy) return false;
        uint8 taken = t.taken;
        if (taken < job.params.m) {
            _finish(job, task, t, TaskState.Refunded, 0);
        } else if (t.sealedSlots == taken) {
            _reveal(job, task, t);
        } else {
            t.state = TaskState.Assigned;
            t.deadline = uint40(acceptBy + job.params.execEpochs);
            emit TaskAssigned(job.id, task, t.round, taken, Epoch.wrap(t.deadline));
        }
        return true;
    }

    /// The exec window is over. Each no-show loses S/4: to the sealers, if their round fails for it, then to the requester.
    function _miss(Job calldata job, uint16 task, TaskRecord storage t) private {
        Penalty memory penalty = _slashNoShows(job, task, t, SlotStatus.Taken);
        uint256 sealers = t.sealedSlots;
        if (sealers >= job.params.m && sealers != 0) {
            _share(job, task, penalty);
            return _reveal(job, task, t);
        }
        if (sealers != 0) {
            uint256 each = penalty.lost / sealers;
            for (uint256 i; i < t.taken; ++i) {
                Slot storage slot = t.slots[i];
                if (slot.status != SlotStatus.Sealed) continue;
                uint256 amount = Math.min(each, slot.price);
                penalty.lost -= amount;
                _credit(job, task, slot.worker, amount);
            }
        }
        _share(job, task, penalty);
        _nextRound(job, task, t, 0);
    }

    function _reveal(Job calldata job, uint16 task, TaskRecord storage t) private {
        t.state = TaskState.Revealing;
        t.deadline = _in(job.params.revealEpochs);
        emit TaskRevealing(job.id, task, Epoch.wrap(t.deadline));
    }

    /// All seals are open, or the reveal window is over: an unopened seal is a no-show.
    function _tally(Job calldata job, uint16 task, TaskRecord storage t) private {
        _share(job, task, _slashNoShows(job, task, t, SlotStatus.Sealed));
        if (t.openedSlots == 0) return _nextRound(job, task, t, 0);
        uint256 taken = t.taken;
        for (uint256 i; i < taken; ++i) {
            uint256 equal;
            for (uint256 j; j < taken; ++j) if (_agree(t.slots[i], t.slots[j])) ++equal;
            if (equal < job.params.m) continue;
            t.winner = uint8(i);
            return _submitted(job, task, t, t.slots[i]);
        }
        // Nobody won: `submitted` stays 0, by which rulings and silence know.
        _dispute(job, task, t);
    }

    function _submitted(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        Slot storage slot
    ) private {
        t.state = TaskState.Submitted;
        t.submitted = uint40(block.number);
        t.deadline = _in(Math.max(job.params.challengeEpochs, JobTerms.DRAW_EPOCHS));
        emit TaskSubmitted(
            job.id,
            task,
            slot.worker,
            t.round,
            slot.answer,
            slot.piece,
            Epoch.wrap(t.deadline),
            ""
        );
    }

    /// FIP-0095's beacon of the second epoch after the submit, which nobody knew at the submit.
    function _isDrawn(
        Job calldata job,
        uint16 task,
        TaskRecord storage t
    ) private view returns (bool) {
        if (job.params.auditBps == 0) return false;
        bytes32 draw = Beacon.randomness(Epoch.wrap(t.submitted + 2));
        bytes32 ticket = keccak256(abi.encode(draw, job.id, task));
        return uint256(ticket) % JobTerms.BPS < job.params.auditBps;
    }

    function _dispute(Job calldata job, uint16 task, TaskRecord storage t) private {
        t.state = TaskState.Disputed;
        t.deadline = _in(job.params.arbitrationEpochs);
        emit TaskDisputed(job.id, task, _arbiter(job, t), t.round, Epoch.wrap(t.deadline));
    }

    /// Both arbiters were silent: the requester chose them. Bonds return, workers are paid.
    function _silence(Job calldata job, uint16 task, TaskRecord storage t) private {
        _credit(job, task, t.challenger, _bond(job, t));
        bool stands = t.submitted != 0;
        _finish(job, task, t, stands ? TaskState.Accepted : TaskState.Settled, 0);
    }

    function _returnHoldback(Job calldata job, uint16 task, TaskRecord storage t) private {
        t.held = false;
        uint256 sum;
        bytes32 root = t.slots[t.winner].answer;
        for (uint256 i; i < t.taken; ++i) {
            Slot storage slot = t.slots[i];
            if (slot.status == SlotStatus.Out || slot.answer != root) continue;
            sum += _heldOf(job, slot.price);
        }
        emit TaskHoldbackReleased(job.id, task, 0, sum);
        _credit(job, task, job.requester, sum);
    }

    /* RULINGS */

    /// Nobody was wrong. NONDETERMINISTIC, UNAVAILABLE: the spec was bad, workers are paid. INCOMPLETE: nobody is.
    function _excuse(Job calldata job, uint16 task, TaskRecord storage t, bytes32 root) private {
        JobParams calldata p = job.params;
        uint256 fee = p.arbiterFee;
        uint256 bond = _bond(job, t);
        _credit(job, task, msg.sender, fee);
        // Who locked a challenge and did not name it has wasted the arbiter's time all the same.
        bool bondPays = bond != 0 && !t.named;
        if (bondPays) bond -= fee;
        _credit(job, task, t.challenger, bond);
        TaskState end = root == INCOMPLETE ? TaskState.Refunded : TaskState.Settled;
        _finish(job, task, t, end, bondPays ? 0 : fee);
    }

    /// A root, or WITHHELD, which no root equals: slashes whoever opened another one.
    function _judge(Job calldata job, uint16 task, TaskRecord storage t, bytes32 root) private {
        JobParams calldata p = job.params;
        (Penalty memory penalty, bool found, uint8 right) = _slashWrong(job, task, t, root);
        uint256 fee = p.arbiterFee;
        uint256 bond = _bond(job, t);
        uint256 fromLock;
        _credit(job, task, msg.sender, fee);
        if (bond != 0 && t.named && t.claim == root) {
            // Of the stake: the arbiter, the challenger, the requester; the bond comes back.
            penalty.lost -= fee;
            uint256 reward = Math.min(2 * fee, penalty.lost);
            penalty.lost -= reward;
            _credit(job, task, t.challenger, bond + reward);
        } else if (bond != 0) {
            bond -= fee;
            if (found && root == t.slots[t.winner].answer) {
                _payRight(job, task, t, root, bond);
            } else {
                _credit(job, task, t.challenger, bond);
            }
        } else if (penalty.lost >= fee) {
            penalty.lost -= fee;
        } else {
            fromLock = fee;
        }
        _share(job, task, penalty);
        if (!found) return _nextRound(job, task, t, fromLock);
        t.winner = right;
        _finish(job, task, t, TaskState.Accepted, fromLock);
    }

    /// Whoever stood with the provisional root loses S, others S/4; all lose S for WITHHELD.
    function _slashWrong(
        Job calldata job,
        uint16 task,
        TaskRecord storage t,
        bytes32 root
    ) private returns (Penalty memory penalty, bool found, uint8 right) {
        bool stands = t.submitted != 0;
        bytes32 provisional = t.slots[t.winner].answer;
        for (uint256 i; i < t.taken; ++i) {
            Slot storage slot = t.slots[i];
            if (slot.status == SlotStatus.Out) continue;
            bytes32 answer = slot.answer;
            if (answer == root) {
                if (!found) (found, right) = (true, uint8(i));
                continue;
            }
            bool fully = root == WITHHELD || (stands && answer == provisional);
            uint256 lost = job.params.stake;
            if (!fully) lost /= 4;
            penalty.lost += lost;
            penalty.prices += slot.price;
            _slash(job, task, slot, lost);
        }
    }

    /* CHECKS */

    function _checkAttestation(
        Job calldata job,
        uint16 task,
        Attestation calldata attestation
    ) private view {
        address[] calldata signers = attestation.signers;
        bytes32 given = keccak256(abi.encode(attestation.k, signers));
        if (given != job.params.attestors) {
            revert ComputeAttestorsMismatch(given, job.params.attestors);
        }
        if (signers.length > MAX_SIGNERS || signers.length != attestation.signatures.length) {
            revert ComputeLengthsDiffer(signers.length, attestation.signatures.length);
        }
        if (currentEpoch() > attestation.validUntil) {
            revert ComputeSignatureExpired(attestation.validUntil);
        }
        bytes32 digest = attestationOf(job, task, attestation.validUntil);
        uint256 valid;
        address last;
        for (uint256 i; i < signers.length; ++i) {
            address signer = signers[i];
            if (signer <= last) revert ComputeSignersNotAscending(signer);
            last = signer;
            bytes calldata signature = attestation.signatures[i];
            if (
                signature.length != 0 &&
                SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)
            ) ++valid;
        }
        if (valid == 0 || valid < attestation.k) {
            revert ComputeSignaturesTooFew(valid, attestation.k);
        }
    }

    function _checkRequester(Job calldata job) private view {
        _checkJob(job);
        if (job.requester != msg.sender) revert ComputeNotRequester(msg.sender);
    }

    function _arbiter(Job calldata job, TaskRecord storage t) private view returns (address) {
        return t.onFallback ? job.params.fallbackArbiter : job.params.arbiter;
    }

    /// Both are open, with the same root and, where it is kept, the same piece.
    function _agree(Slot storage a, Slot storage b) private view returns (bool) {
        return
            a.status == SlotStatus.Opened &&
            b.status == SlotStatus.Opened &&
            a.answer == b.answer &&
            a.piece == b.piece;
    }
}

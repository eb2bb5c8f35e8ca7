// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "./IComputeLedger.sol";

/// What becomes of tasks: approval, challenge, ruling, time.
interface IComputeSettlement is IComputeLedger {
    /// The requester. Takes Open tasks without a worker back.
    function cancelOpen(Job calldata job, uint16[] calldata tasks) external;

    /// The requester. Submitted tasks are accepted at once, without audit.
    function approve(Job calldata job, uint16[] calldata tasks) external;

    /// Anyone, within the window, with challengeBond in the job's token. The first lock wins.
    /// @param commitment see commitmentOf
    function lockChallenge(
        Job calldata job,
        uint16 task,
        bytes32 commitment
    ) external payable;

    /// The challenger, within NAMING_EPOCHS of the lock: a root, or WITHHELD. Goes to the arbiter.
    /// @param evidenceCid at most 128 bytes; only in the event
    function nameChallenge(
        Job calldata job,
        uint16 task,
        bytes32 root,
        bytes32 salt,
        bytes calldata evidenceCid
    ) external;

    /// The arbiter whose turn it is, in its window: states the right root, or a sentinel. Slashes, pays, and ends the task
    /// or opens its next round.
    function rule(Job calldata job, uint16 task, bytes32 root) external;

    /// Anyone. Applies every deadline that has passed, the audit's draw included. Nothing due is no error.
    function poke(Job calldata job, uint16[] calldata tasks) external;

    function commitmentOf(
        uint256 jobId,
        uint16 task,
        uint8 round,
        address challenger,
        bytes32 root,
        bytes32 salt
    ) external view returns (bytes32);
}

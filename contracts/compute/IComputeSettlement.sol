// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Epoch} from "../fvm/Epoch.sol";
import {IComputeLedger} from "./IComputeLedger.sol";

/// What becomes of tasks: approval, challenge, ruling, time.
interface IComputeSettlement is IComputeLedger {
    /// k EIP-712 signatures of ResultAttestation by signers that the job names.
    struct Attestation {
        uint256 k;
        /// All of them, strictly ascending, at most 32.
        address[] signers;
        /// One for each signer; empty: did not sign. ERC-1271 for contracts.
        bytes[] signatures;
        Epoch validUntil;
    }

    /// The requester. Takes Open tasks without a worker back.
    function cancelOpen(Job calldata job, uint16[] calldata tasks) external;

    /// The requester. Submitted tasks are accepted at once, without audit.
    function approve(Job calldata job, uint16[] calldata tasks) external;

    /// Anyone, within the window, with challengeBond in the job's token. The first lock wins.
    /// @param commitment see commitmentOf
    function lockChallenge(Job calldata job, uint16 task, bytes32 commitment) external payable;

    /// The challenger, within NAMING_EPOCHS of the lock: a root, or WITHHELD. Goes to the arbiter.
    /// @param evidenceCid at most 128 bytes; only in the event
    function nameChallenge(
        Job calldata job,
        uint16 task,
        bytes32 root,
        bytes32 salt,
        bytes calldata evidenceCid
    ) external;

    /// Anyone; Attested, within attestEpochs of the submit. The window ends attestEpochs from now, if that is earlier.
    function attest(Job calldata job, uint16 task, Attestation calldata attestation) external;

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

    /// The EIP-712 digest that attestors sign.
    function attestationOf(
        Job calldata job,
        uint16 task,
        Epoch validUntil
    ) external view returns (bytes32);
}

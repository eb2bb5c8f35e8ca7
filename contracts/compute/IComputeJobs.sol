// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "./IComputeLedger.sol";

/// The work: jobs are posted, tasks taken, results given; and the money that goes in and out.
/// `job` is always the job as it was created (ComputeJobCreated); a wrong one is ComputeJobUnknown.
interface IComputeJobs is IComputeLedger {
    /// An EIP-2612 permit of the caller for this contract, for exactly what the job costs.
    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// Anyone, who is the requester then. Locks tasks x (n x (maxPrice + coordinator's share of it) + arbiterFee): FIL as
    /// exactly that value, a token by allowance; the caller's credit pays instead if no value is sent and it suffices.
    /// Errors: ComputeJobInvalid, ComputeCidTooLong, FundsValueWrong, FundsShort, ComputeCreditTooSmall.
    /// @param specCid where the spec is found, at most 128 bytes; only in the event
    function createJob(
        JobParams calldata params,
        bytes calldata specCid
    ) external payable returns (uint256 jobId);

    /// The same for a token with EIP-2612. A permit that somebody used already does no harm.
    function createJobWithPermit(
        JobParams calldata params,
        bytes calldata specCid,
        Permit calldata permit
    ) external returns (uint256 jobId);

    /// A registered worker that accepts both arbiters. Takes one slot of each task at the price now and locks the stake.
    /// Errors: ComputeWrongState, ComputeTooLate, ComputeNotAllowed, ComputeReleasedBefore, ComputeOperatorTwice,
    /// ComputeNotLocal, ComputeInputNotProven, ComputeCopyNotLive, and the registry's.
    /// @param allowProof of the worker in workerRoot
    /// @param copyId in the locality window: a live copy, at a provider of the worker's operator, of a piece the task reads
    /// @param inputProof of (task, that piece) in inputsRoot
    function accept(
        Job calldata job,
        uint16[] calldata tasks,
        bytes32[] calldata allowProof,
        uint256 copyId,
        bytes32[] calldata inputProof
    ) external;

    /// A worker, within the first tenth of the exec window: gives the slots back for S/64 each, to the requester. Uses no
    /// round, moves neither the accept window nor the ramp; the worker cannot take the task again. Not after a seal.
    function release(Job calldata job, uint16[] calldata tasks) external;

    /// The worker; Optimistic and Attested. One result for each task.
    /// @param dataCid where the results' bytes are found, at most 128 bytes; only in the event
    function submit(
        Job calldata job,
        uint16[] calldata tasks,
        Result[] calldata results,
        bytes calldata dataCid
    ) external;

    /// A worker of a Quorum task. @param seal_ see sealOf
    function seal(Job calldata job, uint16 task, bytes32 seal_) external;

    /// A worker that sealed, once all have or the exec window is over.
    function open(
        Job calldata job,
        uint16 task,
        Result calldata result,
        bytes32 salt,
        bytes calldata dataCid
    ) external;

    /// Anyone. A copy of exactly the result's piece is live, with holdbackTermEpochs before it: pays the held share.
    function releaseHoldback(Job calldata job, uint16 task, uint256 copyId) external;

    /// Anyone: credit of the caller, for jobs to come. FIL: `amount` is the value sent.
    function deposit(address token, uint256 amount) external payable;

    /// Pays out all credit of the caller in the token.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// Anyone: burns what is to be burned in the token (sends it to f099).
    function burn(address token) external returns (uint256 amount);

    function jobCount() external view returns (uint256);

    /// keccak256(abi.encode(Job)); 0: no such job.
    function jobHashOf(uint256 jobId) external view returns (bytes32);

    function taskOf(uint256 jobId, uint16 task) external view returns (Task memory);

    function slotOf(uint256 jobId, uint16 task, uint256 slot) external view returns (Slot memory);

    function creditOf(address account, address token) external view returns (uint256);

    /// Of slashed stakes, what still lies in the registry; the next withdrawal in the token fetches it.
    function uncollected(address token) external view returns (uint256);

    /// What a slot taken now would pay, by the task's clock.
    function priceOf(Job calldata job, uint16 task) external view returns (uint256);

    /// What createJob locks.
    function costOf(JobParams calldata params) external pure returns (uint256);

    function sealOf(
        uint256 jobId,
        uint16 task,
        uint8 round,
        address worker,
        Result calldata result,
        bytes32 salt
    ) external view returns (bytes32);
}

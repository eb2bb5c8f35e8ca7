// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Epoch} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";

// What an arbiter rules in place of a root, and nobody may submit. Roots below 16 are reserved.
bytes32 constant NONDETERMINISTIC = bytes32(uint256(1));
// Inputs that the spec does not make content-addressed are gone.
bytes32 constant UNAVAILABLE = bytes32(uint256(2));
// The worker does not show the inputs or the result's bytes, or its piece is not of these bytes.
bytes32 constant WITHHELD = bytes32(uint256(3));
// The module does not finish within the arbiter's limits.
bytes32 constant INCOMPLETE = bytes32(uint256(4));

/// The words in which compute jobs are recorded: states, structs, events, errors. All times are epochs; amounts are in
/// the smallest unit of the job's token, address(0) being FIL. Tasks, slots and rounds count from 0.
interface IComputeLedger {
    enum Mode {
        Optimistic,
        Quorum,
        Attested
    }

    enum TaskState {
        Open,
        Assigned,
        Revealing,
        Submitted,
        Challenged,
        Disputed,
        /// Final, with a root.
        Accepted,
        /// Final: nobody was paid.
        Refunded,
        /// Final: workers were paid, no root stands.
        Settled
    }

    enum SlotStatus {
        Taken,
        Sealed,
        Opened,
        /// Its stake is settled; it takes no part any more.
        Out
    }

    struct JobParams {
        /// sha2-256 of the job's spec: its raw CID's digest.
        bytes32 specDigest;
        /// address(0): FIL.
        address token;
        /// What a slot pays: minPrice at first, and through the locality window; then it rises to maxPrice within
        /// rampEpochs, and is frozen when the slot is taken.
        uint96 minPrice;
        uint96 maxPrice;
        uint32 rampEpochs;
        /// What a worker locks for each slot (S).
        uint96 stake;
        /// What a ruling costs.
        uint96 arbiterFee;
        uint96 challengeBond;
        uint16 tasks;
        /// 1 to 256; the chain only records it.
        uint16 shardsPerTask;
        Mode mode;
        /// Quorum: m equal roots of n slots, n/2 < m <= n <= 7. Else 1 of 1.
        uint8 m;
        uint8 n;
        uint8 maxRounds;
        /// Share of submitted tasks that go to the arbiter by lot, in 1/10,000.
        uint16 auditBps;
        /// Share of the price that waits for a deal on the result, in 1/10,000.
        uint16 holdbackBps;
        /// What the coordinator earns on top of an accepted slot's price, in 1/10,000 of it.
        uint16 coordinatorBps;
        uint32 acceptEpochs;
        /// First part of the accept window, for workers whose operator stores one of the task's inputs.
        uint32 localEpochs;
        uint32 execEpochs;
        uint32 revealEpochs;
        /// Attested: signatures count this long after the submit, and leave this long to appeal.
        uint32 attestEpochs;
        uint32 challengeEpochs;
        uint32 arbitrationEpochs;
        uint32 holdbackEpochs;
        /// What the deal on the result must still have before it when the share is released.
        uint32 holdbackTermEpochs;
        address arbiter;
        address fallbackArbiter;
        /// Attested: keccak256(abi.encode(uint256 k, address[] signers)), signers strictly ascending.
        bytes32 attestors;
        address coordinator;
        /// Merkle root (OpenZeppelin's standard tree) over the workers allowed, (address); 0: everybody.
        bytes32 workerRoot;
        /// The same over (uint16 task, bytes32 pieceCid) of what tasks read.
        bytes32 inputsRoot;
    }

    /// A job as calls carry it; the chain keeps its hash. All of it stands in ComputeJobCreated.
    struct Job {
        uint256 id;
        address requester;
        Epoch created;
        JobParams params;
    }

    struct Result {
        /// sha2-256 of the canonical manifest, or the Merkle root of a lot's; at least 16.
        bytes32 root;
        /// The piece of the result's CAR; kept, and not 0, if a share is held back.
        PieceCid piece;
    }

    struct Task {
        TaskState state;
        uint8 round;
        /// Slots taken in this round, and how many of them sealed and opened.
        uint8 taken;
        uint8 sealedSlots;
        uint8 openedSlots;
        /// The slot whose root stands, from Submitted on.
        uint8 winner;
        bool onFallback;
        /// The challenger has named its root.
        bool named;
        /// Accepted, and holdbackBps of the price still waits.
        bool held;
        /// Last epoch in which the state's parties may act; of an Open task see `since`.
        Epoch deadline;
        /// Open since then in this round; 0: since the job's creation.
        Epoch since;
        Epoch submitted;
        address challenger;
        /// The challenge's commitment, then the root it named.
        bytes32 claim;
    }

    struct Slot {
        address worker;
        uint88 price;
        SlotStatus status;
        /// The seal, then the root.
        bytes32 answer;
        PieceCid piece;
    }

    event ComputeJobCreated(
        uint256 indexed jobId,
        address indexed requester,
        bytes32 indexed specDigest,
        Epoch created,
        JobParams params,
        bytes specCid
    );
    /// `deadline` is 0 as long as slots are open; with the last one the exec clock runs.
    event TaskAccepted(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed worker,
        uint8 round,
        uint8 slot,
        uint256 price,
        Epoch deadline
    );
    /// The accept window is over, and enough slots are taken: the exec clock runs.
    event TaskAssigned(
        uint256 indexed jobId,
        uint16 indexed task,
        uint8 round,
        uint8 slots,
        Epoch deadline
    );
    event TaskReleased(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed worker,
        uint256 cost
    );
    event TaskSealed(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed worker,
        bytes32 seal
    );
    event TaskRevealing(uint256 indexed jobId, uint16 indexed task, Epoch deadline);
    event TaskOpened(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed worker,
        bytes32 root,
        PieceCid piece,
        bytes dataCid
    );
    /// A provisional result; in Quorum mode that of the first of the m, whose bytes TaskOpened tells of.
    event TaskSubmitted(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed worker,
        uint8 round,
        bytes32 root,
        PieceCid piece,
        Epoch windowEnd,
        bytes dataCid
    );
    event TaskAttested(uint256 indexed jobId, uint16 indexed task, Epoch windowEnd);
    event TaskChallengeLocked(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed challenger,
        bytes32 commitment,
        Epoch nameBy
    );
    event TaskChallengeNamed(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed challenger,
        bytes32 root,
        bytes evidenceCid
    );
    /// An arbiter has until the deadline: by lot, by challenge, or for lack of m equal roots.
    event TaskDisputed(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed arbiter,
        uint8 round,
        Epoch deadline
    );
    event TaskRuled(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed arbiter,
        uint8 round,
        bytes32 root
    );
    /// Of the worker's stake `lost` is gone.
    event TaskStakeSlashed(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed worker,
        uint256 lost
    );
    /// What became of slashed stakes and bonds, beside what went to arbiter, challenger and workers.
    event TaskPenaltyShared(
        uint256 indexed jobId,
        uint16 indexed task,
        uint256 toRequester,
        uint256 burned
    );
    event TaskReopened(uint256 indexed jobId, uint16 indexed task, uint8 round);
    /// Whoever the task's end, ruling or deadline gives money: worker, requester, coordinator, arbiter, challenger; f099
    /// for what is burned. In the job's token.
    event TaskCredited(
        uint256 indexed jobId,
        uint16 indexed task,
        address indexed account,
        uint256 amount
    );
    /// The task is final. `refund` was credited to the requester, `held` waits for a deal until the deadline.
    event TaskFinished(
        uint256 indexed jobId,
        uint16 indexed task,
        TaskState state,
        bytes32 root,
        uint256 refund,
        uint256 held,
        Epoch holdbackDeadline
    );
    /// `copyId` 0: nobody stored the result in time, the share went back to the requester.
    event TaskHoldbackReleased(
        uint256 indexed jobId,
        uint16 indexed task,
        uint256 copyId,
        uint256 amount
    );
    event ComputeDeposited(address indexed account, address indexed token, uint256 amount);
    event ComputeWithdrawn(
        address indexed account,
        address indexed token,
        address indexed to,
        uint256 amount
    );

    /// `field` is the name of the first wrong one, as text.
    error ComputeJobInvalid(bytes32 field);
    /// No such job, or what was passed is not how it was created.
    error ComputeJobUnknown(uint256 jobId);
    error ComputeTaskUnknown(uint16 task, uint16 tasks);
    error ComputeCidTooLong(uint256 length, uint256 greatest);
    error ComputeWrongState(uint16 task, TaskState state);
    error ComputeWrongMode(Mode mode);
    error ComputeTooLate(uint16 task, Epoch deadline);
    error ComputeNotRequester(address caller);
    error ComputeNotWorker(uint16 task, address caller);
    error ComputeNotChallenger(uint16 task, address caller);
    error ComputeNotArbiter(uint16 task, address caller);
    error ComputeNotAllowed(address worker);
    error ComputeReleasedBefore(uint16 task, address worker);
    /// A slot of the same task is the worker's, or another worker's of the same operator.
    error ComputeOperatorTwice(uint16 task, address operator);
    /// Until `until` the task is for those who store a piece that it reads.
    error ComputeNotLocal(uint16 task, Epoch until);
    error ComputeInputNotProven(uint16 task, PieceCid piece);
    error ComputeCopyNotLive(uint256 copyId);
    error ComputeRootReserved(bytes32 root);
    error ComputePieceMissing(uint16 task);
    error ComputeLengthsDiffer(uint256 tasks, uint256 results);
    error ComputeSealEmpty();
    error ComputeSealMismatch(uint16 task);
    error ComputeCommitmentMismatch(uint16 task);
    /// A challenge names what already stands.
    error ComputeChallengeAgrees(bytes32 root);
    error ComputeAttestorsMismatch(bytes32 given, bytes32 wanted);
    error ComputeSignersNotAscending(address signer);
    error ComputeSignaturesTooFew(uint256 valid, uint256 wanted);
    error ComputeSignatureExpired(Epoch validUntil);
    error ComputeTaskHasWorkers(uint16 task);
    error ComputeNothingHeld(uint16 task);
    error ComputePieceMismatch(PieceCid piece, PieceCid wanted);
    error ComputeTermTooShort(Epoch end, Epoch wanted);
    error ComputeCreditZero(address account);
    error ComputeCreditTooSmall(uint256 credit, uint256 wanted);
    error ComputeParameterOutOfBounds(uint256 value, uint256 least, uint256 greatest);
    error ComputeNotContract(address given);
}

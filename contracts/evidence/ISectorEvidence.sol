// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch} from "../fvm/Epoch.sol";
import {IStorageEvidence} from "./IStorageEvidence.sol";

/// Evidence about sealed sectors, from FIP-0109 notifications (passed on by the market) and FIP-0112 status.
/// Anyone may refresh and report; only the bound market may notify. What is proven stays proven (it may have been paid),
/// and Dead stays Dead.
/// Assumptions: a miner actor tells its sectors' status truly and numbers no two sectors alike; it refuses to replace a
/// sector's data before the expiration that it notified; the market passes on every notification, of real miners only.
interface ISectorEvidence is IStorageEvidence {
    /// Why a keeper's item changed nothing.
    enum SkipReason {
        /// No notification of the sector ever matched.
        Untracked,
        /// Recorded Dead before, and that is final.
        Dead,
        /// The miner says otherwise: not Active, neither Dead nor Faulty, no later expiration.
        NotAsClaimed,
        /// The miner gave no answer: the location is wrong, or the sector is gone.
        ActorRefused,
        /// The commitment is reached: what is Active may be other data by now.
        Replaced
    }

    /// A sector's first matched notification: its trace starts here.
    event EvidenceTracked(
        ActorId indexed miner,
        uint64 indexed sector,
        Epoch epoch,
        Epoch commitment
    );
    /// The miner said Active: proven from `segmentStart` up to `provenUntil`.
    event EvidenceRefreshed(
        ActorId indexed miner,
        uint64 indexed sector,
        Epoch segmentStart,
        Epoch provenUntil
    );
    /// The miner said Faulty; `chainStart` is the first report of the unbroken chain.
    event EvidenceFaultReported(
        ActorId indexed miner,
        uint64 indexed sector,
        Epoch epoch,
        Epoch chainStart,
        address indexed reporter
    );
    /// The miner said Dead, or the sector's data was replaced.
    event EvidenceDeathRecorded(
        ActorId indexed miner,
        uint64 indexed sector,
        Epoch epoch,
        address indexed reporter
    );
    /// The sector's expiration was read again while the piece was surely in it.
    event EvidenceCommitmentExtended(
        ActorId indexed miner,
        uint64 indexed sector,
        Epoch commitment
    );
    event EvidenceSkipped(ActorId indexed miner, uint64 indexed sector, SkipReason reason);
    /// The deployer named the market and the registry, once and for good.
    event EvidenceBound(address market, address registry);

    error EvidenceNotMarket(address caller);
    error EvidenceNotDeployer(address caller);
    error EvidenceAlreadyBound();
    error EvidenceBindingZero();
    error EvidenceLengthsDiffer(uint256 sectors, uint256 others);
    error EvidenceParameterOutOfBounds(uint256 value, uint256 least, uint256 greatest);

    /// The deployer, once: the market that notifies and the registry that tips.
    function bind(address market, address registry) external;

    /// Market only. Sectors of one notification from `miner`: a matched, untracked sector is tracked from now; a sector
    /// tracked in an earlier epoch is recorded Dead (its data was replaced), without a reporter.
    /// @param commitments the sectors' minimum commitment epochs
    /// @param matched whether a piece of the sector matched a copy
    /// @return fresh whether a copy may activate on the sector: tracked in this very epoch and not Dead
    function notifySectors(
        ActorId miner,
        uint64[] calldata sectors,
        Epoch[] calldata commitments,
        bool[] calldata matched
    ) external returns (bool[] memory fresh);

    /// Anyone. Asks the miner whether each sector is Active; an item that fails is skipped with EvidenceSkipped.
    /// Active proves (start, min(now, commitment)], start = max(provenUntil, last report, now - FRESHNESS), or now if the sector is on record as Faulty: what lies
    /// between provenUntil and start is unproven for good. It ends a chain of faults, and tips the chain's first reporter
    /// unless the sector has failed.
    /// @param locations per sector the aux bytes of GenerateSectorLocation: CBOR [deadline, partition]
    function refresh(ActorId miner, uint64[] calldata sectors, bytes[] calldata locations) external;

    /// Anyone. Asks the miner whether the sector is Dead, then whether it is Faulty, and records it with its epoch.
    /// The caller is the reporter. A location that the miner refuses still records a sector that it no longer has.
    /// Reports make one chain while each follows the one before within CHAIN_GAP epochs and no refresh comes between. A
    /// report at least GRACE epochs after its chain's first fails the sector. An epoch that is reported Faulty before it
    /// is proven is never proven.
    function report(ActorId miner, uint64 sector, bytes calldata location) external;

    /// The same on behalf of `reporter`: market only.
    function reportFor(
        address reporter,
        ActorId miner,
        uint64 sector,
        bytes calldata location
    ) external;

    /// Anyone. Refreshes; then, if the sector is Active and its commitment not reached, takes its nominal expiration, if
    /// that is later, as the new commitment. In the commitment epoch itself it is too late: the miner can extend and
    /// replace the data in that one epoch. Reverts nothing: a refusal is EvidenceSkipped.
    /// @return commitment the commitment afterwards
    function extendCommitment(
        ActorId miner,
        uint64 sector,
        bytes calldata location
    ) external returns (Epoch commitment);

    /// The subject of (miner, sector): miner << 64 | sector.
    function subjectOf(ActorId miner, uint64 sector) external pure returns (uint256);

    /// @return tracked whether the sector is tracked
    /// @return since the epoch of its first matched notification
    /// @return commitment up to where Active means our piece
    /// @return chainStart first report of the current chain of faults, 0 if none
    /// @return lastReport last report of that chain, 0 if none
    /// @return segments how many closed segments lie before the open one: each ends at a gap
    function traceOf(
        ActorId miner,
        uint64 sector
    )
        external
        view
        returns (
            bool tracked,
            Epoch since,
            Epoch commitment,
            Epoch chainStart,
            Epoch lastReport,
            uint256 segments
        );
}

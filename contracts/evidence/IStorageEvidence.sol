// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Epoch} from "../fvm/Epoch.sol";

/// What the chain last said of a subject.
enum Observation {
    None,
    Active,
    Faulty,
    Dead
}

/// What the chain itself says about stored bytes. A subject is whatever an adapter's evidence is about: for sealed
/// copies a sector (see ISectorEvidence.subjectOf).
interface IStorageEvidence {
    struct Record {
        Observation last;
        /// Proven up to here and no further; 0 for an untracked subject.
        Epoch provenUntil;
        /// When it was recorded Dead, or a chain of Faulty reports reached the grace; meaningful only if `failed`.
        Epoch failedAt;
        bool failed;
        /// Whose report counts: the recorder of Dead, else the first reporter of the chain of faults. 0 if none.
        address reporter;
    }

    /// Epochs without proof after which nothing older can be proven any more (W).
    function FRESHNESS() external view returns (uint64);

    /// Epochs that a chain of Faulty reports spans before the subject counts as failed.
    function GRACE() external view returns (uint64);

    function recordOf(uint256 subject) external view returns (Record memory);

    function recordsOf(uint256[] calldata subjects) external view returns (Record[] memory);

    /// How many epochs in (from, to] the chain saw proven. Exact; O(log segments); 0 for an untracked subject.
    function provenBetween(uint256 subject, Epoch from, Epoch to) external view returns (uint64);

    /// The same for many subjects, one range each. Arrays of one length.
    function provenBetween(
        uint256[] calldata subjects,
        Epoch[] calldata from,
        Epoch[] calldata to
    ) external view returns (uint64[] memory);
}

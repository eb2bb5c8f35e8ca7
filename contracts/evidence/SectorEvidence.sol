// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {Sector, SectorStatus} from "../fvm/Sector.sol";
import {IProviderRegistry} from "../providers/IProviderRegistry.sol";
import {ISectorEvidence} from "./ISectorEvidence.sol";
import {IStorageEvidence, Observation} from "./IStorageEvidence.sol";

/// Evidence about sealed sectors: see ISectorEvidence.
contract SectorEvidence is ISectorEvidence {
    using Checkpoints for Checkpoints.Trace208;

    /// All that a refresh of a healthy sector reads and writes, in one slot: 40 bits hold 34,000 years of epochs.
    struct Head {
        uint40 since;
        uint40 commitment;
        /// Of the open chain of faults: there is one while `last` is Faulty.
        uint40 chainStart;
        /// Outlives its chain: nothing behind the last report is ever proven.
        uint40 lastReport;
        /// The open segment: proven are the epochs in (segmentStart, provenUntil].
        uint40 segmentStart;
        uint40 provenUntil;
        /// None: untracked, whatever else is 0.
        Observation last;
        bool failed;
    }

    struct Track {
        Head head;
        /// Of record once `failed`; before that the first reporter of the open chain.
        address reporter;
        uint40 failedAt;
        /// Segments before the open one, by start. The value's upper bits are the unproven epochs before the start, its
        /// lower 64 the proven epochs up to the segment's end.
        Checkpoints.Trace208 closed;
    }

    /// Far above any sensible parameter; keeps sums with epochs within 40 bits.
    uint64 private constant GREATEST_SPAN = type(uint32).max;

    /// @inheritdoc IStorageEvidence
    uint64 public immutable FRESHNESS;
    /// @inheritdoc IStorageEvidence
    uint64 public immutable GRACE;
    /// Most epochs between two Faulty reports of one chain.
    uint64 public immutable CHAIN_GAP;

    address private immutable _deployer;

    address private _market;
    address private _registry;
    mapping(uint256 subject => Track) private _tracks;

    modifier onlyMarket() {
        if (msg.sender != _market) revert EvidenceNotMarket(msg.sender);
        _;
    }

    /// All in epochs; Filecoin's values are 5,760, 8,640 and 2,880. The bounds refuse only what makes no sense, so that
    /// a devnet can be fast: a zero, and a gap longer than the grace (two reports would be a whole chain).
    constructor(uint64 freshness, uint64 grace, uint64 chainGap) {
        _requireWithin(freshness, 1, GREATEST_SPAN);
        _requireWithin(grace, 1, GREATEST_SPAN);
        _requireWithin(chainGap, 1, grace);
        FRESHNESS = freshness;
        GRACE = grace;
        CHAIN_GAP = chainGap;
        _deployer = msg.sender;
    }

    /// @inheritdoc ISectorEvidence
    function bind(address market, address registry) external {
        if (msg.sender != _deployer) revert EvidenceNotDeployer(msg.sender);
        if (_market != address(0)) revert EvidenceAlreadyBound();
        if (market == address(0) || registry == address(0)) revert EvidenceBindingZero();
        _market = market;
        _registry = registry;
        emit EvidenceBound(market, registry);
    }

    /// @inheritdoc ISectorEvidence
    function notifySectors(
        ActorId miner,
        uint64[] calldata sectors,
        Epoch[] calldata commitments,
        bool[] calldata matched
    ) external onlyMarket returns (bool[] memory fresh) {
        _requireSameLength(sectors.length, commitments.length);
        _requireSameLength(sectors.length, matched.length);
        fresh = new bool[](sectors.length);
        uint40 current = _current();
        for (uint256 i = 0; i < sectors.length; ++i) {
            Track storage track = _tracks[subjectOf(miner, sectors[i])];
            Head memory head = track.head;
            if (head.last == Observation.None) {
                if (!matched[i]) continue;
                fresh[i] = true;
                uint40 commitment = _clamp(commitments[i]);
                head.since = head.segmentStart = head.provenUntil = current;
                head.commitment = commitment;
                head.last = Observation.Active;
                track.head = head;
                emit EvidenceTracked(miner, sectors[i], _epoch(current), _epoch(commitment));
            } else if (head.last != Observation.Dead) {
                if (head.since == current) fresh[i] = true;
                else _recordDeath(miner, sectors[i], address(0));
            }
        }
    }

    /// @inheritdoc ISectorEvidence
    function refresh(
        ActorId miner,
        uint64[] calldata sectors,
        bytes[] calldata locations
    ) external {
        _requireSameLength(sectors.length, locations.length);
        for (uint256 i = 0; i < sectors.length; ++i) _refresh(miner, sectors[i], locations[i]);
    }

    /// @inheritdoc ISectorEvidence
    function report(ActorId miner, uint64 sector, bytes calldata location) external {
        _report(msg.sender, miner, sector, location);
    }

    /// @inheritdoc ISectorEvidence
    function reportFor(
        address reporter,
        ActorId miner,
        uint64 sector,
        bytes calldata location
    ) external onlyMarket {
        _report(reporter, miner, sector, location);
    }

    /// @inheritdoc ISectorEvidence
    function extendCommitment(
        ActorId miner,
        uint64 sector,
        bytes calldata location
    ) external returns (Epoch commitment) {
        Head storage head = _tracks[subjectOf(miner, sector)].head;
        if (_refresh(miner, sector, location)) _extend(miner, sector, head);
        return _epoch(head.commitment);
    }

    /// @inheritdoc IStorageEvidence
    function recordOf(uint256 subject) public view returns (Record memory) {
        Track storage track = _tracks[subject];
        Head memory head = track.head;
        return
            Record({
                last: head.last,
                provenUntil: _epoch(head.provenUntil),
                failedAt: _epoch(track.failedAt),
                failed: head.failed,
                reporter: track.reporter
            });
    }

    /// @inheritdoc IStorageEvidence
    function recordsOf(
        uint256[] calldata subjects
    ) external view returns (Record[] memory records) {
        records = new Record[](subjects.length);
        for (uint256 i = 0; i < subjects.length; ++i) records[i] = recordOf(subjects[i]);
    }

    /// @inheritdoc IStorageEvidence
    function provenBetween(uint256 subject, Epoch from, Epoch to) public view returns (uint64) {
        if (to <= from) return 0;
        Track storage track = _tracks[subject];
        Head memory head = track.head;
        return uint64(_provenUpTo(track, head, to) - _provenUpTo(track, head, from));
    }

    /// @inheritdoc IStorageEvidence
    function provenBetween(
        uint256[] calldata subjects,
        Epoch[] calldata from,
        Epoch[] calldata to
    ) external view returns (uint64[] memory proven) {
        _requireSameLength(subjects.length, from.length);
        _requireSameLength(subjects.length, to.length);
        proven = new uint64[](subjects.length);
        for (uint256 i = 0; i < subjects.length; ++i) {
            proven[i] = provenBetween(subjects[i], from[i], to[i]);
        }
    }

    /// @inheritdoc ISectorEvidence
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
        )
    {
        Track storage track = _tracks[subjectOf(miner, sector)];
        Head memory head = track.head;
        tracked = head.last != Observation.None;
        since = _epoch(head.since);
        commitment = _epoch(head.commitment);
        if (head.last == Observation.Faulty) {
            chainStart = _epoch(head.chainStart);
            lastReport = _epoch(head.lastReport);
        }
        segments = track.closed.length();
    }

    /// @inheritdoc ISectorEvidence
    function subjectOf(ActorId miner, uint64 sector) public pure returns (uint256) {
        return (uint256(ActorId.unwrap(miner)) << 64) | sector;
    }

    /// @return active whether the miner said Active, and it is recorded
    function _refresh(
        ActorId miner,
        uint64 sector,
        bytes calldata location
    ) private returns (bool active) {
        // Only tracked sectors' miners are ever called, and they are native actors, which call nobody back.
        if (!_isOpen(miner, sector)) return false;
        bool answered;
        (answered, active) = Sector.statusIs(miner, sector, SectorStatus.Active, location);
        if (!active) {
            _skip(miner, sector, answered ? SkipReason.NotAsClaimed : SkipReason.ActorRefused);
            return false;
        }
        // Asked again: Dead is final, whoever might have come in between.
        if (!_isOpen(miner, sector)) return false;
        _recordActive(miner, sector);
    }

    function _recordActive(ActorId miner, uint64 sector) private {
        Track storage track = _tracks[subjectOf(miner, sector)];
        Head memory head = track.head;
        uint256 current = _current();
        uint256 until = Math.min(current, head.commitment);
        // A fault on record ends with this look and no earlier: when it did within the miner, nobody has seen.
        uint256 start =
            head.last == Observation.Faulty
                ? current
                : Math.max(
                    Math.max(head.provenUntil, head.lastReport),
                    Math.saturatingSub(current, FRESHNESS)
                );
        // Else the commitment, and with it all that Active says of our piece, lies behind what may be reached.
        if (start <= until) {
            if (start > head.provenUntil) {
                _closeSegment(track, head);
                head.segmentStart = uint40(start);
            }
            head.provenUntil = uint40(until);
        }
        // The chain of a failed sector is paid for by its slash.
        bool tips = head.last == Observation.Faulty && !head.failed;
        head.last = Observation.Active;
        track.head = head;
        if (tips) {
            address reporter = track.reporter;
            track.reporter = address(0);
            // A low-level call: what the registry does, or whether there is one, is nothing to the evidence.
            LowLevelCall.callNoReturn(
                _registry,
                abi.encodeCall(IProviderRegistry.tip, (miner, reporter))
            );
        }
        // After the tip on purpose: the event takes more gas than the 1/64 that a tip starved of gas would leave.
        emit EvidenceRefreshed(miner, sector, _epoch(head.segmentStart), _epoch(head.provenUntil));
    }

    function _closeSegment(Track storage track, Head memory head) private {
        // Nothing was proven since it started.
        if (head.provenUntil == head.segmentStart) return;
        uint256 before = uint64(track.closed.latest());
        uint256 unproven = head.segmentStart - before;
        uint256 proven = head.provenUntil - unproven;
        track.closed.push(head.segmentStart, uint208((unproven << 64) | proven));
    }

    function _extend(ActorId miner, uint64 sector, Head storage head) private {
        // In the expiration epoch an extension can already have been followed by other data.
        if (_current() >= head.commitment) return _skip(miner, sector, SkipReason.Replaced);
        (bool answered, Epoch expiration) = Sector.nominalExpiration(miner, sector);
        uint40 commitment = _clamp(expiration);
        if (commitment > head.commitment) {
            head.commitment = commitment;
            emit EvidenceCommitmentExtended(miner, sector, _epoch(commitment));
        } else {
            _skip(miner, sector, answered ? SkipReason.NotAsClaimed : SkipReason.ActorRefused);
        }
    }

    function _report(
        address reporter,
        ActorId miner,
        uint64 sector,
        bytes calldata location
    ) private {
        if (!_isOpen(miner, sector)) return;
        (bool answered, bool dead) = Sector.statusIs(miner, sector, SectorStatus.Dead, location);
        bool faulty;
        if (!answered) {
            // The location says nothing: either it is wrong, or the miner has no such sector any more.
            (, dead) = Sector.statusIs(miner, sector, SectorStatus.Dead, Sector.ABSENT);
        } else if (!dead) {
            (answered, faulty) = Sector.statusIs(miner, sector, SectorStatus.Faulty, location);
        }
        // As in _refresh.
        if (!_isOpen(miner, sector)) return;
        if (dead) {
            _recordDeath(miner, sector, reporter);
        } else if (faulty) {
            _recordFault(miner, sector, reporter);
        } else {
            _skip(miner, sector, answered ? SkipReason.NotAsClaimed : SkipReason.ActorRefused);
        }
    }

    function _recordFault(ActorId miner, uint64 sector, address reporter) private {
        Track storage track = _tracks[subjectOf(miner, sector)];
        Head memory head = track.head;
        uint40 current = _current();
        if (head.last != Observation.Faulty || current - head.lastReport > CHAIN_GAP) {
            head.chainStart = current;
            if (!head.failed) track.reporter = reporter;
        }
        head.lastReport = current;
        head.last = Observation.Faulty;
        if (!head.failed && current - head.chainStart >= GRACE) {
            head.failed = true;
            track.failedAt = current;
        }
        track.head = head;
        emit EvidenceFaultReported(
            miner,
            sector,
            _epoch(current),
            _epoch(head.chainStart),
            reporter
        );
    }

    /// @param reporter nobody if the miner itself told it by a second notification
    function _recordDeath(ActorId miner, uint64 sector, address reporter) private {
        Track storage track = _tracks[subjectOf(miner, sector)];
        uint40 current = _current();
        track.head.last = Observation.Dead;
        if (!track.head.failed) {
            track.head.failed = true;
            track.failedAt = current;
            if (reporter != address(0)) track.reporter = reporter;
        }
        emit EvidenceDeathRecorded(miner, sector, _epoch(current), reporter);
    }

    /// Whether evidence about the sector can still change.
    function _isOpen(ActorId miner, uint64 sector) private returns (bool) {
        Observation last = _tracks[subjectOf(miner, sector)].head.last;
        if (last != Observation.None && last != Observation.Dead) return true;
        _skip(miner, sector, last == Observation.Dead ? SkipReason.Dead : SkipReason.Untracked);
        return false;
    }

    function _skip(ActorId miner, uint64 sector, SkipReason reason) private {
        emit EvidenceSkipped(miner, sector, reason);
    }

    /// How many epochs up to `epoch` are proven: in a segment all but those unproven before its start, behind a segment
    /// as many as at its end. O(1) up to the start of the trace and from the last closed segment on.
    function _provenUpTo(
        Track storage track,
        Head memory head,
        Epoch epoch
    ) private view returns (uint256) {
        uint256 upTo = Math.min(Epoch.unwrap(epoch), head.provenUntil);
        if (upTo <= head.since) return 0;
        (, uint48 start, uint208 closed) = track.closed.latestCheckpoint();
        if (upTo > head.segmentStart) return uint64(closed) + upTo - head.segmentStart;
        if (upTo < start) closed = track.closed.upperLookupRecent(uint48(upTo));
        return Math.min(upTo - (closed >> 64), uint64(closed));
    }

    function _current() private view returns (uint40) {
        return _clamp(currentEpoch());
    }

    function _clamp(Epoch epoch) private pure returns (uint40) {
        return uint40(Math.min(Epoch.unwrap(epoch), type(uint40).max));
    }

    function _epoch(uint40 epoch) private pure returns (Epoch) {
        return Epoch.wrap(epoch);
    }

    function _requireSameLength(uint256 one, uint256 other) private pure {
        if (one != other) revert EvidenceLengthsDiffer(one, other);
    }

    function _requireWithin(uint256 value, uint256 least, uint256 greatest) private pure {
        if (value < least || value > greatest) {
            revert EvidenceParameterOutOfBounds(value, least, greatest);
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ISectorEvidence} from "../../contracts/evidence/ISectorEvidence.sol";
import {IStorageEvidence, Observation} from "../../contracts/evidence/IStorageEvidence.sol";
import {SectorEvidence} from "../../contracts/evidence/SectorEvidence.sol";
import {ActorId} from "../../contracts/fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../../contracts/fvm/Epoch.sol";
import {FilecoinDevnet} from "./FilecoinDevnet.sol";
import {vm} from "./Vm.sol";

/// The registry as far as evidence knows it: it remembers whom it was to tip, or misbehaves.
contract TipLedger {
    enum Mood {
        Pays,
        Reverts,
        BurnsAllGas
    }

    Mood public mood;
    uint256 public tips;
    mapping(address reporter => uint256) public tipsOf;

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function tip(ActorId, address reporter) external returns (uint256) {
        require(mood != Mood.Reverts);
        if (mood == Mood.BurnsAllGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        ++tips;
        ++tipsOf[reporter];
        return 1;
    }
}

/// A test of SectorEvidence on the devnet's doubles: the test contract is the market; one miner.
abstract contract SectorEvidenceTest is FilecoinDevnet {
    uint64 internal constant W = 5760;
    uint64 internal constant GRACE = 8640;
    uint64 internal constant CHAIN_GAP = 2880;
    uint64 internal constant START = 1000;
    /// Committed for this many epochs.
    uint64 internal constant TERM = 600_000;

    SectorEvidence internal evidence;
    TipLedger internal ledger;
    ActorId internal miner;
    address internal alice = address(0xa11ce);
    address internal bob = address(0xb0b);

    function deployEvidence(uint64 freshness, uint64 grace, uint64 chainGap) internal {
        installFilecoin();
        miner = createMiner(address(0x0123), address(0x0456));
        ledger = new TipLedger();
        evidence = new SectorEvidence(freshness, grace, chainGap);
        evidence.bind(address(this), address(ledger));
    }

    /// Commits a sector without pieces of its own and notifies it, as the market does on the miner's callback.
    function track(uint64 sector) internal returns (uint64 commitment) {
        commitment = now_() + TERM;
        commitSector(miner, sector, Epoch.wrap(commitment));
        assertTrue(notify(sector, commitment, true), "a new sector is fresh");
    }

    function notify(uint64 sector, uint64 commitment, bool matched) internal returns (bool fresh) {
        uint64[] memory sectors = new uint64[](1);
        Epoch[] memory commitments = new Epoch[](1);
        bool[] memory flags = new bool[](1);
        (sectors[0], commitments[0], flags[0]) = (sector, Epoch.wrap(commitment), matched);
        return evidence.notifySectors(miner, sectors, commitments, flags)[0];
    }

    function refresh(uint64 sector) internal {
        refreshAt(sector, location(miner, sector));
    }

    function refreshAt(uint64 sector, bytes memory where) internal {
        (uint64[] memory sectors, bytes[] memory locations) = _item(sector, where);
        evidence.refresh(miner, sectors, locations);
    }

    function report(address reporter, uint64 sector) internal {
        bytes memory where = location(miner, sector);
        vm.prank(reporter);
        evidence.report(miner, sector, where);
    }

    function subject(uint64 sector) internal view returns (uint256) {
        return evidence.subjectOf(miner, sector);
    }

    function record(uint64 sector) internal view returns (IStorageEvidence.Record memory) {
        return evidence.recordOf(subject(sector));
    }

    function proven(uint64 sector, uint256 from, uint256 to) internal view returns (uint64) {
        return
            evidence.provenBetween(
                subject(sector),
                Epoch.wrap(uint64(from)),
                Epoch.wrap(uint64(to))
            );
    }

    function assertRecord(
        uint64 sector,
        Observation last,
        uint256 provenUntil,
        bool failed,
        uint256 failedAt,
        address reporter
    ) internal view {
        IStorageEvidence.Record memory found = record(sector);
        assertEq(uint256(found.last), uint256(last), "last");
        assertEq(Epoch.unwrap(found.provenUntil), provenUntil, "provenUntil");
        assertEq(found.failed, failed, "failed");
        assertEq(Epoch.unwrap(found.failedAt), failedAt, "failedAt");
        assertEq(found.reporter, reporter, "reporter");
    }

    function expectSkip(uint64 sector, ISectorEvidence.SkipReason reason) internal {
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceSkipped(miner, sector, reason);
    }

    function now_() internal view returns (uint64) {
        return Epoch.unwrap(currentEpoch());
    }

    function advanceTo(uint256 epoch) internal {
        advance(epoch - block.number);
    }

    function _item(
        uint64 sector,
        bytes memory where
    ) internal pure returns (uint64[] memory sectors, bytes[] memory locations) {
        sectors = new uint64[](1);
        locations = new bytes[](1);
        (sectors[0], locations[0]) = (sector, where);
    }
}

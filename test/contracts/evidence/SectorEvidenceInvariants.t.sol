// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {IStorageEvidence, Observation} from "../../../contracts/evidence/IStorageEvidence.sol";
import {SectorEvidence} from "../../../contracts/evidence/SectorEvidence.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {SectorEvidenceTest} from "../../support/SectorEvidenceTest.sol";
import {vm} from "../../support/Vm.sol";

/// Two sectors of one miner, their provider, keepers and reporters, and what must never change once it was seen.
contract EvidenceHandler is SectorEvidenceTest {
    uint64[2] private _sectors = [0, 9];
    mapping(uint64 sector => uint256[]) private _reports;
    mapping(uint64 sector => uint256) public total;
    mapping(uint64 sector => bool) public wasFailed;
    mapping(uint64 sector => uint256) public failedAt;
    mapping(uint64 sector => address) public reporterOf;
    mapping(uint64 sector => bool) public wasDead;

    constructor() {
        vm.roll(3);
        deployEvidence(30, 20, 6);
        for (uint256 i; i < 2; ++i) {
            commitSector(miner, _sectors[i], Epoch.wrap(now_() + 400));
            notify(_sectors[i], now_() + 400, true);
        }
    }

    modifier remembers(uint256 which) {
        _;
        uint64 sector = sectorOf(which);
        IStorageEvidence.Record memory found = record(sector);
        uint64 count = proven(sector, 0, type(uint64).max);
        assertGe(count, total[sector], "what is proven stays proven");
        total[sector] = count;
        if (wasFailed[sector]) {
            assertTrue(found.failed, "a failure stands");
            assertEq(Epoch.unwrap(found.failedAt), failedAt[sector], "with its epoch");
            assertEq(found.reporter, reporterOf[sector], "and its reporter");
        }
        if (wasDead[sector])
            assertEq(uint256(found.last), uint256(Observation.Dead), "Dead stays Dead");
        wasFailed[sector] = found.failed;
        failedAt[sector] = Epoch.unwrap(found.failedAt);
        reporterOf[sector] = found.reporter;
        wasDead[sector] = found.last == Observation.Dead;
    }

    function pass(uint256 epochs) external {
        advance(bound(epochs, 1, 4));
    }

    function sleep(uint256 epochs) external {
        advance(bound(epochs, 1, 45));
    }

    function faultOf(uint256 which) external remembers(which) {
        _try(abi.encodeCall(this.doFault, (sectorOf(which))));
    }

    function recoveryOf(uint256 which) external remembers(which) {
        _try(abi.encodeCall(this.doRecover, (sectorOf(which))));
    }

    function extensionOf(uint256 which, uint256 epochs) external remembers(which) {
        uint64 sector = sectorOf(which);
        Epoch expiration = Epoch.wrap(now_() + uint64(bound(epochs, 100, 500)));
        _try(abi.encodeCall(this.doExtend, (sector, expiration)));
        evidence.extendCommitment(miner, sector, location(miner, sector));
    }

    /// One in eight: else all would be dead soon.
    function deathOf(uint256 which, uint256 chance) external remembers(which) {
        if (chance % 8 != 0) return;
        _try(abi.encodeCall(this.doTerminate, (sectorOf(which))));
    }

    function replacementOf(uint256 which, uint256 chance) external remembers(which) {
        if (chance % 16 == 0) notify(sectorOf(which), now_() + 400, true);
    }

    function refreshOf(uint256 which) external remembers(which) {
        refresh(sectorOf(which));
    }

    function reportOf(uint256 which, uint160 reporter) external remembers(which) {
        uint64 sector = sectorOf(which);
        bool isProven = proven(sector, now_() - 1, now_()) == 1;
        report(address(uint160(bound(reporter, 1, 3))), sector);
        bool isFaulty = record(sector).last == Observation.Faulty;
        (, , , , Epoch lastReport, ) = evidence.traceOf(miner, sector);
        if (isFaulty && Epoch.unwrap(lastReport) == now_() && !isProven)
            _reports[sector].push(now_());
    }

    function reportsOf(uint64 sector) external view returns (uint256[] memory) {
        return _reports[sector];
    }

    function sectorOf(uint256 which) public view returns (uint64) {
        return _sectors[which % 2];
    }

    function theEvidence() external view returns (SectorEvidence, ActorId) {
        return (evidence, miner);
    }

    function doFault(uint64 sector) external {
        fault(miner, sector);
    }

    function doRecover(uint64 sector) external {
        recover(miner, sector);
    }

    function doExtend(uint64 sector, Epoch expiration) external {
        extend(miner, sector, expiration);
    }

    function doTerminate(uint64 sector) external {
        terminate(miner, sector);
    }

    /// What the miner actor refuses (a fault of a dead sector) is no step.
    function _try(bytes memory step) private {
        LowLevelCall.callNoReturn(address(this), step);
    }
}

contract SectorEvidenceInvariants_Test is SectorEvidenceTest {
    EvidenceHandler private _handler;

    function setUp() public {
        _handler = new EvidenceHandler();
        (evidence, miner) = _handler.theEvidence();
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = EvidenceHandler.pass.selector;
        selectors[1] = EvidenceHandler.sleep.selector;
        selectors[2] = EvidenceHandler.faultOf.selector;
        selectors[3] = EvidenceHandler.recoveryOf.selector;
        selectors[4] = EvidenceHandler.extensionOf.selector;
        selectors[5] = EvidenceHandler.deathOf.selector;
        selectors[6] = EvidenceHandler.replacementOf.selector;
        // Keepers look more often than anything happens.
        selectors[7] = selectors[8] = EvidenceHandler.refreshOf.selector;
        selectors[9] = selectors[10] = EvidenceHandler.reportOf.selector;
        selectors[11] = EvidenceHandler.pass.selector;
        targetContract(address(_handler));
        targetSelector(address(_handler), selectors);
    }

    /// An epoch that was reported before it was proven is never proven. What was seen proven stays so, and a failure
    /// stands: the handler checks these after each of its steps.
    function invariant_ReportedEpochsAreNeverProven() public view {
        for (uint256 i; i < 2; ++i) {
            uint64 sector = _handler.sectorOf(i);
            uint256[] memory reports = _handler.reportsOf(sector);
            for (uint256 j; j < reports.length; ++j) {
                assertEq(proven(sector, reports[j] - 1, reports[j]), 0, "reported and proven");
            }
        }
    }

    function invariant_NothingIsProvenAheadOfNowOrTheCommitment() public view {
        for (uint256 i; i < 2; ++i) {
            uint64 sector = _handler.sectorOf(i);
            uint64 provenUntil = Epoch.unwrap(record(sector).provenUntil);
            (, Epoch since, Epoch commitment, , , ) = evidence.traceOf(miner, sector);
            assertLe(provenUntil, now_(), "now");
            assertLe(provenUntil, Epoch.unwrap(commitment), "commitment");
            assertEq(
                proven(sector, provenUntil, type(uint64).max),
                0,
                "nothing behind provenUntil"
            );
            assertEq(proven(sector, 0, Epoch.unwrap(since)), 0, "nothing before it was tracked");
        }
    }

    function invariant_ProvenBetweenAdds() public view {
        for (uint256 i; i < 2; ++i) {
            uint64 sector = _handler.sectorOf(i);
            uint256 draw = uint256(keccak256(abi.encode(now_(), _handler.total(sector))));
            uint256 a = draw % (now_() + 1);
            uint256 c = a + ((draw >> 64) % (now_() + 1));
            uint256 b = a + ((draw >> 128) % (c - a + 1));
            uint256 whole = proven(sector, a, c);
            assertEq(whole, proven(sector, a, b) + proven(sector, b, c), "the parts are the whole");
            assertLe(whole, c - a, "no epoch counts twice");
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ISectorEvidence} from "../../../contracts/evidence/ISectorEvidence.sol";
import {Observation} from "../../../contracts/evidence/IStorageEvidence.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {Sector} from "../../../contracts/fvm/Sector.sol";
import {SectorEvidenceTest, TipLedger} from "../../support/SectorEvidenceTest.sol";
import {vm} from "../../support/Vm.sol";

/// Reports: chains of faults, deaths, reporters and their tips.
contract SectorEvidenceFaults_Test is SectorEvidenceTest {
    function setUp() public {
        vm.roll(START);
        deployEvidence(W, GRACE, CHAIN_GAP);
        track(7);
    }

    function test_RecordsAFault() public {
        advance(10);
        fault(miner, 7);
        bytes memory where = location(miner, 7);
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceFaultReported(
            miner,
            7,
            Epoch.wrap(START + 10),
            Epoch.wrap(START + 10),
            alice
        );
        vm.prank(alice);
        evidence.report(miner, 7, where);
        assertRecord(7, Observation.Faulty, START, false, 0, alice);
        _assertChain(START + 10, START + 10);
    }

    function test_TheMarketReportsForAnother() public {
        fault(miner, 7);
        evidence.reportFor(bob, miner, 7, location(miner, 7));
        assertRecord(7, Observation.Faulty, START, false, 0, bob);
    }

    function test_AnActiveSectorIsNoFault() public {
        advance(10);
        bytes memory where = location(miner, 7);
        expectSkip(7, ISectorEvidence.SkipReason.NotAsClaimed);
        evidence.report(miner, 7, where);
        assertRecord(7, Observation.Active, START, false, 0, address(0));
    }

    function test_AWrongLocationIsNoFault() public {
        fault(miner, 7);
        expectSkip(7, ISectorEvidence.SkipReason.ActorRefused);
        evidence.report(miner, 7, Sector.location(1, 1));
        expectSkip(7, ISectorEvidence.SkipReason.ActorRefused);
        evidence.report(miner, 7, Sector.ABSENT);
        assertRecord(7, Observation.Active, START, false, 0, address(0));
    }

    function test_AReportProvesNothing() public {
        advance(100);
        fault(miner, 7);
        report(alice, 7);
        assertEq(proven(7, 0, now_()), 0, "the epochs before it were not looked at");
    }

    function test_EpochsUpToTheRefreshAfterAFaultStayUnproven() public {
        advance(100);
        refresh(7);
        advance(50);
        fault(miner, 7);
        report(alice, 7);
        advance(50);
        report(bob, 7);
        recover(miner, 7);
        advance(20);
        refresh(7);
        assertRecord(7, Observation.Active, START + 220, false, 0, address(0));
        assertEq(proven(7, START, START + 100), 100, "before");
        assertEq(
            proven(7, START + 100, START + 220),
            0,
            "from the last proof to the look that ends the fault"
        );
        _assertChain(0, 0);
        advance(30);
        refresh(7);
        assertEq(proven(7, START + 220, START + 250), 30, "since that look");
    }

    function test_ReportThenRefreshInOneEpochNeverProvesIt() public {
        advance(10);
        fault(miner, 7);
        report(alice, 7);
        recover(miner, 7);
        refresh(7);
        assertEq(proven(7, 0, now_()), 0, "the epoch is reported");
        assertRecord(7, Observation.Active, START + 10, false, 0, address(0));
        advance(1);
        refresh(7);
        assertEq(proven(7, START + 10, START + 11), 1, "the next one is proven");
        assertEq(proven(7, 0, START + 10), 0, "the reported one is not");
    }

    function test_WhatIsProvenStaysProvenWhenItsEpochIsReportedLater() public {
        advance(10);
        refresh(7);
        fault(miner, 7);
        report(alice, 7);
        assertEq(proven(7, 0, now_()), 10, "it may have been paid");
        recover(miner, 7);
        refresh(7);
        assertEq(proven(7, 0, now_()), 10, "once");
    }

    // Chains

    function test_AChainFailsTheSectorAfterTheGrace() public {
        fault(miner, 7);
        report(alice, 7);
        advance(CHAIN_GAP);
        report(bob, 7);
        advance(CHAIN_GAP);
        report(bob, 7);
        advance(CHAIN_GAP - 1);
        report(bob, 7);
        assertRecord(7, Observation.Faulty, START, false, 0, alice);
        advance(1);
        report(bob, 7);
        assertRecord(7, Observation.Faulty, START, true, START + GRACE, alice);
        _assertChain(START, START + GRACE);
    }

    function test_SilenceNeverFailsASector() public {
        fault(miner, 7);
        report(alice, 7);
        advance(CHAIN_GAP);
        report(alice, 7);
        advance(GRACE);
        assertRecord(7, Observation.Faulty, START, false, 0, alice);
    }

    function test_ALongerGapStartsTheChainAnew() public {
        fault(miner, 7);
        report(alice, 7);
        advance(CHAIN_GAP + 1);
        report(bob, 7);
        assertRecord(7, Observation.Faulty, START, false, 0, bob);
        _assertChain(START + CHAIN_GAP + 1, START + CHAIN_GAP + 1);
        for (uint256 i; i < 2; ++i) {
            advance(CHAIN_GAP);
            report(alice, 7);
        }
        assertRecord(7, Observation.Faulty, START, false, 0, bob);
        advance(CHAIN_GAP);
        report(alice, 7);
        assertRecord(7, Observation.Faulty, START, true, START + 4 * CHAIN_GAP + 1, bob);
    }

    function test_ARefreshEndsTheChain() public {
        fault(miner, 7);
        report(alice, 7);
        for (uint256 i; i < 2; ++i) {
            advance(CHAIN_GAP);
            report(alice, 7);
        }
        recover(miner, 7);
        refresh(7);
        fault(miner, 7);
        advance(CHAIN_GAP);
        report(bob, 7);
        assertRecord(7, Observation.Faulty, START + 2 * CHAIN_GAP, false, 0, bob);
        _assertChain(START + GRACE, START + GRACE);
    }

    function test_AFailureStandsWhateverFollows() public {
        uint256 failedAt = _fail();
        advance(5);
        report(bob, 7);
        assertRecord(7, Observation.Faulty, START, true, failedAt, alice);
        recover(miner, 7);
        advance(5);
        refresh(7);
        assertRecord(7, Observation.Active, failedAt + 10, true, failedAt, alice);
        fault(miner, 7);
        report(bob, 7);
        assertRecord(7, Observation.Faulty, failedAt + 10, true, failedAt, alice);
        terminate(miner, 7);
        advance(1);
        report(bob, 7);
        assertRecord(7, Observation.Dead, failedAt + 10, true, failedAt, alice);
    }

    // Deaths

    function test_RecordsADeath() public {
        advance(10);
        refresh(7);
        terminate(miner, 7);
        advance(5);
        bytes memory where = location(miner, 7);
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceDeathRecorded(miner, 7, Epoch.wrap(START + 15), alice);
        vm.prank(alice);
        evidence.report(miner, 7, where);
        assertRecord(7, Observation.Dead, START + 10, true, START + 15, alice);
    }

    function test_RecordsTheDeathOfASectorThatIsGone() public {
        bytes memory formerly = location(miner, 7);
        terminate(miner, 7);
        compact(miner, 7);
        vm.prank(alice);
        evidence.report(miner, 7, formerly);
        assertRecord(7, Observation.Dead, START, true, START, alice);
    }

    function test_RecordsTheDeathOfASectorByTheLocationOfAnAbsentOne() public {
        terminate(miner, 7);
        compact(miner, 7);
        report(alice, 7);
        assertRecord(7, Observation.Dead, START, true, START, alice);
    }

    function test_WhoRecordsTheDeathIsItsReporter() public {
        fault(miner, 7);
        report(alice, 7);
        terminate(miner, 7);
        report(bob, 7);
        assertRecord(7, Observation.Dead, START, true, START, bob);
        _assertChain(0, 0);
    }

    function test_DeadIsFinal() public {
        bytes memory where = location(miner, 7);
        terminate(miner, 7);
        report(alice, 7);
        advance(10);
        expectSkip(7, ISectorEvidence.SkipReason.Dead);
        refreshAt(7, where);
        expectSkip(7, ISectorEvidence.SkipReason.Dead);
        vm.prank(bob);
        evidence.report(miner, 7, where);
        notify(7, START + TERM, true);
        assertRecord(7, Observation.Dead, START, true, START, alice);
    }

    function test_ASectorThatExpiredOnScheduleReadsDead() public {
        advanceTo(START + TERM);
        refresh(7);
        advance(1);
        report(alice, 7);
        assertRecord(7, Observation.Dead, START + TERM, true, START + TERM + 1, alice);
    }

    // Poisoning

    function test_ReportsOfUntrackedSectorsChangeNothing() public {
        // Sector numbers follow each other: 8 will come, and reads as Dead until then.
        expectSkip(8, ISectorEvidence.SkipReason.Untracked);
        report(bob, 8);
        fault(miner, 7);
        advance(1);
        track(8);
        assertRecord(8, Observation.Active, START + 1, false, 0, address(0));
        advance(10);
        refresh(8);
        assertEq(proven(8, 0, now_()), 10, "proven");
    }

    // Tips

    function test_ARecoveryTipsTheChainsFirstReporterOnce() public {
        fault(miner, 7);
        report(alice, 7);
        advance(1);
        report(bob, 7);
        recover(miner, 7);
        refresh(7);
        refresh(7);
        advance(1);
        refresh(7);
        assertEq(ledger.tipsOf(alice), 1, "alice");
        assertEq(ledger.tips(), 1, "nobody else");
    }

    function test_ARefreshWithoutAReportTipsNobody() public {
        fault(miner, 7);
        advance(1);
        recover(miner, 7);
        refresh(7);
        assertEq(ledger.tips(), 0, "tips");
    }

    function test_AFailedSectorTipsNobody() public {
        _fail();
        recover(miner, 7);
        refresh(7);
        assertEq(ledger.tips(), 0, "the slash pays the reporter");
    }

    function test_ATipThatFailsLeavesTheRefresh() public {
        TipLedger.Mood[2] memory moods = [TipLedger.Mood.Reverts, TipLedger.Mood.BurnsAllGas];
        for (uint256 i; i < moods.length; ++i) {
            ledger.setMood(moods[i]);
            fault(miner, 7);
            report(alice, 7);
            recover(miner, 7);
            advance(1);
            (uint64[] memory sectors, bytes[] memory locations) = _item(7, location(miner, 7));
            evidence.refresh{gas: 30_000_000}(miner, sectors, locations);
            assertRecord(7, Observation.Active, now_(), false, 0, address(0));
        }
    }

    function test_NoGasLimitRefreshesAndStarvesTheTip() public {
        fault(miner, 7);
        report(alice, 7);
        recover(miner, 7);
        advance(1);
        (uint64[] memory sectors, bytes[] memory locations) = _item(7, location(miner, 7));
        uint256 refused;
        for (uint256 gas = 20_000; ledger.tips() == 0; gas += 250) {
            (bool ok, ) = address(evidence).call{gas: gas}(
                abi.encodeCall(evidence.refresh, (miner, sectors, locations))
            );
            if (!ok) ++refused;
            assertEq(ok, ledger.tips() == 1, "refreshed and tipped, or neither");
        }
        assertGe(refused, 100, "limits that were too low");
    }

    function _fail() private returns (uint256 failedAt) {
        fault(miner, 7);
        report(alice, 7);
        for (uint256 i; i < 3; ++i) {
            advance(CHAIN_GAP);
            report(bob, 7);
        }
        failedAt = START + GRACE;
        assertRecord(7, Observation.Faulty, START, true, failedAt, alice);
    }

    function _assertChain(uint256 chainStart, uint256 lastReport) private view {
        (, , , Epoch start, Epoch last, ) = evidence.traceOf(miner, 7);
        assertEq(Epoch.unwrap(start), chainStart, "chain start");
        assertEq(Epoch.unwrap(last), lastReport, "last report");
    }
}

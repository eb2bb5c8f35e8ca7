// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ISectorEvidence} from "../../../contracts/evidence/ISectorEvidence.sol";
import {Observation} from "../../../contracts/evidence/IStorageEvidence.sol";
import {SectorEvidence} from "../../../contracts/evidence/SectorEvidence.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {Sector} from "../../../contracts/fvm/Sector.sol";
import {SectorEvidenceTest} from "../../support/SectorEvidenceTest.sol";
import {vm} from "../../support/Vm.sol";

/// Binding, notifications, refreshes and extensions.
contract SectorEvidence_Test is SectorEvidenceTest {
    function setUp() public {
        vm.roll(START);
        deployEvidence(W, GRACE, CHAIN_GAP);
    }

    function test_RevertWhen_AParameterMakesNoSense() public {
        _expectOutOfBounds(0, 1, type(uint32).max);
        new SectorEvidence(0, 10, 5);
        _expectOutOfBounds(1 << 32, 1, type(uint32).max);
        new SectorEvidence(1 << 32, 10, 5);
        _expectOutOfBounds(0, 1, type(uint32).max);
        new SectorEvidence(10, 0, 5);
        _expectOutOfBounds(0, 1, 10);
        new SectorEvidence(10, 10, 0);
        _expectOutOfBounds(11, 1, 10);
        new SectorEvidence(10, 10, 11);
    }

    function test_KeepsItsParameters() public view {
        assertEq(evidence.FRESHNESS(), W, "freshness");
        assertEq(evidence.GRACE(), GRACE, "grace");
        assertEq(evidence.CHAIN_GAP(), CHAIN_GAP, "chain gap");
    }

    function test_RevertWhen_AStrangerBinds() public {
        SectorEvidence unbound = new SectorEvidence(W, GRACE, CHAIN_GAP);
        vm.expectRevert(
            abi.encodeWithSelector(ISectorEvidence.EvidenceNotDeployer.selector, alice)
        );
        vm.prank(alice);
        unbound.bind(alice, alice);
    }

    function test_RevertGiven_ItIsBound() public {
        vm.expectRevert(ISectorEvidence.EvidenceAlreadyBound.selector);
        evidence.bind(address(this), address(ledger));
    }

    function test_RevertWhen_BindingIsZero() public {
        SectorEvidence unbound = new SectorEvidence(W, GRACE, CHAIN_GAP);
        vm.expectRevert(ISectorEvidence.EvidenceBindingZero.selector);
        unbound.bind(address(0), alice);
        vm.expectRevert(ISectorEvidence.EvidenceBindingZero.selector);
        unbound.bind(alice, address(0));
    }

    function test_BindsOnce() public {
        SectorEvidence unbound = new SectorEvidence(W, GRACE, CHAIN_GAP);
        vm.expectEmit(address(unbound));
        emit ISectorEvidence.EvidenceBound(alice, bob);
        unbound.bind(alice, bob);
    }

    function test_RevertWhen_AnyoneButTheMarketNotifies() public {
        vm.expectRevert(abi.encodeWithSelector(ISectorEvidence.EvidenceNotMarket.selector, alice));
        vm.prank(alice);
        evidence.notifySectors(miner, new uint64[](0), new Epoch[](0), new bool[](0));
    }

    function test_RevertWhen_AnyoneButTheMarketReportsForAnother() public {
        vm.expectRevert(abi.encodeWithSelector(ISectorEvidence.EvidenceNotMarket.selector, alice));
        vm.prank(alice);
        evidence.reportFor(alice, miner, 1, "");
    }

    function test_RevertWhen_LengthsDiffer() public {
        bytes memory refusal = abi.encodeWithSelector(
            ISectorEvidence.EvidenceLengthsDiffer.selector,
            2,
            1
        );
        vm.expectRevert(refusal);
        evidence.notifySectors(miner, new uint64[](2), new Epoch[](1), new bool[](2));
        vm.expectRevert(refusal);
        evidence.notifySectors(miner, new uint64[](2), new Epoch[](2), new bool[](1));
        vm.expectRevert(refusal);
        evidence.refresh(miner, new uint64[](2), new bytes[](1));
        vm.expectRevert(refusal);
        evidence.provenBetween(new uint256[](2), new Epoch[](1), new Epoch[](2));
        vm.expectRevert(refusal);
        evidence.provenBetween(new uint256[](2), new Epoch[](2), new Epoch[](1));
    }

    function test_SubjectIsMinerAndSector() public view {
        assertEq(evidence.subjectOf(ActorId.wrap(3), 5), (uint256(3) << 64) | 5, "subject");
        assertEq(
            evidence.subjectOf(ActorId.wrap(type(uint64).max), type(uint64).max),
            type(uint128).max,
            "greatest subject"
        );
    }

    // Notifications

    function test_TracksFromTheFirstMatchedNotification() public {
        commitSector(miner, 7, Epoch.wrap(START + TERM));
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceTracked(miner, 7, Epoch.wrap(START), Epoch.wrap(START + TERM));
        assertTrue(notify(7, START + TERM, true), "fresh");
        assertRecord(7, Observation.Active, START, false, 0, address(0));
        (
            bool tracked,
            Epoch since,
            Epoch commitment,
            Epoch chainStart,
            Epoch lastReport,
            uint256 segments
        ) = evidence.traceOf(miner, 7);
        assertTrue(tracked, "tracked");
        assertEq(Epoch.unwrap(since), START, "since");
        assertEq(Epoch.unwrap(commitment), START + TERM, "commitment");
        assertEq(
            Epoch.unwrap(chainStart) + Epoch.unwrap(lastReport) + segments,
            0,
            "no chain, no gap"
        );
        assertEq(proven(7, 0, type(uint64).max), 0, "nothing is proven yet");
    }

    function test_AnUnmatchedNotificationTracksNothing() public {
        commitSector(miner, 7, Epoch.wrap(START + TERM));
        assertFalse(notify(7, START + TERM, false), "not fresh");
        assertRecord(7, Observation.None, 0, false, 0, address(0));
    }

    function test_AMatchAfterAnUnmatchedNotificationTracks() public {
        commitSector(miner, 7, Epoch.wrap(START + TERM));
        notify(7, START + TERM, false);
        advance(10);
        assertTrue(notify(7, START + TERM, true), "fresh");
        assertRecord(7, Observation.Active, START + 10, false, 0, address(0));
    }

    function test_NotificationsOfOneEpochAreOne() public {
        track(7);
        assertTrue(notify(7, START + TERM, true), "still fresh");
        assertTrue(notify(7, START + TERM, false), "unmatched, and still fresh");
        assertRecord(7, Observation.Active, START, false, 0, address(0));
    }

    function test_ASectorThatDiedInItsFirstEpochIsNotFresh() public {
        track(7);
        terminate(miner, 7);
        report(alice, 7);
        assertFalse(notify(7, START + TERM, true), "dead");
    }

    function test_ANotificationInALaterEpochIsAReplacement() public {
        track(7);
        advance(1);
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceDeathRecorded(miner, 7, Epoch.wrap(START + 1), address(0));
        assertFalse(notify(7, START + TERM, true), "not fresh");
        assertRecord(7, Observation.Dead, START, true, START + 1, address(0));
        refresh(7);
        assertRecord(7, Observation.Dead, START, true, START + 1, address(0));
    }

    function test_AnUnmatchedNotificationInALaterEpochIsAReplacementToo() public {
        track(7);
        advance(1);
        notify(7, START + TERM, false);
        assertRecord(7, Observation.Dead, START, true, START + 1, address(0));
    }

    function test_AReplacementDuringAChainNamesTheChainsReporter() public {
        track(7);
        fault(miner, 7);
        report(alice, 7);
        advance(1);
        notify(7, START + TERM, true);
        assertRecord(7, Observation.Dead, START, true, START + 1, alice);
    }

    function test_NotifiesManySectorsAtOnce() public {
        track(1);
        advance(1);
        uint64[] memory sectors = new uint64[](3);
        Epoch[] memory commitments = new Epoch[](3);
        bool[] memory matched = new bool[](3);
        (sectors[0], sectors[1], sectors[2]) = (1, 2, 3);
        (matched[0], matched[2]) = (true, true);
        for (uint256 i; i < 3; ++i) commitments[i] = Epoch.wrap(START + TERM);
        bool[] memory fresh = evidence.notifySectors(miner, sectors, commitments, matched);
        assertFalse(fresh[0], "1 was replaced");
        assertFalse(fresh[1], "2 did not match");
        assertTrue(fresh[2], "3 is tracked");
    }

    // Refreshes

    function test_RefreshProvesUpToNow() public {
        track(7);
        advance(100);
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceRefreshed(
            miner,
            7,
            Epoch.wrap(START),
            Epoch.wrap(START + 100)
        );
        refresh(7);
        assertRecord(7, Observation.Active, START + 100, false, 0, address(0));
        assertEq(proven(7, START, START + 100), 100, "all");
        assertEq(proven(7, START + 10, START + 30), 20, "a part");
        assertEq(proven(7, 0, type(uint64).max), 100, "whatever is asked around it");
        assertEq(proven(7, START + 30, START + 10), 0, "no range backwards");
        assertEq(proven(7, START + 100, START + 500), 0, "nothing ahead");
    }

    function test_RefreshesWithinReachMakeOneSegment() public {
        track(7);
        for (uint256 i; i < 5; ++i) {
            advance(W);
            refresh(7);
        }
        assertEq(proven(7, START, START + 5 * W), 5 * W, "all");
        assertEq(_segments(7), 0, "no gap");
    }

    function test_RefreshReachesBackNoFurtherThanW() public {
        track(7);
        advance(100);
        refresh(7);
        advance(W + 1);
        refresh(7);
        assertEq(proven(7, START, now_()), 100 + W, "one epoch is lost for good");
        assertEq(proven(7, START + 100, START + 101), 0, "that one");
        assertEq(_segments(7), 1, "a gap");
    }

    function test_SilenceProvesNothing() public {
        track(7);
        advance(100);
        refresh(7);
        advance(10 * W);
        assertRecord(7, Observation.Active, START + 100, false, 0, address(0));
        assertEq(proven(7, 0, now_()), 100, "nothing since the last look");
    }

    function test_RefreshTwiceInAnEpochIsOnce() public {
        track(7);
        refresh(7);
        advance(50);
        refresh(7);
        refresh(7);
        assertRecord(7, Observation.Active, START + 50, false, 0, address(0));
        assertEq(proven(7, 0, now_()), 50, "once");
        assertEq(_segments(7), 0, "no gap");
    }

    function test_RefreshProvesNothingOfAnUntrackedSector() public {
        commitSector(miner, 7, Epoch.wrap(START + TERM));
        expectSkip(7, ISectorEvidence.SkipReason.Untracked);
        refresh(7);
        assertRecord(7, Observation.None, 0, false, 0, address(0));
    }

    function test_RefreshSkipsAFaultySector() public {
        track(7);
        fault(miner, 7);
        advance(10);
        expectSkip(7, ISectorEvidence.SkipReason.NotAsClaimed);
        refresh(7);
        assertRecord(7, Observation.Active, START, false, 0, address(0));
    }

    function test_RefreshSkipsAWrongLocation() public {
        track(7);
        advance(10);
        bytes[4] memory wrong = [
            Sector.location(47, 0),
            Sector.ABSENT,
            bytes(""),
            bytes(hex"ffff")
        ];
        for (uint256 i; i < wrong.length; ++i) {
            expectSkip(7, ISectorEvidence.SkipReason.ActorRefused);
            refreshAt(7, wrong[i]);
        }
        assertRecord(7, Observation.Active, START, false, 0, address(0));
    }

    function test_ABatchSkipsWhatFailsAndKeepsTheRest() public {
        track(1);
        track(2);
        track(4);
        fault(miner, 2);
        advance(10);
        uint64[] memory sectors = new uint64[](5);
        bytes[] memory locations = new bytes[](5);
        for (uint64 i; i < 5; ++i) (sectors[i], locations[i]) = (i, location(miner, i));
        locations[4] = hex"83";
        expectSkip(0, ISectorEvidence.SkipReason.Untracked);
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceRefreshed(miner, 1, Epoch.wrap(START), Epoch.wrap(START + 10));
        expectSkip(2, ISectorEvidence.SkipReason.NotAsClaimed);
        expectSkip(3, ISectorEvidence.SkipReason.Untracked);
        expectSkip(4, ISectorEvidence.SkipReason.ActorRefused);
        evidence.refresh(miner, sectors, locations);
        assertEq(proven(1, 0, now_()), 10, "1 is proven");
    }

    function test_SectorZeroIsASector() public {
        track(0);
        advance(10);
        refresh(0);
        assertEq(proven(0, 0, now_()), 10, "proven");
    }

    function test_SectorsOfTwoMinersAreTwo() public {
        track(7);
        advance(10);
        refresh(7);
        ActorId other = createMiner(address(0x0789), address(0x0789));
        assertEq(uint256(evidence.recordOf(evidence.subjectOf(other, 7)).last), 0, "untracked");
    }

    function test_NothingIsProvenPastTheCommitment() public {
        uint64 commitment = track(7);
        for (uint256 i; i < TERM / W; ++i) {
            advance(W);
            refresh(7);
        }
        advanceTo(commitment - 10);
        refresh(7);
        advanceTo(commitment);
        // In the very last epoch the provider extends, so that the sector lives on, with whatever data.
        extend(miner, 7, Epoch.wrap(commitment + TERM));
        advance(20);
        refresh(7);
        assertRecord(7, Observation.Active, commitment, false, 0, address(0));
        advance(2 * W);
        refresh(7);
        assertRecord(7, Observation.Active, commitment, false, 0, address(0));
        assertEq(proven(7, 0, type(uint64).max), TERM, "up to the commitment, and all of it");
        assertEq(_segments(7), 0, "no gap");
    }

    function test_AReportBehindTheCommitmentLeavesWhatItHidesUnproven() public {
        uint64 commitment = track(7);
        advanceTo(commitment - 10);
        refresh(7);
        uint64 total = proven(7, 0, now_());
        advanceTo(commitment);
        extend(miner, 7, Epoch.wrap(commitment + TERM));
        advance(5);
        fault(miner, 7);
        report(alice, 7);
        recover(miner, 7);
        advance(1);
        // Twice: the first refresh ends the chain, and the second must not forget the report.
        refresh(7);
        refresh(7);
        assertRecord(7, Observation.Active, commitment - 10, false, 0, address(0));
        assertEq(proven(7, 0, now_()), total, "nothing more");
    }

    // Extensions

    function test_ExtendsTheCommitmentInTime() public {
        uint64 commitment = track(7);
        advance(100);
        extend(miner, 7, Epoch.wrap(commitment + 5000));
        bytes memory where = location(miner, 7);
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceRefreshed(
            miner,
            7,
            Epoch.wrap(START),
            Epoch.wrap(START + 100)
        );
        vm.expectEmit(address(evidence));
        emit ISectorEvidence.EvidenceCommitmentExtended(miner, 7, Epoch.wrap(commitment + 5000));
        Epoch extended = evidence.extendCommitment(miner, 7, where);
        assertEq(Epoch.unwrap(extended), commitment + 5000, "extended");
        assertEq(_commitment(7), commitment + 5000, "kept");
        assertEq(proven(7, 0, now_()), 100, "and refreshed");
    }

    function test_ExtendsInTheLastEpochBeforeTheCommitment() public {
        uint64 commitment = track(7);
        advanceTo(commitment - 1);
        extend(miner, 7, Epoch.wrap(commitment + 5000));
        evidence.extendCommitment(miner, 7, location(miner, 7));
        assertEq(_commitment(7), commitment + 5000, "extended");
    }

    function test_DoesNotExtendInTheExpirationEpoch() public {
        uint64 commitment = track(7);
        advanceTo(commitment);
        extend(miner, 7, Epoch.wrap(commitment + 5000));
        _assertNotExtended(commitment, ISectorEvidence.SkipReason.Replaced);
        advance(1);
        _assertNotExtended(commitment, ISectorEvidence.SkipReason.Replaced);
        assertRecord(7, Observation.Active, commitment, false, 0, address(0));
    }

    function test_DoesNotExtendWithoutALaterExpiration() public {
        uint64 commitment = track(7);
        advance(10);
        _assertNotExtended(commitment, ISectorEvidence.SkipReason.NotAsClaimed);
        assertEq(proven(7, 0, now_()), 10, "but refreshes");
    }

    function test_DoesNotExtendAFaultySector() public {
        uint64 commitment = track(7);
        extend(miner, 7, Epoch.wrap(commitment + 5000));
        fault(miner, 7);
        _assertNotExtended(commitment, ISectorEvidence.SkipReason.NotAsClaimed);
    }

    function test_DoesNotExtendADeadSector() public {
        uint64 commitment = track(7);
        terminate(miner, 7);
        report(alice, 7);
        _assertNotExtended(commitment, ISectorEvidence.SkipReason.Dead);
    }

    function test_DoesNotExtendAnUntrackedSector() public {
        commitSector(miner, 7, Epoch.wrap(START + TERM));
        _assertNotExtended(0, ISectorEvidence.SkipReason.Untracked);
    }

    function test_RecordsOfManySubjects() public {
        track(7);
        advance(10);
        refresh(7);
        uint256[] memory subjects = new uint256[](2);
        (subjects[0], subjects[1]) = (subject(8), subject(7));
        assertEq(uint256(evidence.recordsOf(subjects)[0].last), uint256(Observation.None), "8");
        assertEq(Epoch.unwrap(evidence.recordsOf(subjects)[1].provenUntil), START + 10, "7");
        Epoch[] memory from = new Epoch[](2);
        Epoch[] memory to = new Epoch[](2);
        to[0] = to[1] = Epoch.wrap(START + 4);
        uint64[] memory counts = evidence.provenBetween(subjects, from, to);
        assertEq(counts[0], 0, "8 is untracked");
        assertEq(counts[1], 4, "7");
    }

    function _assertNotExtended(uint64 commitment, ISectorEvidence.SkipReason reason) private {
        bytes memory where = location(miner, 7);
        expectSkip(7, reason);
        Epoch found = evidence.extendCommitment(miner, 7, where);
        assertEq(Epoch.unwrap(found), commitment, "not extended");
        assertEq(_commitment(7), commitment, "kept");
    }

    function _commitment(uint64 sector) private view returns (uint64) {
        (, , Epoch commitment, , , ) = evidence.traceOf(miner, sector);
        return Epoch.unwrap(commitment);
    }

    function _segments(uint64 sector) private view returns (uint256 segments) {
        (, , , , , segments) = evidence.traceOf(miner, sector);
    }

    function _expectOutOfBounds(uint256 value, uint256 least, uint256 greatest) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISectorEvidence.EvidenceParameterOutOfBounds.selector,
                value,
                least,
                greatest
            )
        );
    }
}

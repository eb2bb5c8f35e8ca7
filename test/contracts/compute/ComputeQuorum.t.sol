// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {
    IComputeLedger,
    NONDETERMINISTIC,
    WITHHELD
} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Two equal of three, by seal and open.
contract ComputeQuorumTest is ComputeFixture {
    bytes32 private constant OTHER = keccak256("other");

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    function test_TwoAgreeAndAreTheOnlyOnesPaid() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = opened(RIGHT, WRONG, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Submitted);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        Holdings memory moves;
        // Three tasks of 9.5 are still locked.
        (moves.requester, moves.alice, moves.carol) = (-30.5 ether, 1 ether, 1 ether);
        assertMoved(before, moves);
        assertOwes(28.5 ether);
        assertEq(lockedOf(bob), 0, "the third is not slashed without a ruling");
    }

    function test_NobodyAgreesAndTheArbiterFindsOne() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = opened(RIGHT, WRONG, OTHER);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        ruleAs(judge, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        Holdings memory moves;
        (moves.requester, moves.alice) = (-29.5 ether + 2 ether, 1 ether);
        (moves.bob, moves.carol) = (-16 ether, -16 ether);
        (moves.judge, moves.burnt) = (0.5 ether, 29.5 ether);
        assertMoved(before, moves);
        assertOwes(28.5 ether);
    }

    function test_NobodyAgreesAndNobodyIsRight() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        Holdings memory before = holdings();
        _open(job, keccak256("a"), WRONG, OTHER);
        ruleAs(judge, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        Holdings memory moves;
        (moves.requester, moves.judge, moves.burnt) = (3 ether, 0.5 ether, 44.5 ether);
        (moves.alice, moves.bob, moves.carol) = (-16 ether, -16 ether, -16 ether);
        assertMoved(before, moves);
    }

    function test_NobodyAgreesAndBothArbitersAreSilent() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = opened(RIGHT, WRONG, OTHER);
        timeOut(job, 0);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Settled);
        Holdings memory moves;
        (moves.requester, moves.alice, moves.bob) = (-31.5 ether, 1 ether, 1 ether);
        moves.carol = 1 ether;
        assertMoved(before, moves);
    }

    function test_TheMajorityWasWrongAndTheThirdIsPaid() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = opened(WRONG, RIGHT, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(taskOf(job, 0).winner, 1, "winner");
        Holdings memory moves;
        (moves.requester, moves.bob) = (-29.5 ether + 2 ether, 1 ether);
        (moves.alice, moves.carol) = (-64 ether, -64 ether);
        (moves.challenger, moves.judge, moves.burnt) = (1 ether, 0.5 ether, 124.5 ether);
        assertMoved(before, moves);
        assertOwes(28.5 ether);
    }

    function test_TheMajorityWasRightAndSharesTheBond() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = opened(RIGHT, WRONG, RIGHT);
        challengeAs(challenger, job, 0, OTHER);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory moves;
        // The third was shown to be wrong: a quarter, of which the requester gets one price.
        (moves.requester, moves.bob, moves.burnt) = (-30.5 ether + 1 ether, -16 ether, 15 ether);
        (moves.alice, moves.carol) = (1.25 ether, 1.25 ether);
        (moves.challenger, moves.judge) = (-1 ether, 0.5 ether);
        assertMoved(before, moves);
    }

    function test_WithheldSlashesAllWhoOpened() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        Holdings memory before = holdings();
        _open(job, RIGHT, WRONG, RIGHT);
        challengeAs(challenger, job, 0, WITHHELD);
        ruleAs(judge, job, 0, WITHHELD);
        Holdings memory moves;
        (moves.requester, moves.burnt) = (3 ether, 192 ether - 4.5 ether);
        (moves.alice, moves.bob, moves.carol) = (-64 ether, -64 ether, -64 ether);
        (moves.challenger, moves.judge) = (1 ether, 0.5 ether);
        assertMoved(before, moves);
    }

    function test_NondeterministicPaysAllWhoOpened() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = opened(RIGHT, WRONG, OTHER);
        ruleAs(judge, job, 0, NONDETERMINISTIC);
        assertTask(job, 0, IComputeLedger.TaskState.Settled);
        Holdings memory moves;
        (moves.requester, moves.alice, moves.bob) = (-32 ether, 1 ether, 1 ether);
        (moves.carol, moves.judge) = (1 ether, 0.5 ether);
        assertMoved(before, moves);
    }

    /// Two were right; the bond's odd unit is the first one's, not nobody's.
    function test_AFailedBondIsSharedToTheLastUnit() external {
        IComputeLedger.JobParams memory p = quorumTerms();
        (p.m, p.n, p.tasks) = (2, 2, 1);
        p.challengeBond = CHALLENGE_BOND + 1;
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        sealAs(alice, job, 0, RIGHT);
        sealAs(bob, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        openAs(bob, job, 0, RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, RIGHT);
        uint256 each = (CHALLENGE_BOND - FEE) / 2;
        assertEq(escrow.creditOf(alice, address(coin)), LEAST + each + 1, "first");
        assertEq(escrow.creditOf(bob, address(coin)), LEAST + each, "second");
        assertOwes(0);
    }

    /// Two equal roots of three stand, whichever they are; else the arbiter is asked. Against a plain count.
    function testFuzz_TheTallyIsACount(uint256 a, uint256 b, uint256 c) external {
        bytes32[3] memory roots = [
            bytes32(bound(a, 16, 18)),
            bytes32(bound(b, 16, 18)),
            bytes32(bound(c, 16, 18))
        ];
        IComputeLedger.Job memory job = opened(roots[0], roots[1], roots[2]);
        bytes32 stands;
        if (roots[0] == roots[1] || roots[0] == roots[2]) stands = roots[0];
        else if (roots[1] == roots[2]) stands = roots[1];
        if (stands == 0) {
            assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        } else {
            assertTask(job, 0, IComputeLedger.TaskState.Submitted);
            assertEq(escrow.slotOf(job.id, 0, taskOf(job, 0).winner).answer, stands, "root");
        }
    }

    /* SLOTS */

    function test_EnoughSlotsAtTheEndOfTheWindowGoOn() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        advance(201);
        sealAs(alice, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Assigned);
        sealAs(bob, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        openAs(bob, job, 0, RIGHT);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
    }

    function test_TooFewSlotsAreRefundedAndFree() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        advance(201);
        escrow.poke(job, first(4));
        assertTask(job, 0, IComputeLedger.TaskState.Refunded);
        Holdings memory moves;
        assertMoved(before, moves);
        assertEq(lockedOf(alice), 0, "free");
    }

    function test_AReleasedSlotIsFilledAgain() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(carol, job, 0, RIGHT);
        vm.prank(alice);
        escrow.release(job, list(0));
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        assertEq(escrow.slotOf(job.id, 0, 0).worker, carol, "the last moved down");
        vm.prank(carol);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        escrow.release(job, list(0));
        // Past the accept window two are enough; the seal counts.
        advance(201);
        sealAs(bob, job, 0, RIGHT);
        openAs(bob, job, 0, RIGHT);
        openAs(carol, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Submitted);
    }

    function test_RevertWhen_ASlotIsTheWorkersAlready() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeOperatorTwice.selector, 0, alice)
        );
        acceptAs(alice, job, 0);
    }

    /* NO-SHOWS */

    /// One seal of three: the two no-shows pay the sealer its price, then the requester theirs; the rest burns.
    function test_TooFewSealsPayTheSealer() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        Holdings memory moves;
        (moves.requester, moves.alice, moves.burnt) = (2 ether, 1 ether, 29 ether);
        (moves.bob, moves.carol) = (-16 ether, -16 ether);
        assertMoved(before, moves);
        assertEq(lockedOf(alice), 0, "the sealer is free");
    }

    function test_EnoughSealsGoOnWithoutTheNoShow() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        sealAs(bob, job, 0, RIGHT);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Revealing);
        openAs(alice, job, 0, RIGHT);
        openAs(bob, job, 0, RIGHT);
        timeOut(job, 0);
        Holdings memory moves;
        (moves.requester, moves.burnt) = (-30.5 ether + 1 ether, 15 ether);
        (moves.alice, moves.bob, moves.carol) = (1 ether, 1 ether, -16 ether);
        assertMoved(before, moves);
        assertOwes(28.5 ether);
    }

    function test_AnUnopenedSealIsANoShow() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        sealAs(bob, job, 0, RIGHT);
        sealAs(carol, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        timeOut(job, 0);
        // One opened root of two wanted: the arbiter decides.
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        ruleAs(judge, job, 0, RIGHT);
        assertEq(escrow.creditOf(alice, address(coin)), LEAST, "the opener is paid");
        assertEq(lockedOf(bob) + lockedOf(carol), 0, "settled");
        assertOwes(28.5 ether);
    }

    function test_NobodyOpens() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        sealAs(bob, job, 0, RIGHT);
        sealAs(carol, job, 0, RIGHT);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        assertEq(taskOf(job, 0).round, 1, "next round");
    }

    /* SEALS */

    function test_RevertWhen_OpeningBeforeAllSealed() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        openAs(alice, job, 0, RIGHT);
    }

    function test_RevertWhen_OpeningAnotherRoot() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        sealAs(bob, job, 0, RIGHT);
        sealAs(carol, job, 0, RIGHT);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeSealMismatch.selector, 0));
        openAs(alice, job, 0, WRONG);
        openAs(alice, job, 0, RIGHT);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        openAs(alice, job, 0, RIGHT);
    }

    function test_RevertWhen_TheSealIsEmpty() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeSealEmpty.selector));
        escrow.seal(job, 0, 0);
    }

    function test_RevertWhen_SubmittingInQuorum() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeWrongMode.selector,
                IComputeLedger.Mode.Quorum
            )
        );
        submitAs(alice, job, 0, RIGHT);
    }

    function _open(IComputeLedger.Job memory job, bytes32 a, bytes32 b, bytes32 c) private {
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, a);
        sealAs(bob, job, 0, b);
        sealAs(carol, job, 0, c);
        openAs(alice, job, 0, a);
        openAs(bob, job, 0, b);
        openAs(carol, job, 0, c);
    }
}

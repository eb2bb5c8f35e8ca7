// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {
    INCOMPLETE,
    IComputeLedger,
    NONDETERMINISTIC,
    UNAVAILABLE,
    WITHHELD
} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Challenges and rulings in Optimistic mode: who pays whom, and who may do what when.
contract ComputeDisputesTest is ComputeFixture {
    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /* RULINGS */

    function test_TheWorkerWasRight() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        Holdings memory moves;
        // Three tasks of 3.5 are still locked. The bond of 1: half for the ruling, half for the worker.
        (moves.requester, moves.alice) = (-11.5 ether, 1.5 ether);
        (moves.challenger, moves.judge) = (-1 ether, 0.5 ether);
        assertMoved(before, moves);
        assertOwes(10.5 ether);
    }

    function test_TheChallengerWasRight() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        assertEq(taskOf(job, 0).round, 1, "round");
        Holdings memory moves;
        (moves.requester, moves.alice) = (1 ether, -64 ether);
        // Of the stake: 0.5 the arbiter, 1 (two fees) the challenger, 1 (the price) the requester.
        (moves.challenger, moves.judge, moves.burnt) = (1 ether, 0.5 ether, 61.5 ether);
        assertMoved(before, moves);
        assertOwes(14 ether);
    }

    function test_NeitherWasRight() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, keccak256("also wrong"));
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory moves;
        (moves.requester, moves.alice) = (1 ether, -64 ether);
        (moves.challenger, moves.judge, moves.burnt) = (-0.5 ether, 0.5 ether, 63 ether);
        assertMoved(before, moves);
    }

    function test_Nondeterministic() external {
        _excused(NONDETERMINISTIC, IComputeLedger.TaskState.Settled, 1 ether);
    }

    function test_Unavailable() external {
        _excused(UNAVAILABLE, IComputeLedger.TaskState.Settled, 1 ether);
    }

    function test_Incomplete() external {
        _excused(INCOMPLETE, IComputeLedger.TaskState.Refunded, 0);
    }

    function test_Withheld() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        challengeAs(challenger, job, 0, WITHHELD);
        ruleAs(judge, job, 0, WITHHELD);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        Holdings memory moves;
        (moves.requester, moves.alice) = (1 ether, -64 ether);
        (moves.challenger, moves.judge, moves.burnt) = (1 ether, 0.5 ether, 61.5 ether);
        assertMoved(before, moves);
    }

    /* A CHALLENGE THAT IS NOT NAMED */

    function test_UnnamedAndTheWorkerWasRight() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        lockAs(challenger, job, 0, WRONG);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory moves;
        (moves.requester, moves.alice) = (-11.5 ether, 1.5 ether);
        (moves.challenger, moves.judge) = (-1 ether, 0.5 ether);
        assertMoved(before, moves);
    }

    function test_UnnamedAndTheSpecWasBad() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        lockAs(challenger, job, 0, WRONG);
        timeOut(job, 0);
        ruleAs(judge, job, 0, INCOMPLETE);
        Holdings memory moves;
        (moves.requester, moves.challenger, moves.judge) = (-10.5 ether, -0.5 ether, 0.5 ether);
        assertMoved(before, moves);
        assertOwes(10.5 ether);
    }

    /* SILENCE */

    function test_TheFallbackRules() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeNotArbiter.selector, 0, judge2)
        );
        ruleAs(judge2, job, 0, RIGHT);
        timeOut(job, 0);
        assertTrue(taskOf(job, 0).onFallback, "the fallback's turn");
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeNotArbiter.selector, 0, judge)
        );
        ruleAs(judge, job, 0, RIGHT);
        ruleAs(judge2, job, 0, RIGHT);
        assertEq(escrow.creditOf(judge2, address(coin)), FEE, "the fallback earns");
        assertEq(escrow.creditOf(judge, address(coin)), 0, "the silent one does not");
    }

    function test_BothAreSilent() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        timeOut(job, 0);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        Holdings memory moves;
        (moves.requester, moves.alice) = (-11.5 ether, 1 ether);
        assertMoved(before, moves);
        assertOwes(10.5 ether);
    }

    function test_RevertWhen_RulingLate() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        advance(361);
        vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        ruleAs(judge, job, 0, RIGHT);
    }

    function test_RevertWhen_RulingAReservedRoot() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        for (uint256 i; i < 16; ++i) {
            if (i > 0 && i < 5) continue;
            vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeRootReserved.selector, i));
            ruleAs(judge, job, 0, bytes32(i));
        }
    }

    function test_RevertWhen_RulingTwice() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        ruleAs(judge, job, 0, RIGHT);
    }

    /* CHALLENGES */

    function test_RevertWhen_ChallengingLate() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        advance(61);
        vm.prank(challenger);
        vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        escrow.lockChallenge(job, 0, RIGHT);
    }

    function test_RevertWhen_NamingLate() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        lockAs(challenger, job, 0, RIGHT);
        advance(21);
        vm.prank(challenger);
        vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        escrow.nameChallenge(job, 0, RIGHT, SALT, "");
    }

    function test_RevertWhen_AnotherNames() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        lockAs(challenger, job, 0, RIGHT);
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeNotChallenger.selector, 0, bob)
        );
        escrow.nameChallenge(job, 0, RIGHT, SALT, "");
    }

    function test_RevertWhen_NamingAnotherRoot() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        lockAs(challenger, job, 0, RIGHT);
        vm.prank(challenger);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCommitmentMismatch.selector, 0)
        );
        escrow.nameChallenge(job, 0, keccak256("other"), SALT, "");
    }

    function test_RevertWhen_NamingWhatStands() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        lockAs(challenger, job, 0, RIGHT);
        vm.prank(challenger);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeChallengeAgrees.selector, RIGHT)
        );
        escrow.nameChallenge(job, 0, RIGHT, SALT, "");
    }

    function test_RevertWhen_NamingASentinel() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        lockAs(challenger, job, 0, NONDETERMINISTIC);
        vm.prank(challenger);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeRootReserved.selector, NONDETERMINISTIC)
        );
        escrow.nameChallenge(job, 0, NONDETERMINISTIC, SALT, "");
    }

    function test_RevertWhen_ApprovingWhatIsChallenged() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        lockAs(challenger, job, 0, RIGHT);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        approve(job, 0);
    }

    function _excused(bytes32 sentinel, IComputeLedger.TaskState end, int256 paid) private {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, sentinel);
        assertTask(job, 0, end);
        Holdings memory moves;
        moves.requester = -10.5 ether - paid - 0.5 ether;
        (moves.alice, moves.judge) = (paid, 0.5 ether);
        assertMoved(before, moves);
        assertOwes(10.5 ether);
        assertEq(lockedOf(alice), 0, "nobody is slashed");
    }
}

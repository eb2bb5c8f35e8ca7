// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// One worker, a window, audits by lot: states, times and money without a challenge.
contract ComputeOptimisticTest is ComputeFixture {
    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /* ACCEPT */

    function test_ALifeInFil() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.token = address(0);
        p.tasks = 1;
        uint256 before = requester.balance;
        IComputeLedger.Job memory job = create(p);
        assertEq(before - requester.balance, 3.5 ether, "greatest price and a ruling are locked");
        acceptAs(alice, job, 0);
        assertEq(stakes.stakeOf(alice, address(0)).locked, STAKE, "stake");
        submitAs(alice, job, 0, RIGHT);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(stakes.stakeOf(alice, address(0)).locked, 0, "stake is free");
        vm.prank(alice);
        escrow.withdraw(address(0), address(0xA11CE2));
        assertEq(address(0xA11CE2).balance, LEAST, "paid");
        vm.prank(requester);
        escrow.withdraw(address(0), requester);
        assertEq(before - requester.balance, LEAST, "the rest came back");
        assertEq(address(escrow).balance, 0, "nothing is left");
    }

    function test_ALifeInAToken() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.tasks, p.coordinator, p.coordinatorBps) = (1, coordinator, 1_000);
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        assertOwes(3.8 ether);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(escrow.slotOf(job.id, 0, 0).answer, RIGHT, "root");
        Holdings memory moves;
        (moves.requester, moves.alice, moves.coordinator) = (-1.1 ether, 1 ether, 0.1 ether);
        assertMoved(before, moves);
        assertOwes(0);
        vm.prank(alice);
        assertEq(escrow.withdraw(address(coin), alice), 1 ether, "withdrawn");
    }

    function test_ThePriceRisesAndIsFrozen() external {
        IComputeLedger.Job memory job = create(jobTerms());
        assertEq(escrow.priceOf(job, 0), LEAST, "at first");
        advance(50);
        assertEq(escrow.priceOf(job, 0), 2 ether, "half way");
        acceptAs(alice, job, 0);
        advance(50);
        assertEq(escrow.priceOf(job, 1), MOST, "at the end");
        advance(100);
        assertEq(escrow.priceOf(job, 1), MOST, "no further");
        assertEq(escrow.slotOf(job.id, 0, 0).price, 2 ether, "frozen");
    }

    function test_TasksSettleOnTheirOwn() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptManyAs(alice, job, first(2));
        acceptAs(bob, job, 2);
        submitAs(alice, job, 1, RIGHT);
        timeOut(job, 1);
        assertTask(job, 1, IComputeLedger.TaskState.Accepted);
        assertTask(job, 0, IComputeLedger.TaskState.Assigned);
        assertTask(job, 3, IComputeLedger.TaskState.Open);
        assertEq(lockedOf(alice), STAKE, "one is still locked");
    }

    function test_RevertWhen_AcceptingWhatIsTaken() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeWrongState.selector,
                0,
                IComputeLedger.TaskState.Assigned
            )
        );
        acceptAs(bob, job, 0);
    }

    function test_RevertWhen_AcceptingLate() external {
        IComputeLedger.Job memory job = create(jobTerms());
        advance(201);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeTooLate.selector,
                0,
                Epoch.unwrap(job.created) + 200
            )
        );
        acceptAs(alice, job, 0);
    }

    function test_RevertWhen_TheTaskIsUnknown() external {
        IComputeLedger.Job memory job = create(jobTerms());
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeTaskUnknown.selector, 4, 4));
        acceptAs(alice, job, 4);
    }

    function test_RevertWhen_TheJobIsNotAsCreated() external {
        IComputeLedger.Job memory job = create(jobTerms());
        job.params.stake = 1;
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeJobUnknown.selector, job.id));
        acceptAs(alice, job, 0);
        job = create(jobTerms());
        job.requester = alice;
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeJobUnknown.selector, job.id));
        acceptAs(alice, job, 0);
        job.id = 77;
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeJobUnknown.selector, 77));
        poke(job, 0);
    }

    function test_RevertWhen_TheWorkerIsNotOnTheList() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.workerRoot = keccak256(bytes.concat(keccak256(abi.encode(bob))));
        IComputeLedger.Job memory job = create(p);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeNotAllowed.selector, alice));
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Assigned);
    }

    /* RELEASE */

    function test_ReleaseCostsASixtyFourthAndNoRound() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        advance(10);
        vm.prank(alice);
        escrow.release(job, list(0));
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        assertEq(taskOf(job, 0).round, 0, "round");
        assertEq(escrow.priceOf(job, 0), LEAST + 0.2 ether, "the ramp goes on");
        Holdings memory moves;
        (moves.requester, moves.alice) = (1 ether, -1 ether);
        assertMoved(before, moves);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeReleasedBefore.selector, 0, alice)
        );
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
    }

    function test_RevertWhen_ReleasingLate() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        advance(11);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeTooLate.selector,
                0,
                Epoch.unwrap(job.created) + 10
            )
        );
        escrow.release(job, list(0));
    }

    function test_RevertWhen_ReleasingWhatIsAnothers() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeNotWorker.selector, 0, bob));
        escrow.release(job, list(0));
    }

    /* TIME */

    function test_ANoShowLosesAQuarterAndTheTaskOpensAgain() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        assertEq(taskOf(job, 0).round, 1, "round");
        assertEq(escrow.priceOf(job, 0), LEAST, "the ramp begins anew");
        // S/4 = 16: the price to the requester, the rest burns.
        Holdings memory moves;
        (moves.requester, moves.alice, moves.burnt) = (1 ether, -16 ether, 15 ether);
        assertMoved(before, moves);
        assertEq(lockedOf(alice), 0, "the rest is free");
        acceptAs(bob, job, 0);
    }

    function test_AfterTheLastRoundTheRequesterIsRefunded() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.maxRounds, p.tasks) = (2, 1);
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        timeOut(job, 0);
        acceptAs(bob, job, 0);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Refunded);
        Holdings memory moves;
        (moves.requester, moves.alice, moves.bob) = (2 ether, -16 ether, -16 ether);
        moves.burnt = 30 ether;
        assertMoved(before, moves);
        assertOwes(0);
    }

    /// Nobody poked the first worker's no-show: the second one's accept applies it.
    function test_AcceptAppliesWhatIsDue() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        advance(101);
        acceptAs(bob, job, 0);
        assertEq(taskOf(job, 0).round, 1, "round");
        assertEq(escrow.slotOf(job.id, 0, 0).worker, bob, "worker");
        assertEq(lockedOf(alice), 0, "alice is out");
    }

    function test_NobodyCame() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(jobTerms());
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        advance(201);
        escrow.poke(job, first(4));
        for (uint16 i; i < 4; ++i) assertTask(job, i, IComputeLedger.TaskState.Refunded);
        Holdings memory moves;
        assertMoved(before, moves);
        assertOwes(0);
        escrow.poke(job, first(4));
        assertOwes(0);
    }

    function test_RevertWhen_SubmittingLate() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        advance(101);
        vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        submitAs(alice, job, 0, RIGHT);
    }

    function test_SubmitsInTheLastEpoch() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        advance(100);
        poke(job, 0);
        submitAs(alice, job, 0, RIGHT);
        advance(60);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Submitted);
        advance(1);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
    }

    /* SUBMIT */

    function test_RevertWhen_SubmittingForAnother() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeNotWorker.selector, 0, bob));
        submitAs(bob, job, 0, RIGHT);
    }

    function test_RevertWhen_SubmittingAReservedRoot() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        for (uint256 i; i < 16; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeRootReserved.selector, i));
            submitAs(alice, job, 0, bytes32(i));
        }
        submitAs(alice, job, 0, bytes32(uint256(16)));
    }

    function test_RevertWhen_ResultsAndTasksDiffer() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeLengthsDiffer.selector, 1, 0));
        escrow.submit(job, list(0), new IComputeLedger.Result[](0), "");
    }

    function test_RevertWhen_TheCidIsTooLong() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](1);
        results[0] = result(RIGHT);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCidTooLong.selector, 129, 128)
        );
        escrow.submit(job, list(0), results, new bytes(129));
    }

    function test_RevertWhen_SealingOutsideQuorum() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeWrongMode.selector,
                IComputeLedger.Mode.Optimistic
            )
        );
        escrow.seal(job, 0, RIGHT);
    }

    /* APPROVE, CANCEL */

    function test_TheRequesterMayApproveAtOnce() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        approve(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(escrow.creditOf(alice, address(coin)), LEAST, "paid");
    }

    function test_RevertWhen_AnotherApproves() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeNotRequester.selector, alice));
        escrow.approve(job, list(0));
    }

    function test_CancelGivesAllBack() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(jobTerms());
        vm.prank(requester);
        escrow.cancelOpen(job, first(4));
        Holdings memory moves;
        assertMoved(before, moves);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        acceptAs(alice, job, 0);
        vm.prank(requester);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        escrow.cancelOpen(job, list(0));
    }

    /* AUDIT */

    /// The draw follows the beacon of submit + 2, evenly: of 40 tasks at one in two, both kinds occur, as foretold.
    function test_AuditsFollowTheBeacon() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.tasks, p.auditBps) = (40, 5_000);
        IComputeLedger.Job memory job = create(p);
        vm.prank(alice);
        stakes.unbond(address(coin), 1);
        coin.mint(alice, 2_000 ether);
        vm.prank(alice);
        stakes.deposit(alice, address(coin), 2_000 ether);
        acceptManyAs(alice, job, first(40));
        for (uint16 i; i < 40; ++i) submitAs(alice, job, i, RIGHT);
        bytes32 beacon = keccak256(
            abi.encode("holdfast.devnet.beacon", block.chainid, vm.getBlockNumber() + 2)
        );
        advance(61);
        escrow.poke(job, first(40));
        uint256 drawn;
        for (uint16 i; i < 40; ++i) {
            bool audited = uint256(keccak256(abi.encode(beacon, job.id, i))) % 10_000 < 5_000;
            if (audited) ++drawn;
            assertTask(
                job,
                i,
                audited ? IComputeLedger.TaskState.Disputed : IComputeLedger.TaskState.Accepted
            );
        }
        assertTrue(drawn > 5 && drawn < 35, "a fair coin");
    }

    /// Audited and right: the ruling is paid from the requester's lock.
    function test_AnAuditOfARightResult() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.tasks, p.auditBps) = (1, 10_000);
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory moves;
        (moves.requester, moves.alice, moves.judge) = (-1.5 ether, 1 ether, 0.5 ether);
        assertMoved(before, moves);
        assertOwes(0);
    }

    /// Audited and wrong: the stake pays the ruling, the requester its price; the rest burns, and the task opens again.
    function test_AnAuditOfAWrongResult() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.tasks, p.auditBps) = (1, 10_000);
        IComputeLedger.Job memory job = create(p);
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        timeOut(job, 0);
        ruleAs(judge, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Open);
        Holdings memory moves;
        (moves.requester, moves.alice, moves.judge) = (1 ether, -64 ether, 0.5 ether);
        moves.burnt = 62.5 ether;
        assertMoved(before, moves);
        assertOwes(3.5 ether);
    }

    /* FUNDS */

    function test_BurnIsAnyonesAndGoesToNobody() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        timeOut(job, 0);
        assertEq(escrow.uncollected(address(coin)), 16 ether, "still with the registry");
        assertEq(escrow.burn(address(coin)), 15 ether, "burnt");
        assertEq(coin.balanceOf(BURNT), 15 ether, "f099 has it");
        assertEq(escrow.uncollected(address(coin)), 0, "collected");
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeCreditZero.selector, BURNT));
        escrow.burn(address(coin));
    }
}

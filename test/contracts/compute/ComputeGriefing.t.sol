// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ComputeEscrow} from "../../../contracts/compute/ComputeEscrow.sol";
import {IComputeLedger, WITHHELD} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What several parties in one hand can do, and what it costs them together; and that a lie does not pay at the least
/// stake that `createJob` takes.
contract ComputeGriefingTest is ComputeFixture {
    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /// Three workers of one hand take a task and give it back, one after the other: each pays, and neither the price nor
    /// the end of the accept window moves.
    function test_SybilsThatReleaseMoveNoClock() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        address[3] memory sybils = [alice, bob, carol];
        for (uint256 i; i < 3; ++i) {
            acceptAs(sybils[i], job, 0);
            advance(10);
            vm.prank(sybils[i]);
            escrow.release(job, list(0));
        }
        Holdings memory moves;
        (moves.requester, moves.alice) = (3 ether, -1 ether);
        (moves.bob, moves.carol) = (-1 ether, -1 ether);
        assertMoved(before, moves);
        assertEq(taskOf(job, 0).round, 0, "no round is used");
        assertEq(escrow.priceOf(job, 0), LEAST + 0.6 ether, "the ramp went on");
        advance(Epoch.unwrap(job.created) + 201 - vm.getBlockNumber());
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Refunded);
    }

    /// A worker and a challenger of one hand get a dispute for its delay: they pay the ruling.
    function test_AWorkerThatChallengesItselfPaysTheRuling() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory h = holdings();
        int256 together = h.alice - before.alice + h.challenger - before.challenger;
        assertEq(together, int256(uint256(LEAST)) - int256(uint256(FEE)), "the price less the fee");
    }

    /// Two Sybils lie alike in a quorum of two of three, and one names the right root as soon as they are drawn.
    function test_SybilsOfAQuorumLoseEveryStake() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, WRONG);
        sealAs(bob, job, 0, WRONG);
        sealAs(carol, job, 0, RIGHT);
        openAs(alice, job, 0, WRONG);
        openAs(bob, job, 0, WRONG);
        openAs(carol, job, 0, RIGHT);
        assertTask(job, 0, IComputeLedger.TaskState.Submitted);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory h = holdings();
        int256 sybils =
            h.alice - before.alice + h.bob - before.bob + h.challenger - before.challenger;
        assertEq(sybils, -2 * 64 ether + 1 ether, "both stakes, less one reward");
        assertEq(h.carol - before.carol, 1 ether, "the honest third is paid");
    }

    /// In a quorum too the colluders' gain does not grow with the stake: at most the prices, and 3 fees for all.
    function test_RequesterArbiterAndChallengerInAQuorum() external {
        IComputeLedger.JobParams memory p = quorumTerms();
        p.stake = 900 ether;
        IComputeLedger.Job memory job = create(p);
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        sealAs(bob, job, 0, RIGHT);
        sealAs(carol, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        openAs(bob, job, 0, RIGHT);
        openAs(carol, job, 0, RIGHT);
        poke(job, 0);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, WRONG);
        Holdings memory h = holdings();
        int256 gain =
            h.requester -
                before.requester +
                h.challenger -
                before.challenger +
                h.judge -
                before.judge;
        assertEq(gain, 3 ether + 1.5 ether, "3 P + 3 fees; 3 P more is what it did not pay");
        assertEq(h.burnt - before.burnt, 2_700 ether - 4.5 ether, "nobody's");
    }

    /// The ruled root is public. Who submits it in the next round without the bytes loses its stake too.
    function test_ACopyOfTheRuledRootIsWithheld() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        int256 before = int256(worth(bob));
        acceptAs(bob, job, 0);
        submitAs(bob, job, 0, RIGHT);
        challengeAs(challenger, job, 0, WITHHELD);
        ruleAs(judge, job, 0, WITHHELD);
        assertEq(int256(worth(bob)) - before, -64 ether, "the whole stake");
    }

    /// A coordinator has its share of right results only.
    function test_ACoordinatorEarnsNothingOfALie() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.coordinator, p.coordinatorBps) = (coordinator, 1_000);
        IComputeLedger.Job memory job = create(p);
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        assertEq(holdings().coordinator - before.coordinator, 0, "of the lie");
        acceptAs(bob, job, 0);
        submitAs(bob, job, 0, RIGHT);
        approve(job, 0);
        assertEq(holdings().coordinator - before.coordinator, 0.1 ether, "of the right result");
    }

    /// Where reorganisations are to be reckoned with, no party can be given less than 20 epochs to act.
    function test_RevertWhen_AWindowIsTooShortForReorganisations() external {
        ComputeEscrow live = new ComputeEscrow(stakes, IStorageDeals(address(this)), 20);
        IComputeLedger.JobParams memory p = quorumTerms();
        p.acceptEpochs = 100;
        (p.execEpochs, p.revealEpochs, p.challengeEpochs) = (20, 20, 20);
        vm.startPrank(requester);
        coin.approve(address(live), type(uint256).max);
        live.createJob(p, "");
        p.execEpochs = 19;
        _refused(live, p, "execEpochs");
        (p.execEpochs, p.revealEpochs) = (20, 19);
        _refused(live, p, "revealEpochs");
        (p.revealEpochs, p.challengeEpochs) = (20, 19);
        _refused(live, p, "challengeEpochs");
        (p.challengeEpochs, p.acceptEpochs, p.rampEpochs) = (20, 19, 0);
        _refused(live, p, "acceptEpochs");
        vm.stopPrank();
    }

    /// At the least stake that is taken, whatever share is audited: what a drawn liar loses, even if it names the right
    /// root itself, outweighs the prices of all the lies that are not drawn.
    function testFuzz_AtTheLeastStakeALieLosesOnAverage(
        uint256 bps,
        uint256 price,
        uint256 fee
    ) external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.auditBps = uint16(bound(bps, 100, 10_000));
        p.maxPrice = uint96(bound(price, 1, 5 ether));
        p.arbiterFee = uint96(bound(fee, 1, 5 ether));
        (p.minPrice, p.challengeBond) = (p.maxPrice, p.arbiterFee + p.maxPrice / 10);
        uint256 odds = 10_000 - p.auditBps;
        uint256 least = _leastStake(p);
        p.stake = uint96(least - 1);
        vm.prank(requester);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeJobInvalid.selector, bytes32("stake"))
        );
        escrow.createJob(p, "");
        p.stake = uint96(least);
        IComputeLedger.Job memory job = create(p);
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory h = holdings();
        int256 lost = before.alice - h.alice + before.challenger - h.challenger;
        assertTrue(
            lost * int256(uint256(p.auditBps)) > int256(odds * p.maxPrice),
            "a lie loses on average"
        );
    }

    /// A drawn liar's other hands name the right root for the reward, take the next round with it, and coordinate the job:
    /// together they still lose on average.
    function testFuzz_ACopyOfTheRulingDoesNotSaveTheLie(
        uint256 bps,
        uint256 price,
        uint256 fee
    ) external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.auditBps = uint16(bound(bps, 100, 10_000));
        p.maxPrice = uint96(bound(price, 1, 5 ether));
        p.arbiterFee = uint96(bound(fee, 1, 5 ether));
        (p.coordinator, p.coordinatorBps) = (coordinator, uint16(bound(fee % 977, 1, 2_000)));
        (p.minPrice, p.challengeBond) = (p.maxPrice, p.arbiterFee + p.maxPrice / 10);
        uint256 odds = 10_000 - p.auditBps;
        p.stake = uint96(_leastStake(p));
        IComputeLedger.Job memory job = create(p);
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        acceptAs(bob, job, 0);
        submitAs(bob, job, 0, RIGHT);
        approve(job, 0);
        Holdings memory h = holdings();
        int256 lost =
            before.alice - h.alice + before.bob - h.bob + before.challenger - h.challenger;
        lost += before.coordinator - h.coordinator;
        uint256 gain = p.maxPrice + (uint256(p.maxPrice) * p.coordinatorBps) / 10_000;
        assertTrue(
            lost * int256(uint256(p.auditBps)) >= int256(odds * gain),
            "lie and copy lose on average"
        );
    }

    function _leastStake(IComputeLedger.JobParams memory p) private pure returns (uint256 least) {
        uint256 gain = p.maxPrice + (uint256(p.maxPrice) * p.coordinatorBps) / 10_000;
        uint256 fee = p.arbiterFee;
        least = (gain * 10_000 + p.auditBps - 1) / p.auditBps;
        least += fee > gain ? 3 * fee - gain : 2 * fee;
        if (least < 4 * fee) least = 4 * fee;
    }

    function _refused(
        ComputeEscrow live,
        IComputeLedger.JobParams memory p,
        bytes32 field
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeJobInvalid.selector, field));
        live.createJob(p, "");
    }
}

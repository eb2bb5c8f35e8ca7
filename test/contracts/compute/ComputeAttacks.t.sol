// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {
    IComputeLedger,
    NONDETERMINISTIC,
    WITHHELD
} from "../../../contracts/compute/IComputeLedger.sol";
import {IComputeEscrow} from "../../../contracts/compute/IComputeEscrow.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {RefusingToken} from "../../../contracts/mocks/payments/RefusingToken.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Refuses FIL by code, and tries to withdraw again when asked to take some.
contract GreedyWallet {
    error Refused();

    IComputeEscrow private immutable ESCROW;

    constructor(IComputeEscrow escrow) {
        ESCROW = escrow;
    }

    receive() external payable {
        ESCROW.withdraw(address(0), address(this));
        revert Refused();
    }

    function deposit() external payable {
        ESCROW.deposit{value: msg.value}(address(0), msg.value);
    }

    function withdraw() external {
        ESCROW.withdraw(address(0), address(this));
    }
}

/// Each way to cheat or to get in the way, with what every party has before and after: the attacker loses or gains nothing.
contract ComputeAttacksTest is ComputeFixture {
    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /* GETTING IN THE WAY */

    function test_AcceptAndSit() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        for (uint256 i; i < 3; ++i) {
            acceptAs(alice, job, 0);
            timeOut(job, 0);
        }
        assertTask(job, 0, IComputeLedger.TaskState.Refunded);
        Holdings memory moves;
        // Three prices, and what was locked for the task.
        (moves.requester, moves.alice, moves.burnt) = (6.5 ether, -48 ether, 45 ether);
        assertMoved(before, moves);
    }

    function test_AcceptAndReleaseAgainAndAgain() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptManyAs(alice, job, first(4));
        vm.prank(alice);
        escrow.release(job, first(4));
        for (uint16 i; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IComputeLedger.ComputeReleasedBefore.selector, i, alice)
            );
            acceptAs(alice, job, i);
        }
        Holdings memory moves;
        (moves.requester, moves.alice) = (4 ether, -4 ether);
        assertMoved(before, moves);
        // In time for others.
        acceptManyAs(bob, job, first(4));
    }

    function test_TheWorkerHidesTheBytes() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        challengeAs(challenger, job, 0, WITHHELD);
        ruleAs(judge, job, 0, WITHHELD);
        assertEq(holdings().alice - before.alice, -64 ether, "the whole stake");
        assertTrue(holdings().challenger > before.challenger, "the challenger gains");
    }

    function test_SpamChallengesCostTheirBond() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory afterwards = holdings();
        assertEq(afterwards.challenger - before.challenger, -1 ether, "the bond");
        assertEq(afterwards.alice - before.alice, 1.5 ether, "the worker has half of it");
    }

    /* THE CLOCK */

    /// The worker's own sybil locks the challenge, so that nobody else can, and lets it lie.
    function test_ASybilLockDoesNotRunOutTheClock() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        lockAs(challenger, job, 0, RIGHT);
        vm.prank(bob);
        vm.expectPartialRevert(IComputeLedger.ComputeWrongState.selector);
        escrow.lockChallenge(job, 0, RIGHT);
        advance(1_000);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory moves;
        (moves.requester, moves.alice) = (1 ether, -64 ether);
        (moves.challenger, moves.judge, moves.burnt) = (-0.5 ether, 0.5 ether, 63 ether);
        assertMoved(before, moves);
    }

    /// The shortest window there is still ends after the draw is known, and the last poke asks for it.
    function test_NobodyFinishesBeforeTheDraw() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.challengeEpochs, p.auditBps) = (1, 10_000);
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        for (uint256 i; i < 3; ++i) {
            advance(1);
            poke(job, 0);
            assertTask(job, 0, IComputeLedger.TaskState.Submitted);
        }
        advance(1);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
    }

    /// Nobody pokes for a year: a drawn task goes to the arbiter, with its whole window, all the same.
    function test_ALatePokeTakesNothingFromTheArbiter() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.auditBps = 10_000;
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        advance(1_051_200);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
        advance(360);
        ruleAs(judge, job, 0, RIGHT);
        assertEq(escrow.creditOf(alice, address(coin)), 0, "not paid");
    }

    /* COPYING, SNIPING */

    function test_ACopiedSealOpensNothing() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, RIGHT);
        bytes32 copied = escrow.slotOf(job.id, 0, 0).answer;
        vm.prank(bob);
        escrow.seal(job, 0, copied);
        sealAs(carol, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeSealMismatch.selector, 0));
        openAs(bob, job, 0, RIGHT);
        openAs(carol, job, 0, RIGHT);
        timeOut(job, 0);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(holdings().bob - before.bob, -16 ether, "a no-show");
        assertEq(holdings().alice - before.alice, 1 ether, "paid");
    }

    function test_AChallengeCannotBeSniped() external {
        endow(bob);
        IComputeLedger.Job memory job = submitted(WRONG);
        bytes32 seen = escrow.commitmentOf(job.id, 0, 0, challenger, RIGHT, SALT);
        // Bob sees the challenger's lock, and is first with the same commitment: he cannot name it.
        vm.prank(bob);
        escrow.lockChallenge(job, 0, seen);
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCommitmentMismatch.selector, 0)
        );
        escrow.nameChallenge(job, 0, RIGHT, SALT, "");
        int256 before = int256(worth(bob));
        timeOut(job, 0);
        ruleAs(judge, job, 0, RIGHT);
        // All that he gets back is the bond less the ruling.
        assertEq(int256(worth(bob)) - before, 0.5 ether, "of the bond of 1");
    }

    /* COLLUSION */

    /// A liar that challenges itself to get part of its stake back: most of it burns.
    function test_SelfChallengeBurnsTheStake() external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        Holdings memory afterwards = holdings();
        int256 together =
            afterwards.alice - before.alice + afterwards.challenger - before.challenger;
        assertEq(together, -63 ether, "worker and challenger");
    }

    /// Requester, arbiter and challenger in one hand rob an honest worker: at most 2 P + 3 fees, whatever the stake.
    function test_RequesterArbiterAndChallengerTogether() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.stake = 900 ether;
        IComputeLedger.Job memory job = create(p);
        Holdings memory before = holdings();
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, WRONG);
        Holdings memory afterwards = holdings();
        int256 gain =
            afterwards.requester -
                before.requester +
                afterwards.challenger -
                before.challenger +
                afterwards.judge -
                before.judge;
        assertEq(gain, 2.5 ether, "P + 3 fees; P more is what it did not pay");
        assertEq(afterwards.burnt - before.burnt, 897.5 ether, "nobody's");
    }

    /// A requester with a nondeterministic guest, to have workers slashed: it pays them.
    function test_ANondeterministicGuestSlashesNobody() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, NONDETERMINISTIC);
        Holdings memory afterwards = holdings();
        assertEq(afterwards.alice - before.alice, 1 ether, "paid");
        assertEq(afterwards.challenger - before.challenger, 0, "the bond came back");
        assertEq(afterwards.requester - before.requester, -12 ether, "price, ruling, 3 tasks");
    }

    function test_DeadArbitersDoNotKeepTheWorkerFromItsPay() external {
        Holdings memory before = holdings();
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        timeOut(job, 0);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(holdings().alice - before.alice, 1 ether, "paid");
    }

    function test_OneOperatorGetsOneSlot() external {
        vm.prank(bob);
        stakes.register(alice, "");
        vm.prank(alice);
        stakes.confirm(bob);
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(bob, job, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeOperatorTwice.selector, 0, alice)
        );
        acceptAs(alice, job, 0);
        acceptAs(carol, job, 0);
    }

    /* REPLAYS */

    /// A seal and a commitment of one round are nothing in the next.
    function test_NothingOfOneRoundHoldsInTheNext() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        bytes32 commitment = escrow.commitmentOf(job.id, 0, 0, challenger, RIGHT, SALT);
        challengeAs(challenger, job, 0, RIGHT);
        ruleAs(judge, job, 0, RIGHT);
        acceptAs(bob, job, 0);
        submitAs(bob, job, 0, WRONG);
        vm.startPrank(challenger);
        escrow.lockChallenge(job, 0, commitment);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCommitmentMismatch.selector, 0)
        );
        escrow.nameChallenge(job, 0, RIGHT, SALT, "");
        vm.stopPrank();
    }

    /* ODD TOKENS AND RECEIVERS */

    /// FIL is sent without running the receiver's code: it cannot refuse, nor come back for more.
    function test_AGreedyWalletGetsItsOwnOnly() external {
        GreedyWallet wallet = new GreedyWallet(escrow);
        vm.deal(address(this), 1 ether);
        wallet.deposit{value: 1 ether}();
        vm.prank(requester);
        escrow.deposit{value: 5 ether}(address(0), 5 ether);
        wallet.withdraw();
        assertEq(address(wallet).balance, 1 ether, "its own");
        assertEq(address(escrow).balance, 5 ether, "the other's");
    }

    /// A token that refuses to move blocks nothing but itself: the task ends, and other money moves.
    function test_ARefusingTokenBlocksOnlyItself() external {
        RefusingToken odd = new RefusingToken();
        odd.mint(requester, 100 ether);
        odd.mint(alice, 100 ether);
        vm.prank(requester);
        odd.approve(address(escrow), 100 ether);
        vm.startPrank(alice);
        odd.approve(address(stakes), 100 ether);
        stakes.deposit(alice, address(odd), 100 ether);
        vm.stopPrank();
        IComputeLedger.JobParams memory p = jobTerms();
        p.token = address(odd);
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        odd.setAnswer(RefusingToken.Answer.Revert);
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        vm.prank(alice);
        vm.expectPartialRevert(RefusingToken.TransferRefused.selector);
        escrow.withdraw(address(odd), alice);
        vm.startPrank(requester);
        escrow.deposit(address(coin), 1 ether);
        escrow.withdraw(address(coin), requester);
        vm.stopPrank();
        odd.setAnswer(RefusingToken.Answer.Transfer);
        vm.prank(alice);
        assertEq(escrow.withdraw(address(odd), alice), 1 ether, "nothing was lost");
    }

    function test_FilForcedInIsNobodys() external {
        vm.deal(address(escrow), 7 ether);
        IComputeLedger.JobParams memory p = jobTerms();
        (p.token, p.tasks) = (address(0), 1);
        IComputeLedger.Job memory job = create(p);
        vm.prank(requester);
        escrow.cancelOpen(job, list(0));
        vm.prank(requester);
        assertEq(escrow.withdraw(address(0), requester), 3.5 ether, "what was locked");
        assertEq(address(escrow).balance, 7 ether, "what was forced in");
    }

    /* ANY RULING, ANY CLAIM */

    /// Whatever is submitted, claimed and ruled, at whatever price: no coin is made or lost; no wrong result is paid, no
    /// right one slashed; and what all but the workers gain stays within 2 P + 3 fees.
    function testFuzz_RulingsConserveAndAreBounded(
        uint256 answer,
        uint256 claim,
        uint256 ruling,
        uint256 elapsed,
        bool named
    ) external {
        IComputeLedger.Job memory job = create(jobTerms());
        Holdings memory before = holdings();
        advance(bound(elapsed, 0, 150));
        int256 price = int256(escrow.priceOf(job, 0));
        acceptAs(alice, job, 0);
        bytes32 given = bytes32(bound(answer, 16, 18));
        bytes32 claimed = bytes32(bound(claim, 16, 18));
        bytes32 ruled = bytes32(bound(ruling, 14, 18));
        if (uint256(ruled) < 16) ruled = bytes32(uint256(ruled) - 13);
        submitAs(alice, job, 0, given);
        if (given == claimed) claimed = WITHHELD;
        lockAs(challenger, job, 0, claimed);
        if (named) {
            vm.prank(challenger);
            escrow.nameChallenge(job, 0, claimed, SALT, "");
        } else {
            timeOut(job, 0);
        }
        ruleAs(judge, job, 0, ruled);
        Holdings memory h = holdings();
        int256 others =
            h.requester -
                before.requester +
                h.challenger -
                before.challenger +
                h.judge -
                before.judge;
        bool open_ = taskOf(job, 0).state == IComputeLedger.TaskState.Open;
        int256 unlocked = open_ ? int256(0) : int256(3.5 ether);
        int256 worker = h.alice - before.alice;
        int256 burned = h.burnt - before.burnt;
        assertEq(others + worker + burned, unlocked, "conserved");
        if (ruled == given) assertTrue(worker >= price, "right: paid");
        else if (uint256(ruled) >= 16) assertEq(worker, -64 ether, "wrong: slashed");
        if (worker < 0) assertTrue(others <= price + 1.5 ether, "bounded");
        assertOwes(open_ ? 14 ether : 10.5 ether);
    }
}

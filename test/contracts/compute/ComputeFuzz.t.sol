// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IComputeRegistry} from "../../../contracts/compute/IComputeRegistry.sol";
import {IComputeSettlement} from "../../../contracts/compute/IComputeSettlement.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Whatever amounts, epochs and callers: who gets what, and who is refused.
contract ComputeFuzzTest is ComputeFixture {
    uint256 private constant SIGNER = 0xA1;

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /// What is locked is what the terms can cost, and comes back to the last unit when the tasks are taken back.
    function testFuzz_CreateAndCancel(
        uint256 most,
        uint256 fee,
        uint16 bps,
        uint16 tasks
    ) external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.maxPrice = uint96(bound(most, LEAST, 1_000 ether));
        p.arbiterFee = uint96(bound(fee, 0, STAKE / 4));
        p.challengeBond = p.arbiterFee + p.maxPrice / 10;
        p.tasks = uint16(bound(tasks, 1, 8));
        p.coordinatorBps = uint16(bound(bps, 1, 10_000));
        p.coordinator = coordinator;
        coin.mint(requester, 100_000 ether);
        uint256 before = coin.balanceOf(requester);
        IComputeLedger.Job memory job = create(p);
        uint256 share = (uint256(p.maxPrice) * p.coordinatorBps) / 10_000;
        uint256 cost = p.tasks * (p.maxPrice + share + p.arbiterFee);
        assertEq(before - coin.balanceOf(requester), cost, "locked");
        vm.prank(requester);
        escrow.cancelOpen(job, first(p.tasks));
        assertEq(escrow.creditOf(requester, address(coin)), cost, "came back");
    }

    /// The price is between the bounds, never falls, and is frozen at acceptance; the coordinator's share is of it.
    function testFuzz_AcceptAndApprove(
        uint256 least,
        uint256 ramp,
        uint256 wait,
        uint16 bps
    ) external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.minPrice = uint96(bound(least, 0, MOST));
        p.rampEpochs = uint32(bound(ramp, 0, p.acceptEpochs));
        p.coordinatorBps = uint16(bound(bps, 1, 10_000));
        p.coordinator = coordinator;
        IComputeLedger.Job memory job = create(p);
        uint256 earlier = escrow.priceOf(job, 0);
        advance(bound(wait, 0, p.acceptEpochs));
        uint256 price = escrow.priceOf(job, 0);
        assertLe(earlier, price, "never falls");
        assertLe(p.minPrice, price, "least");
        assertLe(price, p.maxPrice, "greatest");
        acceptAs(alice, job, 0);
        advance(10);
        submitAs(alice, job, 0, RIGHT);
        approve(job, 0);
        assertEq(escrow.creditOf(alice, address(coin)), price, "worker");
        uint256 share = (price * p.coordinatorBps) / 10_000;
        assertEq(escrow.creditOf(coordinator, address(coin)), share, "coordinator");
        uint256 refund = escrow.costOf(p) / p.tasks - price - share;
        assertEq(escrow.creditOf(requester, address(coin)), refund, "requester");
    }

    /// Within the first tenth it costs a 64th; later it is refused.
    function testFuzz_Release(uint256 exec, uint256 wait, uint96 stake) external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.execEpochs = uint32(bound(exec, 1, 100));
        p.stake = uint96(bound(stake, 4 * FEE, 900 ether));
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        uint256 gone = bound(wait, 0, p.execEpochs);
        advance(gone);
        bool isLate = gone > p.execEpochs - (uint256(p.execEpochs) * 9) / 10;
        vm.prank(alice);
        if (isLate) vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        escrow.release(job, list(0));
        uint256 cost = isLate ? 0 : p.stake / 64;
        assertEq(lockedOf(alice), isLate ? p.stake : 0, "locked");
        assertEq(escrow.creditOf(requester, address(coin)), cost, "cost");
        assertEq(escrow.uncollected(address(coin)), cost, "slashed");
    }

    /// A seal opens with what it was made of, and with nothing else.
    function testFuzz_SealAndOpen(bytes32 root, bytes32 salt, bytes32 other) external {
        vm.assume(uint256(root) > 15 && other != salt);
        IComputeLedger.JobParams memory p = quorumTerms();
        (p.m, p.n) = (2, 2);
        IComputeLedger.Job memory job = create(p);
        address[2] memory workers = [alice, bob];
        for (uint256 i; i < 2; ++i) acceptAs(workers[i], job, 0);
        for (uint256 i; i < 2; ++i) {
            bytes32 seal_ = escrow.sealOf(job.id, 0, 0, workers[i], result(root), salt);
            vm.prank(workers[i]);
            escrow.seal(job, 0, seal_);
        }
        for (uint256 i; i < 2; ++i) {
            vm.startPrank(workers[i]);
            vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeSealMismatch.selector, 0));
            escrow.open(job, 0, result(root), other, "");
            escrow.open(job, 0, result(root), salt, "");
            vm.stopPrank();
        }
        assertTask(job, 0, IComputeLedger.TaskState.Submitted);
    }

    /// Only who locked names, and only what it committed to.
    function testFuzz_Challenge(bytes32 root, bytes32 salt, address other) external {
        vm.assume(uint256(root) > 15 && root != RIGHT && other != challenger);
        IComputeLedger.Job memory job = submitted(RIGHT);
        bytes32 commitment = escrow.commitmentOf(job.id, 0, 0, challenger, root, salt);
        vm.prank(challenger);
        escrow.lockChallenge(job, 0, commitment);
        vm.prank(other);
        vm.expectPartialRevert(IComputeLedger.ComputeNotChallenger.selector);
        escrow.nameChallenge(job, 0, root, salt, "");
        vm.prank(challenger);
        vm.expectPartialRevert(IComputeLedger.ComputeCommitmentMismatch.selector);
        escrow.nameChallenge(job, 0, root, ~salt, "");
        vm.prank(challenger);
        escrow.nameChallenge(job, 0, root, salt, "");
        assertEq(taskOf(job, 0).claim, root, "named");
    }

    /// Signatures never lengthen the window, and count only in time.
    function testFuzz_Attest(uint256 attestEpochs, uint256 wait) external {
        IComputeLedger.JobParams memory p = jobTerms();
        address[] memory signers = new address[](1);
        signers[0] = vm.addr(SIGNER);
        p.mode = IComputeLedger.Mode.Attested;
        p.attestEpochs = uint32(bound(attestEpochs, 1, 100));
        p.attestors = keccak256(abi.encode(uint256(1), signers));
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        uint256 end = vm.getBlockNumber() + p.challengeEpochs;
        uint256 gone = bound(wait, 0, 120);
        advance(gone);
        IComputeSettlement.Attestation memory attestation;
        (attestation.k, attestation.signers) = (1, signers);
        attestation.validUntil = Epoch.wrap(5_000);
        attestation.signatures = new bytes[](1);
        bytes32 digest = escrow.attestationOf(job, 0, attestation.validUntil);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SIGNER, digest);
        attestation.signatures[0] = abi.encodePacked(r, s, v);
        bool isLate = gone > p.attestEpochs || gone > p.challengeEpochs;
        if (isLate) vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        escrow.attest(job, 0, attestation);
        assertLe(Epoch.unwrap(taskOf(job, 0).deadline), end, "not longer");
    }

    /// Money comes in and goes out to the last unit, in FIL as in a token.
    function testFuzz_DepositAndWithdraw(uint256 amount, bool inFil) external {
        amount = bound(amount, 1, 1_000 ether);
        address token = inFil ? address(0) : address(coin);
        uint256 before = inFil ? requester.balance : coin.balanceOf(requester);
        vm.startPrank(requester);
        escrow.deposit{value: inFil ? amount : 0}(token, amount);
        assertEq(escrow.creditOf(requester, token), amount, "credit");
        escrow.withdraw(token, requester);
        vm.stopPrank();
        assertEq(inFil ? requester.balance : coin.balanceOf(requester), before, "back");
        assertEq(escrow.creditOf(requester, token), 0, "no credit");
    }

    /// Stake waits out its whole time, and then comes back.
    function testFuzz_StakeUnbondAndWithdraw(uint128 amount, uint256 wait, bool inFil) external {
        address token = inFil ? address(0) : address(coin);
        amount = uint128(bound(amount, 1, 1_000 ether));
        vm.startPrank(alice);
        stakes.unbond(token, amount);
        uint256 gone = bound(wait, 0, 2 * UNBONDING);
        advance(gone);
        uint256 before = inFil ? alice.balance : coin.balanceOf(alice);
        if (gone < UNBONDING)
            vm.expectPartialRevert(IComputeRegistry.ComputeUnbondingNotOver.selector);
        stakes.withdraw(token, alice);
        uint256 got = (inFil ? alice.balance : coin.balanceOf(alice)) - before;
        assertEq(got, gone < UNBONDING ? 0 : amount, "withdrawn");
        vm.stopPrank();
    }

    /// Of workers, operators and arbiters only what they themselves said counts.
    function testFuzz_RegisterAndConfirm(address worker, address operator, address other) external {
        vm.assume(operator != address(0) && worker != operator && other != operator);
        vm.prank(worker);
        stakes.register(operator, "");
        assertEq(stakes.operatorOf(worker), worker, "not confirmed");
        vm.prank(other);
        vm.expectPartialRevert(IComputeRegistry.ComputeNotOperator.selector);
        stakes.confirm(worker);
        vm.prank(operator);
        stakes.confirm(worker);
        assertEq(stakes.operatorOf(worker), operator, "confirmed");
        vm.prank(worker);
        stakes.acceptArbiter(other, true);
        assertTrue(stakes.accepts(worker, other), "accepts");
        assertEq(stakes.accepts(other, worker), other == worker, "of itself alone");
    }

    /// Only the escrow locks, unlocks and collects.
    function testFuzz_RevertWhen_AnotherThanTheEscrowMovesStakes(
        address by,
        uint256 amount
    ) external {
        vm.assume(by != address(escrow));
        vm.startPrank(by);
        bytes memory refusal = abi.encodeWithSelector(
            IComputeRegistry.ComputeNotEscrow.selector,
            by
        );
        vm.expectRevert(refusal);
        stakes.lock(alice, address(coin), amount, judge, judge2);
        vm.expectRevert(refusal);
        stakes.unlock(alice, address(coin), amount, amount);
        vm.expectRevert(refusal);
        stakes.collect(address(coin));
        vm.stopPrank();
    }

    /// Whoever pokes whenever: before the deadline nothing happens, after it the task moves on.
    function testFuzz_Poke(address by, uint256 wait) external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        uint256 gone = bound(wait, 0, 120);
        advance(gone);
        vm.prank(by);
        escrow.poke(job, list(0));
        bool isOver = gone > job.params.challengeEpochs;
        assertTask(
            job,
            0,
            isOver ? IComputeLedger.TaskState.Accepted : IComputeLedger.TaskState.Submitted
        );
        assertEq(escrow.creditOf(alice, address(coin)), isOver ? LEAST : 0, "paid");
    }
}

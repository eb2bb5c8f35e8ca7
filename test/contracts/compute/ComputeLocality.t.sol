// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Jobs over stored pieces: those who store an input come first; what is held back waits for a deal on the result. With
/// real deals, evidence and miners.
contract ComputeLocalityTest is DealsFixture, ComputeFixture {
    uint256 private _copyId;
    PieceCid private _input;

    function setUp() public override {
        super.setUp();
        setUpCompute(registry, deals);
        _copyId = copyIdOf(active(2), 0);
        _input = deals.copyOf(_copyId).cid;
        // Alice's operator owns the miner; it confirmed her, and the miner actor was asked.
        vm.prank(alice);
        stakes.register(owner, "");
        vm.prank(owner);
        stakes.confirm(alice);
        stakes.checkControl(owner, miner);
    }

    /* LOCALITY */

    function test_WhoStoresAnInputComesFirstAtTheLeastPrice() external {
        IComputeLedger.Job memory job = create(_localTerms());
        advance(40);
        _acceptLocal(alice, job, 0, _copyId);
        assertTask(job, 0, IComputeLedger.TaskState.Assigned);
        assertEq(escrow.slotOf(job.id, 0, 0).price, LEAST, "price");
    }

    function test_AfterTheWindowTheTaskIsAnybodys() external {
        IComputeLedger.Job memory job = create(_localTerms());
        advance(50);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeNotLocal.selector,
                0,
                Epoch.unwrap(job.created) + 50
            )
        );
        acceptAs(bob, job, 0);
        advance(1);
        acceptAs(bob, job, 0);
        assertEq(escrow.slotOf(job.id, 0, 0).price, LEAST + 0.02 ether, "the ramp begins now");
    }

    function test_RevertWhen_TheOperatorIsAnothers() external {
        IComputeLedger.Job memory job = create(_localTerms());
        vm.expectPartialRevert(IComputeLedger.ComputeNotLocal.selector);
        _acceptLocal(bob, job, 0, _copyId);
        // To name the operator is not enough: it has not confirmed.
        vm.prank(bob);
        stakes.register(owner, "");
        vm.expectPartialRevert(IComputeLedger.ComputeNotLocal.selector);
        _acceptLocal(bob, job, 0, _copyId);
        // An operator of another miner does not help.
        vm.prank(bob);
        stakes.register(owner2, "");
        vm.prank(owner2);
        stakes.confirm(bob);
        stakes.checkControl(owner2, miner);
        stakes.checkControl(owner2, miner2);
        vm.expectPartialRevert(IComputeLedger.ComputeNotLocal.selector);
        _acceptLocal(bob, job, 0, _copyId);
    }

    function test_RevertWhen_ThePieceIsNotTheTasks() external {
        IComputeLedger.Job memory job = create(_localTerms());
        uint256 other = copyIdOf(_copyId >> 8, 1);
        PieceCid piece = deals.copyOf(other).cid;
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeInputNotProven.selector, 0, piece)
        );
        _acceptLocal(alice, job, 0, other);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeInputNotProven.selector, 1, _input)
        );
        _acceptLocal(alice, job, 1, _copyId);
    }

    function test_RevertWhen_TheCopyIsNotLive() external {
        IComputeLedger.Job memory job = create(_localTerms());
        terminate(miner, sectorOf(_copyId));
        reportAs(stranger, _copyId);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCopyNotLive.selector, _copyId)
        );
        _acceptLocal(alice, job, 0, _copyId);
    }

    /* HOLDBACK */

    function test_ADealOnTheResultReleasesTheShare() external {
        IComputeLedger.Job memory job = _accepted(_input);
        assertEq(escrow.creditOf(alice, address(coin)), 0.8 ether, "a fifth waits");
        escrow.releaseHoldback(job, 0, _copyId);
        assertEq(escrow.creditOf(alice, address(coin)), 1 ether, "released");
        assertOwes(10.5 ether);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeNothingHeld.selector, 0));
        escrow.releaseHoldback(job, 0, _copyId);
    }

    function test_WithoutADealTheShareGoesBack() external {
        IComputeLedger.Job memory job = _accepted(_input);
        uint256 before = escrow.creditOf(requester, address(coin));
        advance(101);
        vm.expectPartialRevert(IComputeLedger.ComputeTooLate.selector);
        escrow.releaseHoldback(job, 0, _copyId);
        poke(job, 0);
        poke(job, 0);
        assertEq(escrow.creditOf(requester, address(coin)) - before, 0.2 ether, "went back");
        assertEq(escrow.creditOf(alice, address(coin)), 0.8 ether, "the worker's");
        assertOwes(10.5 ether);
    }

    function test_RevertWhen_TheDealIsOnAnotherPiece() external {
        IComputeLedger.Job memory job = _accepted(PIECE);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputePieceMismatch.selector, _input, PIECE)
        );
        escrow.releaseHoldback(job, 0, _copyId);
    }

    function test_RevertWhen_TheDealEndsTooSoon() external {
        IComputeLedger.JobParams memory p = _holdTerms();
        p.holdbackTermEpochs = 10_000_000;
        IComputeLedger.Job memory job = _acceptedOf(p, _input);
        vm.expectPartialRevert(IComputeLedger.ComputeTermTooShort.selector);
        escrow.releaseHoldback(job, 0, _copyId);
    }

    function test_RevertWhen_TheResultsCopyIsNotLive() external {
        IComputeLedger.Job memory job = _accepted(_input);
        uint256 proposed = copyIdOf(propose(1), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCopyNotLive.selector, proposed)
        );
        escrow.releaseHoldback(job, 0, proposed);
    }

    function test_RevertWhen_TheResultNamesNoPiece() external {
        IComputeLedger.Job memory job = create(_holdTerms());
        acceptAs(alice, job, 0);
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](1);
        results[0].root = RIGHT;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputePieceMissing.selector, 0));
        escrow.submit(job, list(0), results, "");
    }

    function _localTerms() private view returns (IComputeLedger.JobParams memory p) {
        p = jobTerms();
        p.localEpochs = 50;
        p.inputsRoot = keccak256(bytes.concat(keccak256(abi.encode(uint16(0), _input))));
    }

    function _holdTerms() private view returns (IComputeLedger.JobParams memory p) {
        p = jobTerms();
        (p.holdbackBps, p.holdbackEpochs, p.holdbackTermEpochs) = (2_000, 100, 1_000);
    }

    function _accepted(PieceCid piece) private returns (IComputeLedger.Job memory) {
        return _acceptedOf(_holdTerms(), piece);
    }

    function _acceptedOf(
        IComputeLedger.JobParams memory p,
        PieceCid piece
    ) private returns (IComputeLedger.Job memory job) {
        job = create(p);
        acceptAs(alice, job, 0);
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](1);
        results[0] = IComputeLedger.Result(RIGHT, piece);
        vm.prank(alice);
        escrow.submit(job, list(0), results, "");
        approve(job, 0);
    }

    function _acceptLocal(
        address worker_,
        IComputeLedger.Job memory job,
        uint16 task,
        uint256 copyId
    ) private {
        vm.prank(worker_);
        escrow.accept(job, list(task), new bytes32[](0), copyId, new bytes32[](0));
    }
}

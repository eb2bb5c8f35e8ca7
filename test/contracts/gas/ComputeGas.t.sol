// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeJobs} from "../../../contracts/compute/IComputeJobs.sol";
import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {PanelArbiter} from "../../../contracts/compute/PanelArbiter.sol";
import {SingleArbiter} from "../../../contracts/compute/SingleArbiter.sol";
import {copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of the entry points that are no part of every task's life: ComputeLifeGas.t.sol has those. With real deals.
contract ComputeGasTest is DealsFixture, ComputeFixture {
    uint256 private constant KEY = 0xF00D;
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    uint256 private _copyId;
    PieceCid private _input;

    function setUp() public override {
        super.setUp();
        setUpCompute(registry, deals);
        _copyId = copyIdOf(active(1), 0);
        _input = deals.copyOf(_copyId).cid;
        create(jobTerms());
    }

    function test_Registry() external {
        vm.startPrank(alice);
        stakes.register(owner, "http://127.0.0.1:1");
        _count("register");
        stakes.acceptArbiter(address(this), true);
        _count("accept an arbiter");
        stakes.deposit{value: 1 ether}(alice, address(0), 1 ether);
        _count("deposit stake, FIL");
        coin.mint(alice, 1 ether);
        stakes.deposit(alice, address(coin), 1 ether);
        _count("deposit stake");
        stakes.unbond(address(coin), 1 ether);
        _count("unbond stake");
        advance(UNBONDING);
        stakes.withdraw(address(coin), alice);
        _count("withdraw stake");
        vm.stopPrank();
        vm.prank(owner);
        stakes.confirm(alice);
        _count("confirm");
        stakes.checkControl(owner, miner);
        _count("check control");
    }

    function test_Permits() external {
        address signer = vm.addr(KEY);
        coin.mint(signer, 100 ether);
        IComputeLedger.JobParams memory p = jobTerms();
        IComputeJobs.Permit memory permit = _permit(address(escrow), escrow.costOf(p), 0);
        vm.startPrank(signer);
        escrow.createJobWithPermit(p, "spec cid", permit);
        _count("create a job by permit");
        permit = _permit(address(stakes), 1 ether, 1);
        stakes.depositWithPermit(
            address(coin),
            1 ether,
            permit.deadline,
            permit.v,
            permit.r,
            permit.s
        );
        _count("deposit stake by permit");
    }

    function test_Fil() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.tasks, p.token) = (1, address(0));
        IComputeLedger.Job memory job = create(p);
        _count("create a job in FIL");
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        timeOut(job, 0);
        vm.prank(alice);
        escrow.withdraw(address(0), alice);
        _count("withdraw FIL");
        vm.prank(requester);
        escrow.deposit{value: 1 ether}(address(0), 1 ether);
        _count("deposit FIL");
    }

    function test_QuorumOfThree() external {
        IComputeLedger.JobParams memory p = quorumTerms();
        p.tasks = 1;
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        _count("accept, first of three slots");
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        _count("accept, last of three slots");
        sealAs(alice, job, 0, RIGHT);
        _count("seal");
        sealAs(bob, job, 0, RIGHT);
        sealAs(carol, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        _count("open");
        openAs(bob, job, 0, RIGHT);
        openAs(carol, job, 0, RIGHT);
        _count("open, and tally");
        timeOut(job, 0);
        _count("finalise, quorum of three");
    }

    function test_Dispute() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        lockAs(challenger, job, 0, RIGHT);
        _count("lock a challenge");
        vm.prank(challenger);
        escrow.nameChallenge(job, 0, RIGHT, SALT, "evidence cid");
        _count("name a challenge");
        ruleAs(judge, job, 0, RIGHT);
        _count("rule, slash, reopen");
    }

    function test_FailedChallengeAndSilence() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        ruleAs(judge, job, 0, RIGHT);
        _count("rule, the challenge failed");
        job = submitted(RIGHT);
        challengeAs(challenger, job, 0, WRONG);
        timeOut(job, 0);
        _count("to the fallback arbiter");
        timeOut(job, 0);
        _count("both arbiters silent");
    }

    function test_Arbiters() external {
        address[] memory members = new address[](2);
        (members[0], members[1]) = (vm.addr(KEY), vm.addr(KEY + 1));
        uint256[2] memory keys = [KEY, KEY + 1];
        if (members[1] < members[0]) {
            (members[0], members[1]) = (members[1], members[0]);
            keys = [KEY + 1, KEY];
        }
        SingleArbiter single = new SingleArbiter(address(escrow), judge, judge);
        PanelArbiter panel = new PanelArbiter(address(escrow), judge, 2, members);
        vm.startPrank(alice);
        stakes.acceptArbiter(address(single), true);
        stakes.acceptArbiter(address(panel), true);
        vm.stopPrank();
        IComputeLedger.JobParams memory p = jobTerms();
        (p.arbiter, p.fallbackArbiter) = (address(single), address(panel));
        IComputeLedger.Job memory job = _challenged(p);
        vm.prank(judge);
        single.rule(job, 0, 0, RIGHT);
        _count("rule by one key");
        single.collect(address(coin));
        _count("collect an arbiter's fees");
        (p.arbiter, p.fallbackArbiter) = (address(panel), address(single));
        job = _challenged(p);
        bytes32 digest = panel.rulingOf(job.id, 0, 0, RIGHT);
        bytes[] memory signatures = new bytes[](2);
        for (uint256 i; i < 2; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i], digest);
            signatures[i] = abi.encodePacked(r, s, v);
        }
        panel.rule(job, 0, 0, RIGHT, members, signatures);
        _count("rule by two of two");
    }

    function test_LocalityAndHoldback() external {
        vm.prank(alice);
        stakes.register(owner, "");
        vm.prank(owner);
        stakes.confirm(alice);
        stakes.checkControl(owner, miner);
        IComputeLedger.JobParams memory p = jobTerms();
        p.localEpochs = 50;
        p.inputsRoot = keccak256(bytes.concat(keccak256(abi.encode(uint16(0), _input))));
        (p.holdbackBps, p.holdbackEpochs, p.holdbackTermEpochs) = (2_000, 100, 1_000);
        IComputeLedger.Job memory job = create(p);
        vm.prank(alice);
        escrow.accept(job, list(0), new bytes32[](0), _copyId, new bytes32[](0));
        _count("accept by a stored copy");
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](1);
        results[0] = IComputeLedger.Result(RIGHT, _input);
        vm.prank(alice);
        escrow.submit(job, list(0), results, "data cid");
        approve(job, 0);
        uint256 state = vm.snapshotState();
        escrow.releaseHoldback(job, 0, _copyId);
        _count("release the held share");
        vm.revertToState(state);
        timeOut(job, 0);
        _count("return the held share");
    }

    function test_TheRest() external {
        vm.prank(requester);
        escrow.deposit(address(coin), 1 ether);
        _count("deposit");
        IComputeLedger.Job memory job = create(jobTerms());
        acceptManyAs(alice, job, first(2));
        vm.prank(alice);
        escrow.release(job, list(0));
        _count("release");
        vm.prank(requester);
        escrow.cancelOpen(job, list(3));
        _count("cancel a task");
        submitAs(alice, job, 1, RIGHT);
        approve(job, 1);
        _count("approve");
        acceptAs(alice, job, 2);
        timeOut(job, 2);
        _count("a no-show");
        escrow.burn(address(coin));
        _count("burn");
    }

    function _challenged(
        IComputeLedger.JobParams memory p
    ) private returns (IComputeLedger.Job memory job) {
        job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
    }

    function _permit(
        address spender,
        uint256 amount,
        uint256 nonce
    ) private view returns (IComputeJobs.Permit memory permit) {
        bytes32 what = keccak256(
            abi.encode(PERMIT_TYPEHASH, vm.addr(KEY), spender, amount, nonce, block.timestamp)
        );
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", coin.DOMAIN_SEPARATOR(), what));
        permit.deadline = block.timestamp;
        (permit.v, permit.r, permit.s) = vm.sign(KEY, digest);
    }

    function _count(string memory name) private {
        vm.snapshotGasLastCall("gas", string.concat("compute: ", name));
    }
}

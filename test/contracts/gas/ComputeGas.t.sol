// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of a task's whole life: create, accept, submit, finalise, withdraw; alone and in batches; and of the other
/// entry points. In a token unless it says FIL: a bare send of FIL costs far more in the double than on Filecoin.
contract ComputeGasTest is ComputeFixture {
    uint256 private _sum;

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
        coin.mint(alice, 10_000 ether);
        vm.prank(alice);
        stakes.deposit(alice, address(coin), 9_000 ether);
        coin.mint(requester, 100_000 ether);
        // An escrow in use: other jobs are there, and the requester has had refunds.
        create(jobTerms());
        vm.prank(requester);
        escrow.deposit(address(coin), 1 ether);
    }

    function test_LifeGasLimit() external {
        _life(1);
        vm.snapshotValue("gas", "compute: life of a task, alone", _sum);
        assertLe(_sum, 450_000, "gas of a task's life");
    }

    function test_LifeInBatchOf10() external {
        _life(10);
        vm.snapshotValue("gas", "compute: life of a task, in a batch of 10", _sum / 10);
    }

    function test_LifeInBatchOf32() external {
        _life(32);
        vm.snapshotValue("gas", "compute: life of a task, in a batch of 32", _sum / 32);
    }

    function test_LifeInFil() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.tasks, p.token) = (1, address(0));
        vm.prank(requester);
        uint256 id = escrow.createJob{value: 3.5 ether}(p, "spec cid");
        _count("compute: create a job in FIL");
        IComputeLedger.Job memory job = _job(id, p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
        timeOut(job, 0);
        vm.prank(alice);
        escrow.withdraw(address(0), alice);
        _count("compute: withdraw FIL");
    }

    function test_QuorumOfThree() external {
        IComputeLedger.JobParams memory p = quorumTerms();
        p.tasks = 1;
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        vm.snapshotGasLastCall("gas", "compute: accept, first of three slots");
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        vm.snapshotGasLastCall("gas", "compute: accept, last of three slots");
        sealAs(alice, job, 0, RIGHT);
        vm.snapshotGasLastCall("gas", "compute: seal");
        sealAs(bob, job, 0, RIGHT);
        sealAs(carol, job, 0, RIGHT);
        openAs(alice, job, 0, RIGHT);
        vm.snapshotGasLastCall("gas", "compute: open");
        openAs(bob, job, 0, RIGHT);
        openAs(carol, job, 0, RIGHT);
        vm.snapshotGasLastCall("gas", "compute: open, and tally");
        timeOut(job, 0);
        vm.snapshotGasLastCall("gas", "compute: finalise, quorum of three");
    }

    function test_Dispute() external {
        IComputeLedger.Job memory job = submitted(WRONG);
        lockAs(challenger, job, 0, RIGHT);
        vm.snapshotGasLastCall("gas", "compute: lock a challenge");
        vm.prank(challenger);
        escrow.nameChallenge(job, 0, RIGHT, SALT, "evidence cid");
        vm.snapshotGasLastCall("gas", "compute: name a challenge");
        ruleAs(judge, job, 0, RIGHT);
        vm.snapshotGasLastCall("gas", "compute: rule, slash, reopen");
    }

    function test_TheRest() external {
        IComputeLedger.Job memory job = create(jobTerms());
        acceptManyAs(alice, job, first(2));
        vm.prank(alice);
        escrow.release(job, list(0));
        vm.snapshotGasLastCall("gas", "compute: release");
        vm.prank(requester);
        escrow.cancelOpen(job, list(3));
        vm.snapshotGasLastCall("gas", "compute: cancel a task");
        submitAs(alice, job, 1, RIGHT);
        approve(job, 1);
        vm.snapshotGasLastCall("gas", "compute: approve");
        vm.prank(alice);
        stakes.unbond(address(coin), 1 ether);
        vm.snapshotGasLastCall("gas", "compute: unbond stake");
        acceptAs(alice, job, 2);
        timeOut(job, 2);
        vm.snapshotGasLastCall("gas", "compute: a no-show");
        escrow.burn(address(coin));
        vm.snapshotGasLastCall("gas", "compute: burn");
    }

    function _life(uint16 tasks) private {
        IComputeLedger.JobParams memory p = jobTerms();
        p.tasks = tasks;
        string memory suffix = string.concat(", ", vm.toString(tasks), " tasks");
        vm.prank(requester);
        uint256 id = escrow.createJob(p, "spec cid");
        _count(string.concat("compute: create a job", suffix));
        IComputeLedger.Job memory job = _job(id, p);
        uint16[] memory all = first(tasks);
        acceptManyAs(alice, job, all);
        _count(string.concat("compute: accept", suffix));
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](tasks);
        for (uint256 i; i < tasks; ++i) results[i] = result(RIGHT);
        vm.prank(alice);
        escrow.submit(job, all, results, "data cid");
        _count(string.concat("compute: submit", suffix));
        advance(61);
        vm.prank(bob);
        escrow.poke(job, all);
        _count(string.concat("compute: finalise", suffix));
        vm.prank(alice);
        escrow.withdraw(address(coin), alice);
        _count(tasks == 1 ? "compute: withdraw" : string.concat("compute: withdraw", suffix));
    }

    function _job(
        uint256 id,
        IComputeLedger.JobParams memory p
    ) private view returns (IComputeLedger.Job memory job) {
        (job.id, job.requester, job.params) = (id, requester, p);
        job.created = Epoch.wrap(uint64(vm.getBlockNumber()));
    }

    function _count(string memory name) private {
        _sum += vm.snapshotGasLastCall("gas", name);
    }
}

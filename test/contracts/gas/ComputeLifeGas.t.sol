// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IComputeSettlement} from "../../../contracts/compute/IComputeSettlement.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of a task's whole life in each mode: create, accept, answer, finalise, withdraw; alone and in batches.
/// scripts/bench/gas.ts prints every call. In a token: a bare send of FIL costs far more in the double than on Filecoin.
contract ComputeLifeGasTest is ComputeFixture {
    uint256 private constant KEY = 0xA1;

    string private _scenario;
    mapping(string call => uint256) private _calls;
    uint256 private _sum;

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
        _stake(alice);
        _stake(bob);
        _stake(carol);
        coin.mint(requester, 100_000 ether);
        // An escrow in use: other jobs are there, and the requester has had refunds.
        create(jobTerms());
        vm.prank(requester);
        escrow.deposit(address(coin), 1 ether);
    }

    function test_OptimisticAlone() external {
        _optimistic(1, "alone");
        assertLe(_sum, 450_000, "gas of a task's life");
    }

    function test_OptimisticInBatchOf10() external {
        _optimistic(10, "in a batch of 10");
    }

    function test_OptimisticInBatchOf32() external {
        _optimistic(32, "in a batch of 32");
    }

    function test_AttestedAlone() external {
        _attested(1, "Attested, 1 signature, alone");
    }

    function test_AttestedInBatchOf32() external {
        _attested(32, "Attested, 1 signature, in a batch of 32");
    }

    function test_QuorumAlone() external {
        _quorum(1, "Quorum 2 of 3, alone");
    }

    function test_QuorumInBatchOf32() external {
        _quorum(32, "Quorum 2 of 3, in a batch of 32");
    }

    function _optimistic(uint16 tasks, string memory how) private {
        _scenario = string.concat("Optimistic, ", how);
        IComputeLedger.Job memory job = _create(jobTerms(), tasks);
        _accept(alice, job);
        _submit(job);
        advance(61);
        _end(job);
        _withdraw(alice);
        _report(tasks);
        vm.snapshotValue("gas", string.concat("compute: life of a task, ", how), _sum / tasks);
    }

    function _attested(uint16 tasks, string memory scenario) private {
        _scenario = scenario;
        IComputeLedger.JobParams memory p = jobTerms();
        address[] memory signers = new address[](1);
        signers[0] = vm.addr(KEY);
        (p.mode, p.attestEpochs) = (IComputeLedger.Mode.Attested, 20);
        p.attestors = keccak256(abi.encode(uint256(1), signers));
        IComputeLedger.Job memory job = _create(p, tasks);
        _accept(alice, job);
        _submit(job);
        IComputeSettlement.Attestation memory attestation;
        (attestation.k, attestation.signers, attestation.validUntil) = (
            1,
            signers,
            Epoch.wrap(2e3)
        );
        attestation.signatures = new bytes[](1);
        for (uint16 i; i < tasks; ++i) {
            bytes32 digest = escrow.attestationOf(job, i, attestation.validUntil);
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, digest);
            attestation.signatures[0] = abi.encodePacked(r, s, v);
            escrow.attest(job, i, attestation);
            _count("attest");
        }
        advance(21);
        _end(job);
        _withdraw(alice);
        _report(tasks);
    }

    function _quorum(uint16 tasks, string memory scenario) private {
        _scenario = scenario;
        IComputeLedger.Job memory job = _create(quorumTerms(), tasks);
        address[3] memory workers = [alice, bob, carol];
        for (uint256 i; i < 3; ++i) _accept(workers[i], job);
        for (uint256 i; i < 3; ++i) {
            for (uint16 task; task < tasks; ++task) {
                sealAs(workers[i], job, task, RIGHT);
                _count("seal");
            }
        }
        for (uint256 i; i < 3; ++i) {
            for (uint16 task; task < tasks; ++task) {
                openAs(workers[i], job, task, RIGHT);
                _count("open");
            }
        }
        advance(61);
        _end(job);
        for (uint256 i; i < 3; ++i) _withdraw(workers[i]);
        _report(tasks);
    }

    function _create(
        IComputeLedger.JobParams memory p,
        uint16 tasks
    ) private returns (IComputeLedger.Job memory job) {
        p.tasks = tasks;
        vm.prank(requester);
        job.id = escrow.createJob(p, "spec cid");
        _count("create");
        (job.requester, job.params) = (requester, p);
        job.created = Epoch.wrap(uint64(vm.getBlockNumber()));
    }

    function _accept(address worker, IComputeLedger.Job memory job) private {
        acceptManyAs(worker, job, first(job.params.tasks));
        _count("accept");
    }

    function _submit(IComputeLedger.Job memory job) private {
        uint16 tasks = job.params.tasks;
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](tasks);
        for (uint256 i; i < tasks; ++i) results[i] = result(RIGHT);
        vm.prank(alice);
        escrow.submit(job, first(tasks), results, "data cid");
        _count("submit");
    }

    function _end(IComputeLedger.Job memory job) private {
        vm.prank(bob);
        escrow.poke(job, first(job.params.tasks));
        _count("finalise");
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
    }

    function _withdraw(address worker) private {
        vm.prank(worker);
        escrow.withdraw(address(coin), worker);
        _count("withdraw");
    }

    function _stake(address worker) private {
        coin.mint(worker, 9_000 ether);
        vm.prank(worker);
        stakes.deposit(worker, address(coin), 9_000 ether);
    }

    function _count(string memory call) private {
        uint256 used = vm.snapshotGasLastCall("last call", string.concat(_scenario, " # ", call));
        _calls[call] += used;
        _sum += used;
    }

    function _report(uint256 tasks) private {
        string[8] memory calls = [
            "create",
            "accept",
            "submit",
            "attest",
            "seal",
            "open",
            "finalise",
            "withdraw"
        ];
        for (uint256 i; i < 8; ++i) {
            uint256 used = _calls[calls[i]];
            if (used == 0) continue;
            vm.snapshotValue(
                "compute life",
                string.concat(_scenario, " # ", calls[i]),
                used / tasks
            );
            vm.snapshotValue(
                "gas",
                string.concat("compute: ", calls[i], ", a task, ", _scenario),
                used / tasks
            );
        }
        vm.snapshotValue("compute life", string.concat(_scenario, " # in all"), _sum / tasks);
    }
}

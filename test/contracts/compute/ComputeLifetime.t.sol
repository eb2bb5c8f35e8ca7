// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// However everybody delays, a task that is poked when it is due ends within its lifetime.
contract ComputeLifetimeTest is ComputeFixture {
    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    function testFuzz_NobodyOutlastsTheLifetime(uint256 seed) external {
        IComputeLedger.JobParams memory p = seed % 2 == 0 ? jobTerms() : quorumTerms();
        (p.holdbackBps, p.holdbackEpochs) = (1_000, 50);
        IComputeLedger.Job memory job = create(p);
        uint256 start = vm.getBlockNumber();
        uint256 steps;
        while (!_isFinal(job)) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(job, seed);
            assertLe(++steps, 200, "steps");
        }
        uint256 round =
            p.acceptEpochs +
                p.execEpochs +
                p.revealEpochs +
                p.challengeEpochs +
                20 +
                2 * uint256(p.arbitrationEpochs);
        // A poke that is in time comes one epoch after the deadline: at most seven in a round, and one for what is held.
        uint256 lifetime = p.maxRounds * (round + 7) + p.holdbackEpochs + 1;
        assertLe(vm.getBlockNumber() - start, lifetime, "lifetime");
        assertOwes(3 * (escrow.costOf(p) / 4));
    }

    /// The last moment that the state allows, then an action or, one time in three, the poke that follows.
    function _act(IComputeLedger.Job memory job, uint256 seed) private {
        IComputeLedger.Task memory t = taskOf(job, 0);
        uint256 end = Epoch.unwrap(t.deadline);
        if (t.state == IComputeLedger.TaskState.Open) {
            end = Epoch.unwrap(t.since == Epoch.wrap(0) ? job.created : t.since) + 200;
        }
        if (end > vm.getBlockNumber())
            advance((end - vm.getBlockNumber()) * (seed % 4 == 0 ? 0 : 1));
        if ((seed >> 8) % 3 == 0 || !_acted(job, t, seed >> 16)) {
            uint256 now_ = vm.getBlockNumber();
            if (end >= now_) advance(end + 1 - now_);
            poke(job, 0);
        }
    }

    function _acted(
        IComputeLedger.Job memory job,
        IComputeLedger.Task memory t,
        uint256 seed
    ) private returns (bool) {
        address worker = [alice, bob, carol][(seed >> 8) % 3];
        bytes32 root = bytes32(16 + (seed % 3));
        if (t.state == IComputeLedger.TaskState.Open) {
            vm.prank(worker);
            try escrow.accept(job, list(0), new bytes32[](0), 0, new bytes32[](0)) {
                return true;
            } catch {
                return false;
            }
        }
        if (t.state == IComputeLedger.TaskState.Assigned) {
            if (job.params.mode == IComputeLedger.Mode.Optimistic) {
                submitAs(escrow.slotOf(job.id, 0, 0).worker, job, 0, root);
                return true;
            }
            bytes32 seal_ = escrow.sealOf(job.id, 0, t.round, worker, result(root), SALT);
            vm.prank(worker);
            try escrow.seal(job, 0, seal_) {
                return true;
            } catch {
                return false;
            }
        }
        if (t.state == IComputeLedger.TaskState.Revealing) {
            for (uint256 i = 16; i < 19; ++i) {
                vm.prank(worker);
                try escrow.open(job, 0, result(bytes32(i)), SALT, "") {
                    return true;
                } catch {}
            }
            return false;
        }
        if (t.state == IComputeLedger.TaskState.Submitted) {
            lockAs(challenger, job, 0, RIGHT);
            return true;
        }
        if (t.state == IComputeLedger.TaskState.Challenged) {
            vm.prank(challenger);
            escrow.nameChallenge(job, 0, RIGHT, SALT, "");
            return true;
        }
        if (t.state == IComputeLedger.TaskState.Disputed) {
            ruleAs(t.onFallback ? judge2 : judge, job, 0, (seed >> 16) % 2 == 0 ? RIGHT : root);
            return true;
        }
        return false;
    }

    function _isFinal(IComputeLedger.Job memory job) private view returns (bool) {
        IComputeLedger.Task memory t = taskOf(job, 0);
        return t.state >= IComputeLedger.TaskState.Accepted && !t.held;
    }
}

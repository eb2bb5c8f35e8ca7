// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ComputeRegistry} from "../../../contracts/compute/ComputeRegistry.sol";
import {IComputeEscrow} from "../../../contracts/compute/IComputeEscrow.sol";
import {IComputeLedger, WITHHELD} from "../../../contracts/compute/IComputeLedger.sol";
import {IComputeRegistry} from "../../../contracts/compute/IComputeRegistry.sol";
import {IComputeSettlement} from "../../../contracts/compute/IComputeSettlement.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {UsdfcDouble} from "../../../contracts/mocks/payments/UsdfcDouble.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

/// Everybody who acts on jobs, for invariant tests: each function is one action of one role, as far as it is possible.
contract ComputeHandler is ComputeFixture {
    uint16 private constant TASKS = 2;
    uint256 private constant SIGNER = 0xA1;

    IComputeLedger.Job[] private _jobs;
    mapping(bytes32 action => uint256) public calls;
    /// Of final tasks, what they ended as (state + 1).
    mapping(uint256 taskId => uint256) private _ends;
    bool public changedAfterTheEnd;

    constructor() {
        vm.roll(1_000);
        installFilecoin();
        // Any contract: these jobs ask for no copies. This one has no code while it is being made.
        setUpCompute(IProviderRegistry(address(vm)), IStorageDeals(address(vm)));
    }

    /* ACTIONS */

    /// In each mode, in the token and in FIL.
    function doCreate(uint256 kind, uint256 audit) external {
        if (_jobs.length >= 6) return;
        IComputeLedger.JobParams memory p = kind % 2 == 0 ? jobTerms() : quorumTerms();
        if (kind % 4 == 0) {
            (p.mode, p.attestEpochs) = (IComputeLedger.Mode.Attested, 10);
            p.attestors = keccak256(abi.encode(uint256(1), _signers()));
        }
        if (audit % 2 == 0) p.token = address(0);
        (p.tasks, p.auditBps) = (TASKS, uint16(bound(audit, 800, 10_000)));
        (p.stake, p.maxRounds) = (60 ether, uint8(bound(kind, 1, 3)));
        if (kind % 3 == 0) (p.coordinator, p.coordinatorBps) = (coordinator, 777);
        if (kind % 5 < 2) (p.holdbackBps, p.holdbackEpochs) = (1_234, 100);
        _jobs.push(create(p));
        ++calls["create"];
    }

    function doAccept(uint256 pick, uint256 who) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        vm.prank(_worker(who));
        try escrow.accept(job, list(task), new bytes32[](0), 0, new bytes32[](0)) {
            ++calls["accept"];
        } catch {}
        _observe();
    }

    function doRelease(uint256 pick, uint256 who) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any || who % 4 != 0) return;
        vm.prank(_worker(who / 4));
        try escrow.release(job, list(task)) {
            ++calls["release"];
        } catch {}
        _observe();
    }

    /// Submits or seals.
    function doWork(uint256 pick, uint256 who, uint256 root) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        address worker = _worker(who);
        if (job.params.mode == IComputeLedger.Mode.Quorum) {
            bytes32 seal_ = escrow.sealOf(
                job.id,
                task,
                taskOf(job, task).round,
                worker,
                result(_root(root)),
                SALT
            );
            vm.prank(worker);
            try escrow.seal(job, task, seal_) {
                ++calls["seal"];
            } catch {}
        } else {
            IComputeLedger.Result[] memory results = new IComputeLedger.Result[](1);
            results[0] = result(_root(root));
            vm.prank(escrow.slotOf(job.id, task, 0).worker);
            try escrow.submit(job, list(task), results, "") {
                ++calls["submit"];
            } catch {}
        }
        _observe();
    }

    /// Opens whatever the worker sealed.
    function doOpen(uint256 pick, uint256 who) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        address worker = _worker(who);
        for (uint256 i; i < 3; ++i) {
            vm.prank(worker);
            try escrow.open(job, task, result(_root(i)), SALT, "") {
                ++calls["open"];
                break;
            } catch {}
        }
        _observe();
    }

    function doAttest(uint256 pick, uint256 key) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any || job.params.mode != IComputeLedger.Mode.Attested) return;
        IComputeSettlement.Attestation memory attestation;
        (attestation.k, attestation.signers) = (1, _signers());
        attestation.signatures = new bytes[](1);
        attestation.validUntil = Epoch.wrap(uint64(vm.getBlockNumber()));
        bytes32 digest = escrow.attestationOf(job, task, attestation.validUntil);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key % 4 == 0 ? SIGNER + 1 : SIGNER, digest);
        attestation.signatures[0] = abi.encodePacked(r, s, v);
        try escrow.attest(job, task, attestation) {
            ++calls["attest"];
        } catch {}
        _observe();
    }

    function doApprove(uint256 pick) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        vm.prank(requester);
        try escrow.approve(job, list(task)) {
            ++calls["approve"];
        } catch {}
        _observe();
    }

    function doCancel(uint256 pick) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any || pick % 7 != 0) return;
        vm.prank(requester);
        try escrow.cancelOpen(job, list(task)) {
            ++calls["cancel"];
        } catch {}
        _observe();
    }

    function doChallenge(uint256 pick, uint256 root, bool named) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        bytes32 claim = root % 4 == 3 ? WITHHELD : _root(root);
        bytes32 commitment = escrow.commitmentOf(
            job.id,
            task,
            taskOf(job, task).round,
            challenger,
            claim,
            SALT
        );
        uint256 value = job.params.token == address(0) ? job.params.challengeBond : 0;
        vm.prank(challenger);
        try escrow.lockChallenge{value: value}(job, task, commitment) {
            ++calls["lock"];
        } catch {}
        if (named) {
            vm.prank(challenger);
            try escrow.nameChallenge(job, task, claim, SALT, "") {
                ++calls["name"];
            } catch {}
        }
        _observe();
    }

    function doRule(uint256 pick, uint256 ruling) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        bytes32 root = ruling % 3 == 0 ? bytes32(bound(ruling, 1, 4)) : _root(ruling);
        address by = taskOf(job, task).onFallback ? judge2 : judge;
        vm.prank(by);
        try escrow.rule(job, task, root) {
            ++calls["rule"];
        } catch {}
        _observe();
    }

    function doPoke(uint256 pick) external {
        (bool any, IComputeLedger.Job memory job, uint16 task) = _pick(pick);
        if (!any) return;
        ++calls["poke"];
        poke(job, task);
        _observe();
    }

    function doWithdraw(uint256 who) external {
        address[9] memory all = parties();
        address account = all[who % 8];
        address token = _token(who / 8);
        if (escrow.creditOf(account, token) == 0) return;
        ++calls["withdraw"];
        vm.prank(account);
        escrow.withdraw(token, account);
    }

    function doBurn(uint256 which) external {
        address token = _token(which);
        if (escrow.creditOf(BURNT, token) == 0) return;
        ++calls["burn"];
        escrow.burn(token);
    }

    function doUnbond(uint256 who, uint256 amount) external {
        address worker = _worker(who);
        address token = _token(who / 3);
        uint128 free = stakes.stakeOf(worker, token).free;
        if (free < 200 ether) return;
        ++calls["unbond"];
        vm.prank(worker);
        stakes.unbond(token, uint128(bound(amount, 1, 10 ether)));
    }

    function doWithdrawStake(uint256 who) external {
        address worker = _worker(who);
        address token = _token(who / 3);
        vm.prank(worker);
        try stakes.withdraw(token, worker) {
            ++calls["withdraw stake"];
        } catch {}
    }

    function doAdvance(uint256 epochs) external {
        ++calls["advance"];
        advance(bound(epochs, 1, 40));
    }

    function doAdvanceLong(uint256 epochs) external {
        if (epochs % 4 != 0) return;
        ++calls["advance long"];
        advance(bound(epochs, 41, 400));
    }

    /* WHAT THE INVARIANTS ASK */

    function world() external view returns (IComputeEscrow, ComputeRegistry, UsdfcDouble) {
        return (escrow, stakes, coin);
    }

    function parties() public view returns (address[9] memory) {
        return [requester, alice, bob, carol, challenger, coordinator, judge, judge2, BURNT];
    }

    /// What tasks have locked: budgets of those that are not final, bonds, shares held back; and the workers' stakes.
    function locked(address token) external view returns (uint256 money, uint256 stake) {
        for (uint256 i; i < _jobs.length; ++i) {
            IComputeLedger.JobParams memory p = _jobs[i].params;
            if (p.token != token) continue;
            for (uint16 task; task < TASKS; ++task) {
                IComputeLedger.Task memory t = taskOf(_jobs[i], task);
                if (t.state < IComputeLedger.TaskState.Accepted) {
                    money += escrow.costOf(p) / TASKS;
                    if (t.challenger != address(0)) money += p.challengeBond;
                }
                bytes32 root = escrow.slotOf(_jobs[i].id, task, t.winner).answer;
                for (uint256 j; j < t.taken; ++j) {
                    IComputeLedger.Slot memory slot = escrow.slotOf(_jobs[i].id, task, j);
                    if (slot.status == IComputeLedger.SlotStatus.Out) continue;
                    if (t.state < IComputeLedger.TaskState.Accepted) stake += p.stake;
                    if (t.held && slot.answer == root) {
                        money += (uint256(slot.price) * p.holdbackBps) / 10_000;
                    }
                }
            }
        }
    }

    /// A stranger pokes everything, long after every deadline, as often as a round has states.
    function wrapUp() external {
        for (uint256 round; round < 10; ++round) {
            advance(401);
            for (uint256 i; i < _jobs.length; ++i) {
                vm.prank(address(0x57A));
                escrow.poke(_jobs[i], first(TASKS));
            }
        }
    }

    function allFinal() external view returns (bool) {
        for (uint256 i; i < _jobs.length; ++i) {
            for (uint16 task; task < TASKS; ++task) {
                IComputeLedger.Task memory t = taskOf(_jobs[i], task);
                if (t.state < IComputeLedger.TaskState.Accepted || t.held) return false;
            }
        }
        return true;
    }

    /// A task is final once.
    function _observe() private {
        for (uint256 i; i < _jobs.length; ++i) {
            for (uint16 task; task < TASKS; ++task) {
                uint256 state = uint256(taskOf(_jobs[i], task).state);
                uint256 id = (_jobs[i].id << 16) | task;
                if (_ends[id] != 0 && _ends[id] != state + 1) changedAfterTheEnd = true;
                if (state >= uint256(IComputeLedger.TaskState.Accepted)) _ends[id] = state + 1;
            }
        }
    }

    function _pick(
        uint256 pick
    ) private view returns (bool any, IComputeLedger.Job memory job, uint16 task) {
        if (_jobs.length == 0) return (false, job, 0);
        return (true, _jobs[(pick / 2) % _jobs.length], uint16(pick % TASKS));
    }

    function _token(uint256 which) private view returns (address) {
        return which % 2 == 0 ? address(coin) : address(0);
    }

    function _signers() private pure returns (address[] memory signers) {
        signers = new address[](1);
        signers[0] = vm.addr(SIGNER);
    }

    function _worker(uint256 who) private view returns (address) {
        return [alice, bob, carol][who % 3];
    }

    function _root(uint256 which) private pure returns (bytes32) {
        return bytes32(16 + (which % 3));
    }
}

/// What holds whatever requesters, workers, attestors, challengers and arbiters do, in whichever order; in FIL as in a
/// token.
contract ComputeInvariantsTest is Test {
    ComputeHandler private _handler;
    IComputeEscrow private _escrow;
    ComputeRegistry private _stakes;
    UsdfcDouble private _coin;
    address[2] private _tokens;
    uint256[2] private _supplies;

    function setUp() external {
        _handler = new ComputeHandler();
        (_escrow, _stakes, _coin) = _handler.world();
        _tokens[0] = address(_coin);
        for (uint256 i; i < 2; ++i) _supplies[i] = _supply(_tokens[i]);
        targetContract(address(_handler));
        bytes4[] memory actions = new bytes4[](17);
        actions[0] = ComputeHandler.doCreate.selector;
        actions[1] = ComputeHandler.doAccept.selector;
        actions[2] = ComputeHandler.doRelease.selector;
        actions[3] = ComputeHandler.doWork.selector;
        actions[4] = ComputeHandler.doOpen.selector;
        actions[5] = ComputeHandler.doApprove.selector;
        actions[6] = ComputeHandler.doCancel.selector;
        actions[7] = ComputeHandler.doChallenge.selector;
        actions[8] = ComputeHandler.doRule.selector;
        actions[9] = ComputeHandler.doPoke.selector;
        actions[10] = ComputeHandler.doWithdraw.selector;
        actions[11] = ComputeHandler.doBurn.selector;
        actions[12] = ComputeHandler.doUnbond.selector;
        actions[13] = ComputeHandler.doAdvance.selector;
        actions[14] = ComputeHandler.doAdvanceLong.selector;
        actions[15] = ComputeHandler.doAttest.selector;
        actions[16] = ComputeHandler.doWithdrawStake.selector;
        targetSelector(address(_handler), actions);
    }

    /// The escrow has, or has to collect, exactly what it owes: credits, and what tasks have locked.
    function invariant_TheEscrowHoldsWhatItOwes() external view {
        for (uint256 i; i < 2; ++i) {
            (uint256 money, ) = _handler.locked(_tokens[i]);
            uint256 held = _balance(_tokens[i], address(_escrow)) + _escrow.uncollected(_tokens[i]);
            assertEq(held, _credits(_tokens[i]) + money, "escrow");
        }
    }

    /// The registry has exactly the stakes and what was slashed; and the two agree on the latter.
    function invariant_TheRegistryHoldsTheStakes() external view {
        for (uint256 i; i < 2; ++i) {
            uint256 sum = _stakes.collectable(_tokens[i]);
            assertEq(_escrow.uncollected(_tokens[i]), sum, "slashed");
            address[9] memory all = _handler.parties();
            for (uint256 j; j < 9; ++j) {
                IComputeRegistry.Stake memory stake = _stakes.stakeOf(all[j], _tokens[i]);
                sum += uint256(stake.free) + stake.locked + stake.unbonding;
            }
            assertEq(_balance(_tokens[i], address(_stakes)), sum, "registry");
        }
    }

    /// Each stake is released or slashed once: what is locked is what slots of open tasks hold.
    function invariant_LockedStakesAreTheOpenSlots() external view {
        for (uint256 i; i < 2; ++i) {
            (, uint256 stake) = _handler.locked(_tokens[i]);
            uint256 sum;
            address[9] memory all = _handler.parties();
            for (uint256 j; j < 9; ++j) sum += _stakes.stakeOf(all[j], _tokens[i]).locked;
            assertEq(sum, stake, "locked");
        }
    }

    function invariant_ATaskIsFinalOnce() external view {
        assertFalse(_handler.changedAfterTheEnd(), "changed after the end");
    }

    /// By a stranger's pokes alone every task ends, and all that was locked is somebody's.
    function invariant_AStrangerCanFinishEverything() external {
        _handler.wrapUp();
        assertTrue(_handler.allFinal(), "all tasks are final");
        for (uint256 i; i < 2; ++i) {
            address token = _tokens[i];
            (uint256 money, uint256 stake) = _handler.locked(token);
            assertEq(money + stake, 0, "nothing is locked");
            address[9] memory all = _handler.parties();
            for (uint256 j; j < 8; ++j) {
                if (_escrow.creditOf(all[j], token) == 0) continue;
                vm.prank(all[j]);
                _escrow.withdraw(token, all[j]);
            }
            if (_escrow.creditOf(all[8], token) != 0) _escrow.burn(token);
            assertEq(_balance(token, address(_escrow)), 0, "nothing is left");
            assertEq(_supply(token), _supplies[i], "no money was made");
        }
    }

    function _credits(address token) private view returns (uint256 sum) {
        address[9] memory all = _handler.parties();
        for (uint256 i; i < 9; ++i) sum += _escrow.creditOf(all[i], token);
    }

    /// What parties and contracts have between them.
    function _supply(address token) private view returns (uint256 sum) {
        address[9] memory all = _handler.parties();
        for (uint256 i; i < 9; ++i) sum += _balance(token, all[i]);
        sum += _balance(token, address(_escrow)) + _balance(token, address(_stakes));
    }

    function _balance(address token, address account) private view returns (uint256) {
        return token == address(0) ? account.balance : UsdfcDouble(token).balanceOf(account);
    }
}

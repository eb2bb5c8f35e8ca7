// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ComputeEscrow} from "../../contracts/compute/ComputeEscrow.sol";
import {ComputeRegistry} from "../../contracts/compute/ComputeRegistry.sol";
import {IComputeEscrow} from "../../contracts/compute/IComputeEscrow.sol";
import {IComputeLedger} from "../../contracts/compute/IComputeLedger.sol";
import {IComputeRegistry} from "../../contracts/compute/IComputeRegistry.sol";
import {IStorageDeals} from "../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../contracts/fvm/PieceCid.sol";
import {UsdfcDouble} from "../../contracts/mocks/payments/UsdfcDouble.sol";
import {IProviderRegistry} from "../../contracts/providers/IProviderRegistry.sol";
import {FilecoinDevnet} from "./FilecoinDevnet.sol";
import {vm} from "./Vm.sol";

/// An escrow with its registry, a token, three staked workers, and a requester with money.
/// Whoever inherits installs Filecoin and calls `setUpCompute`.
abstract contract ComputeFixture is FilecoinDevnet {
    address internal constant BURNT = 0xff00000000000000000000000000000000000063;
    uint96 internal constant STAKE = 64 ether;
    uint96 internal constant FEE = 0.5 ether;
    uint96 internal constant CHALLENGE_BOND = 1 ether;
    uint96 internal constant LEAST = 1 ether;
    uint96 internal constant MOST = 3 ether;
    uint64 internal constant UNBONDING = 500;
    bytes32 internal constant RIGHT = keccak256("right");
    bytes32 internal constant WRONG = keccak256("wrong");
    bytes32 internal constant SALT = keccak256("salt");
    PieceCid internal constant PIECE = PieceCid.wrap(keccak256("result piece"));

    address internal requester = address(0x4E90);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal carol = address(0xCA401);
    address internal challenger = address(0xC4A1);
    address internal coordinator = address(0xC004D);
    address internal judge = address(0x70D6E);
    address internal judge2 = address(0x70D62);

    IComputeEscrow internal escrow;
    ComputeRegistry internal stakes;
    UsdfcDouble internal coin;

    function setUpCompute(IProviderRegistry providers, IStorageDeals storageDeals) internal {
        coin = new UsdfcDouble();
        stakes = new ComputeRegistry(providers, UNBONDING);
        escrow = IComputeEscrow(payable(address(new ComputeEscrow(stakes, storageDeals, 1))));
        stakes.bind(address(escrow));
        enlist(alice);
        enlist(bob);
        enlist(carol);
        endow(requester);
        endow(challenger);
    }

    /* PARTIES */

    function endow(address account) internal {
        vm.deal(account, 10_000 ether);
        coin.mint(account, 10_000 ether);
        vm.prank(account);
        coin.approve(address(escrow), type(uint256).max);
    }

    /// A registered worker with 1,000 of the token and of FIL at stake, that accepts both arbiters.
    function enlist(address worker) internal {
        coin.mint(worker, 1_000 ether);
        vm.deal(worker, 2_000 ether);
        vm.startPrank(worker);
        stakes.register(worker, "http://127.0.0.1:1");
        stakes.acceptArbiter(judge, true);
        stakes.acceptArbiter(judge2, true);
        coin.approve(address(stakes), type(uint256).max);
        stakes.deposit(worker, address(coin), 1_000 ether);
        stakes.deposit{value: 1_000 ether}(worker, address(0), 1_000 ether);
        vm.stopPrank();
    }

    /// What the account has in the token, wherever it lies.
    function worth(address account) internal view returns (uint256) {
        IComputeRegistry.Stake memory stake = stakes.stakeOf(account, address(coin));
        return
            coin.balanceOf(account) +
            escrow.creditOf(account, address(coin)) +
            stake.free +
            stake.locked +
            stake.unbonding;
    }

    function lockedOf(address worker) internal view returns (uint256) {
        return stakes.stakeOf(worker, address(coin)).locked;
    }

    /* JOBS */

    function jobTerms() internal view virtual returns (IComputeLedger.JobParams memory p) {
        p.specDigest = keccak256("spec");
        p.token = address(coin);
        (p.minPrice, p.maxPrice, p.rampEpochs) = (LEAST, MOST, 100);
        (p.stake, p.arbiterFee, p.challengeBond) = (STAKE, FEE, CHALLENGE_BOND);
        (p.tasks, p.shardsPerTask, p.maxRounds) = (4, 1, 3);
        (p.m, p.n) = (1, 1);
        (p.acceptEpochs, p.execEpochs, p.challengeEpochs) = (200, 100, 60);
        p.arbitrationEpochs = 360;
        (p.arbiter, p.fallbackArbiter) = (judge, judge2);
    }

    function quorumTerms() internal view returns (IComputeLedger.JobParams memory p) {
        p = jobTerms();
        p.mode = IComputeLedger.Mode.Quorum;
        (p.m, p.n, p.revealEpochs) = (2, 3, 40);
    }

    function create(
        IComputeLedger.JobParams memory p
    ) internal returns (IComputeLedger.Job memory) {
        uint256 cost = escrow.costOf(p);
        vm.prank(requester);
        uint256 id = escrow.createJob{value: p.token == address(0) ? cost : 0}(p, "spec cid");
        return IComputeLedger.Job(id, requester, Epoch.wrap(uint64(vm.getBlockNumber())), p);
    }

    function list(uint16 task) internal pure returns (uint16[] memory tasks) {
        tasks = new uint16[](1);
        tasks[0] = task;
    }

    function first(uint16 count) internal pure returns (uint16[] memory tasks) {
        tasks = new uint16[](count);
        for (uint16 i; i < count; ++i) tasks[i] = i;
    }

    function result(bytes32 root) internal pure returns (IComputeLedger.Result memory) {
        return IComputeLedger.Result(root, PIECE);
    }

    function acceptAs(address worker, IComputeLedger.Job memory job, uint16 task) internal {
        acceptManyAs(worker, job, list(task));
    }

    function acceptManyAs(
        address worker,
        IComputeLedger.Job memory job,
        uint16[] memory tasks
    ) internal {
        vm.prank(worker);
        escrow.accept(job, tasks, new bytes32[](0), 0, new bytes32[](0));
    }

    function submitAs(
        address worker,
        IComputeLedger.Job memory job,
        uint16 task,
        bytes32 root
    ) internal {
        IComputeLedger.Result[] memory results = new IComputeLedger.Result[](1);
        results[0] = result(root);
        vm.prank(worker);
        escrow.submit(job, list(task), results, "data cid");
    }

    function sealAs(
        address worker,
        IComputeLedger.Job memory job,
        uint16 task,
        bytes32 root
    ) internal {
        uint8 round = taskOf(job, task).round;
        bytes32 seal_ = escrow.sealOf(job.id, task, round, worker, result(root), SALT);
        vm.prank(worker);
        escrow.seal(job, task, seal_);
    }

    function openAs(
        address worker,
        IComputeLedger.Job memory job,
        uint16 task,
        bytes32 root
    ) internal {
        vm.prank(worker);
        escrow.open(job, task, result(root), SALT, "data cid");
    }

    function lockAs(
        address who,
        IComputeLedger.Job memory job,
        uint16 task,
        bytes32 root
    ) internal {
        uint8 round = taskOf(job, task).round;
        bytes32 commitment = escrow.commitmentOf(job.id, task, round, who, root, SALT);
        uint256 value = job.params.token == address(0) ? job.params.challengeBond : 0;
        vm.prank(who);
        escrow.lockChallenge{value: value}(job, task, commitment);
    }

    function challengeAs(
        address who,
        IComputeLedger.Job memory job,
        uint16 task,
        bytes32 root
    ) internal {
        lockAs(who, job, task, root);
        vm.prank(who);
        escrow.nameChallenge(job, task, root, SALT, "evidence cid");
    }

    function ruleAs(
        address who,
        IComputeLedger.Job memory job,
        uint16 task,
        bytes32 root
    ) internal {
        vm.prank(who);
        escrow.rule(job, task, root);
    }

    function approve(IComputeLedger.Job memory job, uint16 task) internal {
        vm.prank(requester);
        escrow.approve(job, list(task));
    }

    function poke(IComputeLedger.Job memory job, uint16 task) internal {
        vm.prank(address(0x57A));
        escrow.poke(job, list(task));
    }

    /// Goes past the state's deadline, and pokes.
    function timeOut(IComputeLedger.Job memory job, uint16 task) internal {
        uint256 deadline = Epoch.unwrap(taskOf(job, task).deadline);
        advance(deadline + 1 - vm.getBlockNumber());
        poke(job, task);
    }

    /// Task 0 of a new job, submitted by alice at the least price.
    function submitted(bytes32 root) internal returns (IComputeLedger.Job memory job) {
        job = create(jobTerms());
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, root);
    }

    /// Task 0 of a new quorum job: three workers open these roots.
    function opened(
        bytes32 a,
        bytes32 b,
        bytes32 c
    ) internal returns (IComputeLedger.Job memory job) {
        job = create(quorumTerms());
        acceptAs(alice, job, 0);
        acceptAs(bob, job, 0);
        acceptAs(carol, job, 0);
        sealAs(alice, job, 0, a);
        sealAs(bob, job, 0, b);
        sealAs(carol, job, 0, c);
        openAs(alice, job, 0, a);
        openAs(bob, job, 0, b);
        openAs(carol, job, 0, c);
    }

    function taskOf(
        IComputeLedger.Job memory job,
        uint16 task
    ) internal view returns (IComputeLedger.Task memory) {
        return escrow.taskOf(job.id, task);
    }

    function assertTask(
        IComputeLedger.Job memory job,
        uint16 task,
        IComputeLedger.TaskState expected
    ) internal view {
        assertEq(uint256(taskOf(job, task).state), uint256(expected), "state");
    }

    /* MONEY */

    struct Holdings {
        int256 requester;
        int256 alice;
        int256 bob;
        int256 carol;
        int256 challenger;
        int256 coordinator;
        int256 judge;
        int256 judge2;
        int256 burnt;
    }

    function holdings() internal view returns (Holdings memory) {
        return
            Holdings({
                requester: int256(worth(requester)),
                alice: int256(worth(alice)),
                bob: int256(worth(bob)),
                carol: int256(worth(carol)),
                challenger: int256(worth(challenger)),
                coordinator: int256(worth(coordinator)),
                judge: int256(worth(judge)),
                judge2: int256(worth(judge2)),
                burnt: int256(worth(BURNT))
            });
    }

    /// Who gained and who lost since then, in every purse.
    function assertMoved(Holdings memory before, Holdings memory moves) internal view {
        Holdings memory now_ = holdings();
        assertEq(now_.requester - before.requester, moves.requester, "requester");
        assertEq(now_.alice - before.alice, moves.alice, "alice");
        assertEq(now_.bob - before.bob, moves.bob, "bob");
        assertEq(now_.carol - before.carol, moves.carol, "carol");
        assertEq(now_.challenger - before.challenger, moves.challenger, "challenger");
        assertEq(now_.coordinator - before.coordinator, moves.coordinator, "coordinator");
        assertEq(now_.judge - before.judge, moves.judge, "arbiter");
        assertEq(now_.judge2 - before.judge2, moves.judge2, "fallback arbiter");
        assertEq(now_.burnt - before.burnt, moves.burnt, "burnt");
    }

    /// The escrow's balance is what it owes: credits of these parties, and `locked` in jobs and bonds.
    function assertOwes(uint256 locked) internal view {
        address token = address(coin);
        uint256 credits =
            escrow.creditOf(requester, token) +
                escrow.creditOf(alice, token) +
                escrow.creditOf(bob, token) +
                escrow.creditOf(carol, token) +
                escrow.creditOf(challenger, token) +
                escrow.creditOf(coordinator, token) +
                escrow.creditOf(judge, token) +
                escrow.creditOf(judge2, token) +
                escrow.creditOf(BURNT, token);
        assertEq(
            coin.balanceOf(address(escrow)) + stakes.collectable(token),
            credits + locked,
            "the escrow holds what it owes"
        );
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Funds} from "../../../contracts/compute/Funds.sol";
import {IComputeJobs} from "../../../contracts/compute/IComputeJobs.sol";
import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {FeeOnTransferToken} from "../../../contracts/mocks/payments/FeeOnTransferToken.sol";
import {ReentrantToken} from "../../../contracts/mocks/payments/ReentrantToken.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// How jobs are posted and paid for, and what is refused.
contract ComputeJobsTest is ComputeFixture {
    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /* MONEY IN */

    function test_TheCostIsAllThatATaskCanCost() external view {
        IComputeLedger.JobParams memory p = quorumTerms();
        (p.coordinator, p.coordinatorBps) = (coordinator, 100);
        assertEq(escrow.costOf(p), 4 * (3 * 3.03 ether + 0.5 ether), "cost");
    }

    function test_CreditPaysForTheNextJob() external {
        vm.startPrank(requester);
        escrow.deposit(address(coin), 15 ether);
        escrow.deposit{value: 15 ether}(address(0), 15 ether);
        vm.stopPrank();
        uint256 before = coin.balanceOf(requester);
        create(jobTerms());
        assertEq(coin.balanceOf(requester), before, "nothing was pulled");
        assertEq(escrow.creditOf(requester, address(coin)), 1 ether, "credit");
        IComputeLedger.JobParams memory p = jobTerms();
        p.token = address(0);
        vm.prank(requester);
        escrow.createJob(p, "");
        assertEq(escrow.creditOf(requester, address(0)), 1 ether, "credit in FIL");
        vm.prank(requester);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCreditTooSmall.selector, 1 ether, 14 ether)
        );
        escrow.createJob(p, "");
    }

    function test_PaysByPermit() external {
        address signer = vm.addr(0xF00D);
        coin.mint(signer, 14 ether);
        IComputeJobs.Permit memory permit = _permit(14 ether);
        vm.prank(signer);
        uint256 id = escrow.createJobWithPermit(jobTerms(), "", permit);
        assertTrue(escrow.jobHashOf(id) != 0, "created");
        assertEq(coin.balanceOf(address(escrow)), 14 ether, "paid");
    }

    /// Somebody who saw the permit uses it first: the job is created all the same.
    function test_AUsedPermitDoesNoHarm() external {
        address signer = vm.addr(0xF00D);
        coin.mint(signer, 14 ether);
        IComputeJobs.Permit memory permit = _permit(14 ether);
        coin.permit(
            signer,
            address(escrow),
            14 ether,
            permit.deadline,
            permit.v,
            permit.r,
            permit.s
        );
        vm.prank(signer);
        escrow.createJobWithPermit(jobTerms(), "", permit);
        assertEq(coin.balanceOf(address(escrow)), 14 ether, "paid");
    }

    function test_APermitForFilIsNone() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.token = address(0);
        IComputeJobs.Permit memory none;
        vm.startPrank(requester);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCreditTooSmall.selector, 0, 14 ether)
        );
        escrow.createJobWithPermit(p, "", none);
        escrow.deposit{value: 14 ether}(address(0), 14 ether);
        escrow.createJobWithPermit(p, "", none);
        vm.stopPrank();
    }

    function test_RevertWhen_TheValueIsWrong() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.token = address(0);
        vm.startPrank(requester);
        vm.expectRevert(abi.encodeWithSelector(Funds.FundsValueWrong.selector, 15 ether, 14 ether));
        escrow.createJob{value: 15 ether}(p, "");
        vm.expectRevert(abi.encodeWithSelector(Funds.FundsValueWrong.selector, 1, 0));
        escrow.createJob{value: 1}(jobTerms(), "");
        vm.stopPrank();
        (bool ok, ) = address(escrow).call{value: 1}("");
        assertFalse(ok, "no bare FIL");
    }

    function test_RevertWhen_TheTokenTakesAFee() external {
        FeeOnTransferToken fee = new FeeOnTransferToken(false);
        fee.mint(requester, 100 ether);
        IComputeLedger.JobParams memory p = jobTerms();
        p.token = address(fee);
        vm.startPrank(requester);
        fee.approve(address(escrow), 100 ether);
        vm.expectRevert(
            abi.encodeWithSelector(Funds.FundsShort.selector, fee, 13.86 ether, 14 ether)
        );
        escrow.createJob(p, "");
        vm.stopPrank();
    }

    /// A token that calls back in the middle of a deposit cannot have it counted twice.
    function test_RevertWhen_TheTokenReenters() external {
        ReentrantToken re = new ReentrantToken();
        re.mint(requester, 100 ether);
        vm.startPrank(requester);
        re.approve(address(escrow), 100 ether);
        re.arm(address(escrow), abi.encodeCall(IComputeJobs.deposit, (address(re), 1 ether)));
        vm.expectRevert(bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        escrow.deposit(address(re), 1 ether);
        re.arm(address(escrow), abi.encodeCall(IComputeJobs.withdraw, (address(re), requester)));
        vm.expectRevert(bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        escrow.deposit(address(re), 1 ether);
        vm.stopPrank();
    }

    function test_RevertWhen_NothingIsCredited() external {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeCreditZero.selector, alice));
        escrow.withdraw(address(coin), alice);
    }

    function test_RevertWhen_TheSpecCidIsTooLong() external {
        vm.prank(requester);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeCidTooLong.selector, 129, 128)
        );
        escrow.createJob(jobTerms(), new bytes(129));
    }

    function test_RevertWhen_CancellingWhatIsTaken() external {
        IComputeLedger.Job memory job = create(quorumTerms());
        acceptAs(alice, job, 0);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeTaskHasWorkers.selector, 0));
        escrow.cancelOpen(job, list(0));
    }

    /* TERMS: one field wrong at a time */

    function test_RevertWhen_AFieldIsWrong() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.specDigest = 0;
        _refused(p, "specDigest");
        p = jobTerms();
        p.tasks = 0;
        _refused(p, "tasks");
        p = jobTerms();
        p.shardsPerTask = 257;
        _refused(p, "shardsPerTask");
        p = jobTerms();
        p.maxRounds = 0;
        _refused(p, "maxRounds");
        p.maxRounds = 9;
        _refused(p, "maxRounds");
        p = jobTerms();
        p.minPrice = p.maxPrice + 1;
        _refused(p, "minPrice");
        p = jobTerms();
        p.maxPrice = uint96(type(uint88).max) + 1;
        _refused(p, "maxPrice");
        (p.minPrice, p.maxPrice) = (0, 0);
        _refused(p, "maxPrice");
        p = jobTerms();
        p.rampEpochs = 201;
        _refused(p, "rampEpochs");
        p = jobTerms();
        p.challengeBond = 0.8 ether - 1;
        _refused(p, "challengeBond");
        p = jobTerms();
        p.coordinatorBps = 1;
        _refused(p, "coordinator");
        p.coordinatorBps = 10_001;
        _refused(p, "coordinatorBps");
        p = jobTerms();
        p.coordinator = coordinator;
        _refused(p, "coordinator");
        p = jobTerms();
        p.arbiter = address(0);
        _refused(p, "arbiter");
        p = jobTerms();
        p.fallbackArbiter = p.arbiter;
        _refused(p, "fallbackArbiter");
        p = jobTerms();
        p.localEpochs = 10;
        _refused(p, "inputsRoot");
        p.inputsRoot = RIGHT;
        p.localEpochs = 200;
        _refused(p, "localEpochs");
    }

    function test_RevertWhen_AWindowIsWrong() external {
        IComputeLedger.JobParams memory p = jobTerms();
        (p.acceptEpochs, p.rampEpochs) = (0, 0);
        _refused(p, "acceptEpochs");
        p.acceptEpochs = (1 << 24) + 1;
        _refused(p, "acceptEpochs");
        p = jobTerms();
        p.execEpochs = 0;
        _refused(p, "execEpochs");
        p = jobTerms();
        p.challengeEpochs = 0;
        _refused(p, "challengeEpochs");
        p = jobTerms();
        p.arbitrationEpochs = 359;
        _refused(p, "arbitrationEpochs");
        p = jobTerms();
        p.holdbackBps = 10_001;
        _refused(p, "holdbackBps");
        p.holdbackBps = 1;
        _refused(p, "holdbackEpochs");
        (p.holdbackBps, p.holdbackEpochs) = (0, 1);
        _refused(p, "holdbackEpochs");
        p = jobTerms();
        p.holdbackTermEpochs = (1 << 24) + 1;
        _refused(p, "holdbackTermEpochs");
    }

    function test_RevertWhen_TheModeIsWrong() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.n = 2;
        _refused(p, "n");
        p = jobTerms();
        p.m = 0;
        _refused(p, "m");
        p = jobTerms();
        p.revealEpochs = 1;
        _refused(p, "revealEpochs");
        p = jobTerms();
        p.attestEpochs = 1;
        _refused(p, "attestEpochs");
        p = jobTerms();
        p.attestors = RIGHT;
        _refused(p, "attestors");
        p = quorumTerms();
        p.n = 8;
        _refused(p, "n");
        p = quorumTerms();
        (p.m, p.n) = (2, 4);
        _refused(p, "m");
        p.m = 5;
        _refused(p, "m");
        p = quorumTerms();
        p.revealEpochs = 0;
        _refused(p, "revealEpochs");
        p = jobTerms();
        p.mode = IComputeLedger.Mode.Attested;
        _refused(p, "attestEpochs");
        p.attestEpochs = 1;
        _refused(p, "attestors");
    }

    /// S x q >= P x (1 - q) + 3 fees x q; and a quarter of S pays a ruling.
    function test_RevertWhen_TheStakeMakesLiesPay() external {
        IComputeLedger.JobParams memory p = jobTerms();
        p.stake = 4 * FEE - 1;
        _refused(p, "stake");
        p = jobTerms();
        p.auditBps = 1_000;
        p.stake = 31 ether - 1;
        _refused(p, "stake");
        p.stake = 31 ether;
        create(p);
        p.auditBps = 10_001;
        _refused(p, "auditBps");
    }

    /// Upper bits that no field has would make a job that nobody can use: refused at once.
    function test_RevertWhen_AFieldHasDirtyBits() external {
        bytes memory data = abi.encodeCall(IComputeJobs.createJob, (jobTerms(), ""));
        for (uint256 word = 1; word < 32; ++word) {
            if (word == 28 || word == 30 || word == 31) continue;
            bytes memory dirty = bytes.concat(data);
            dirty[4 + word * 32] = 0x01;
            vm.prank(requester);
            (bool ok, ) = address(escrow).call(dirty);
            assertFalse(ok, "dirty");
        }
        vm.prank(requester);
        (bool clean, ) = address(escrow).call(data);
        assertTrue(clean, "clean");
    }

    function _refused(IComputeLedger.JobParams memory p, bytes32 field) private {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeJobInvalid.selector, field));
        escrow.createJob(p, "");
    }

    function _permit(uint256 amount) private view returns (IComputeJobs.Permit memory permit) {
        permit.deadline = block.timestamp;
        bytes32 what = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                vm.addr(0xF00D),
                address(escrow),
                amount,
                0,
                permit.deadline
            )
        );
        (permit.v, permit.r, permit.s) = vm.sign(
            0xF00D,
            keccak256(abi.encodePacked("\x19\x01", coin.DOMAIN_SEPARATOR(), what))
        );
    }
}

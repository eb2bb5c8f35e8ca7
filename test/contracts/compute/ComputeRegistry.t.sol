// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ComputeEscrow} from "../../../contracts/compute/ComputeEscrow.sol";
import {ComputeRegistry} from "../../../contracts/compute/ComputeRegistry.sol";
import {Funds} from "../../../contracts/compute/Funds.sol";
import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IComputeRegistry} from "../../../contracts/compute/IComputeRegistry.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {FeeOnTransferToken} from "../../../contracts/mocks/payments/FeeOnTransferToken.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Nodes, operators, arbiters, and the stake vault. The test is the provider registry that the miner's word comes from.
contract ComputeRegistryTest is ComputeFixture {
    ActorId private constant MINER = ActorId.wrap(1_234);
    bool private _controls = true;

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
    }

    /// What IProviderRegistry asks of the miner actor.
    function isControlling(ActorId, address) external view returns (bool) {
        return _controls;
    }

    /* NODES */

    function test_AnOperatorCountsOnceItConfirmed() external {
        vm.prank(alice);
        stakes.register(bob, "http://127.0.0.1:2");
        assertEq(stakes.operatorOf(alice), alice, "not yet");
        stakes.checkControl(bob, MINER);
        assertFalse(stakes.controls(alice, MINER), "not yet");
        vm.prank(bob);
        stakes.confirm(alice);
        assertEq(stakes.operatorOf(alice), bob, "confirmed");
        assertTrue(stakes.controls(alice, MINER), "bob's miner");
        // The same operator again keeps the confirmation; another one does not.
        vm.prank(alice);
        stakes.register(bob, "http://127.0.0.1:3");
        assertTrue(stakes.nodeOf(alice).confirmed, "still");
        vm.prank(alice);
        stakes.register(carol, "");
        assertFalse(stakes.controls(alice, MINER), "carol has not confirmed");
    }

    function test_ControlIsWhatTheMinerLastSaid() external {
        assertFalse(stakes.controls(alice, MINER), "nobody asked");
        assertTrue(stakes.checkControl(alice, MINER), "asked");
        assertTrue(stakes.controls(alice, MINER), "kept");
        _controls = false;
        assertFalse(stakes.checkControl(alice, MINER), "asked again");
        assertFalse(stakes.controls(alice, MINER), "gone");
    }

    function test_RevertWhen_AnotherConfirms() external {
        vm.prank(alice);
        stakes.register(bob, "");
        vm.prank(carol);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeRegistry.ComputeNotOperator.selector, alice, carol)
        );
        stakes.confirm(alice);
    }

    function test_RevertWhen_TheOperatorIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeOperatorZero.selector));
        stakes.register(address(0), "");
    }

    function test_RevertWhen_TheEndpointIsTooLong() external {
        vm.expectRevert(
            abi.encodeWithSelector(IComputeRegistry.ComputeEndpointTooLong.selector, 257)
        );
        stakes.register(alice, string(new bytes(257)));
    }

    /* STAKES */

    function test_UnbondingWaitsAndPays() external {
        vm.startPrank(alice);
        stakes.unbond(address(coin), 400 ether);
        advance(100);
        stakes.unbond(address(coin), 100 ether);
        advance(UNBONDING - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeRegistry.ComputeUnbondingNotOver.selector,
                1_100 + UNBONDING
            )
        );
        stakes.withdraw(address(coin), alice);
        advance(1);
        assertEq(stakes.withdraw(address(coin), alice), 500 ether, "both");
        assertEq(coin.balanceOf(alice), 500 ether, "received");
        assertEq(stakes.stakeOf(alice, address(coin)).free, 500 ether, "the rest");
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeAmountZero.selector));
        stakes.withdraw(address(coin), alice);
        vm.stopPrank();
    }

    function test_UnbondingBacksNoTask() external {
        vm.prank(alice);
        stakes.unbond(address(coin), 1_000 ether - 1);
        IComputeLedger.Job memory job = create(jobTerms());
        vm.expectRevert(
            abi.encodeWithSelector(IComputeRegistry.ComputeStakeTooSmall.selector, 1, STAKE)
        );
        acceptAs(alice, job, 0);
    }

    function test_LockedStakeCannotUnbond() external {
        acceptAs(alice, create(jobTerms()), 0);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeRegistry.ComputeStakeTooSmall.selector,
                936 ether,
                1_000 ether
            )
        );
        stakes.unbond(address(coin), 1_000 ether);
    }

    function test_DepositsByPermit() external {
        address worker = vm.addr(0xF00D);
        coin.mint(worker, 10 ether);
        (uint8 v, bytes32 r, bytes32 s) = _permit(0xF00D, address(stakes), 10 ether);
        vm.prank(worker);
        stakes.depositWithPermit(address(coin), 10 ether, block.timestamp, v, r, s);
        assertEq(stakes.stakeOf(worker, address(coin)).free, 10 ether, "stake");
        assertEq(coin.balanceOf(worker), 0, "paid");
    }

    function test_RevertWhen_NothingIsDepositedOrUnbonded() external {
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeAmountZero.selector));
        stakes.deposit(alice, address(coin), 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeAmountZero.selector));
        stakes.unbond(address(coin), 0);
    }

    function test_RevertWhen_TheValueIsNotTheAmount() external {
        vm.deal(address(this), 5 ether);
        vm.expectRevert(abi.encodeWithSelector(Funds.FundsValueWrong.selector, 1 ether, 2 ether));
        stakes.deposit{value: 1 ether}(alice, address(0), 2 ether);
        vm.expectRevert(abi.encodeWithSelector(Funds.FundsValueWrong.selector, 1 ether, 0));
        stakes.deposit{value: 1 ether}(alice, address(coin), 1 ether);
    }

    function test_RevertWhen_TheTokenTakesAFee() external {
        FeeOnTransferToken fee = new FeeOnTransferToken(false);
        fee.mint(address(this), 100);
        fee.approve(address(stakes), 100);
        vm.expectRevert(abi.encodeWithSelector(Funds.FundsShort.selector, fee, 99, 100));
        stakes.deposit(alice, address(fee), 100);
    }

    function test_RevertWhen_PayingNobody() external {
        vm.startPrank(alice);
        stakes.unbond(address(coin), 1);
        advance(UNBONDING);
        vm.expectRevert(abi.encodeWithSelector(Funds.FundsTransferFailed.selector, address(0), 1));
        stakes.withdraw(address(coin), address(0));
        vm.expectRevert(
            abi.encodeWithSelector(Funds.FundsTransferFailed.selector, address(stakes), 1)
        );
        stakes.withdraw(address(coin), address(stakes));
        vm.stopPrank();
    }

    /* WHO MAY */

    function test_RevertWhen_AnotherThanTheEscrowLocks() external {
        bytes memory refusal = abi.encodeWithSelector(
            IComputeRegistry.ComputeNotEscrow.selector,
            address(this)
        );
        vm.expectRevert(refusal);
        stakes.lock(alice, address(coin), 1, judge, judge2);
        vm.expectRevert(refusal);
        stakes.unlock(alice, address(coin), 1, 1);
        vm.expectRevert(refusal);
        stakes.collect(address(coin));
    }

    function test_RevertWhen_TheWorkerIsNotRegistered() external {
        IComputeLedger.Job memory job = create(jobTerms());
        vm.expectRevert(
            abi.encodeWithSelector(IComputeRegistry.ComputeNotRegistered.selector, address(0x123))
        );
        acceptAs(address(0x123), job, 0);
    }

    function test_RevertWhen_AnArbiterIsNotAccepted() external {
        IComputeLedger.Job memory job = create(jobTerms());
        vm.prank(alice);
        stakes.acceptArbiter(judge2, false);
        assertFalse(stakes.accepts(alice, judge2), "list");
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeRegistry.ComputeArbiterNotAccepted.selector,
                alice,
                judge2
            )
        );
        acceptAs(alice, job, 0);
    }

    /* DEPLOYMENT */

    function test_BindsOnce() external {
        ComputeRegistry fresh = new ComputeRegistry(IProviderRegistry(address(this)), 1);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeRegistry.ComputeNotDeployer.selector, alice)
        );
        fresh.bind(alice);
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeBindingZero.selector));
        fresh.bind(address(0));
        fresh.bind(address(escrow));
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeAlreadyBound.selector));
        fresh.bind(address(escrow));
    }

    function test_RevertWhen_AParameterIsOutOfBounds() external {
        vm.expectRevert(
            abi.encodeWithSelector(IComputeRegistry.ComputeUnbondingOutOfBounds.selector, 0)
        );
        new ComputeRegistry(IProviderRegistry(address(this)), 0);
        vm.expectRevert(abi.encodeWithSelector(IComputeRegistry.ComputeBindingZero.selector));
        new ComputeRegistry(IProviderRegistry(address(0)), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeNotContract.selector, address(1))
        );
        new ComputeEscrow(IComputeRegistry(address(1)), IStorageDeals(address(this)), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeNotContract.selector, address(1))
        );
        new ComputeEscrow(stakes, IStorageDeals(address(1)), 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeParameterOutOfBounds.selector,
                2_881,
                1,
                2_880
            )
        );
        new ComputeEscrow(stakes, IStorageDeals(address(this)), 2_881);
    }

    function _permit(
        uint256 key,
        address spender,
        uint256 amount
    ) private view returns (uint8, bytes32, bytes32) {
        bytes32 digest = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                vm.addr(key),
                spender,
                amount,
                0,
                block.timestamp
            )
        );
        return
            vm.sign(key, keccak256(abi.encodePacked("\x19\x01", coin.DOMAIN_SEPARATOR(), digest)));
    }
}

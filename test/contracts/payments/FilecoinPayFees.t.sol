// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {BurnPrecompile} from "../../support/BurnPrecompile.sol";
import {PayFixture} from "../../support/PayFixture.sol";
import {vm} from "../../support/Vm.sol";

/// The network's fee, the operator's commission, FIL rails and the fee auction.
contract FilecoinPayFeesTest is PayFixture {
    address private constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;
    address private constant BURNT_FUNDS = 0xff00000000000000000000000000000000000063;
    IERC20 private constant FIL = IERC20(address(0));

    /* FEE AND COMMISSION */

    function test_FeeIsRoundedUpAndCommissionDown() public {
        _oneTime(1, 1, 0, 0);
        _oneTime(199, 1, 4, 194);
        _oneTime(200, 1, 4, 195);
        _oneTime(201, 2, 4, 195);
        _oneTime(1000, 5, 24, 971);
        _oneTime(12_345, 62, 307, 11_976);
    }

    function test_SettlementPaysFeeAndCommission() public {
        uint256 railId = _openWithCommission(0);
        _rate(railId, RATE, 0);
        advance(1);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailSettled(railId, 1000, 971, 24, 5, block.number);
        (, uint256 net, uint256 commission, uint256 fee, , ) = _pay.settleRail(
            railId,
            block.number
        );
        assertEq(net, 971, "net");
        assertEq(commission, 24, "commission");
        assertEq(fee, 5, "fee");
        assertEq(_account(FEE_ACCOUNT).funds, 24, "fee account");
    }

    function test_RevertWhen_OneTimePaymentAboveTheFixedLockup() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, FIXED);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.OneTimePaymentExceedsLockup.selector,
                railId,
                FIXED,
                FIXED + 1
            )
        );
        _rate(railId, RATE, FIXED + 1);
    }

    function test_AllowancesOverTheLifeOfARail() public {
        _fund(CLIENT, FUNDS);
        _approve(true, RATE, 150_000, PERIOD);
        uint256 railId = _create();
        _lock(railId, PERIOD, FIXED);
        _rate(railId, RATE, 0);
        _assertApproval(150_000, 150_000, RATE);
        advance(10);
        _pay.settleRail(railId, block.number);
        _assertApproval(150_000, 150_000, RATE);
        _rate(railId, RATE, FIXED);
        _assertApproval(100_000, 100_000, RATE);
        _terminate(railId, OPERATOR);
        _assertApproval(100_000, 100_000, 0);
        advance(PERIOD + 1);
        _pay.settleRail(railId, block.number);
        _assertApproval(100_000, 0, 0);
        assertEq(_approval().rateAllowance, RATE, "rateAllowance");
    }

    /* FIL */

    function test_DepositsFilSentAsValue() public {
        vm.deal(CLIENT, 1 ether);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.DepositRecorded(FIL, CLIENT, CLIENT, 1 ether);
        vm.prank(CLIENT);
        _pay.deposit{value: 1 ether}(FIL, CLIENT, 1 ether);
        (uint256 funds, , , ) = _pay.accounts(FIL, CLIENT);
        assertEq(funds, 1 ether, "funds");
    }

    function test_RevertWhen_FilIsNotSentExactly() public {
        vm.deal(address(this), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.MustSendExactNativeAmount.selector,
                1 ether,
                1 ether - 1
            )
        );
        _pay.deposit{value: 1 ether - 1}(FIL, CLIENT, 1 ether);
    }

    function test_RevertWhen_ValueComesWithATokenDeposit() public {
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(IFilecoinPayV1.NativeTokenNotAccepted.selector, 1));
        _pay.deposit{value: 1}(_usdfc, CLIENT, 0);
    }

    function test_FilRailBurnsItsFeeAtOnceAndThePayeeWithdraws() public {
        vm.etch(CALL_ACTOR_ID, address(new BurnPrecompile()).code);
        uint256 railId = _openFil(1e12);
        vm.roll(_start + 101);
        uint256 burnt = BURNT_FUNDS.balance;
        _settlePays(railId, block.number, 101e12, _start + 101);
        assertEq(BURNT_FUNDS.balance - burnt, 505_000_000_000, "burned");
        assertEq(_account(PAYEE).funds, 100_495_000_000_000, "payee's funds");
        assertEq(_account(address(_pay)).funds, 0, "Pay keeps nothing");

        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.WithdrawRecorded(FIL, PAYEE, PAYEE, 100_495_000_000_000);
        vm.prank(PAYEE);
        _pay.withdraw(FIL, 100_495_000_000_000);
        assertEq(PAYEE.balance, 100_495_000_000_000, "payee's balance");
        assertEq(address(_pay).balance, _account(CLIENT).funds, "FIL in Pay = what it owes");
    }

    function test_RevertGiven_NoPrecompileToBurnFil() public {
        uint256 railId = _openFil(1e12);
        vm.roll(_start + 7);
        _settleReverts(
            railId,
            block.number,
            abi.encodeWithSelector(
                IFilecoinPayV1.NativeTransferFailed.selector,
                BURNT_FUNDS,
                35_000_000_000
            )
        );
    }

    function test_TokenRailsNeedNoPrecompile() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        advance(7);
        _settlePays(railId, block.number, 7_000, block.number);
    }

    function test_RevertWhen_TheReceiverOfFilRefusesIt() public {
        vm.deal(CLIENT, 1 ether);
        vm.startPrank(CLIENT);
        _pay.deposit{value: 1 ether}(FIL, CLIENT, 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.NativeTransferFailed.selector,
                address(_usdfc),
                1 ether
            )
        );
        _pay.withdrawTo(FIL, address(_usdfc), 1 ether);
        vm.stopPrank();
    }

    /* THE FEE AUCTION */

    function test_AuctionsTheGatheredFees() public {
        vm.etch(CALL_ACTOR_ID, address(new BurnPrecompile()).code);
        uint256 railId = _open(FUNDS, 0, PERIOD, 1_000_000);
        _rate(railId, 0, 1_000_000);
        assertEq(_account(address(_pay)).funds, 5_000, "gathered fees");
        (uint88 startPrice, uint168 startTime) = _pay.auctionInfo(_token);
        assertEq(startPrice, 2_100_000_000_000_000, "start price");
        assertEq(startTime, block.timestamp, "start time");

        vm.deal(STRANGER, 1 ether);
        vm.warp(startTime + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.InsufficientNativeTokenForBurn.selector,
                0,
                2_099_995_186_483_429
            )
        );
        _pay.burnForFees(_token, STRANGER, 5_000);

        vm.warp(startTime + 2);
        uint256 burnt = BURNT_FUNDS.balance;
        vm.prank(STRANGER);
        _pay.burnForFees{value: 2_100_000_000_000_000}(_token, STRANGER, 5_000);
        assertEq(BURNT_FUNDS.balance - burnt, 2_100_000_000_000_000, "all that is sent burns");
        assertEq(_usdfc.balanceOf(STRANGER), 5_000, "the fees");
        assertEq(_account(address(_pay)).funds, 0, "nothing is left");
        (startPrice, startTime) = _pay.auctionInfo(_token);
        assertEq(startPrice, 8_399_961_491_911_568, "next start price");
        assertEq(startTime, block.timestamp, "next start time");
    }

    function test_AuctionPriceHalvesEvery302400Seconds() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, 1_000_000);
        _rate(railId, 0, 1_000_000);
        vm.warp(block.timestamp + 302_400 * 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.InsufficientNativeTokenForBurn.selector,
                0,
                0.0021 ether / 8
            )
        );
        _pay.burnForFees(_token, STRANGER, 5_000);
    }

    function test_RevertWhen_MoreFeesAreAskedForThanGathered() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, 1_000_000);
        _rate(railId, 0, 1_000_000);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.WithdrawAmountExceedsAccumulatedFees.selector,
                _token,
                5_000,
                5_001
            )
        );
        _pay.burnForFees(_token, STRANGER, 5_001);
    }

    /* STEPS */

    function _openWithCommission(uint256 lockupFixed) private returns (uint256 railId) {
        _fund(CLIENT, FUNDS);
        _approve(true, UNLIMITED, UNLIMITED, UNLIMITED);
        vm.prank(OPERATOR);
        railId = _pay.createRail(_token, CLIENT, PAYEE, address(0), 250, FEE_ACCOUNT);
        _lock(railId, PERIOD, lockupFixed);
    }

    function _oneTime(uint256 amount, uint256 fee, uint256 commission, uint256 net) private {
        setUp();
        uint256 railId = _openWithCommission(amount);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailOneTimePaymentProcessed(railId, net, commission, fee);
        _rate(railId, 0, amount);
        assertEq(_account(CLIENT).funds, FUNDS - amount, "client pays");
        assertEq(_account(address(_pay)).funds, fee, "Pay's own account");
        assertEq(_account(FEE_ACCOUNT).funds, commission, "commission");
        assertEq(_account(PAYEE).funds, net, "payee's net");
    }

    function _openFil(uint256 rate) private returns (uint256 railId) {
        _token = FIL;
        vm.deal(address(this), 1 ether);
        _pay.deposit{value: 1 ether}(FIL, CLIENT, 1 ether);
        _approve(true, UNLIMITED, UNLIMITED, UNLIMITED);
        railId = _create();
        _lock(railId, PERIOD, 0);
        _rate(railId, rate, 0);
    }

    function _assertApproval(
        uint256 lockupAllowance,
        uint256 lockupUsage,
        uint256 rateUsage
    ) private view {
        Approval memory approval = _approval();
        assertEq(approval.lockupAllowance, lockupAllowance, "lockupAllowance");
        assertEq(approval.lockupUsage, lockupUsage, "lockupUsage");
        assertEq(approval.rateUsage, rateUsage, "rateUsage");
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {PayFixture} from "../../support/PayFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Opening a rail: what the operator's allowances and the client's funds must cover.
contract FilecoinPayProposeTest is PayFixture {
    bytes private constant TOO_LITTLE =
        "invariant failure: insufficient funds to cover lockup after function execution";

    function test_RevertGiven_OperatorNotApproved() public {
        _fund(CLIENT, FUNDS);
        vm.prank(OPERATOR);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.OperatorNotApproved.selector, CLIENT, OPERATOR)
        );
        _pay.createRail(_token, CLIENT, PAYEE, address(_validator), 0, address(0));
    }

    function test_CreatesWithAllAllowancesZero() public {
        _fund(CLIENT, FUNDS);
        _approve(true, 0, 0, 0);
        Account memory before = _account(CLIENT);
        advance(3);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailCreated(
            1,
            CLIENT,
            PAYEE,
            _token,
            OPERATOR,
            address(_validator),
            address(0),
            0
        );
        uint256 railId = _create();
        Account memory then = _account(CLIENT);
        assertEq(railId, 1, "rail ids start at 1");
        assertEq(
            keccak256(abi.encode(then)),
            keccak256(abi.encode(before)),
            "the client's account is untouched"
        );
        assertEq(_settledUpTo(railId), block.number, "settled up to its creation");
    }

    function test_CreatesForAClientWithoutAnAccount() public {
        _approve(true, 0, 0, 0);
        assertEq(_create(), 1, "rail id");
    }

    function test_RevertGiven_LockupAllowanceZero() public {
        _fund(CLIENT, FUNDS);
        _approve(true, 0, 0, 0);
        uint256 railId = _create();
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.OperatorLockupAllowanceExceeded.selector,
                0,
                FIXED
            )
        );
        _lock(railId, 0, FIXED);
    }

    function test_RevertGiven_LockupAllowanceOneLess() public {
        _fund(CLIENT, FUNDS);
        _approve(true, 0, FIXED - 1, 0);
        uint256 railId = _create();
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.OperatorLockupAllowanceExceeded.selector,
                FIXED - 1,
                FIXED
            )
        );
        _lock(railId, 0, FIXED);
    }

    function test_LocksAFixedAmountWithoutRateOrPeriod() public {
        _fund(CLIENT, FUNDS);
        _approve(true, 0, FIXED, 0);
        uint256 railId = _create();
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailLockupModified(railId, 0, 0, 0, FIXED);
        _lock(railId, 0, FIXED);
        assertEq(_account(CLIENT).lockupCurrent, FIXED, "lockupCurrent");
        assertEq(_approval().lockupUsage, FIXED, "lockupUsage");
    }

    function test_RevertWhen_PeriodAboveTheOperatorsMaximum() public {
        _fund(CLIENT, FUNDS);
        _approve(true, 0, FIXED, 0);
        uint256 railId = _create();
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupPeriodExceedsOperatorMaximum.selector,
                _token,
                OPERATOR,
                0,
                PERIOD
            )
        );
        _lock(railId, PERIOD, FIXED);
    }

    function test_PeriodAtRateZeroLocksNothingMore() public {
        _fund(CLIENT, FUNDS);
        _approve(true, 0, FIXED, PERIOD);
        _lock(_create(), PERIOD, FIXED);
        assertEq(_account(CLIENT).lockupCurrent, FIXED, "lockupCurrent");
    }

    function test_RevertGiven_TooLittleFreeForTheFixedLockup() public {
        _fund(CLIENT, FIXED - 1);
        _approve(true, 0, FIXED, 0);
        uint256 railId = _create();
        vm.expectRevert(TOO_LITTLE);
        _lock(railId, 0, FIXED);
    }

    function test_OpensInOneTransaction() public {
        _fund(CLIENT, FUNDS);
        _approve(true, UNLIMITED, UNLIMITED, UNLIMITED);
        uint256 railId = _create();
        _lock(railId, PERIOD, FIXED);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailRateModified(railId, 0, RATE);
        _rate(railId, RATE, 0);
        _assertOpen(railId);
    }

    function test_OpensWithExactlyWhatItTakes() public {
        _fund(CLIENT, 150_000);
        _approve(true, RATE, 150_000, PERIOD);
        uint256 railId = _create();
        _lock(railId, PERIOD, FIXED);
        _rate(railId, RATE, 0);
        _assertOpen(railId);
    }

    function test_RevertGiven_LockupAllowanceOneLessThanTheStreamNeeds() public {
        _fund(CLIENT, 150_000);
        _approve(true, RATE, 149_999, PERIOD);
        uint256 railId = _create();
        _lock(railId, PERIOD, FIXED);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.OperatorLockupAllowanceExceeded.selector,
                149_999,
                150_000
            )
        );
        _rate(railId, RATE, 0);
    }

    function test_RevertGiven_FundsOneLessThanTheStreamNeeds() public {
        _fund(CLIENT, 149_999);
        _approve(true, RATE, 150_000, PERIOD);
        uint256 railId = _create();
        _lock(railId, PERIOD, FIXED);
        vm.expectRevert(TOO_LITTLE);
        _rate(railId, RATE, 0);
    }

    /// A proposal pays its reservation fee in the call that starts the stream.
    function test_StartsTheStreamAndPaysOnceInOneCall() public {
        _fund(CLIENT, 150_000);
        _approve(true, RATE, 150_000, PERIOD);
        uint256 railId = _create();
        _lock(railId, PERIOD, FIXED);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailOneTimePaymentProcessed(railId, 19_900, 0, 100);
        _rate(railId, RATE, 20_000);
        assertEq(_account(CLIENT).funds, 130_000, "client's funds");
        assertEq(_account(CLIENT).lockupCurrent, 130_000, "lockupCurrent");
        assertEq(_account(PAYEE).funds, 19_900, "payee's funds");
        assertEq(_approval().lockupAllowance, 130_000, "the payment uses allowance up");
        assertEq(_approval().lockupUsage, 130_000, "lockupUsage");
        assertEq(_pay.getRail(railId).lockupFixed, 30_000, "lockupFixed");
    }

    function test_RevertWhen_CommissionAboveAll() public {
        _approve(true, 0, 0, 0);
        vm.prank(OPERATOR);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.CommissionRateTooHigh.selector, 10_000, 10_001)
        );
        _pay.createRail(_token, CLIENT, PAYEE, address(0), 10_001, FEE_ACCOUNT);
    }

    function test_RevertWhen_CommissionHasNoRecipient() public {
        _approve(true, 0, 0, 0);
        vm.prank(OPERATOR);
        vm.expectRevert(IFilecoinPayV1.MissingServiceFeeRecipient.selector);
        _pay.createRail(_token, CLIENT, PAYEE, address(0), 1, address(0));
    }

    function test_RevertWhen_PayeeIsZero() public {
        _approve(true, 0, 0, 0);
        vm.prank(OPERATOR);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.ZeroAddressNotAllowed.selector, "to")
        );
        _pay.createRail(_token, CLIENT, address(0), address(0), 0, address(0));
    }

    function test_PayerMayBePayee() public {
        _approve(true, 0, 0, 0);
        vm.prank(OPERATOR);
        assertEq(_pay.createRail(_token, CLIENT, CLIENT, address(0), 0, address(0)), 1, "rail id");
    }

    /* LISTS */

    function test_ListsRailsByPayerAndPayeeInPages() public {
        _open(FUNDS, RATE, PERIOD, 0);
        uint256 ended = _create();
        _create();
        _terminate(1, OPERATOR);
        _terminate(ended, OPERATOR);
        advance(1);
        _pay.settleRail(ended, block.number);
        _assertFinalised(ended);

        (IFilecoinPayV1.RailInfo[] memory rails, uint256 next, uint256 total) = _pay
            .getRailsForPayerAndToken(CLIENT, _token, 0, 0);
        assertEq(rails.length, 2, "a finalised rail is left out");
        assertEq(rails[0].railId, 1, "first rail");
        assertTrue(rails[0].isTerminated, "terminated");
        assertEq(rails[0].endEpoch, _start + PERIOD, "endEpoch");
        assertEq(rails[1].railId, 3, "last rail");
        assertFalse(rails[1].isTerminated, "live");
        assertEq(next, 3, "next offset");
        assertEq(total, 3, "total");

        (rails, next, total) = _pay.getRailsForPayeeAndToken(PAYEE, _token, 1, 1);
        assertEq(rails.length, 0, "a page of finalised rails is empty");
        assertEq(next, 2, "but not the last");
        (rails, next, total) = _pay.getRailsForPayeeAndToken(PAYEE, _token, 3, 10);
        assertEq(rails.length, 0, "past the end");
        assertEq(next, 3, "next offset past the end");
    }

    function _assertOpen(uint256 railId) private view {
        assertEq(
            _pay.getRateChangeQueueSize(railId),
            0,
            "a rate set where there was none is not queued"
        );
        assertEq(_account(CLIENT).lockupCurrent, 150_000, "lockupCurrent = fixed + rate x period");
        assertEq(_account(CLIENT).lockupRate, RATE, "lockupRate");
        assertEq(_approval().rateUsage, RATE, "rateUsage");
        assertEq(_approval().lockupUsage, 150_000, "lockupUsage");
        assertEq(_settledUpTo(railId), block.number, "settledUpTo");
    }
}

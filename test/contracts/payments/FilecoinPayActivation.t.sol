// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {PayFixture} from "../../support/PayFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What a client can do between the proposal and the activation of a rail, for four ways of reserving the money.
contract FilecoinPayActivationTest is PayFixture {
    bytes private constant TOO_LITTLE =
        "invariant failure: insufficient funds to cover lockup after function execution";

    /* THE RATE IS SET AT ACTIVATION */

    function test_RateAtActivationMovesSettledUpTo() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        advance(10);
        _rate(railId, RATE, 0);
        assertEq(_pay.getRateChangeQueueSize(railId), 0, "0 -> r is not queued");
        assertEq(_settledUpTo(railId), block.number, "nothing is owed for the epochs before");
    }

    function test_RateAtActivationNeedsNoApprovalFlag() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        advance(10);
        _approve(false, UNLIMITED, UNLIMITED, 0);
        _rate(railId, RATE, 0);
        assertEq(_approval().rateUsage, RATE, "rateUsage");
    }

    function test_RevertGiven_RateAllowanceZeroButTheFixedLockupCanBePaid() public {
        _rateRefusedThenFixedPaid(
            0,
            0,
            abi.encodeWithSelector(IFilecoinPayV1.OperatorRateAllowanceExceeded.selector, 0, RATE)
        );
    }

    function test_RevertGiven_RateAllowanceBelowRateButTheFixedLockupCanBePaid() public {
        _rateRefusedThenFixedPaid(
            RATE - 1,
            UNLIMITED,
            abi.encodeWithSelector(
                IFilecoinPayV1.OperatorRateAllowanceExceeded.selector,
                RATE - 1,
                RATE
            )
        );
    }

    function test_RevertGiven_LockupAllowanceOfTheFixedOnlyButTheFixedLockupCanBePaid() public {
        _rateRefusedThenFixedPaid(
            RATE,
            FIXED,
            abi.encodeWithSelector(
                IFilecoinPayV1.OperatorLockupAllowanceExceeded.selector,
                FIXED,
                FIXED + RATE * PERIOD
            )
        );
    }

    function test_RevertGiven_ClientWithdrewAllButTheFixedLockupCanBePaid() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        _withdraw(FUNDS - FIXED);
        vm.expectRevert(TOO_LITTLE);
        _rate(railId, RATE, 0);
        _payFixed(railId);
    }

    function test_RevertGiven_AnotherRailDrainedTheClientButTheFixedLockupCanBePaid() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        _drain();
        vm.expectRevert(_rateNotAllowed(railId));
        _rate(railId, RATE, 0);
        _payFixed(railId);
    }

    function test_RevertGiven_ClientTerminatedButTheFixedLockupCanBePaid() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        _terminate(railId, CLIENT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.RateChangeNotAllowedOnTerminatedRail.selector,
                railId
            )
        );
        _rate(railId, RATE, 0);
        _payFixed(railId);
    }

    function test_PeriodZeroLetsTheClientTakeTheFixedLockupBack() public {
        uint256 railId = _open(FUNDS, 0, 0, FIXED);
        vm.roll(20);
        _terminate(railId, CLIENT);
        vm.roll(21);
        vm.expectRevert(_beyondEnd(railId, 20, 21));
        _rate(railId, 0, FIXED);
        _settlePays(railId, 21, 0, 20);
        _assertFinalised(railId);
        assertEq(_account(CLIENT).lockupCurrent, 0, "lockupCurrent");
        _withdraw(FUNDS);
        assertEq(_usdfc.balanceOf(CLIENT), FUNDS, "the client has all of it back");
    }

    function test_OneTimePaymentWorksUntilTheEpochBeforeTheEnd() public {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        vm.roll(10);
        _terminate(railId, CLIENT);
        vm.roll(109);
        _rate(railId, 0, FIXED / 2);
        vm.roll(110);
        vm.expectRevert(_beyondEnd(railId, 110, 110));
        _rate(railId, 0, FIXED / 2);
        vm.roll(111);
        _settlePays(railId, 111, 0, 110);
        _assertFinalised(railId);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.RailInactiveOrSettled.selector, railId)
        );
        _rate(railId, 0, FIXED / 2);
    }

    /* THE STREAM IS RESERVED AS FIXED LOCKUP AND SWAPPED AT ACTIVATION */

    function test_SwapsFixedLockupForAStreamOfAClientWithNothingFree() public {
        uint256 railId = _openReserve(FIXED + RATE * PERIOD);
        _withdraw(FUNDS - FIXED - RATE * PERIOD);
        _swap(railId);
        assertEq(
            _account(CLIENT).lockupCurrent,
            FIXED + RATE * PERIOD,
            "lockupCurrent is the same"
        );
    }

    function test_SwapNeedsNoApprovalFlag() public {
        uint256 railId = _openReserve(FIXED + RATE * PERIOD);
        _approve(false, RATE, FIXED + RATE * PERIOD, 0);
        _swap(railId);
        assertEq(_approval().lockupUsage, FIXED + RATE * PERIOD, "lockupUsage is the same");
    }

    function test_RevertGiven_SwapWithRateAllowanceBelowRate() public {
        uint256 railId = _openReserve(FIXED + RATE * PERIOD);
        _approve(true, RATE - 1, UNLIMITED, 0);
        _lock(railId, PERIOD, FIXED);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.OperatorRateAllowanceExceeded.selector,
                RATE - 1,
                RATE
            )
        );
        _rate(railId, RATE, 0);
    }

    function test_RevertGiven_SwapWithLockupAllowanceBelowUsage() public {
        uint256 railId = _openReserve(FIXED + RATE * PERIOD);
        _approve(true, RATE, FIXED + RATE * PERIOD - 1, 0);
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

    function test_RevertGiven_SwapForAClientInDebt() public {
        uint256 railId = _openReserve(FIXED + RATE * PERIOD);
        _drain();
        _lock(railId, PERIOD, FIXED);
        vm.expectRevert(_rateNotAllowed(railId));
        _rate(railId, RATE, 0);
    }

    function test_WhatADebtorsRailFreesGoesToItsOtherRails() public {
        _fund(CLIENT, 200_000);
        _approve(true, UNLIMITED, UNLIMITED, UNLIMITED);
        uint256 railId = _create();
        _lock(railId, PERIOD, 150_000);
        vm.roll(13);
        uint256 other = _create();
        _rate(other, 10_000, 0);
        assertEq(_account(CLIENT).lockupCurrent, 150_000, "lockupCurrent before");
        vm.roll(34);
        _lock(railId, PERIOD, 50_000);
        assertEq(_account(CLIENT).lockupCurrent, 200_000, "lockupCurrent after");
        assertEq(_account(CLIENT).lockupLastSettledAt, 28, "lockupLastSettledAt");
    }

    /* THE RATE IS SET AT THE PROPOSAL, THE VALIDATOR ANSWERS 0 UNTIL ACTIVATION */

    function test_RateAtProposalPaysFromActivationOn() public {
        _proposeActivateTerminate(_open(FUNDS, RATE, PERIOD, 0));
    }

    function test_RateAtProposalSurvivesRevokedApprovals() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        _approve(false, 0, 0, 0);
        _proposeActivateTerminate(railId);
    }

    function test_RateAtProposalPaysOnlyThePeriodIfTheClientWithdrawsAll() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        vm.roll(9);
        _withdraw(FUNDS - RATE * (PERIOD + 1));
        _validatorPays(UNLIMITED, 0);
        vm.roll(51);
        _settlePays(railId, 51, 0, 9);
        _validatorPays(UNLIMITED, 100);
        vm.roll(81);
        _settlePays(railId, 81, RATE, 10);
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), 110, "the end counts from where the funds ran out");
        vm.roll(111);
        _settlePays(railId, 111, RATE * PERIOD, 110);
        _assertFinalised(railId);
        assertEq(_account(PAYEE).funds, 100_495, "payee's funds");
    }

    function test_RateAtProposalPaysOnlyThePeriodIfAnotherRailDrainsTheClient() public {
        uint256 railId = _open(RATE * PERIOD + RATE + 21_000 * 11, RATE, PERIOD, 0);
        vm.roll(9);
        uint256 other = _create();
        _rate(other, 20_000, 0);
        vm.roll(54);
        _validatorPays(UNLIMITED, 0);
        uint256 dryAt = 8 + 12;
        _settlePays(railId, 54, 0, dryAt);
        _validatorPays(UNLIMITED, 100);
        vm.roll(84);
        _settleDoesNothing(railId, 84);
        uint256 settledAt = _account(CLIENT).lockupLastSettledAt;
        assertEq(
            settledAt,
            dryAt,
            "what the validator freed did not cover one epoch of both rails"
        );
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), settledAt + PERIOD, "endEpoch");
        vm.roll(settledAt + PERIOD + 1);
        _settlePays(railId, block.number, RATE * PERIOD, settledAt + PERIOD);
        _assertFinalised(railId);
    }

    function test_RateAtProposalPaysUntilTheEndIfTheClientTerminates() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        vm.roll(9);
        _terminate(railId, CLIENT);
        _validatorPays(UNLIMITED, 0);
        vm.roll(51);
        _settlePays(railId, 51, 0, 51);
        _validatorPays(UNLIMITED, 100);
        vm.roll(83);
        _settlePays(railId, 83, 32_000, 83);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.RailAlreadyTerminated.selector, railId)
        );
        _terminate(railId, OPERATOR);
        vm.roll(110);
        _settlePays(railId, 110, 26_000, 109);
        _assertFinalised(railId);
        assertEq(_account(PAYEE).funds, 57_710, "payee's funds");
    }

    function test_WithoutFloatNothingSettlesAndTheEndCountsFromTheProposal() public {
        uint256 railId = _open(RATE * PERIOD, RATE, PERIOD, 0);
        advance(40);
        _settleDoesNothing(railId, block.number);
        assertEq(_account(CLIENT).lockupLastSettledAt, _start, "lockupLastSettledAt");
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), _start + PERIOD, "endEpoch");
    }

    function test_SettlementsWorthNothingKeepASmallFloatUpToDate() public {
        uint256 railId = _open(RATE * (PERIOD + 10), RATE, PERIOD, 0);
        _validatorPays(UNLIMITED, 0);
        for (uint256 i; i < 4; ++i) {
            advance(9);
            _settlePays(railId, block.number, 0, block.number);
            assertEq(_account(CLIENT).lockupLastSettledAt, block.number, "lockupLastSettledAt");
        }
        assertEq(_account(CLIENT).funds, 110_000, "client's funds");
    }

    /* THE PERIOD COVERS NOTICE AND SEALING WINDOW, AND IS SHORTENED AFTER ACTIVATION */

    function test_ShortensThePeriodAfterActivation() public {
        uint256 railId = _open(FUNDS, RATE, 160, FIXED);
        _shortenAndTerminate(railId);
        assertEq(_approval().lockupUsage, FIXED + RATE * PERIOD, "lockupUsage");
    }

    function test_ShortensThePeriodAfterRevokedApprovals() public {
        uint256 railId = _open(FUNDS, RATE, 160, FIXED);
        _approve(false, 0, 0, 0);
        _shortenAndTerminate(railId);
    }

    function test_RevertGiven_PeriodShortenedForAClientThatWithdrewAll() public {
        uint256 railId = _open(FUNDS, RATE, 160, FIXED);
        vm.roll(_start + 1);
        _withdraw(FUNDS - FIXED - RATE * 161);
        _periodIsFrozen(railId, _start + 52 + 110);
    }

    function test_RevertGiven_PeriodShortenedForAClientInDebt() public {
        uint256 railId = _open(FUNDS, RATE, 160, FIXED);
        _drain();
        _validatorPays(UNLIMITED, 0);
        _pay.settleRail(railId, block.number);
        _periodIsFrozen(railId, 0);
    }

    /* STEPS */

    function _rateRefusedThenFixedPaid(
        uint256 rateAllowance,
        uint256 lockupAllowance,
        bytes memory reason
    ) private {
        uint256 railId = _open(FUNDS, 0, PERIOD, FIXED);
        _approve(false, rateAllowance, lockupAllowance, 0);
        vm.expectRevert(reason);
        _rate(railId, RATE, 0);
        _payFixed(railId);
    }

    function _payFixed(uint256 railId) private {
        uint256 before = _account(PAYEE).funds;
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailOneTimePaymentProcessed(railId, 49_750, 0, 250);
        _rate(railId, 0, FIXED);
        assertEq(_account(PAYEE).funds, before + 49_750, "payee's funds");
        assertEq(_pay.getRail(railId).lockupFixed, 0, "lockupFixed");
    }

    function _openReserve(uint256 reserve) private returns (uint256) {
        return _open(FUNDS, 0, PERIOD, reserve);
    }

    function _swap(uint256 railId) private {
        _lock(railId, PERIOD, FIXED);
        _rate(railId, RATE, 0);
    }

    function _proposeActivateTerminate(uint256 railId) private {
        _validatorPays(UNLIMITED, 0);
        vm.roll(50);
        _settlePays(railId, 50, 0, 50);
        _validatorPays(UNLIMITED, 100);
        vm.roll(82);
        _settlePays(railId, 82, 32_000, 82);
        vm.roll(83);
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), 183, "endEpoch");
        vm.roll(184);
        _settlePays(railId, 184, 101_000, 183);
        _assertFinalised(railId);
        assertEq(_account(PAYEE).funds, 132_335, "payee's funds");
    }

    function _shortenAndTerminate(uint256 railId) private {
        vm.roll(_start + 52);
        _lock(railId, PERIOD, FIXED);
        vm.roll(_start + 53);
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), _start + 52 + 101, "endEpoch");
    }

    function _periodIsFrozen(uint256 railId, uint256 endEpoch) private {
        if (block.number < _start + 52) vm.roll(_start + 52);
        _validatorPays(UNLIMITED, 0);
        _pay.settleRail(railId, block.number);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupPeriodChangeNotAllowedDueToInsufficientFunds.selector,
                _token,
                CLIENT,
                160,
                PERIOD
            )
        );
        _lock(railId, PERIOD, FIXED);
        _terminate(railId, OPERATOR);
        uint256 expected = endEpoch == 0 ? _account(CLIENT).lockupLastSettledAt + 160 : endEpoch;
        assertEq(_endEpoch(railId), expected, "endEpoch");
    }

    function _rateNotAllowed(uint256 railId) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupNotSettledRateChangeNotAllowed.selector,
                railId,
                CLIENT,
                false,
                0,
                RATE
            );
    }

    function _beyondEnd(
        uint256 railId,
        uint256 endEpoch,
        uint256 current
    ) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IFilecoinPayV1.CannotModifyTerminatedRailBeyondEndEpoch.selector,
                railId,
                endEpoch,
                current
            );
    }
}

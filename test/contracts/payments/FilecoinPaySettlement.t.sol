// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {PayFixture} from "../../support/PayFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Settlement, what the validator may answer, payers that run dry, and the queue of past rates.
contract FilecoinPaySettlementTest is PayFixture {
    uint256 private _railId;

    function setUp() public override {
        super.setUp();
        _railId = _open(FUNDS, RATE, PERIOD, 0);
    }

    /* THE VALIDATOR'S ANSWER */

    function test_PaysInFull() public {
        _settleAt(50, 50_000, 50);
        assertEq(_validator.proposed(), 50_000, "proposed amount");
        assertEq(_validator.from(), _start, "from");
        assertEq(_validator.to(), _start + 50, "to");
        assertEq(_validator.rate(), RATE, "rate");
        _assertClient(FUNDS - 50_000, RATE * PERIOD);
        advance(1);
        _pay.deposit(_token, CLIENT, 0);
        _assertClient(FUNDS - 50_000, RATE * (PERIOD + 1));
    }

    function test_TellsTheValidatorsNote() public {
        advance(50);
        (, , , , , string memory note) = _pay.settleRail(_railId, block.number);
        assertEq(note, "checked", "note");
    }

    function test_PaysUpToWhereTheValidatorStops() public {
        _validatorPays(_start + 20, 100);
        _settleAt(50, 20_000, 20);
        _assertClient(FUNDS - 20_000, RATE * (PERIOD + 30));
    }

    function test_AFaultySpanIsSettledForNothingAndUnlocked() public {
        _validatorPays(UNLIMITED, 0);
        _settleAt(50, 0, 50);
        _assertClient(FUNDS, RATE * PERIOD);
    }

    function test_HalfTheAmountUnlocksTheOtherHalf() public {
        _validatorPays(UNLIMITED, 50);
        _settleAt(50, 25_000, 50);
        _assertClient(FUNDS - 25_000, RATE * PERIOD);
    }

    function test_RevertWhen_NothingIsProven() public {
        _validatorPays(_start, 100);
        advance(50);
        _settleReverts(
            _railId,
            block.number,
            abi.encodeWithSelector(IFilecoinPayV1.NoProgressInSettlement.selector, _railId, 9, 8)
        );
    }

    function test_RevertWhen_ValidatorReverts() public {
        _validatorRefuses();
        advance(50);
        _settleReverts(_railId, block.number, "validator says no");
    }

    function test_RevertWhen_AmountAboveTheMaximum() public {
        _validatorErrs(1, 0);
        vm.roll(_start + 50);
        _settleReverts(_railId, _start + 50, _tooMuch(50_000, 50_001));
    }

    function test_RevertWhen_SettledBeyondTheSegment() public {
        _validatorErrs(0, 1);
        vm.roll(_start + 50);
        _settleReverts(
            _railId,
            _start + 50,
            abi.encodeWithSelector(
                IFilecoinPayV1.ValidatorSettledBeyondSegmentEnd.selector,
                _railId,
                58,
                59
            )
        );
    }

    function test_RevertWhen_SettledBeforeTheSegment() public {
        _validatorErrs(-50_000, -51);
        vm.roll(_start + 50);
        _settleReverts(
            _railId,
            _start + 50,
            abi.encodeWithSelector(
                IFilecoinPayV1.ValidatorSettledBeforeSegmentStart.selector,
                _railId,
                8,
                7
            )
        );
    }

    function test_RevertWhen_WholeAmountForHalfTheSpan() public {
        _validatorErrs(0, -25);
        vm.roll(_start + 50);
        _settleReverts(_railId, _start + 50, _tooMuch(25_000, 50_000));
    }

    function test_RevertWhen_ValidatorReenters() public {
        advance(5);
        _validator.reenter(address(_pay), abi.encodeCall(_pay.settleRail, (_railId, block.number)));
        _settleReverts(
            _railId,
            block.number,
            abi.encodeWithSelector(ReentrancyGuard.ReentrancyGuardReentrantCall.selector)
        );
    }

    function test_RateZeroDoesNotAskTheValidator() public {
        uint256 railId = _create();
        _validatorRefuses();
        vm.roll(21);
        _settlePays(railId, 21, 0, 21);
        assertEq(_validator.calls(), 0, "validator's calls");
    }

    /* WHO AND UNTIL WHEN */

    function test_AnyoneSettlesUpToAnyEpoch() public {
        address[3] memory callers = [CLIENT, PAYEE, STRANGER];
        vm.roll(_start + 50);
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            (uint256 amount, , , , uint256 upTo, ) = _pay.settleRail(_railId, _start + 5 * (i + 1));
            assertEq(amount, 5_000, "amount");
            assertEq(upTo, _start + 5 * (i + 1), "settled up to");
        }
    }

    function test_RevertWhen_UntilAFutureEpoch() public {
        vm.roll(32);
        _settleReverts(
            _railId,
            1008,
            abi.encodeWithSelector(
                IFilecoinPayV1.CannotSettleFutureEpochs.selector,
                _railId,
                1008,
                32
            )
        );
    }

    function test_UntilASettledEpochDoesNothing() public {
        _settleAt(50, 50_000, 50);
        advance(5);
        _settleDoesNothing(_railId, _start + 50);
        _settleDoesNothing(_railId, _start + 10);
    }

    /* A PAYER THAT RUNS DRY */

    function test_ADryPayerIsSettledAsFarAsItsFundsReached() public {
        uint256 railId = _dry();
        vm.roll(_start + 60);
        _settlePays(railId, _start + 60, 20_000, _start + 20);
        advance(10);
        _settleDoesNothing(railId, block.number);
    }

    function test_RevertGiven_DryPayerOrPayeeTerminates() public {
        uint256 railId = _dry();
        vm.roll(_start + 60);
        address[2] memory callers = [CLIENT, PAYEE];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFilecoinPayV1.NotAuthorizedToTerminateRail.selector,
                    railId,
                    CLIENT,
                    OPERATOR,
                    callers[i]
                )
            );
            _terminate(railId, callers[i]);
        }
    }

    function test_RevertGiven_DryPayerWithdraws() public {
        _dry();
        vm.roll(_start + 60);
        vm.expectRevert(
            "payers's full account lockup was not met as a precondition of the requested operation"
        );
        _withdraw(1);
    }

    function test_RevertGiven_OperatorChangesADryRail() public {
        uint256 railId = _dry();
        vm.roll(_start + 60);
        uint256[2] memory rates = [RATE - 1, 0];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(_rateNotAllowed(railId, rates[i]));
            _rate(railId, rates[i], 0);
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupPeriodChangeNotAllowedDueToInsufficientFunds.selector,
                _token,
                CLIENT,
                PERIOD,
                0
            )
        );
        _lock(railId, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupFixedIncreaseNotAllowedDueToInsufficientFunds.selector,
                _token,
                CLIENT,
                0,
                1
            )
        );
        _lock(railId, PERIOD, 1);
    }

    function test_AStrangersDepositPaysTheArrearsInFull() public {
        uint256 railId = _dry();
        vm.roll(_start + 60);
        _settlePays(railId, _start + 60, 20_000, _start + 20);
        vm.roll(_start + 71);
        _fund(CLIENT, 200_000);
        _settlePays(railId, _start + 71, 51_000, _start + 71);
    }

    function test_AccountInfoLooksAheadOfWhatIsStored() public {
        _dry();
        (uint256 fundedUntil, uint256 funds, uint256 available, uint256 rate) = _info();
        assertEq(fundedUntil, _start + 20, "funded until");
        assertEq(funds, 120_000, "funds");
        assertEq(available, 20_000, "available at the start");
        assertEq(rate, RATE, "lockup rate");
        vm.roll(_start + 15);
        (, , available, ) = _info();
        assertEq(available, 5_000, "available after 15 epochs");
        vm.roll(_start + 60);
        (fundedUntil, , available, ) = _info();
        assertEq(fundedUntil, _start + 20, "funded until, in debt");
        assertEq(available, 0, "available, in debt");
        assertEq(_account(CLIENT).lockupLastSettledAt, _start, "looking stores nothing");
    }

    function test_AccountInfoOfAnAccountWithoutStreamsIsFundedForEver() public {
        _fund(STRANGER, 5);
        (uint256 fundedUntil, uint256 funds, uint256 available, uint256 rate) = _pay
            .getAccountInfoIfSettled(_token, STRANGER);
        assertEq(fundedUntil, UNLIMITED, "funded until");
        assertEq(funds + available + rate, 10, "5 of funds, 5 available, rate 0");
    }

    /* ROUNDING: ANYONE MAY SETTLE EVERY EPOCH */

    function test_SettlingEveryEpochCostsThePayeeTheRounding() public {
        _settleEveryEpoch(1, 0);
        _settleEveryEpoch(10, 90);
        _settleEveryEpoch(199, 1_980);
        _settleEveryEpoch(200, 1_990);
        _settleEveryEpoch(20_000, 199_000);
    }

    /* PAST RATES */

    function test_QueuesThePastRateOncePerEpoch() public {
        vm.roll(_start + 10);
        _rate(_railId, 2_000, 0);
        _rate(_railId, 3_000, 0);
        assertEq(_pay.getRateChangeQueueSize(_railId), 1, "one entry an epoch");
        vm.roll(_start + 20);
        _rate(_railId, 3_000, 0);
        assertEq(_pay.getRateChangeQueueSize(_railId), 1, "the same rate is no change");
        _settlePays(_railId, _start + 20, 10 * 1_000 + 10 * 3_000, _start + 20);
        assertEq(_pay.getRateChangeQueueSize(_railId), 0, "the queue is empty");
        assertEq(_validator.calls(), 2, "one question a rate");
    }

    function test_ARateChangeInASettledEpochIsNotQueued() public {
        _settleAt(10, 10_000, 10);
        _rate(_railId, 2_000, 0);
        assertEq(_pay.getRateChangeQueueSize(_railId), 0, "queue");
    }

    function test_ARateOfZeroBetweenTwoIsSkipped() public {
        vm.roll(_start + 10);
        _rate(_railId, 0, 0);
        vm.roll(_start + 20);
        _rate(_railId, RATE, 0);
        assertEq(_pay.getRateChangeQueueSize(_railId), 2, "a rate of 0 behind another is queued");
        vm.roll(_start + 30);
        _settlePays(_railId, _start + 30, 20_000, _start + 30);
        assertEq(_validator.calls(), 2, "the validator is not asked about rate 0");
    }

    function test_AHundredRateChangesSettleInOneCall() public {
        _changeRates(100);
        assertEq(_pay.getRateChangeQueueSize(_railId), 100, "queue");
        advance(1);
        vm.prank(STRANGER);
        _pay.settleRail(_railId, block.number);
        assertEq(_pay.getRateChangeQueueSize(_railId), 0, "queue after");
        assertEq(_validator.calls(), 101, "validator's calls");
        assertEq(_settledUpTo(_railId), block.number, "settledUpTo");
    }

    function test_ALongQueueSettlesInParts() public {
        _changeRates(100);
        advance(1);
        _pay.settleRail(_railId, _start + 50);
        assertEq(_pay.getRateChangeQueueSize(_railId), 50, "queue after one half");
        _pay.settleRail(_railId, block.number);
        assertEq(_pay.getRateChangeQueueSize(_railId), 0, "queue after both");
        assertEq(_validator.calls(), 101, "validator's calls");
    }

    function test_StopsInTheMiddleOfTheQueueWhereTheValidatorStops() public {
        vm.roll(_start + 10);
        _rate(_railId, 2_000, 0);
        vm.roll(_start + 20);
        _validatorPays(_start + 5, 100);
        _settlePays(_railId, _start + 20, 5_000, _start + 5);
        assertEq(_pay.getRateChangeQueueSize(_railId), 1, "the segment stays");
        _validatorPays(UNLIMITED, 100);
        _settlePays(_railId, _start + 20, 25_000, _start + 20);
    }

    function test_SettlesAMillionEpochsAtOneRate() public {
        _fund(CLIENT, 2_000_000_000);
        vm.roll(_start + 1_000_001);
        _settlePays(_railId, _start + 1_000_001, 1_000_001_000, 1_000_009);
        assertEq(_account(PAYEE).funds, 995_000_995, "payee's funds");
    }

    /// The payer's lockup is never below what its rails lock, and its funds never below its lockup.
    function testFuzz_SettlesAtMostRateTimesSpan(
        uint256 epochs,
        uint256 cap,
        uint256 percent
    ) public {
        epochs = bound(epochs, 1, 20_000);
        uint256 stop = bound(cap, 1, epochs);
        percent = bound(percent, 0, 100);
        _validatorPays(_start + stop, percent);
        vm.roll(_start + epochs);
        uint256 affordable = FUNDS / RATE - PERIOD;
        if (stop > affordable) stop = affordable;
        _settlePays(_railId, block.number, (RATE * stop * percent) / 100, _start + stop);
        Account memory client = _account(CLIENT);
        assertGe(client.lockupCurrent, RATE * PERIOD, "the period stays locked");
        assertGe(client.funds, client.lockupCurrent, "funds cover the lockup");
        assertEq(
            client.funds + _account(PAYEE).funds + _account(address(_pay)).funds,
            FUNDS,
            "money is conserved"
        );
    }

    /* STEPS */

    function _settleAt(uint256 epochs, uint256 amount, uint256 upTo) private {
        vm.roll(_start + epochs);
        _settlePays(_railId, block.number, amount, _start + upTo);
    }

    /// Leaves the fixture's rail out of the way and the client with a rail whose funds end 20 epochs on.
    function _dry() private returns (uint256 railId) {
        setUp();
        _lock(_railId, 0, 0);
        _rate(_railId, 0, 0);
        _withdraw(FUNDS);
        return _openDry(0);
    }

    function _settleEveryEpoch(uint256 rate, uint256 expected) private {
        uint256 railId = _create();
        _rate(railId, rate, 0);
        uint256 before = _account(PAYEE).funds;
        for (uint256 i; i < 10; ++i) {
            advance(1);
            vm.prank(STRANGER);
            _pay.settleRail(railId, block.number);
        }
        assertEq(_account(PAYEE).funds - before, expected, "payee's net of 10 epochs");
    }

    function _changeRates(uint256 count) private {
        for (uint256 i = 1; i <= count; ++i) {
            advance(1);
            _rate(_railId, RATE + i, 0);
        }
    }

    function _info() private view returns (uint256, uint256, uint256, uint256) {
        return _pay.getAccountInfoIfSettled(_token, CLIENT);
    }

    function _assertClient(uint256 funds, uint256 lockupCurrent) private view {
        assertEq(_account(CLIENT).funds, funds, "client's funds");
        assertEq(_account(CLIENT).lockupCurrent, lockupCurrent, "lockupCurrent");
    }

    function _tooMuch(uint256 maximum, uint256 amount) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IFilecoinPayV1.ValidatorModifiedAmountExceedsMaximum.selector,
                _railId,
                maximum,
                amount
            );
    }

    function _rateNotAllowed(uint256 railId, uint256 newRate) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupNotSettledRateChangeNotAllowed.selector,
                railId,
                CLIENT,
                false,
                RATE,
                newRate
            );
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {PayFixture} from "../../support/PayFixture.sol";
import {PuppetValidator} from "../../support/PuppetValidator.sol";
import {vm} from "../../support/Vm.sol";

/// The end of a rail: who may call it, when it is, what is paid until then, and what finalisation frees.
contract FilecoinPayTerminationTest is PayFixture {
    /* WHO AND WHEN */

    function test_ClientTerminatesAFundedRail() public {
        _terminatesAt(CLIENT);
    }

    function test_OperatorTerminatesAFundedRail() public {
        _terminatesAt(OPERATOR);
    }

    function test_RevertWhen_PayeeOrStrangerTerminates() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, FIXED);
        vm.roll(_start + 10);
        address[2] memory callers = [PAYEE, STRANGER];
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

    function test_RevertGiven_RailUnknown() public {
        vm.expectRevert(_inactive(7));
        _terminate(7, OPERATOR);
        vm.expectRevert(_inactive(7));
        _lock(7, 0, 0);
        _settleReverts(7, block.number, _inactive(7));
    }

    /* A DRY PAYER: THE END COUNTS FROM WHERE ITS FUNDS RAN OUT */

    function test_DryRailTerminatedBeforeItsEndStillPaysTheFixedLockup() public {
        uint256 railId = _openDry(FIXED);
        vm.roll(_start + 50);
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), _start + 120, "endEpoch");
        vm.roll(_start + 52);
        _rate(railId, RATE, FIXED);
        _settlePays(railId, _start + 52, 52_000, _start + 52);
        assertEq(_account(PAYEE).funds, 101_490, "payee's funds");
    }

    function test_DryRailTerminatedAtItsEndKeepsTheStreamButNotTheFixedLockup() public {
        uint256[3] memory when = [uint256(120), 121, 300];
        for (uint256 i; i < 3; ++i) {
            setUp();
            uint256 railId = _openDry(FIXED);
            vm.roll(_start + when[i] - 1);
            if (i > 0) advance(1);
            _terminate(railId, OPERATOR);
            assertEq(_endEpoch(railId), _start + 120, "endEpoch");
            if (i == 0) advance(1);
            vm.expectRevert(_beyondEnd(railId, _start + 120, block.number));
            _rate(railId, RATE, FIXED);
            _settlePays(railId, block.number, 120_000, _start + 120);
            _assertFinalised(railId);
            assertEq(_account(PAYEE).funds, 119_400, "payee's funds");
        }
    }

    function test_DryRailPaysTheFixedLockupBeforeItIsTerminated() public {
        uint256 railId = _openDry(FIXED);
        vm.roll(_start + 300);
        _rate(railId, RATE, FIXED);
        _terminate(railId, OPERATOR);
        _settlePays(railId, _start + 300, 120_000, _start + 120);
        _assertFinalised(railId);
    }

    function test_ADryClientTopsUpAndTerminates() public {
        uint256 railId = _openDry(FIXED);
        vm.roll(_start + 50);
        _fund(CLIENT, 30_000);
        _terminate(railId, CLIENT);
        assertEq(_endEpoch(railId), _start + 50 + PERIOD, "endEpoch");
    }

    /* THE VALIDATOR HOLDS BACK */

    function test_RailStaysWhileTheValidatorHoldsItBack() public {
        uint256 railId = _terminatedAtTen(0);
        _validatorPays(_start + 30, 100);
        vm.roll(_start + 111);
        _settlePays(railId, _start + 111, 30_000, _start + 30);
        assertEq(_endEpoch(railId), _start + 110, "the rail is still there");
        assertEq(_account(CLIENT).lockupCurrent, 80_000, "lockupCurrent");
        _settleReverts(
            railId,
            block.number,
            abi.encodeWithSelector(IFilecoinPayV1.NoProgressInSettlement.selector, railId, 39, 38)
        );
    }

    function test_OnlyTheClientHasTheEscapeHatch() public {
        uint256 railId = _terminatedAtTen(0);
        _validatorPays(_start + 30, 100);
        vm.roll(_start + 111);
        _settlePays(railId, _start + 111, 30_000, _start + 30);
        address[3] memory callers = [PAYEE, OPERATOR, STRANGER];
        for (uint256 i; i < 3; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFilecoinPayV1.OnlyRailClientAllowed.selector,
                    CLIENT,
                    callers[i]
                )
            );
            _pay.settleTerminatedRailWithoutValidation(railId);
        }
    }

    function test_TheEscapeHatchPaysInFullWhatWasHeldBack() public {
        uint256 railId = _terminatedAtTen(FIXED);
        _validatorPays(_start + 30, 100);
        vm.roll(_start + 111);
        _settlePays(railId, _start + 111, 30_000, _start + 30);
        uint256 calls = _validator.calls();
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailSettled(railId, 80_000, 79_600, 0, 400, _start + 110);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailFinalized(railId);
        vm.prank(CLIENT);
        (uint256 total, uint256 net, , uint256 fee, uint256 upTo, ) = _pay
            .settleTerminatedRailWithoutValidation(railId);
        assertEq(total, 80_000, "total");
        assertEq(net, 79_600, "net");
        assertEq(fee, 400, "fee");
        assertEq(upTo, _start + 110, "settled up to");
        assertEq(_validator.calls(), calls, "the validator is not asked");
        assertEq(_account(CLIENT).lockupCurrent, 0, "lockupCurrent");
        _assertFinalised(railId);
        _settleReverts(railId, block.number, _inactive(railId));
        vm.expectRevert(_inactive(railId));
        _terminate(railId, OPERATOR);
    }

    function test_RevertGiven_EscapeBeforeTermination() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        vm.prank(CLIENT);
        vm.expectRevert(abi.encodeWithSelector(IFilecoinPayV1.RailNotTerminated.selector, railId));
        _pay.settleTerminatedRailWithoutValidation(railId);
    }

    function test_RevertGiven_EscapeAtTheEndEpoch() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        vm.roll(19);
        _terminate(railId, CLIENT);
        vm.roll(119);
        vm.prank(CLIENT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.CannotSettleTerminatedRailBeforeMaxEpoch.selector,
                railId,
                120,
                119
            )
        );
        _pay.settleTerminatedRailWithoutValidation(railId);
        vm.roll(120);
        vm.prank(CLIENT);
        (uint256 total, , , , uint256 upTo, ) = _pay.settleTerminatedRailWithoutValidation(railId);
        assertEq(total, 111_000, "total");
        assertEq(upTo, 119, "settled up to");
        _assertFinalised(railId);
    }

    function test_AValidatorThatRevertsLeavesOnlyTheEscapeHatch() public {
        _validatorRefuses();
        uint256 railId = _terminatedAtTen(0);
        vm.roll(_start + 111);
        _settleReverts(railId, block.number, "validator says no");
        vm.prank(CLIENT);
        (uint256 total, , , , , ) = _pay.settleTerminatedRailWithoutValidation(railId);
        assertEq(total, 110_000, "total");
    }

    /* THE VALIDATOR'S VETO */

    function test_TellsTheValidatorOfTheEnd() public {
        _terminatedAtTen(0);
        assertEq(_validator.terminations(), 1, "one call");
        assertEq(_validator.terminator(), CLIENT, "terminator");
        assertEq(_validator.endEpoch(), _start + 110, "endEpoch");
    }

    function test_RevertWhen_ValidatorVetoes() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        _validator.onTermination(PuppetValidator.OnTermination.Refuse, OPERATOR);
        vm.expectRevert("never");
        _terminate(railId, CLIENT);
        assertEq(_endEpoch(railId), 0, "the rail goes on");
    }

    function test_RevertWhen_ValidatorWantsTheOperator() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        _validator.onTermination(PuppetValidator.OnTermination.RefuseAllButOperator, OPERATOR);
        vm.expectRevert("go through the operator");
        _terminate(railId, CLIENT);
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), _start + PERIOD, "endEpoch");
    }

    function test_RevertWhen_ValidatorReentersAtTheEnd() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        _validator.reenter(address(_pay), abi.encodeCall(_pay.modifyRailPayment, (railId, 0, 0)));
        vm.expectRevert(
            abi.encodeWithSelector(ReentrancyGuard.ReentrancyGuardReentrantCall.selector)
        );
        _terminate(railId, CLIENT);
    }

    function test_RevertWhen_ValidatorBurnsAllGas() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        _validator.onTermination(PuppetValidator.OnTermination.BurnGas, OPERATOR);
        vm.prank(CLIENT);
        (bool success, bytes memory answer) = address(_pay).call{gas: 1_000_000}(
            abi.encodeCall(_pay.terminateRail, (railId))
        );
        assertFalse(success, "the call fails");
        assertEq(answer.length, 0, "without data");
    }

    /* ENDING AT ONCE */

    function test_OperatorEndsASolventRailAtOnce() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, FIXED);
        vm.roll(_start + 30);
        _lock(railId, 0, 0);
        _terminate(railId, OPERATOR);
        _settlePays(railId, block.number, 30_000, block.number);
        _assertFinalised(railId);
        assertEq(_account(CLIENT).lockupCurrent, 0, "lockupCurrent");
        assertEq(_approval().lockupUsage, 0, "lockupUsage");
        assertEq(_approval().rateUsage, 0, "rateUsage");
    }

    function test_EndingAtOnceFinalisesARailThatIsSettledAlready() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, FIXED);
        vm.roll(_start + 30);
        _settlePays(railId, block.number, 30_000, block.number);
        _lock(railId, 0, 0);
        _terminate(railId, OPERATOR);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailFinalized(railId);
        _pay.settleRail(railId, block.number);
        _assertFinalised(railId);
    }

    /// Lowering the rate after termination frees only the epochs to come: the rest of the usage stays for ever.
    function test_RateLoweredAfterTerminationLeaksUsage() public {
        uint256 railId = _openDry(0);
        vm.roll(_start + 60);
        _terminate(railId, OPERATOR);
        _lock(railId, PERIOD, 0);
        _rate(railId, 0, 0);
        assertEq(_account(CLIENT).lockupCurrent, 60_000, "60 epochs of rate are still held");
        assertEq(_pay.getRateChangeQueueSize(railId), 1, "queue");
        vm.roll(_start + 61);
        _validatorPays(UNLIMITED, 0);
        _settlePays(railId, block.number, 0, _start + 61);
        vm.roll(_start + 121);
        _settlePays(railId, block.number, 0, _start + 120);
        _assertFinalised(railId);
        assertEq(_account(CLIENT).lockupCurrent, 0, "lockupCurrent");
        assertEq(_approval().lockupUsage, 40_000, "usage left behind");
    }

    function test_TerminatedOnePeriodBeforeTheTermItEndsWithIt() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, 0);
        vm.roll(_start + 200);
        _terminate(railId, OPERATOR);
        assertEq(_endEpoch(railId), 308, "endEpoch");
        vm.roll(308);
        _settlePays(railId, 308, 300_000, 308);
        _assertFinalised(railId);
        assertEq(_account(PAYEE).funds, 298_500, "payee's funds");
    }

    /* WHAT MAY CHANGE ON A TERMINATED RAIL */

    function test_RevertGiven_TerminatedRailIsMadeDearer() public {
        uint256 railId = _terminatedAtTen(FIXED);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.RateChangeNotAllowedOnTerminatedRail.selector,
                railId
            )
        );
        _rate(railId, RATE + 1, 0);
        vm.expectRevert(_invalidModification(PERIOD + 1, FIXED));
        _lock(railId, PERIOD + 1, FIXED);
        vm.expectRevert(_invalidModification(PERIOD, FIXED + 1));
        _lock(railId, PERIOD, FIXED + 1);
        vm.expectRevert(_invalidModification(PERIOD - 1, FIXED));
        _lock(railId, PERIOD - 1, FIXED);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.RailAlreadyTerminated.selector, railId)
        );
        _terminate(railId, OPERATOR);
    }

    function test_TheFixedLockupOfATerminatedRailMayFall() public {
        uint256 railId = _terminatedAtTen(FIXED);
        uint256 before = _account(CLIENT).lockupCurrent;
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailLockupModified(railId, PERIOD, PERIOD, FIXED, 20_000);
        _lock(railId, PERIOD, 20_000);
        assertEq(_account(CLIENT).lockupCurrent, before - 30_000, "lockupCurrent");
        assertEq(_approval().lockupUsage, 120_000, "lockupUsage");
    }

    function test_RevertWhen_NotTheOperatorModifies() public {
        uint256 railId = _open(FUNDS, RATE, PERIOD, FIXED);
        bytes memory reason = abi.encodeWithSelector(
            IFilecoinPayV1.OnlyRailOperatorAllowed.selector,
            OPERATOR,
            CLIENT
        );
        vm.startPrank(CLIENT);
        vm.expectRevert(reason);
        _pay.modifyRailPayment(railId, 0, 0);
        vm.expectRevert(reason);
        _pay.modifyRailLockup(railId, 0, 0);
        vm.stopPrank();
    }

    function test_PastTheEndTheFixedLockupMayFallButNothingBePaid() public {
        uint256 railId = _terminatedAtTen(FIXED);
        vm.roll(_start + 137);
        vm.expectRevert(_beyondEnd(railId, _start + 110, 145));
        _rate(railId, RATE, 0);
        _lock(railId, PERIOD, 0);
        assertEq(_pay.getRail(railId).lockupFixed, 0, "lockupFixed");
    }

    function test_FinalisationFreesTheFixedLockup() public {
        uint256 railId = _terminatedAtTen(FIXED);
        vm.roll(_start + 111);
        _settlePays(railId, block.number, 110_000, _start + 110);
        _assertFinalised(railId);
        assertEq(_account(CLIENT).lockupCurrent, 0, "lockupCurrent");
        _withdraw(FUNDS - 110_000);
        assertEq(_account(CLIENT).funds, 0, "the client has the rest back");
    }

    /* STEPS */

    function _terminatesAt(address by) private {
        uint256 railId = _open(FUNDS, RATE, PERIOD, FIXED);
        vm.roll(_start + 10);
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailTerminated(railId, by, _start + 110);
        _terminate(railId, by);
        assertEq(_endEpoch(railId), _start + 110, "endEpoch");
        assertEq(_account(CLIENT).lockupRate, 0, "lockupRate");
        assertEq(_approval().rateUsage, 0, "rateUsage");
    }

    function _terminatedAtTen(uint256 lockupFixed) private returns (uint256 railId) {
        railId = _open(FUNDS, RATE, PERIOD, lockupFixed);
        vm.roll(_start + 10);
        _terminate(railId, CLIENT);
    }

    function _inactive(uint256 railId) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IFilecoinPayV1.RailInactiveOrSettled.selector, railId);
    }

    function _invalidModification(
        uint256 period,
        uint256 lockupFixed
    ) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IFilecoinPayV1.InvalidTerminatedRailModification.selector,
                PERIOD,
                FIXED,
                period,
                lockupFixed
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

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {IValidator} from "../../../contracts/payments/IValidator.sol";
import {PayFixture} from "../../support/PayFixture.sol";

/// Selectors and topics of the deployed Filecoin Pay V1, and the limits of the double and of USDFC's.
contract FilecoinPayInterfaceTest is PayFixture {
    function test_FunctionSelectors() public pure {
        _same(IFilecoinPayV1.COMMISSION_MAX_BPS.selector, 0x8aab236a, "COMMISSION_MAX_BPS");
        _same(
            IFilecoinPayV1.NETWORK_FEE_DENOMINATOR.selector,
            0xe0975cf8,
            "NETWORK_FEE_DENOMINATOR"
        );
        _same(IFilecoinPayV1.NETWORK_FEE_NUMERATOR.selector, 0x553d8c82, "NETWORK_FEE_NUMERATOR");
        _same(IFilecoinPay.accounts.selector, 0xad74b775, "accounts");
        _same(IFilecoinPayV1.auctionInfo.selector, 0x0448e51a, "auctionInfo");
        _same(IFilecoinPayV1.burnForFees.selector, 0x1a257300, "burnForFees");
        _same(IFilecoinPay.createRail.selector, 0xf9f78de8, "createRail");
        _same(IFilecoinPay.deposit.selector, 0x8340f549, "deposit");
        _same(
            IFilecoinPayV1.depositWithAuthorization.selector,
            0x8a94d4fc,
            "depositWithAuthorization"
        );
        _same(
            IFilecoinPayV1.depositWithAuthorizationAndIncreaseOperatorApproval.selector,
            0xdcaad80b,
            "depositWithAuthorizationAndIncreaseOperatorApproval"
        );
        _same(IFilecoinPayV1.depositWithPermit.selector, 0x8ef59739, "depositWithPermit");
        _same(
            IFilecoinPay.depositWithPermitAndApproveOperator.selector,
            0x7218b707,
            "depositWithPermitAndApproveOperator"
        );
        _same(
            IFilecoinPayV1.depositWithPermitAndIncreaseOperatorApproval.selector,
            0x56b29efe,
            "depositWithPermitAndIncreaseOperatorApproval"
        );
        _same(IFilecoinPay.getAccountInfoIfSettled.selector, 0x05f4c536, "getAccountInfoIfSettled");
        _same(IFilecoinPay.getRail.selector, 0x22e440b3, "getRail");
        _same(
            IFilecoinPayV1.getRailsForPayeeAndToken.selector,
            0x7f7562fa,
            "getRailsForPayeeAndToken"
        );
        _same(
            IFilecoinPayV1.getRailsForPayerAndToken.selector,
            0x007b5fd1,
            "getRailsForPayerAndToken"
        );
        _same(IFilecoinPayV1.getRateChangeQueueSize.selector, 0x356412ae, "getRateChangeQueueSize");
        _same(
            IFilecoinPayV1.increaseOperatorApproval.selector,
            0xa159b1ed,
            "increaseOperatorApproval"
        );
        _same(IFilecoinPay.modifyRailLockup.selector, 0xde07b8bb, "modifyRailLockup");
        _same(IFilecoinPay.modifyRailPayment.selector, 0x97d3ea34, "modifyRailPayment");
        _same(IFilecoinPay.operatorApprovals.selector, 0xe3d4c69e, "operatorApprovals");
        _same(IFilecoinPay.setOperatorApproval.selector, 0x875bc8b6, "setOperatorApproval");
        _same(IFilecoinPay.settleRail.selector, 0xbcd40bf8, "settleRail");
        _same(
            IFilecoinPayV1.settleTerminatedRailWithoutValidation.selector,
            0x4341325c,
            "settleTerminatedRailWithoutValidation"
        );
        _same(IFilecoinPay.terminateRail.selector, 0xcbb0bf18, "terminateRail");
        _same(IFilecoinPay.withdraw.selector, 0xf3fef3a3, "withdraw");
        _same(IFilecoinPayV1.withdrawTo.selector, 0xc3b35a7e, "withdrawTo");
    }

    function test_ValidatorSelectors() public pure {
        _same(IValidator.validatePayment.selector, 0x1a7bf46f, "validatePayment");
        _same(IValidator.railTerminated.selector, 0xc5153f70, "railTerminated");
    }

    function test_ErrorSelectors() public pure {
        _same(
            IFilecoinPayV1.CannotModifyTerminatedRailBeyondEndEpoch.selector,
            0x323d3c67,
            "CannotModifyTerminatedRailBeyondEndEpoch"
        );
        _same(
            IFilecoinPayV1.CannotSettleFutureEpochs.selector,
            0x1d932033,
            "CannotSettleFutureEpochs"
        );
        _same(
            IFilecoinPayV1.CannotSettleTerminatedRailBeforeMaxEpoch.selector,
            0x20827009,
            "CannotSettleTerminatedRailBeforeMaxEpoch"
        );
        _same(IFilecoinPayV1.CommissionRateTooHigh.selector, 0x49c4e4f0, "CommissionRateTooHigh");
        _same(
            IFilecoinPayV1.CurrentLockupLessThanOldLockup.selector,
            0x92dfe5fc,
            "CurrentLockupLessThanOldLockup"
        );
        _same(
            IFilecoinPayV1.FeeWithdrawalNativeTransferFailed.selector,
            0xfadd7dd5,
            "FeeWithdrawalNativeTransferFailed"
        );
        _same(
            IFilecoinPayV1.InsufficientCurrentLockup.selector,
            0x6fb42560,
            "InsufficientCurrentLockup"
        );
        _same(
            IFilecoinPayV1.InsufficientFundsForOneTimePayment.selector,
            0xcdc76e7c,
            "InsufficientFundsForOneTimePayment"
        );
        _same(
            IFilecoinPayV1.InsufficientFundsForSettlement.selector,
            0x707dfeab,
            "InsufficientFundsForSettlement"
        );
        _same(
            IFilecoinPayV1.InsufficientLockupForSettlement.selector,
            0x18d8ed64,
            "InsufficientLockupForSettlement"
        );
        _same(
            IFilecoinPayV1.InsufficientNativeTokenForBurn.selector,
            0x3e2f02c1,
            "InsufficientNativeTokenForBurn"
        );
        _same(
            IFilecoinPayV1.InsufficientUnlockedFunds.selector,
            0xe610210c,
            "InsufficientUnlockedFunds"
        );
        _same(
            IFilecoinPayV1.InvalidRateChangeQueueState.selector,
            0x2e78e91f,
            "InvalidRateChangeQueueState"
        );
        _same(
            IFilecoinPayV1.InvalidTerminatedRailModification.selector,
            0xf72a2118,
            "InvalidTerminatedRailModification"
        );
        _same(
            IFilecoinPayV1.LockupExceedsFundsInvariant.selector,
            0x3bea1fb8,
            "LockupExceedsFundsInvariant"
        );
        _same(
            IFilecoinPayV1.LockupFixedIncreaseNotAllowedDueToInsufficientFunds.selector,
            0x249e1b0e,
            "LockupFixedIncreaseNotAllowedDueToInsufficientFunds"
        );
        _same(
            IFilecoinPayV1.LockupInconsistencyDuringRailFinalization.selector,
            0xdb3137ef,
            "LockupInconsistencyDuringRailFinalization"
        );
        _same(
            IFilecoinPayV1.LockupNotSettledRateChangeNotAllowed.selector,
            0x020c2e30,
            "LockupNotSettledRateChangeNotAllowed"
        );
        _same(
            IFilecoinPayV1.LockupPeriodChangeNotAllowedDueToInsufficientFunds.selector,
            0x9bd4f7f6,
            "LockupPeriodChangeNotAllowedDueToInsufficientFunds"
        );
        _same(
            IFilecoinPayV1.LockupPeriodExceedsOperatorMaximum.selector,
            0xb8afa055,
            "LockupPeriodExceedsOperatorMaximum"
        );
        _same(IFilecoinPayV1.LockupRateInconsistent.selector, 0xa18ff4af, "LockupRateInconsistent");
        _same(
            IFilecoinPayV1.LockupRateLessThanOldRate.selector,
            0xd909f4e2,
            "LockupRateLessThanOldRate"
        );
        _same(
            IFilecoinPayV1.MissingServiceFeeRecipient.selector,
            0xe237a731,
            "MissingServiceFeeRecipient"
        );
        _same(
            IFilecoinPayV1.MustSendExactNativeAmount.selector,
            0x753a1281,
            "MustSendExactNativeAmount"
        );
        _same(IFilecoinPayV1.NativeTokenNotAccepted.selector, 0x2546923b, "NativeTokenNotAccepted");
        _same(
            IFilecoinPayV1.NativeTokenNotSupported.selector,
            0xb10b947e,
            "NativeTokenNotSupported"
        );
        _same(IFilecoinPayV1.NativeTransferFailed.selector, 0xa5b05eec, "NativeTransferFailed");
        _same(IFilecoinPayV1.NoProgressInSettlement.selector, 0xae296731, "NoProgressInSettlement");
    }

    function test_MoreErrorSelectors() public pure {
        _same(
            IFilecoinPayV1.NotAuthorizedToTerminateRail.selector,
            0x766e1d31,
            "NotAuthorizedToTerminateRail"
        );
        _same(
            IFilecoinPayV1.OneTimePaymentExceedsLockup.selector,
            0xc58d5cbc,
            "OneTimePaymentExceedsLockup"
        );
        _same(IFilecoinPayV1.OnlyRailClientAllowed.selector, 0x2c0d8add, "OnlyRailClientAllowed");
        _same(
            IFilecoinPayV1.OnlyRailOperatorAllowed.selector,
            0xf4d2d70a,
            "OnlyRailOperatorAllowed"
        );
        _same(
            IFilecoinPayV1.OnlyRailParticipantAllowed.selector,
            0x1dcd4c5f,
            "OnlyRailParticipantAllowed"
        );
        _same(
            IFilecoinPayV1.OperatorLockupAllowanceExceeded.selector,
            0x8dcd0606,
            "OperatorLockupAllowanceExceeded"
        );
        _same(IFilecoinPayV1.OperatorNotApproved.selector, 0xeef23db6, "OperatorNotApproved");
        _same(
            IFilecoinPayV1.OperatorRateAllowanceExceeded.selector,
            0x6c577bf9,
            "OperatorRateAllowanceExceeded"
        );
        _same(IFilecoinPayV1.RailAlreadyTerminated.selector, 0x4947b7af, "RailAlreadyTerminated");
        _same(IFilecoinPayV1.RailInactiveOrSettled.selector, 0xd87df04d, "RailInactiveOrSettled");
        _same(IFilecoinPayV1.RailNotTerminated.selector, 0x5a70954b, "RailNotTerminated");
        _same(
            IFilecoinPayV1.RateChangeNotAllowedOnTerminatedRail.selector,
            0x9eb55fd7,
            "RateChangeNotAllowedOnTerminatedRail"
        );
        _same(
            IFilecoinPayV1.RateChangeQueueNotEmpty.selector,
            0xe60266a8,
            "RateChangeQueueNotEmpty"
        );
        _same(IFilecoinPayV1.SignerMustBeMsgSender.selector, 0x5269c0dd, "SignerMustBeMsgSender");
        _same(
            IFilecoinPayV1.ValidatorModifiedAmountExceedsMaximum.selector,
            0x1fccb6c4,
            "ValidatorModifiedAmountExceedsMaximum"
        );
        _same(
            IFilecoinPayV1.ValidatorSettledBeforeSegmentStart.selector,
            0x0696a4a4,
            "ValidatorSettledBeforeSegmentStart"
        );
        _same(
            IFilecoinPayV1.ValidatorSettledBeyondSegmentEnd.selector,
            0xcaa0872a,
            "ValidatorSettledBeyondSegmentEnd"
        );
        _same(
            IFilecoinPayV1.WithdrawAmountExceedsAccumulatedFees.selector,
            0xf7a5ad6d,
            "WithdrawAmountExceedsAccumulatedFees"
        );
        _same(IFilecoinPayV1.ZeroAddressNotAllowed.selector, 0x44034241, "ZeroAddressNotAllowed");
        _same(
            ReentrancyGuard.ReentrancyGuardReentrantCall.selector,
            0x3ee5aeb5,
            "ReentrancyGuardReentrantCall"
        );
        _same(SafeERC20.SafeERC20FailedOperation.selector, 0x5274afe7, "SafeERC20FailedOperation");
    }

    function test_EventTopics() public pure {
        _same(
            IFilecoinPayV1.AccountLockupSettled.selector,
            0x25db253b018b2168f226371d77fc91f15152c02e8242c25af92a8271d239f450,
            "AccountLockupSettled"
        );
        _same(
            IFilecoinPayV1.DepositRecorded.selector,
            0x0dc0013c9d314fc3894bafe429b311ffbd18598c3d159a5a0e31225215db94a7,
            "DepositRecorded"
        );
        _same(
            IFilecoinPayV1.OperatorApprovalUpdated.selector,
            0x9f4ee4f42b9fb561fb251246fa9cabfe12aeed51f1c615a17f34e5c0575b4fc8,
            "OperatorApprovalUpdated"
        );
        _same(
            IFilecoinPay.RailCreated.selector,
            0xb9f4f448b1c10a427fd0df9553b65fbd49cea0137977ce50f8deb47864b4754f,
            "RailCreated"
        );
        _same(
            IFilecoinPay.RailFinalized.selector,
            0xeba1d176034891f68b755fb52cf844fe98a96ca13b50147fbe0e93f6cdecd9e2,
            "RailFinalized"
        );
        _same(
            IFilecoinPay.RailLockupModified.selector,
            0xcceff3285f15292e6ad0acd5900af1575f7e0debe13855d76901c33981978f79,
            "RailLockupModified"
        );
        _same(
            IFilecoinPay.RailOneTimePaymentProcessed.selector,
            0x70358589bc618854360f545817cd39ae53b440c5c6ef7bb83db1c86f3496f723,
            "RailOneTimePaymentProcessed"
        );
        _same(
            IFilecoinPay.RailRateModified.selector,
            0x2e3c2d5cce45fbe45262be6ec0c3f584e0ba1ccd0f7371dd1175dbde62ec2a50,
            "RailRateModified"
        );
        _same(
            IFilecoinPay.RailSettled.selector,
            0x14e2efd598f2db6bfe762fcf9a830ffdfcba170d263d4a4956f36176ba82d3f3,
            "RailSettled"
        );
        _same(
            IFilecoinPay.RailTerminated.selector,
            0x341cedeea2157541f32a2c3ba561c2a096f12997813844db9818532104a41aa9,
            "RailTerminated"
        );
        _same(
            IFilecoinPayV1.WithdrawRecorded.selector,
            0x332e20fbeb87ed1d267a2f391e6e3c6bdb9932c83d0cee5b5594ba827c4326c5,
            "WithdrawRecorded"
        );
    }

    /// The one function that the interface cannot declare is there too: what answers is not the missing function.
    function test_AnswersTheUndeclaredSelector() public {
        bytes4 selector = bytes4(
            keccak256(
                "depositWithAuthorizationAndApproveOperator(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32,address,uint256,uint256,uint256)"
            )
        );
        assertTrue(selector == 0x18ccb209, "selector");
        (bool success, bytes memory answer) = address(_pay).call(
            bytes.concat(selector, new bytes(13 * 32))
        );
        assertFalse(success, "all zeros are refused");
        assertEq(
            answer,
            abi.encodeWithSelector(IFilecoinPayV1.ZeroAddressNotAllowed.selector, "to"),
            "by the function itself"
        );
        (success, answer) = address(_pay).call(hex"18ccb208");
        assertFalse(success, "an unknown selector is refused");
        assertEq(answer.length, 0, "without data");
    }

    function test_Constants() public view {
        assertEq(_pay.COMMISSION_MAX_BPS(), 10_000, "COMMISSION_MAX_BPS");
        assertEq(_pay.NETWORK_FEE_NUMERATOR(), 1, "NETWORK_FEE_NUMERATOR");
        assertEq(_pay.NETWORK_FEE_DENOMINATOR(), 200, "NETWORK_FEE_DENOMINATOR");
    }

    function test_FitsFilecoinsCodeLimit() public view {
        assertLe(address(_pay).code.length, 24_575, "runtime bytes");
    }

    function test_UsdfcIsNamedAsTheRealOne() public view {
        assertEq(_usdfc.name(), "USD for Filecoin Community", "name");
        assertEq(_usdfc.symbol(), "USDFC", "symbol");
        assertEq(_usdfc.decimals(), 18, "decimals");
    }

    function _same(bytes4 actual, bytes4 expected, string memory name) private pure {
        assertTrue(actual == expected, name);
    }

    function _same(bytes32 actual, bytes32 expected, string memory name) private pure {
        assertEq(actual, expected, name);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IFilecoinPay} from "../../payments/IFilecoinPay.sol";

/// Filecoin Pay V1 (v1.0.0) whole: what IFilecoinPay leaves out, and every error.
/// Only depositWithAuthorizationAndApproveOperator (0x18ccb209) is not declared: its thirteen parameters are one too many
/// for the compiler without its IR pipeline. The double answers it in its fallback.
/// Where an error compares two values, the expected or available one comes first, the offending one after it.
interface IFilecoinPayV1 is IFilecoinPay {
    struct RailInfo {
        uint256 railId;
        bool isTerminated;
        uint256 endEpoch;
    }

    event AccountLockupSettled(
        IERC20 indexed token,
        address indexed owner,
        uint256 lockupCurrent,
        uint256 lockupRate,
        uint256 lockupLastSettledAt
    );

    event DepositRecorded(
        IERC20 indexed token,
        address indexed from,
        address indexed to,
        uint256 amount
    );

    event WithdrawRecorded(
        IERC20 indexed token,
        address indexed from,
        address indexed to,
        uint256 amount
    );

    event OperatorApprovalUpdated(
        IERC20 indexed token,
        address indexed client,
        address indexed operator,
        bool approved,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    );

    error CannotModifyTerminatedRailBeyondEndEpoch(
        uint256 railId,
        uint256 endEpoch,
        uint256 currentEpoch
    );
    error CannotSettleFutureEpochs(uint256 railId, uint256 untilEpoch, uint256 currentEpoch);
    error CannotSettleTerminatedRailBeforeMaxEpoch(
        uint256 railId,
        uint256 firstEpoch,
        uint256 currentEpoch
    );
    error CommissionRateTooHigh(uint256 maxBps, uint256 bps);
    error CurrentLockupLessThanOldLockup(
        IERC20 token,
        address from,
        uint256 oldLockup,
        uint256 current
    );
    error FeeWithdrawalNativeTransferFailed(address to, uint256 amount);
    error InsufficientCurrentLockup(IERC20 token, address from, uint256 current, uint256 reduction);
    error InsufficientFundsForOneTimePayment(
        IERC20 token,
        address from,
        uint256 payment,
        uint256 funds
    );
    error InsufficientFundsForSettlement(IERC20 token, address from, uint256 funds, uint256 amount);
    error InsufficientLockupForSettlement(
        IERC20 token,
        address from,
        uint256 lockup,
        uint256 amount
    );
    error InsufficientNativeTokenForBurn(uint256 paid, uint256 price);
    error InsufficientUnlockedFunds(uint256 available, uint256 requested);
    error InvalidTerminatedRailModification(
        uint256 oldPeriod,
        uint256 oldLockupFixed,
        uint256 newPeriod,
        uint256 newLockupFixed
    );
    error InvalidRateChangeQueueState(uint256 nextRate, uint256 untilEpoch);
    error LockupExceedsFundsInvariant(IERC20 token, address from, uint256 lockup, uint256 funds);
    error LockupFixedIncreaseNotAllowedDueToInsufficientFunds(
        IERC20 token,
        address from,
        uint256 oldLockupFixed,
        uint256 newLockupFixed
    );
    error LockupInconsistencyDuringRailFinalization(
        uint256 railId,
        IERC20 token,
        address from,
        uint256 lockupFixed,
        uint256 lockupCurrent
    );
    error LockupNotSettledRateChangeNotAllowed(
        uint256 railId,
        address from,
        bool isSettled,
        uint256 oldRate,
        uint256 newRate
    );
    error LockupPeriodChangeNotAllowedDueToInsufficientFunds(
        IERC20 token,
        address from,
        uint256 oldPeriod,
        uint256 newPeriod
    );
    error LockupPeriodExceedsOperatorMaximum(
        IERC20 token,
        address operator,
        uint256 maxLockupPeriod,
        uint256 period
    );
    error LockupRateInconsistent(
        uint256 railId,
        address from,
        uint256 railRate,
        uint256 accountRate
    );
    error LockupRateLessThanOldRate(
        uint256 railId,
        address from,
        uint256 oldRate,
        uint256 lockupRate
    );
    error MissingServiceFeeRecipient();
    error MustSendExactNativeAmount(uint256 required, uint256 sent);
    error NativeTokenNotAccepted(uint256 sent);
    error NativeTokenNotSupported();
    error NativeTransferFailed(address to, uint256 amount);
    error NoProgressInSettlement(
        uint256 railId,
        uint256 expectedSettledUpTo,
        uint256 actualSettledUpTo
    );
    error NotAuthorizedToTerminateRail(
        uint256 railId,
        address payer,
        address operator,
        address caller
    );
    error OneTimePaymentExceedsLockup(uint256 railId, uint256 lockupFixed, uint256 payment);
    error OnlyRailClientAllowed(address client, address caller);
    error OnlyRailOperatorAllowed(address operator, address caller);
    error OnlyRailParticipantAllowed(
        address payer,
        address operator,
        address payee,
        address caller
    );
    error OperatorLockupAllowanceExceeded(uint256 allowance, uint256 usage);
    error OperatorNotApproved(address from, address operator);
    error OperatorRateAllowanceExceeded(uint256 allowance, uint256 usage);
    error RailAlreadyTerminated(uint256 railId);
    error RailInactiveOrSettled(uint256 railId);
    error RailNotTerminated(uint256 railId);
    error RateChangeNotAllowedOnTerminatedRail(uint256 railId);
    error RateChangeQueueNotEmpty(uint256 untilEpoch);
    error SignerMustBeMsgSender(address caller, address signer);
    error ValidatorModifiedAmountExceedsMaximum(uint256 railId, uint256 maximum, uint256 amount);
    error ValidatorSettledBeforeSegmentStart(
        uint256 railId,
        uint256 segmentStart,
        uint256 settledUpTo
    );
    error ValidatorSettledBeyondSegmentEnd(uint256 railId, uint256 segmentEnd, uint256 settledUpTo);
    error WithdrawAmountExceedsAccumulatedFees(IERC20 token, uint256 available, uint256 requested);
    error ZeroAddressNotAllowed(string name);

    function depositWithPermit(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    function depositWithPermitAndIncreaseOperatorApproval(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external;

    /// ERC-3009; `to` must be the caller, who signed the authorization.
    function depositWithAuthorization(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    function depositWithAuthorizationAndIncreaseOperatorApproval(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external;

    function withdrawTo(IERC20 token, address to, uint256 amount) external;

    /// Adds to the allowances of an operator that is approved already.
    function increaseOperatorApproval(
        IERC20 token,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external;

    /// Payer only, after the end of a terminated rail: pays all that the validator held back, in full.
    function settleTerminatedRailWithoutValidation(
        uint256 railId
    )
        external
        returns (
            uint256 totalSettledAmount,
            uint256 totalNetPayeeAmount,
            uint256 totalOperatorCommission,
            uint256 totalNetworkFee,
            uint256 finalSettledEpoch,
            string memory note
        );

    /// Sells `requested` of the gathered fees for FIL, which is burned whole; the price halves every 3.5 days and
    /// starts again at 4 times the price paid.
    function burnForFees(IERC20 token, address recipient, uint256 requested) external payable;

    function COMMISSION_MAX_BPS() external view returns (uint256);

    function NETWORK_FEE_NUMERATOR() external view returns (uint256);

    function NETWORK_FEE_DENOMINATOR() external view returns (uint256);

    function auctionInfo(IERC20 token) external view returns (uint88 startPrice, uint168 startTime);

    /// Rails not yet finalised, in order of creation; `limit` 0 means all of them.
    function getRailsForPayerAndToken(
        address payer,
        IERC20 token,
        uint256 offset,
        uint256 limit
    ) external view returns (RailInfo[] memory results, uint256 nextOffset, uint256 total);

    function getRailsForPayeeAndToken(
        address payee,
        IERC20 token,
        uint256 offset,
        uint256 limit
    ) external view returns (RailInfo[] memory results, uint256 nextOffset, uint256 total);

    function getRateChangeQueueSize(uint256 railId) external view returns (uint256);
}

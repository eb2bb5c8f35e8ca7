// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// The part of Filecoin Pay V1 (v1.0.0) that an operator, a payer, a payee or a keeper calls.
/// Selectors and behaviour: docs/deals.md, "Settlement on Filecoin Pay".
interface IFilecoinPay {
    struct RailView {
        IERC20 token;
        address from;
        address to;
        address operator;
        address validator;
        uint256 paymentRate;
        uint256 lockupPeriod;
        uint256 lockupFixed;
        uint256 settledUpTo;
        uint256 endEpoch;
        uint256 commissionRateBps;
        address serviceFeeRecipient;
    }

    event RailCreated(
        uint256 indexed railId,
        address indexed payer,
        address indexed payee,
        IERC20 token,
        address operator,
        address validator,
        address serviceFeeRecipient,
        uint256 commissionRateBps
    );

    event RailLockupModified(
        uint256 indexed railId,
        uint256 oldLockupPeriod,
        uint256 newLockupPeriod,
        uint256 oldLockupFixed,
        uint256 newLockupFixed
    );

    event RailRateModified(uint256 indexed railId, uint256 oldRate, uint256 newRate);

    event RailOneTimePaymentProcessed(
        uint256 indexed railId,
        uint256 netPayeeAmount,
        uint256 operatorCommission,
        uint256 networkFee
    );

    event RailTerminated(uint256 indexed railId, address indexed by, uint256 endEpoch);

    event RailSettled(
        uint256 indexed railId,
        uint256 totalSettledAmount,
        uint256 totalNetPayeeAmount,
        uint256 operatorCommission,
        uint256 networkFee,
        uint256 settledUpTo
    );

    event RailFinalized(uint256 indexed railId);

    /// Credits `to` with what arrives. FIL is token address(0), sent as exactly `amount` of value.
    function deposit(IERC20 token, address to, uint256 amount) external payable;

    /// EIP-2612 permit, deposit and approval in one transaction; `to` must be the caller, who signed the permit.
    function depositWithPermitAndApproveOperator(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) external;

    /// What is neither locked nor owed; refused while the caller's account is behind.
    function withdraw(IERC20 token, uint256 amount) external;

    /// `approved` false stops only new rails; allowances stop only increases.
    function setOperatorApproval(
        IERC20 token,
        address operator,
        bool approved,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) external;

    /// Called by the operator, whom `from` has approved. The rail starts at rate 0, without lockup.
    function createRail(
        IERC20 token,
        address from,
        address to,
        address validator,
        uint256 commissionRateBps,
        address serviceFeeRecipient
    ) external returns (uint256 railId);

    /// Operator only. Locks `lockupFixed` and `period` epochs of the rail's rate; a terminated rail's may only fall.
    function modifyRailLockup(uint256 railId, uint256 period, uint256 lockupFixed) external;

    /// Operator only. Sets the rate from this epoch on and pays `oneTimePayment` out of the fixed lockup at once.
    function modifyRailPayment(uint256 railId, uint256 newRate, uint256 oneTimePayment) external;

    /// Operator at any time, payer only while fully funded. The rail ends at lockupLastSettledAt + its period.
    function terminateRail(uint256 railId) external;

    /// Anyone, up to the current epoch. Reverts NoProgressInSettlement when the validator holds all of it back.
    function settleRail(
        uint256 railId,
        uint256 untilEpoch
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

    /// As stored: locked and owed up to `lockupLastSettledAt` only.
    function accounts(
        IERC20 token,
        address owner
    )
        external
        view
        returns (
            uint256 funds,
            uint256 lockupCurrent,
            uint256 lockupRate,
            uint256 lockupLastSettledAt
        );

    function operatorApprovals(
        IERC20 token,
        address client,
        address operator
    )
        external
        view
        returns (
            bool isApproved,
            uint256 rateAllowance,
            uint256 lockupAllowance,
            uint256 rateUsage,
            uint256 lockupUsage,
            uint256 maxLockupPeriod
        );

    /// Reverts RailInactiveOrSettled once the rail is finalised.
    function getRail(uint256 railId) external view returns (RailView memory);

    /// `fundedUntilEpoch` is type(uint256).max for an account without a streaming rate.
    function getAccountInfoIfSettled(
        IERC20 token,
        address owner
    )
        external
        view
        returns (
            uint256 fundedUntilEpoch,
            uint256 currentFunds,
            uint256 availableFunds,
            uint256 currentLockupRate
        );
}

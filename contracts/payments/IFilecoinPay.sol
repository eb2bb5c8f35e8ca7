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

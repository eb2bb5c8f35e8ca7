// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// What Filecoin Pay V1 asks of a rail's validator.
interface IValidator {
    struct ValidationResult {
        uint256 modifiedAmount;
        uint256 settleUpto;
        string note;
    }

    /// Pay proposes `proposedAmount` for (fromEpoch, toEpoch] at `rate` an epoch; the validator may cut, never raise:
    /// fromEpoch <= settleUpto <= toEpoch and modifiedAmount <= rate x (settleUpto - fromEpoch).
    function validatePayment(
        uint256 railId,
        uint256 proposedAmount,
        uint256 fromEpoch,
        uint256 toEpoch,
        uint256 rate
    ) external returns (ValidationResult memory result);

    /// Pay tells that `terminator` ended the rail; it stops for good after `endEpoch`.
    function railTerminated(uint256 railId, address terminator, uint256 endEpoch) external;
}

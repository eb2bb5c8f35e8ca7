// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IArbiter} from "./IArbiter.sol";
import {IComputeEscrow} from "./IComputeEscrow.sol";
import {IComputeLedger} from "./IComputeLedger.sol";

/// What arbiters have in common: the escrow that they rule in, and where their fees go.
abstract contract ArbiterFees is IArbiter {
    /// @inheritdoc IArbiter
    address public immutable ESCROW;
    /// @inheritdoc IArbiter
    address public immutable PAYEE;

    constructor(address escrow, address payee) {
        if (escrow.code.length == 0) revert IComputeLedger.ComputeNotContract(escrow);
        if (payee == address(0)) revert ArbiterPayeeZero();
        (ESCROW, PAYEE) = (escrow, payee);
    }

    /// @inheritdoc IArbiter
    function collect(address token) external returns (uint256 amount) {
        amount = IComputeEscrow(ESCROW).withdraw(token, PAYEE);
        emit ArbiterFeesPaid(token, PAYEE, amount);
    }

    function _rule(
        IComputeLedger.Job calldata job,
        uint16 task,
        uint8 round,
        bytes32 root
    ) internal {
        uint8 current = IComputeEscrow(ESCROW).taskOf(job.id, task).round;
        if (round != current) revert ArbiterRoundPast(round, current);
        emit ArbiterRuled(job.id, task, round, root);
        IComputeEscrow(ESCROW).rule(job, task, root);
    }
}

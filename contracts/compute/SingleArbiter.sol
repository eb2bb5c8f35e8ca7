// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ArbiterFees} from "./ArbiterFees.sol";
import {IComputeLedger} from "./IComputeLedger.sol";

/// An arbiter with one key.
contract SingleArbiter is ArbiterFees {
    error ArbiterNotJudge(address caller);
    error ArbiterJudgeZero();

    address public immutable JUDGE;

    constructor(address escrow, address payee, address judge) ArbiterFees(escrow, payee) {
        if (judge == address(0)) revert ArbiterJudgeZero();
        JUDGE = judge;
    }

    /// The judge. Errors: ArbiterNotJudge, ArbiterRoundPast, and those of IComputeSettlement.rule.
    function rule(
        IComputeLedger.Job calldata job,
        uint16 task,
        uint8 round,
        bytes32 root
    ) external {
        if (msg.sender != JUDGE) revert ArbiterNotJudge(msg.sender);
        _rule(job, task, round, root);
    }
}

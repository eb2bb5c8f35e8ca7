// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeLedger} from "./IComputeLedger.sol";

/// What a job's terms must be, and the amounts that follow from them.
library JobTerms {
    /// Keeps every sum with an epoch within 40 bits, and every job finite.
    uint256 internal constant GREATEST_SPAN = 1 << 24;
    /// An audit's beacon is that of the second epoch after the submit, and must lie strictly in the past.
    uint256 internal constant DRAW_EPOCHS = 3;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant MAX_SLOTS = 7;
    uint256 internal constant MAX_ROUNDS = 8;

    /// Reverts with ComputeJobInvalid and the field's name.
    /// @param minWindow least length of the windows in which somebody must act
    function check(IComputeLedger.JobParams calldata p, uint256 minWindow) internal pure {
        _require(p.specDigest != 0, "specDigest");
        _require(p.tasks != 0, "tasks");
        _require(p.shardsPerTask != 0 && p.shardsPerTask <= 256, "shardsPerTask");
        _require(p.maxRounds != 0 && p.maxRounds <= MAX_ROUNDS, "maxRounds");
        _checkMoney(p);
        _checkMode(p, minWindow);
        _require(_within(p.acceptEpochs, minWindow), "acceptEpochs");
        _require(_within(p.execEpochs, minWindow), "execEpochs");
        _require(_within(p.challengeEpochs, minWindow), "challengeEpochs");
        _require(p.rampEpochs <= p.acceptEpochs, "rampEpochs");
        _require(p.localEpochs == 0 || p.inputsRoot != 0, "inputsRoot");
        _require(p.localEpochs < p.acceptEpochs, "localEpochs");
        // Three runs, and time to start them: a slow arbiter is the worker's loss.
        _require(
            p.arbitrationEpochs <= GREATEST_SPAN &&
                uint256(p.arbitrationEpochs) >= 3 * uint256(p.execEpochs) + 60,
            "arbitrationEpochs"
        );
        _require(p.arbiter != address(0), "arbiter");
        _require(
            p.fallbackArbiter != address(0) && p.fallbackArbiter != p.arbiter,
            "fallbackArbiter"
        );
        _require(p.holdbackBps <= BPS, "holdbackBps");
        bool holds = p.holdbackBps != 0;
        _require(
            holds ? _within(p.holdbackEpochs, minWindow) : p.holdbackEpochs == 0,
            "holdbackEpochs"
        );
        _require(p.holdbackTermEpochs <= GREATEST_SPAN, "holdbackTermEpochs");
    }

    /// What the requester locks for one task: everything that the task can cost it.
    function budget(IComputeLedger.JobParams calldata p) internal pure returns (uint256) {
        uint256 most = p.maxPrice;
        return p.n * (most + (most * p.coordinatorBps) / BPS) + p.arbiterFee;
    }

    /// The price of a slot taken `elapsed` epochs after the task was opened.
    function price(
        IComputeLedger.JobParams calldata p,
        uint256 elapsed
    ) internal pure returns (uint256) {
        uint256 local = p.localEpochs;
        uint256 ramp = p.rampEpochs;
        uint256 risen = elapsed > local ? elapsed - local : 0;
        if (risen >= ramp) return elapsed <= local && local != 0 ? p.minPrice : p.maxPrice;
        return p.minPrice + ((p.maxPrice - p.minPrice) * risen) / ramp;
    }

    function _checkMoney(IComputeLedger.JobParams calldata p) private pure {
        (uint256 least, uint256 most) = (p.minPrice, p.maxPrice);
        (uint256 stake, uint256 fee, uint256 audit) = (p.stake, p.arbiterFee, p.auditBps);
        // A slot keeps its price in 88 bits.
        _require(most != 0 && most <= type(uint88).max, "maxPrice");
        _require(least <= most, "minPrice");
        _require(audit <= BPS, "auditBps");
        _require(p.coordinatorBps <= BPS, "coordinatorBps");
        _require((p.coordinator == address(0)) == (p.coordinatorBps == 0), "coordinator");
        // What a lie that stands brings its author, who may be the coordinator too.
        uint256 gain = most + (most * p.coordinatorBps) / BPS;
        // With audits alone a lie does not pay, not even if the liar's other hands name it and take the next round with the
        // ruled root: S >= gain/q + 2 fees; nor if a ruling is dear: S >= gain(1/q - 1) + 3 fees.
        uint256 fees = fee > gain ? 3 * fee - gain : 2 * fee;
        _require(
            stake != 0 &&
                stake >= 4 * fee &&
                stake * audit >= (audit == 0 ? 0 : gain * BPS + fees * audit),
            "stake"
        );
        _require(p.challengeBond >= fee + most / 10, "challengeBond");
    }

    function _checkMode(IComputeLedger.JobParams calldata p, uint256 minWindow) private pure {
        if (p.mode == IComputeLedger.Mode.Quorum) {
            _require(p.n > 1 && p.n <= MAX_SLOTS, "n");
            _require(p.m <= p.n && 2 * uint256(p.m) > p.n, "m");
            _require(_within(p.revealEpochs, minWindow), "revealEpochs");
        } else {
            _require(p.n == 1, "n");
            _require(p.m == 1, "m");
            _require(p.revealEpochs == 0, "revealEpochs");
        }
        bool attested = p.mode == IComputeLedger.Mode.Attested;
        _require(
            attested ? _within(p.attestEpochs, minWindow) : p.attestEpochs == 0,
            "attestEpochs"
        );
        _require((p.attestors != 0) == attested, "attestors");
    }

    function _within(uint256 epochs, uint256 least) private pure returns (bool) {
        return epochs >= least && epochs <= GREATEST_SPAN;
    }

    function _require(bool condition, bytes32 field) private pure {
        if (!condition) revert IComputeLedger.ComputeJobInvalid(field);
    }
}

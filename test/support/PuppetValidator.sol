// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IValidator} from "../../contracts/payments/IValidator.sol";

/// A rail's validator that answers what a test tells it to.
contract PuppetValidator is IValidator {
    using Address for address;

    /// Pays `percent` of the span up to at most `cap`, off by the two deltas.
    struct Script {
        uint256 cap;
        uint256 percent;
        int256 amountDelta;
        int256 upToDelta;
        bool refuses;
    }

    enum OnTermination {
        Accept,
        Refuse,
        RefuseAllButOperator,
        BurnGas
    }

    uint256 public calls;
    uint256 public terminations;
    /// The question asked last.
    uint256 public proposed;
    uint256 public from;
    uint256 public to;
    uint256 public rate;
    address public terminator;
    uint256 public endEpoch;

    Script private _script = Script(type(uint256).max, 100, 0, 0, false);
    OnTermination private _onTermination;
    address private _operator;
    address private _reenters;
    bytes private _reentry;

    function follow(Script calldata script) external {
        _script = script;
    }

    function onTermination(OnTermination reaction, address operator) external {
        (_onTermination, _operator) = (reaction, operator);
    }

    /// Calls `target` in the middle of both callbacks and passes its failure on.
    function reenter(address target, bytes calldata data) external {
        (_reenters, _reentry) = (target, data);
    }

    function validatePayment(
        uint256,
        uint256 proposedAmount,
        uint256 fromEpoch,
        uint256 toEpoch,
        uint256 rate_
    ) external returns (ValidationResult memory result) {
        ++calls;
        (proposed, from, to, rate) = (proposedAmount, fromEpoch, toEpoch, rate_);
        Script memory script = _script;
        require(!script.refuses, "validator says no");
        if (_reenters != address(0)) _reenters.functionCall(_reentry);
        uint256 upTo = toEpoch < script.cap ? toEpoch : script.cap;
        uint256 amount = (rate_ * (upTo - fromEpoch) * script.percent) / 100;
        result.modifiedAmount = uint256(int256(amount) + script.amountDelta);
        result.settleUpto = uint256(int256(upTo) + script.upToDelta);
        result.note = "checked";
    }

    function railTerminated(uint256, address terminator_, uint256 endEpoch_) external {
        ++terminations;
        (terminator, endEpoch) = (terminator_, endEpoch_);
        require(_onTermination != OnTermination.Refuse, "never");
        require(
            _onTermination != OnTermination.RefuseAllButOperator || terminator_ == _operator,
            "go through the operator"
        );
        if (_onTermination == OnTermination.BurnGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (_reenters != address(0)) _reenters.functionCall(_reentry);
    }
}

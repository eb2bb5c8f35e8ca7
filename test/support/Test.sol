// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {vm} from "./Vm.sol";

/// Assertions and the hooks through which the runner learns what an invariant test may call.
abstract contract Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    error AssertionFailed(string claim);
    error AssertEq(string claim, uint256 actual, uint256 expected);
    error AssertEqInt(string claim, int256 actual, int256 expected);
    error AssertEqAddress(string claim, address actual, address expected);
    error AssertEqBytes32(string claim, bytes32 actual, bytes32 expected);
    error AssertEqBytes(string claim, bytes actual, bytes expected);
    error AssertAtMost(string claim, uint256 actual, uint256 bound);
    error AssertAtLeast(string claim, uint256 actual, uint256 bound);

    address[] private _targets;
    FuzzSelector[] private _selectors;

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    function targetContract(address target) internal {
        _targets.push(target);
    }

    function targetSelector(address target, bytes4[] memory selectors) internal {
        _selectors.push(FuzzSelector(target, selectors));
    }

    function assertTrue(bool condition, string memory claim) internal pure {
        if (!condition) revert AssertionFailed(claim);
    }

    function assertFalse(bool condition, string memory claim) internal pure {
        if (condition) revert AssertionFailed(claim);
    }

    function assertEq(uint256 actual, uint256 expected, string memory claim) internal pure {
        if (actual != expected) revert AssertEq(claim, actual, expected);
    }

    function assertEq(int256 actual, int256 expected, string memory claim) internal pure {
        if (actual != expected) revert AssertEqInt(claim, actual, expected);
    }

    function assertEq(bool actual, bool expected, string memory claim) internal pure {
        if (actual != expected) revert AssertionFailed(claim);
    }

    function assertEq(address actual, address expected, string memory claim) internal pure {
        if (actual != expected) revert AssertEqAddress(claim, actual, expected);
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory claim) internal pure {
        if (actual != expected) revert AssertEqBytes32(claim, actual, expected);
    }

    function assertEq(
        bytes memory actual,
        bytes memory expected,
        string memory claim
    ) internal pure {
        if (keccak256(actual) != keccak256(expected)) revert AssertEqBytes(claim, actual, expected);
    }

    function assertEq(
        string memory actual,
        string memory expected,
        string memory claim
    ) internal pure {
        assertEq(bytes(actual), bytes(expected), claim);
    }

    function assertLe(uint256 actual, uint256 limit, string memory claim) internal pure {
        if (actual > limit) revert AssertAtMost(claim, actual, limit);
    }

    function assertGe(uint256 actual, uint256 limit, string memory claim) internal pure {
        if (actual < limit) revert AssertAtLeast(claim, actual, limit);
    }

    /// A value in [least, greatest], from whatever the fuzzer gave.
    function bound(uint256 value, uint256 least, uint256 greatest) internal pure returns (uint256) {
        uint256 span = greatest - least;
        return span == type(uint256).max ? value : least + (value % (span + 1));
    }

    /// Moves on to a later epoch: 30 s of chain time each. The engine is asked for the epoch, since to an optimizer
    /// block.number is the same before and after a roll.
    function advance(uint256 epochs) internal {
        vm.roll(vm.getBlockNumber() + epochs);
        vm.warp(block.timestamp + 30 * epochs);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// A token that makes one call of the attacker's choice in the middle of its next transfer.
contract ReentrantToken is ERC20 {
    using Address for address;

    address private _target;
    bytes private _data;

    constructor() ERC20("Re-entrant", "RE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// A failure of the call is passed on, so that a test sees its reason.
    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        target.functionCall(_data);
    }
}

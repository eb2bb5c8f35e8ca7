// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token that keeps 1 % of every transfer, out of what arrives or on top of what is sent.
contract FeeOnTransferToken is ERC20 {
    bool private immutable ON_TOP;

    constructor(bool onTop) ERC20("Fee on transfer", "FEE") {
        ON_TOP = onTop;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        bool moved = from != address(0) && to != address(0);
        uint256 fee = moved ? amount / 100 : 0;
        if (fee > 0) super._update(from, address(0), fee);
        super._update(from, to, ON_TOP ? amount : amount - fee);
    }
}

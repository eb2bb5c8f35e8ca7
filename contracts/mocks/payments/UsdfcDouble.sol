// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// Double of USDFC: 18 decimals, EIP-2612 permits, no ERC-3009. Here anyone may mint.
contract UsdfcDouble is ERC20Permit {
    constructor()
        ERC20("USD for Filecoin Community", "USDFC")
        ERC20Permit("USD for Filecoin Community")
    {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

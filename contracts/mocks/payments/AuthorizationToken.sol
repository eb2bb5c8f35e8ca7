// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// A token with ERC-3009 authorizations, which USDFC lacks.
contract AuthorizationToken is ERC3009 {
    constructor() ERC20("Authorization", "AUTH") EIP712("Authorization", "1") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

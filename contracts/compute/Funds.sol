// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {FilAddress} from "../fvm/FilAddress.sol";
import {FilTransfer} from "../fvm/FilTransfer.sol";

/// FIL, as token address(0), and ERC-20 tokens, in and out of the calling contract.
library Funds {
    using SafeERC20 for IERC20;

    error FundsValueWrong(uint256 value, uint256 wanted);
    /// The token took more or gave less than it was asked for.
    error FundsShort(address token, uint256 received, uint256 wanted);
    error FundsTransferFailed(address to, uint256 amount);

    /// Takes exactly `amount` from the caller. The caller of this guards against re-entry: a balance is compared.
    function pull(address token, uint256 amount) internal {
        if (token == address(0)) {
            if (msg.value != amount) revert FundsValueWrong(msg.value, amount);
            return;
        }
        if (msg.value != 0) revert FundsValueWrong(msg.value, 0);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert FundsShort(token, received, amount);
    }

    /// FIL goes by a bare send, which runs none of the receiver's code. To nobody, or to here, it would be lost.
    function push(address token, address to, uint256 amount) internal {
        if (to == address(0) || FilAddress.normalize(to) == address(this)) {
            revert FundsTransferFailed(to, amount);
        }
        if (token != address(0)) IERC20(token).safeTransfer(to, amount);
        else if (!FilTransfer.send(to, amount)) revert FundsTransferFailed(to, amount);
    }

    /// A permit may have been used by somebody who saw it: what counts is the allowance, which `pull` needs. FIL needs
    /// none.
    function permit(
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) internal {
        if (token.code.length == 0) return;
        try
            IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s)
        {} catch {}
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token whose transfers can be made to fail: by a revert, or by the answer false.
contract RefusingToken is ERC20 {
    enum Answer {
        Transfer,
        False,
        Revert
    }

    error TransferRefused(address from, address to, uint256 amount);

    Answer private _answer;

    constructor() ERC20("Refusing", "NO") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setAnswer(Answer answer) external {
        _answer = answer;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _refused(msg.sender, to, amount) ? false : super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return _refused(from, to, amount) ? false : super.transferFrom(from, to, amount);
    }

    function _refused(address from, address to, uint256 amount) private view returns (bool) {
        if (_answer == Answer.Revert) revert TransferRefused(from, to, amount);
        return _answer == Answer.False;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// The text of a string literal kept in a word, which is cheaper in bytecode to pass to an error than a string.
function fieldName(bytes32 word) pure returns (string memory text) {
    uint256 length;
    while (length < 32 && word[length] != 0) ++length;
    text = string(bytes.concat(word));
    assembly ("memory-safe") {
        mstore(text, length)
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// 0xfe..06. Input: an epoch as a word. Output: 32 bytes that follow from the chain and the epoch. A future epoch
/// consumes all gas, as it ends the whole message on Filecoin.
contract BeaconPrecompile {
    fallback(bytes calldata) external payable returns (bytes memory) {
        uint64 epoch;
        assembly ("memory-safe") {
            epoch := and(calldataload(0), 0xffffffffffffffff)
            if gt(epoch, number()) {
                invalid()
            }
        }
        return abi.encode(keccak256(abi.encode("holdfast.devnet.beacon", block.chainid, epoch)));
    }
}

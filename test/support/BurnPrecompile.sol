// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// What 0xfe..05 does for a bare send to an actor: it moves the caller's FIL and answers (exit code, codec, data).
/// To be etched there: it runs in the caller's context.
contract BurnPrecompile {
    fallback(bytes calldata input) external payable returns (bytes memory) {
        (
            uint64 method,
            uint256 value,
            uint64 flags,
            uint64 codec,
            bytes memory params,
            uint64 actorId
        ) = abi.decode(input, (uint64, uint256, uint64, uint64, bytes, uint64));
        require(method == 0 && flags == 0 && codec == 0 && params.length == 0, "not a bare send");
        (bool sent, ) = address((uint160(0xff) << 152) | actorId).call{value: value}("");
        return abi.encode(sent ? int256(0) : int256(-5), uint64(0), bytes(""));
    }
}

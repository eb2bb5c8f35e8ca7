// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// A piece commitment (CommP): the root of the piece's binary SHA-256/254 tree.
type PieceCid is bytes32;

using {_eq as ==, _neq as !=} for PieceCid global;

/// A piece as its CID v2 (FRC-0069) names it: the commitment, the tree's height above 32-byte leaves, and how many
/// bytes of the unpadded piece are zero padding after the payload.
struct Piece {
    PieceCid cid;
    uint8 height;
    uint48 padding;
}

function _eq(PieceCid a, PieceCid b) pure returns (bool) {
    return PieceCid.unwrap(a) == PieceCid.unwrap(b);
}

function _neq(PieceCid a, PieceCid b) pure returns (bool) {
    return PieceCid.unwrap(a) != PieceCid.unwrap(b);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// A piece commitment (CommP): the root of the piece's binary SHA-256/254 tree.
type PieceCid is bytes32;

using {_eq as ==, _neq as !=, toCidV1} for PieceCid global;

/// A piece as its CID v2 (FRC-0069) names it: the commitment, the tree's height above 32-byte leaves, and how many
/// bytes of the unpadded piece are zero padding after the payload.
struct Piece {
    PieceCid cid;
    uint8 height;
    uint48 padding;
}

using {toCidV2, paddedSize} for Piece global;

/// Not the binary form of a piece CID v2, or of one that no sector can hold.
error PieceCidMalformed(bytes cid);

// 128 bytes, the least that 127-byte quads fill, and 64 GiB, the largest sector.
uint8 constant PIECE_HEIGHT_MIN = 2;
uint8 constant PIECE_HEIGHT_MAX = 31;

// CIDv1, raw, multihash fr32-sha256-trunc254-padbintree (0x1011).
bytes4 constant CID_V2_PREFIX = 0x01559120;
// CIDv1, fil-commitment-unsealed (0xf101), multihash sha2-256-trunc254-padded (0x1012) of 32 bytes.
bytes7 constant CID_V1_PREFIX = 0x0181e203922020;

/// Bytes of the padded piece, as sectors and notifications count it.
function paddedSize(Piece memory piece) pure returns (uint64) {
    return uint64(32) << piece.height;
}

/// The binary piece CID v2: prefix, length, uvarint padding, height, root.
function toCidV2(Piece memory piece) pure returns (bytes memory) {
    uint256 left = piece.padding;
    bytes memory padding;
    while (left > 0x7f) {
        padding = abi.encodePacked(padding, uint8(left | 0x80));
        left >>= 7;
    }
    padding = abi.encodePacked(padding, uint8(left));
    return
        abi.encodePacked(
            CID_V2_PREFIX,
            uint8(padding.length + 33),
            padding,
            piece.height,
            piece.cid
        );
}

/// Reads a binary piece CID v2. Strict: a shortest uvarint, exact length, and a payload of at least one byte in a tree
/// of PIECE_HEIGHT_MIN to PIECE_HEIGHT_MAX, so that equal pieces have one CID.
function fromCidV2(bytes memory cid) pure returns (Piece memory piece) {
    // Prefix, length, up to 6 bytes of uvarint, height, root.
    if (
        cid.length < 39 ||
        cid.length > 44 ||
        bytes4(cid) != CID_V2_PREFIX ||
        uint8(cid[4]) != cid.length - 5
    ) {
        revert PieceCidMalformed(cid);
    }
    uint256 heightAt = cid.length - 33;
    uint256 padding;
    for (uint256 i = 5; i < heightAt; ++i) {
        uint256 octet = uint8(cid[i]);
        bool more = octet > 0x7f;
        if (more == (i + 1 == heightAt) || (octet == 0 && i > 5)) revert PieceCidMalformed(cid);
        padding |= (octet & 0x7f) << (7 * (i - 5));
    }
    uint8 height = uint8(cid[heightAt]);
    if (
        height < PIECE_HEIGHT_MIN ||
        height > PIECE_HEIGHT_MAX ||
        padding >= (uint256(127) << height) / 4
    ) {
        revert PieceCidMalformed(cid);
    }
    bytes32 root;
    assembly ("memory-safe") {
        root := mload(add(cid, mload(cid)))
    }
    return Piece(PieceCid.wrap(root), height, uint48(padding));
}

/// The binary piece CID v1, as actors' CBOR carries it after tag 42 and a zero byte.
function toCidV1(PieceCid cid) pure returns (bytes memory) {
    return abi.encodePacked(CID_V1_PREFIX, cid);
}

/// Whether `cid` is a binary piece CID v1, and whose.
function fromCidV1(bytes calldata cid) pure returns (bool isPieceCid, PieceCid commitment) {
    isPieceCid = cid.length == 39 && bytes7(cid) == CID_V1_PREFIX;
    if (isPieceCid) commitment = PieceCid.wrap(bytes32(cid[7:]));
}

function _eq(PieceCid a, PieceCid b) pure returns (bool) {
    return PieceCid.unwrap(a) == PieceCid.unwrap(b);
}

function _neq(PieceCid a, PieceCid b) pure returns (bool) {
    return PieceCid.unwrap(a) != PieceCid.unwrap(b);
}

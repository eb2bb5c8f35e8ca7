// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Cbor} from "./Cbor.sol";
import {Epoch} from "./Epoch.sol";
import {PieceCid, fromCidV1} from "./PieceCid.sol";

/// A sector in a notification.
struct NotifiedSector {
    uint64 number;
    /// The sector is committed at least up to here; 0 for a negative epoch.
    Epoch commitment;
    uint256 pieces;
}

/// A piece in a notification.
struct NotifiedPiece {
    /// Whether the data's CID is a piece CID v1; `cid` means nothing if not.
    bool isPieceCid;
    PieceCid cid;
    /// Padded bytes as the miner counts them; not checked to be a power of two.
    uint64 size;
}

/// The notification by which a miner actor tells an actor of new sector content (FIP-0109), read in place:
///
///     (uint256 sectors, uint256 offset) = SectorContentChanged.begin(params);
///     uint256[] memory pieces = new uint256[](sectors);
///     for each sector: (sector, offset) = SectorContentChanged.nextSector(params, offset); pieces[i] = sector.pieces;
///         for each of its pieces: (piece, payload, offset) = SectorContentChanged.nextPiece(params, offset);
///     SectorContentChanged.finish(params, offset);
///     return (0, SectorContentChanged.CODEC, SectorContentChanged.acceptAll(pieces));
///
/// The shape is the actors': [[sector, minimum commitment, [[cid, size, payload], ...]], ...], without the wrapping tuple
/// of the FIP's prose. Anything else reverts with Cbor.CborMalformed.
library SectorContentChanged {
    uint64 internal constant METHOD = 2034386435;
    uint64 internal constant CODEC = 0x51;

    /// How many sectors follow.
    function begin(bytes calldata params) internal pure returns (uint256 sectors, uint256 offset) {
        return Cbor.readArray(params, 0);
    }

    function nextSector(
        bytes calldata params,
        uint256 offset
    ) internal pure returns (NotifiedSector memory sector, uint256 next) {
        int64 commitment;
        next = Cbor.readTuple(params, offset, 3);
        (sector.number, next) = Cbor.readUint(params, next);
        (commitment, next) = Cbor.readInt(params, next);
        if (commitment > 0) sector.commitment = Epoch.wrap(uint64(commitment));
        (sector.pieces, next) = Cbor.readArray(params, next);
    }

    /// A piece and the payload that the provider was told to hand on with it.
    function nextPiece(
        bytes calldata params,
        uint256 offset
    ) internal pure returns (NotifiedPiece memory piece, bytes calldata payload, uint256 next) {
        bytes calldata cid;
        next = Cbor.readTuple(params, offset, 3);
        (cid, next) = Cbor.readCid(params, next);
        (piece.isPieceCid, piece.cid) = fromCidV1(cid);
        (piece.size, next) = Cbor.readUint(params, next);
        (payload, next) = Cbor.readBytes(params, next);
    }

    /// Nothing may follow the last sector.
    function finish(bytes calldata params, uint256 offset) internal pure {
        Cbor.end(params, offset);
    }

    /// The answer that accepts everything: [[true, ...], ...].
    /// @param pieces how many pieces each sector of the notification has
    function acceptAll(uint256[] memory pieces) internal pure returns (bytes memory answer) {
        answer = Cbor.head(Cbor.ARRAY, pieces.length);
        for (uint256 i; i < pieces.length; ++i) {
            bytes memory accepted = new bytes(pieces[i]);
            for (uint256 j; j < accepted.length; j += 32) {
                // Overruns the length by less than a word, inside the allocation.
                assembly ("memory-safe") {
                    mstore(
                        add(add(accepted, 32), j),
                        0xf5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5
                    )
                }
            }
            answer = abi.encodePacked(answer, Cbor.head(Cbor.ARRAY, pieces[i]), accepted);
        }
    }
}

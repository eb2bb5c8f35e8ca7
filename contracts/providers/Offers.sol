// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {fieldName} from "./FieldName.sol";
import {IProviderRegistry, shareOf} from "./IProviderRegistry.sol";

// The greatest exit share: half of a live copy's bond, in 1/10,000.
uint16 constant MAX_EXIT_BPS = 5_000;

/// An offer: its state, and its terms by version.
library Offers {
    struct Offer {
        ActorId provider;
        /// The current one; 0 for an offer that does not exist.
        uint32 version;
        bool paused;
        uint64 reservedBytes;
        mapping(uint32 version => IProviderRegistry.Terms) terms;
    }

    /// What a deployment allows, in epochs.
    struct Bounds {
        uint64 minNotice;
        uint64 maxNotice;
        uint64 minDuration;
        uint64 maxDuration;
        uint64 maxReservationEpochs;
    }

    /// The least piece: a tree of two levels above four leaves.
    uint64 private constant MIN_PIECE_SIZE = 128;
    /// The greatest piece: a whole sector of 64 GiB.
    uint64 private constant MAX_PIECE_SIZE = 64 << 30;
    /// Chain fact: an event holds at most 8 KiB; with these the terms take below 1 KiB.
    uint256 private constant MAX_ENDPOINT_BYTES = 256;
    uint256 private constant MAX_REGION_BYTES = 8;

    /// Reserves the pieces' bytes for a deal that names `version`.
    /// @return bytesReserved sum of the padded sizes
    /// @return bond sum of the pieces' shares of the bond, attoFIL
    function reserve(
        Offer storage self,
        uint64 offerId,
        uint32 version,
        uint64 duration,
        uint64[] calldata paddedSizes
    ) internal returns (uint64 bytesReserved, uint256 bond) {
        if (version != self.version) {
            revert IProviderRegistry.OfferChanged(offerId, version, self.version);
        }
        if (self.paused) revert IProviderRegistry.OfferIsPaused(offerId);
        IProviderRegistry.Terms storage terms = self.terms[version];
        if (currentEpoch() > terms.expiry) {
            revert IProviderRegistry.OfferExpired(offerId, terms.expiry);
        }
        (uint64 least, uint64 greatest) = (terms.minDuration, terms.maxDuration);
        if (duration < least || duration > greatest) {
            revert IProviderRegistry.OfferDurationOutOfBounds(duration, least, greatest);
        }
        (least, greatest) = (terms.minPieceSize, terms.maxPieceSize);
        uint128 bondPerTib = terms.bondPerTib;
        // Bound: the market's, 32 pieces a deal.
        for (uint256 i; i < paddedSizes.length; ++i) {
            uint64 size = paddedSizes[i];
            if (size < least || size > greatest) {
                revert IProviderRegistry.OfferPieceSizeOutOfBounds(size, least, greatest);
            }
            bytesReserved += size;
            bond += shareOf(bondPerTib, size);
        }
        // A later version may have lowered the capacity below what is reserved.
        uint64 reserved = self.reservedBytes;
        uint64 left = terms.capacity > reserved ? terms.capacity - reserved : 0;
        if (bytesReserved > left) {
            revert IProviderRegistry.OfferCapacityExhausted(offerId, left, bytesReserved);
        }
        self.reservedBytes = reserved + bytesReserved;
    }

    /// Frees the bytes of ended copies.
    function giveBack(Offer storage self, uint64 paddedBytes) internal returns (ActorId provider) {
        self.reservedBytes -= paddedBytes;
        return self.provider;
    }

    /// Reverts with OfferTermsOutOfBounds on terms that no deal could or should have.
    function check(IProviderRegistry.Terms memory terms, Bounds memory bounds) internal view {
        _within("token", uint160(address(terms.token)), 1, type(uint160).max);
        _within("ratePerTib", terms.ratePerTib, 1, type(uint128).max);
        _within("bondPerTib", terms.bondPerTib, 1, type(uint128).max);
        _pieceSize("minPieceSize", terms.minPieceSize, MIN_PIECE_SIZE);
        _pieceSize("maxPieceSize", terms.maxPieceSize, terms.minPieceSize);
        _within("minDuration", terms.minDuration, bounds.minDuration, bounds.maxDuration);
        _within("maxDuration", terms.maxDuration, terms.minDuration, bounds.maxDuration);
        uint256 expiry = Epoch.unwrap(terms.expiry);
        _within("expiry", expiry, block.number, type(uint64).max);
        _within("notice", terms.notice, bounds.minNotice, bounds.maxNotice);
        _within("exitFeeEpochs", terms.exitFeeEpochs, 0, terms.notice);
        _within("reservationFeeEpochs", terms.reservationFeeEpochs, 0, bounds.maxReservationEpochs);
        _within("exitBps", terms.exitBps, 0, MAX_EXIT_BPS);
        _within("maxOpenProposals", terms.maxOpenProposals, 1, type(uint16).max);
        _within("endpoint", bytes(terms.endpoint).length, 0, MAX_ENDPOINT_BYTES);
        _within("region", bytes(terms.region).length, 0, MAX_REGION_BYTES);
    }

    function _pieceSize(bytes32 field, uint256 size, uint256 least) private pure {
        _within(field, size, least, MAX_PIECE_SIZE);
        if (size & (size - 1) != 0) _refuse(field, size, least, MAX_PIECE_SIZE);
    }

    function _within(bytes32 field, uint256 value, uint256 least, uint256 greatest) private pure {
        if (value < least || value > greatest) _refuse(field, value, least, greatest);
    }

    function _refuse(bytes32 field, uint256 value, uint256 least, uint256 greatest) private pure {
        revert IProviderRegistry.OfferTermsOutOfBounds(fieldName(field), value, least, greatest);
    }
}

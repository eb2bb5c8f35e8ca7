// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../fvm/ActorId.sol";
import {Cbor} from "../../fvm/Cbor.sol";
import {Epoch} from "../../fvm/Epoch.sol";
import {FilAddress} from "../../fvm/FilAddress.sol";
import {SectorContentChanged} from "../../fvm/SectorContentChanged.sol";
import {ActorKind, AddressRegistry} from "./AddressRegistry.sol";
import {ContractMessage} from "./ContractMessage.sol";
import {
    ADDRESS_REGISTRY,
    CBOR_CODEC,
    DevnetForbidden,
    NativeActor,
    USR_ILLEGAL_ARGUMENT
} from "./NativeActor.sol";

struct PieceNotification {
    /// The notifee's Filecoin address, as bytes.
    bytes notifee;
    bytes payload;
}

struct PieceManifest {
    /// The binary CID of the data.
    bytes cid;
    /// Padded bytes.
    uint64 size;
    PieceNotification[] notify;
}

/// How a miner actor tells others of new sector content (FIP-0109): one message for each distinct address as written, in
/// the order of addresses, with the sectors ascending and the pieces in the order of the manifest.
abstract contract SectorNotifier is NativeActor {
    uint32 private constant NOTIFICATION_SEND_FAILED = 1001;
    uint32 private constant NOTIFICATION_RECEIVER_ABORTED = 1002;
    uint32 private constant NOTIFICATION_RESPONSE_INVALID = 1003;
    uint32 private constant NOTIFICATION_REJECTED = 1004;
    uint64 private constant MIN_PIECE_SIZE = 128;

    /// Only itself: a frame of its own for one message, which an abort of the receiver undoes.
    function deliver(address notifee, bytes calldata params) external returns (bytes memory) {
        if (msg.sender != address(this)) revert DevnetForbidden(msg.sender);
        (int256 exitCode, , bytes memory ret) = ContractMessage.deliver(
            notifee,
            SectorContentChanged.METHOD,
            CBOR_CODEC,
            0,
            params,
            false
        );
        if (exitCode != 0) _abort(NOTIFICATION_RECEIVER_ABORTED);
        return ret;
    }

    /// Only itself, in memory: whether the answer has the shape of the request, and accepts all of it.
    function checkAnswer(
        bytes calldata answer,
        uint256[] calldata pieces
    ) external pure returns (bool wellFormed, bool accepted) {
        (uint256 sectors, uint256 next) = Cbor.readArray(answer, 0);
        wellFormed = sectors == pieces.length;
        accepted = true;
        for (uint256 i; i < sectors; ++i) {
            uint256 answers;
            (answers, next) = Cbor.readArray(answer, next);
            if (wellFormed) wellFormed = answers == pieces[i];
            for (uint256 j; j < answers; ++j) {
                bool yes;
                (yes, next) = Cbor.readBool(answer, next);
                accepted = accepted && yes;
            }
        }
        Cbor.end(answer, next);
    }

    function _notify(
        uint64[] memory numbers,
        Epoch[] memory expirations,
        PieceManifest[][] memory pieces,
        bool requireSuccess
    ) internal {
        uint256[] memory order = _ascending(numbers);
        bytes[] memory notifees = _notifees(pieces);
        for (uint256 i; i < notifees.length; ++i) {
            (bytes memory params, uint256[] memory counts) = _params(
                notifees[i],
                numbers,
                expirations,
                pieces,
                order
            );
            uint32 failure = _tell(notifees[i], params, counts);
            if (requireSuccess && failure != 0) _abort(failure);
        }
    }

    /// The bytes that the pieces take in the sector, each aligned to its size as in the data's tree.
    function _space(
        PieceManifest[] memory pieces,
        uint64 sectorSize
    ) internal pure returns (uint64 space) {
        uint256 end;
        for (uint256 i; i < pieces.length; ++i) {
            uint64 size = pieces[i].size;
            if (size < MIN_PIECE_SIZE || size & (size - 1) != 0) _abort(USR_ILLEGAL_ARGUMENT);
            end = ((end + size - 1) / size) * size + size;
            if (end > sectorSize) _abort(USR_ILLEGAL_ARGUMENT);
            space += size;
        }
    }

    function _tell(
        bytes memory notifee,
        bytes memory params,
        uint256[] memory counts
    ) private returns (uint32 failure) {
        (ActorKind kind, , address account) = AddressRegistry(ADDRESS_REGISTRY).find(notifee);
        if (kind == ActorKind.Native) return NOTIFICATION_RECEIVER_ABORTED;
        if (kind == ActorKind.None) {
            (bool isF410, ) = FilAddress.ethAddressOf(notifee);
            bool comesToLife = isF410 || notifee[0] == 0x01 || notifee[0] == 0x03;
            return comesToLife ? NOTIFICATION_RESPONSE_INVALID : NOTIFICATION_SEND_FAILED;
        }
        // Accounts accept every message and answer nothing.
        if (account.code.length == 0) return NOTIFICATION_RESPONSE_INVALID;
        bytes memory answer;
        try this.deliver(account, params) returns (bytes memory ret) {
            answer = ret;
        } catch {
            return NOTIFICATION_RECEIVER_ABORTED;
        }
        try this.checkAnswer(answer, counts) returns (bool wellFormed, bool accepted) {
            if (!wellFormed) return NOTIFICATION_RESPONSE_INVALID;
            return accepted ? 0 : NOTIFICATION_REJECTED;
        } catch {
            return NOTIFICATION_RESPONSE_INVALID;
        }
    }

    function _params(
        bytes memory notifee,
        uint64[] memory numbers,
        Epoch[] memory expirations,
        PieceManifest[][] memory pieces,
        uint256[] memory order
    ) private pure returns (bytes memory params, uint256[] memory counts) {
        uint256 sectors;
        counts = new uint256[](numbers.length);
        for (uint256 i; i < order.length; ++i) {
            uint256 place = order[i];
            (bytes memory added, uint256 count) = _added(notifee, pieces[place]);
            if (count == 0) continue;
            counts[sectors++] = count;
            params = abi.encodePacked(
                params,
                hex"83",
                Cbor.encodeUint(numbers[place]),
                Cbor.encodeUint(Epoch.unwrap(expirations[place])),
                Cbor.head(Cbor.ARRAY, count),
                added
            );
        }
        params = abi.encodePacked(Cbor.head(Cbor.ARRAY, sectors), params);
        assembly ("memory-safe") {
            mstore(counts, sectors)
        }
    }

    function _added(
        bytes memory notifee,
        PieceManifest[] memory pieces
    ) private pure returns (bytes memory added, uint256 count) {
        for (uint256 i; i < pieces.length; ++i) {
            for (uint256 j; j < pieces[i].notify.length; ++j) {
                if (keccak256(pieces[i].notify[j].notifee) != keccak256(notifee)) continue;
                added = abi.encodePacked(
                    added,
                    hex"83",
                    Cbor.encodeCid(pieces[i].cid),
                    Cbor.encodeUint(pieces[i].size),
                    Cbor.encodeBytes(pieces[i].notify[j].payload)
                );
                ++count;
            }
        }
    }

    /// The distinct notifees, in order.
    function _notifees(
        PieceManifest[][] memory pieces
    ) private pure returns (bytes[] memory notifees) {
        uint256 most;
        for (uint256 i; i < pieces.length; ++i) {
            for (uint256 j; j < pieces[i].length; ++j) most += pieces[i][j].notify.length;
        }
        notifees = new bytes[](most);
        uint256 count;
        for (uint256 i; i < pieces.length; ++i) {
            for (uint256 j; j < pieces[i].length; ++j) {
                for (uint256 k; k < pieces[i][j].notify.length; ++k) {
                    count = _insert(notifees, count, pieces[i][j].notify[k].notifee);
                }
            }
        }
        assembly ("memory-safe") {
            mstore(notifees, count)
        }
    }

    function _insert(
        bytes[] memory notifees,
        uint256 count,
        bytes memory notifee
    ) private pure returns (uint256) {
        if (!FilAddress.isValid(notifee)) revert Cbor.CborMalformed(0);
        uint256 place;
        while (place < count && _precedes(notifees[place], notifee)) ++place;
        if (place < count && keccak256(notifees[place]) == keccak256(notifee)) return count;
        for (uint256 i = count; i > place; --i) notifees[i] = notifees[i - 1];
        notifees[place] = notifee;
        return count + 1;
    }

    /// Addresses are ordered by class, those of class 0 by id, others by their bytes.
    function _precedes(bytes memory a, bytes memory b) private pure returns (bool) {
        if (a[0] != b[0]) return a[0] < b[0];
        if (a[0] == 0)
            return ActorId.unwrap(FilAddress.idOf(a)) < ActorId.unwrap(FilAddress.idOf(b));
        for (uint256 i = 1; i < a.length && i < b.length; ++i) {
            if (a[i] != b[i]) return a[i] < b[i];
        }
        return a.length < b.length;
    }

    function _ascending(uint64[] memory numbers) private pure returns (uint256[] memory order) {
        order = new uint256[](numbers.length);
        for (uint256 i; i < numbers.length; ++i) {
            uint256 place = i;
            while (place > 0 && numbers[order[place - 1]] > numbers[i]) {
                order[place] = order[place - 1];
                --place;
            }
            order[place] = i;
        }
    }
}

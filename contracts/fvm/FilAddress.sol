// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId, fromMasked} from "./ActorId.sol";

/// Filecoin addresses in their byte forms, and the precompiles that translate between them and actor ids.
library FilAddress {
    /// Not the byte form of an address of class f0 to f4.
    error FilAddressInvalid(bytes filAddress);

    address private constant RESOLVE_ADDRESS = 0xFE00000000000000000000000000000000000001;
    address private constant LOOKUP_DELEGATED_ADDRESS = 0xfE00000000000000000000000000000000000002;

    /// f0: a zero byte and the id as unsigned LEB128.
    function ofActor(ActorId actor) internal pure returns (bytes memory) {
        uint256 left = ActorId.unwrap(actor);
        uint256 word;
        uint256 length = 1;
        while (left > 0x7f) {
            word = (word << 8) | ((left & 0x7f) | 0x80);
            left >>= 7;
            ++length;
        }
        word = (word << 8) | left;
        // The octets stand in order behind an implied zero octet: shifted to the top they are the address.
        bytes memory filAddress = new bytes(length + 1);
        assembly ("memory-safe") {
            mstore(add(filAddress, 32), shl(sub(248, shl(3, length)), word))
        }
        return filAddress;
    }

    /// How to name `account` to an actor: f0 for a masked id, else f410.
    function ofEthAddress(address account) internal pure returns (bytes memory) {
        (bool isMasked, ActorId actor) = fromMasked(account);
        return isMasked ? ofActor(actor) : f410(account);
    }

    /// f410 of the Ethereum address Manager (namespace 10). Of a masked id it names nobody: see ofEthAddress.
    function f410(address account) internal pure returns (bytes memory) {
        return abi.encodePacked(hex"040a", account);
    }

    /// Whether the bytes are an address: f0 with a shortest LEB128 of 64 bits, f1 and f2 with a hash of 20 bytes, f3
    /// with a BLS key of 48, f4 with a namespace and at most 54 bytes (f410: 20).
    function isValid(bytes memory filAddress) internal pure returns (bool) {
        if (filAddress.length < 2) return false;
        uint8 class = uint8(filAddress[0]);
        if (class == 1 || class == 2) return filAddress.length == 21;
        if (class == 3) return filAddress.length == 49;
        if (class != 0 && class != 4) return false;
        (bool ok, uint64 value, uint256 next) = _leb128(filAddress);
        if (class == 0) return ok && next == filAddress.length;
        return
            ok && (value == 10 ? filAddress.length == next + 20 : filAddress.length <= next + 54);
    }

    /// The id in an f0 address.
    function idOf(bytes memory filAddress) internal pure returns (ActorId) {
        (bool ok, uint64 value, uint256 next) = _leb128(filAddress);
        if (!ok || filAddress[0] != 0 || next != filAddress.length)
            revert FilAddressInvalid(filAddress);
        return ActorId.wrap(value);
    }

    /// The account in an f410 address.
    function ethAddressOf(
        bytes memory filAddress
    ) internal pure returns (bool isF410, address account) {
        isF410 = filAddress.length == 22 && bytes2(filAddress) == 0x040a;
        if (isF410) {
            assembly ("memory-safe") {
                account := shr(96, mload(add(filAddress, 34)))
            }
        }
    }

    /// The actor behind an address. Of an f0 address the id, whether such an actor exists or not; bytes that are no
    /// address are nobody's.
    function resolve(bytes memory filAddress) internal view returns (bool known, ActorId actor) {
        (bool ok, bytes memory answer) = RESOLVE_ADDRESS.staticcall(filAddress);
        known = ok && answer.length == 32;
        if (known) actor = ActorId.wrap(abi.decode(answer, (uint64)));
    }

    /// The actor behind `account`: of a masked id the id, whether such an actor exists or not.
    function actorIdOf(address account) internal view returns (bool known, ActorId actor) {
        (known, actor) = fromMasked(account);
        if (!known) return resolve(f410(account));
    }

    /// The f4 address of an actor; empty if it has none, or does not exist.
    function delegatedOf(ActorId actor) internal view returns (bytes memory) {
        (bool ok, bytes memory answer) = LOOKUP_DELEGATED_ADDRESS.staticcall(abi.encode(actor));
        return ok ? answer : new bytes(0);
    }

    /// The one address under which the EVM runtime shows an actor to contracts: its f410 address if it has one, else
    /// its masked id. Any address that a user supplies goes through here before it is compared with a msg.sender.
    function normalize(address account) internal view returns (address) {
        (bool isMasked, ActorId actor) = fromMasked(account);
        if (!isMasked) return account;
        (bool isF410, address delegated) = ethAddressOf(delegatedOf(actor));
        return isF410 ? delegated : account;
    }

    /// The shortest LEB128 of 64 bits behind an address's first byte.
    function _leb128(
        bytes memory filAddress
    ) private pure returns (bool ok, uint64 value, uint256 next) {
        uint256 sum;
        for (next = 1; next < filAddress.length && next < 11;) {
            uint256 octet = uint8(filAddress[next]);
            sum |= (octet & 0x7f) << (7 * (next - 1));
            ++next;
            if (octet < 0x80) {
                ok = sum <= type(uint64).max && (octet != 0 || next == 2);
                return (ok, uint64(sum), next);
            }
        }
        return (false, 0, next);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// The CBOR that built-in actors speak. Readers take calldata and an offset and return the value and the offset behind
/// it; every read is bounds-checked, no length is trusted beyond the data, and indefinite forms and wrong types are
/// refused. Like the actors, readers accept heads that are not the shortest; writers write the shortest.
library Cbor {
    /// What stands at `offset` is not what the schema asks for, or the data end too early or too late.
    error CborMalformed(uint256 offset);

    uint256 internal constant UNSIGNED = 0;
    uint256 internal constant NEGATIVE = 1;
    uint256 internal constant BYTES = 2;
    uint256 internal constant TEXT = 3;
    uint256 internal constant ARRAY = 4;
    uint256 internal constant TAG = 6;

    uint256 private constant CID_TAG = 42;
    bytes1 private constant FALSE = 0xf4;
    bytes1 private constant TRUE = 0xf5;
    bytes1 private constant NULL = 0xf6;

    /// An item's head: its major type and argument.
    function readHead(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (uint256 major, uint256 argument, uint256 next) {
        if (offset >= data.length) revert CborMalformed(offset);
        uint256 word;
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
        bool ok;
        uint256 length;
        (ok, major, argument, length) = _head(word, data.length - offset);
        if (!ok) revert CborMalformed(offset);
        next = offset + length;
    }

    function readUint(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (uint64 value, uint256 next) {
        uint256 argument;
        (argument, next) = _expect(data, offset, UNSIGNED);
        value = uint64(argument);
    }

    function readInt(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (int64 value, uint256 next) {
        uint256 major;
        uint256 argument;
        (major, argument, next) = readHead(data, offset);
        bool ok;
        (ok, value) = _int(major, argument);
        if (!ok) revert CborMalformed(offset);
    }

    function readBool(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (bool value, uint256 next) {
        if (offset >= data.length) revert CborMalformed(offset);
        bytes1 initial = data[offset];
        if (initial != TRUE && initial != FALSE) revert CborMalformed(offset);
        return (initial == TRUE, offset + 1);
    }

    /// Whether null stands at `offset`; if so, `next` is behind it, else at it.
    function readNull(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (bool isNull, uint256 next) {
        if (offset >= data.length) revert CborMalformed(offset);
        isNull = data[offset] == NULL;
        next = isNull ? offset + 1 : offset;
    }

    /// An array's head. Its elements follow: `length` never exceeds the bytes that are left for them.
    function readArray(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (uint256 length, uint256 next) {
        (length, next) = _expect(data, offset, ARRAY);
        if (length > data.length - next) revert CborMalformed(offset);
    }

    /// The head of an array (a CBOR tuple) of exactly `length` elements.
    function readTuple(
        bytes calldata data,
        uint256 offset,
        uint256 length
    ) internal pure returns (uint256 next) {
        uint256 found;
        (found, next) = readArray(data, offset);
        if (found != length) revert CborMalformed(offset);
    }

    function readBytes(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (bytes calldata value, uint256 next) {
        uint256 length;
        (length, next) = _expect(data, offset, BYTES);
        if (length > data.length - next) revert CborMalformed(offset);
        value = data[next:next + length];
        next += length;
    }

    /// A CID behind tag 42, without the zero byte (identity multibase) that stands before it.
    function readCid(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (bytes calldata cid, uint256 next) {
        uint256 tag;
        (tag, next) = _expect(data, offset, TAG);
        if (tag != CID_TAG) revert CborMalformed(offset);
        (cid, next) = readBytes(data, next);
        if (cid.length < 2 || cid[0] != 0) revert CborMalformed(offset);
        cid = cid[1:];
    }

    /// A TokenAmount: a byte string, empty for 0, else a sign byte and a big-endian magnitude, here of at most 256 bits.
    function readAmount(
        bytes calldata data,
        uint256 offset
    ) internal pure returns (bool negative, uint256 magnitude, uint256 next) {
        bytes calldata value;
        (value, next) = readBytes(data, offset);
        if (value.length == 0) return (false, 0, next);
        if (value[0] > 0x01) revert CborMalformed(offset);
        negative = value[0] == 0x01;
        for (uint256 i = 1; i < value.length; ++i) {
            if (magnitude >> 248 != 0) revert CborMalformed(offset);
            magnitude = (magnitude << 8) | uint8(value[i]);
        }
    }

    /// Nothing may follow the value that ended at `offset`.
    function end(bytes calldata data, uint256 offset) internal pure {
        if (offset != data.length) revert CborMalformed(offset);
    }

    /// An actor's whole answer as a bool; not ok if it is anything else.
    function decodeBool(bytes memory data) internal pure returns (bool ok, bool value) {
        if (data.length != 1) return (false, false);
        value = data[0] == TRUE;
        ok = value || data[0] == FALSE;
    }

    /// An actor's whole answer as an integer of 64 bits; not ok if it is anything else.
    function decodeInt(bytes memory data) internal pure returns (bool ok, int64 value) {
        if (data.length == 0) return (false, 0);
        uint256 word;
        assembly ("memory-safe") {
            word := mload(add(data, 32))
        }
        uint256 major;
        uint256 argument;
        uint256 length;
        (ok, major, argument, length) = _head(word, data.length);
        if (!ok || length != data.length) return (false, 0);
        return _int(major, argument);
    }

    /// The shortest head of a major type and argument.
    function head(uint256 major, uint256 argument) internal pure returns (bytes memory) {
        uint8 initial = uint8(major << 5);
        if (argument < 24) return abi.encodePacked(uint8(initial | argument));
        if (argument <= type(uint8).max) return abi.encodePacked(initial | 24, uint8(argument));
        if (argument <= type(uint16).max) return abi.encodePacked(initial | 25, uint16(argument));
        if (argument <= type(uint32).max) return abi.encodePacked(initial | 26, uint32(argument));
        return abi.encodePacked(initial | 27, uint64(argument));
    }

    function encodeUint(uint64 value) internal pure returns (bytes memory) {
        return head(UNSIGNED, value);
    }

    function encodeInt(int64 value) internal pure returns (bytes memory) {
        return value < 0 ? head(NEGATIVE, uint64(-1 - value)) : head(UNSIGNED, uint64(value));
    }

    function encodeBytes(bytes memory value) internal pure returns (bytes memory) {
        return abi.encodePacked(head(BYTES, value.length), value);
    }

    function encodeBool(bool value) internal pure returns (bytes memory) {
        return abi.encodePacked(value ? TRUE : FALSE);
    }

    /// A TokenAmount that is not negative: empty for 0, else a zero byte and the shortest magnitude.
    function encodeAmount(uint256 amount) internal pure returns (bytes memory) {
        uint256 length;
        while (length < 32 && amount >> (8 * length) != 0) ++length;
        if (length == 0) return hex"40";
        bytes memory magnitude = new bytes(length);
        assembly ("memory-safe") {
            mstore(add(magnitude, 32), shl(sub(256, shl(3, length)), amount))
        }
        return abi.encodePacked(head(BYTES, length + 1), hex"00", magnitude);
    }

    /// A CID behind tag 42, with the zero byte before it.
    function encodeCid(bytes memory cid) internal pure returns (bytes memory) {
        return abi.encodePacked(hex"d82a", head(BYTES, cid.length + 1), hex"00", cid);
    }

    function _expect(
        bytes calldata data,
        uint256 offset,
        uint256 expected
    ) private pure returns (uint256 argument, uint256 next) {
        uint256 major;
        (major, argument, next) = readHead(data, offset);
        if (major != expected) revert CborMalformed(offset);
    }

    /// A head from the word at its place and the number of bytes that belong to the data there (at least one).
    function _head(
        uint256 word,
        uint256 left
    ) private pure returns (bool ok, uint256 major, uint256 argument, uint256 length) {
        unchecked {
            major = word >> 253;
            argument = (word >> 248) & 31;
            if (argument < 24) return (true, major, argument, 1);
            // 28 to 30 are reserved, 31 is an indefinite length or a break.
            if (argument > 27) return (false, 0, 0, 0);
            uint256 width = 1 << (argument - 24);
            argument = (word << 8) >> (256 - 8 * width);
            return (left > width, major, argument, width + 1);
        }
    }

    function _int(uint256 major, uint256 argument) private pure returns (bool ok, int64 value) {
        if (major > NEGATIVE || argument > uint64(type(int64).max)) return (false, 0);
        value = int64(uint64(argument));
        return (true, major == NEGATIVE ? -1 - value : value);
    }
}

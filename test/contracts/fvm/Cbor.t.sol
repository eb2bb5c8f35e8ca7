// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Cbor} from "../../../contracts/fvm/Cbor.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

contract CborTest is Test {
    FvmProbe private _probe = new FvmProbe();

    function test_Integers() public view {
        _int(hex"00", 0);
        _int(hex"17", 23);
        _int(hex"1818", 24);
        _int(hex"190100", 256);
        _int(hex"1a00010000", 65_536);
        _int(hex"1b7fffffffffffffff", type(int64).max);
        _int(hex"20", -1);
        _int(hex"37", -24);
        _int(hex"3818", -25);
        _int(hex"3903e7", -1000);
        _int(hex"3b7fffffffffffffff", type(int64).min);
        _int(hex"1800", 0);
        (uint64 value, uint256 next) = _probe.readUint(hex"1bffffffffffffffff", 0);
        assertEq(value, type(uint64).max, "the greatest unsigned");
        assertEq(next, 9, "offset");
    }

    function testFuzz_IntegersReadBack(int64 signed, uint64 unsigned) public view {
        _int(Cbor.encodeInt(signed), signed);
        (uint64 value, uint256 next) = _probe.readUint(Cbor.encodeUint(unsigned), 0);
        assertEq(value, unsigned, "unsigned");
        assertEq(next, Cbor.encodeUint(unsigned).length, "offset");
    }

    function testFuzz_WritesTheShortestHead(uint64 value) public pure {
        uint256 length =
            value < 24
                ? 1
                : value < 1 << 8
                    ? 2
                    : value < 1 << 16
                        ? 3
                        : value < 1 << 32
                            ? 5
                            : 9;
        assertEq(Cbor.encodeUint(value).length, length, "length");
    }

    function test_RevertWhen_IntegerIsNone() public {
        bytes[13] memory bad = [
            bytes(""),
            hex"18",
            hex"19ff",
            hex"1a000000",
            hex"1b00000000000000",
            hex"1b8000000000000000", // above 63 bits
            hex"3b8000000000000000", // below
            hex"40", // bytes
            hex"f6", // null
            hex"1c", // reserved
            hex"1c00000000000000000000000000000000", // reserved, as if of 16 bytes
            hex"1f", // indefinite
            hex"c249010000000000000000" // big integer of RFC 8949
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
            _probe.readInt(bad[i], 0);
            (bool ok, ) = Cbor.decodeInt(bad[i]);
            assertFalse(ok, "nor whole");
        }
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readUint(hex"20", 0);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 7));
        _probe.readUint(hex"00", 7);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, type(uint256).max));
        _probe.readUint(hex"00", type(uint256).max);
    }

    function test_Bools() public {
        (bool value, uint256 next) = _probe.readBool(hex"f5", 0);
        assertTrue(value && next == 1, "true");
        (value, next) = _probe.readBool(hex"f5f4", 1);
        assertTrue(!value && next == 2, "false");
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readBool(hex"01", 0);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readBool(hex"f6", 0);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readBool("", 0);
        _wholeBool(hex"f5", true, true);
        _wholeBool(hex"f4", true, false);
        _wholeBool("", false, false);
        _wholeBool(hex"f5f5", false, false);
        _wholeBool(hex"f6", false, false);
        _wholeBool(hex"01", false, false);
    }

    function test_WholeIntegers() public pure {
        (bool ok, int64 value) = Cbor.decodeInt(hex"1a00119464");
        assertTrue(ok && value == 1_152_100, "an epoch");
        (ok, ) = Cbor.decodeInt(hex"1a0011946400");
        assertFalse(ok, "trailing");
        (ok, ) = Cbor.decodeInt(hex"1a001194");
        assertFalse(ok, "truncated");
        (ok, value) = Cbor.decodeInt(hex"3903e7");
        assertTrue(ok && value == -1000, "negative");
    }

    function test_Null() public {
        (bool isNull, uint256 next) = _probe.readNull(hex"f6", 0);
        assertTrue(isNull && next == 1, "null");
        (isNull, next) = _probe.readNull(hex"f4", 0);
        assertTrue(!isNull && next == 0, "not null, not read");
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readNull("", 0);
    }

    function test_Arrays() public {
        (uint256 length, uint256 next) = _probe.readArray(hex"820000", 0);
        assertTrue(length == 2 && next == 1, "two");
        (length, next) = _probe.readArray(hex"80", 0);
        assertTrue(length == 0 && next == 1, "none");
        assertEq(_probe.readTuple(hex"820000", 0, 2), 1, "a pair");
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readTuple(hex"820000", 0, 3);
        bytes[5] memory bad = [
            bytes(hex"8300"),
            hex"9f00ff",
            hex"9bffffffffffffffff00",
            hex"4100",
            hex"a10000"
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
            _probe.readArray(bad[i], 0);
        }
    }

    function test_Bytes() public {
        (bytes memory value, uint256 next) = _probe.readBytes(hex"42cafe00", 0);
        assertEq(value, hex"cafe", "two bytes");
        assertEq(next, 3, "offset");
        (value, next) = _probe.readBytes(hex"40", 0);
        assertTrue(value.length == 0 && next == 1, "none");
        (value, ) = _probe.readBytes(hex"590002cafe", 0);
        assertEq(value, hex"cafe", "not the shortest head");
        bytes[5] memory bad = [
            bytes(hex"42ca"),
            hex"5bffffffffffffffff00",
            hex"5f41caff",
            hex"62cafe",
            hex"d82a420000"
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
            _probe.readBytes(bad[i], 0);
        }
        assertEq(Cbor.encodeBytes(new bytes(24)).length, 26, "written with a head of two bytes");
    }

    function test_Cids() public {
        (bytes memory cid, uint256 next) = _probe.readCid(hex"d82a43000155", 0);
        assertEq(cid, hex"0155", "without the zero byte");
        assertEq(next, 6, "offset");
        assertEq(Cbor.encodeCid(hex"0155"), hex"d82a43000155", "written");
        bytes[5] memory bad = [
            bytes(hex"d82b43000155"), // another tag
            hex"43000155", // no tag
            hex"d82a43010155", // another multibase
            hex"d82a4100", // no CID
            hex"d82a40"
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
            _probe.readCid(bad[i], 0);
        }
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 2));
        _probe.readCid(hex"d82a6155", 0);
    }

    function test_Amounts() public {
        _amount(hex"40", false, 0);
        _amount(hex"4100", false, 0);
        _amount(hex"420001", false, 1);
        _amount(hex"4301ffff", true, 65_535);
        _amount(abi.encodePacked(hex"5821", hex"00", type(uint256).max), false, type(uint256).max);
        _amount(
            abi.encodePacked(hex"5823", hex"000000", type(uint256).max),
            false,
            type(uint256).max
        );
        _amount(hex"4b000a968163f0a4195dcd78", false, 0x0a968163f0a4195dcd78);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readAmount(hex"420201", 0);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        _probe.readAmount(abi.encodePacked(hex"5822", hex"0001", uint256(0)), 0);
        assertEq(Cbor.encodeAmount(0), hex"40", "zero");
        assertEq(Cbor.encodeAmount(65_535), hex"4300ffff", "written");
        assertEq(
            Cbor.encodeAmount(type(uint256).max),
            abi.encodePacked(hex"582100", type(uint256).max),
            "the greatest"
        );
    }

    function testFuzz_AmountsReadBack(uint256 amount) public view {
        _amount(Cbor.encodeAmount(amount), false, amount);
    }

    function test_RevertWhen_SomethingFollows() public {
        _probe.end(hex"f5", 1);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 1));
        _probe.end(hex"f5f5", 1);
    }

    /// Whatever the bytes: a value from within the data, or CborMalformed; never a panic.
    function testFuzz_ReadersStayWithinTheData(
        bytes calldata data,
        uint256 offset,
        uint8 reader
    ) public view {
        offset = bound(offset, 0, data.length);
        bytes4[8] memory readers = [
            FvmProbe.readUint.selector,
            FvmProbe.readInt.selector,
            FvmProbe.readBool.selector,
            FvmProbe.readNull.selector,
            FvmProbe.readArray.selector,
            FvmProbe.readBytes.selector,
            FvmProbe.readCid.selector,
            FvmProbe.readAmount.selector
        ];
        (bool ok, bytes memory answer) = address(_probe).staticcall(
            abi.encodeWithSelector(readers[reader % 8], data, offset)
        );
        if (!ok) {
            assertEq(
                bytes32(bytes4(answer)),
                bytes32(Cbor.CborMalformed.selector),
                "a named error"
            );
            return;
        }
        uint256 next = uint256(_word(answer, reader % 8 == 7 ? 64 : 32));
        assertLe(next, data.length, "within the data");
        assertGe(next, reader % 8 == 3 ? offset : offset + 1, "and further on");
        (bool whole, ) = Cbor.decodeInt(data);
        if (whole) assertLe(data.length, 9, "an integer has at most nine bytes");
    }

    function _int(bytes memory data, int64 expected) private view {
        (int64 value, uint256 next) = _probe.readInt(data, 0);
        assertEq(value, expected, "value");
        assertEq(next, data.length, "offset");
        (bool ok, int64 whole) = Cbor.decodeInt(data);
        assertTrue(ok && whole == expected, "and whole");
    }

    function _wholeBool(bytes memory data, bool expectedOk, bool expected) private pure {
        (bool ok, bool value) = Cbor.decodeBool(data);
        assertTrue(ok == expectedOk && value == expected, "bool");
    }

    function _amount(bytes memory data, bool expectedNegative, uint256 expected) private view {
        (bool negative, uint256 magnitude, uint256 next) = _probe.readAmount(data, 0);
        assertEq(negative, expectedNegative, "sign");
        assertEq(magnitude, expected, "magnitude");
        assertEq(next, data.length, "offset");
    }

    function _word(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }
}

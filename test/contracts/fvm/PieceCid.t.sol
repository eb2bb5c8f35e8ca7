// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Piece, PieceCid, PieceCidMalformed} from "../../../contracts/fvm/PieceCid.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

contract PieceCidTest is Test {
    bytes32 private constant ROOT =
        0xf96c94f287038f69433b5a9a759654085e09564156ec90b1c8c754c8c001dc18;
    FvmProbe private _probe = new FvmProbe();

    function test_WritesV2() public pure {
        Piece memory piece = Piece(PieceCid.wrap(ROOT), 2, 0);
        assertEq(
            piece.toCidV2(),
            abi.encodePacked(hex"0155912022", hex"00", hex"02", ROOT),
            "one octet of padding"
        );
        piece = Piece(PieceCid.wrap(ROOT), 30, 300);
        assertEq(
            piece.toCidV2(),
            abi.encodePacked(hex"0155912023", hex"ac02", hex"1e", ROOT),
            "two octets of padding"
        );
        assertEq(piece.paddedSize(), 32 << 30, "32 GiB");
    }

    /// The widest padding that is still a piece: 126 of 127 bytes.
    function test_ReadsV2() public view {
        Piece memory piece = _probe.readPieceCidV2(
            abi.encodePacked(hex"0155912022", hex"7e", hex"02", ROOT)
        );
        assertEq(piece.padding, 126, "the most padding that leaves a byte");
        assertEq(piece.height, 2, "height");
        assertEq(PieceCid.unwrap(piece.cid), ROOT, "root");
    }

    function testFuzz_V2ReadsBackAsWritten(bytes32 root, uint8 height, uint48 padding) public view {
        height = uint8(bound(height, 2, 31));
        padding = uint48(bound(padding, 0, (uint256(127) << height) / 4 - 1));
        Piece memory piece = _probe.readPieceCidV2(
            Piece(PieceCid.wrap(root), height, padding).toCidV2()
        );
        assertEq(PieceCid.unwrap(piece.cid), root, "root");
        assertEq(piece.height, height, "height");
        assertEq(piece.padding, padding, "padding");
    }

    function testFuzz_V2HasOneSpelling(
        bytes calldata noise,
        uint256 place,
        uint8 flip
    ) public view {
        bytes memory cid = Piece(PieceCid.wrap(keccak256(noise)), 20, uint48(uint16(place)))
            .toCidV2();
        cid[place % cid.length] ^= bytes1(flip);
        try _probe.readPieceCidV2(cid) returns (Piece memory piece) {
            assertEq(piece.toCidV2(), cid, "what is accepted is what is written");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(PieceCidMalformed.selector), "a named error");
        }
    }

    function test_RevertWhen_V2IsMalformed() public {
        _refuses("");
        _refuses(abi.encodePacked(hex"0155912021", hex"02", ROOT)); // no padding
        _refuses(abi.encodePacked(hex"0155912022", hex"80", hex"02", ROOT)); // padding without its last octet
        _refuses(abi.encodePacked(hex"0155912023", hex"8000", hex"02", ROOT)); // not the shortest
        _refuses(abi.encodePacked(hex"0155912022", hex"7f", hex"02", ROOT)); // nothing but padding
        _refuses(abi.encodePacked(hex"0155912022", hex"00", hex"01", ROOT)); // lower than 127 bytes fill
        _refuses(abi.encodePacked(hex"0155912022", hex"00", hex"20", ROOT)); // higher than a sector
        _refuses(abi.encodePacked(hex"0155912022", hex"00", hex"ff", ROOT));
        _refuses(abi.encodePacked(hex"0155912023", hex"00", hex"02", ROOT)); // length says more
        _refuses(abi.encodePacked(hex"0155912022", hex"00", hex"02", ROOT, hex"00")); // trailing
        _refuses(abi.encodePacked(hex"0155922022", hex"00", hex"02", ROOT)); // another hash
        _refuses(abi.encodePacked(hex"0155912027", hex"808080808001", hex"02", ROOT)); // more than any piece
    }

    function test_ReadsV1() public view {
        (bool isPieceCid, PieceCid cid) = _probe.readPieceCidV1(PieceCid.wrap(ROOT).toCidV1());
        assertTrue(isPieceCid, "a piece CID");
        assertEq(PieceCid.unwrap(cid), ROOT, "root");
        (isPieceCid, ) = _probe.readPieceCidV1(abi.encodePacked(hex"0182e20381e80220", ROOT));
        assertFalse(isPieceCid, "a sealed CID");
        (isPieceCid, ) = _probe.readPieceCidV1(
            abi.encodePacked(hex"0181e203922020", ROOT, hex"00")
        );
        assertFalse(isPieceCid, "trailing");
        (isPieceCid, ) = _probe.readPieceCidV1("");
        assertFalse(isPieceCid, "empty");
    }

    function _refuses(bytes memory cid) private {
        vm.expectRevert(abi.encodeWithSelector(PieceCidMalformed.selector, cid));
        _probe.readPieceCidV2(cid);
    }
}

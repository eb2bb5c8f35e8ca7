// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Cbor} from "../../../contracts/fvm/Cbor.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {
    NotifiedSector,
    SectorContentChanged
} from "../../../contracts/fvm/SectorContentChanged.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

contract SectorContentChangedTest is Test {
    bytes32 private constant ROOT =
        0xbcd3b184b67ff790ed6f1c2cbb4a55e82f1755fbf5f2a3828df60847df7a3338;
    bytes private constant CID = abi.encodePacked(hex"d82a5828000181e203922020", ROOT);

    FvmProbe private _probe = new FvmProbe();

    function test_ReadsSectorsAndPieces() public view {
        bytes memory params = abi.encodePacked(
            abi.encodePacked(hex"82", hex"83071a0011946482", hex"83", CID, hex"19080042cafe"),
            abi.encodePacked(hex"83", CID, hex"1b0000000800000000", hex"40"),
            abi.encodePacked(hex"83", hex"18ff", hex"20", hex"80")
        );
        (
            NotifiedSector[] memory sectors,
            FvmProbe.ReadPiece[][] memory pieces,
            bytes memory answer
        ) = _probe.readNotification(params);
        assertEq(sectors.length, 2, "sectors");
        assertEq(sectors[0].number, 7, "number");
        assertTrue(sectors[0].commitment == Epoch.wrap(1_152_100), "commitment");
        assertEq(sectors[0].pieces, 2, "pieces");
        assertEq(sectors[1].number, 255, "number of two bytes");
        assertTrue(
            sectors[1].commitment == Epoch.wrap(0),
            "a negative commitment commits to nothing"
        );
        assertEq(sectors[1].pieces, 0, "no pieces");
        assertTrue(pieces[0][0].piece.isPieceCid, "a piece CID");
        assertEq(PieceCid.unwrap(pieces[0][0].piece.cid), ROOT, "its root");
        assertEq(pieces[0][0].piece.size, 2048, "size");
        assertEq(pieces[0][0].payload, hex"cafe", "payload");
        assertEq(pieces[0][1].piece.size, 32 << 30, "32 GiB");
        assertEq(pieces[0][1].payload, "", "no payload");
        assertEq(answer, hex"8282f5f580", "accepts all");
    }

    function test_OtherCidsAndSizesPassThrough() public view {
        _readsPiece(hex"d82a43000155", 3000, false);
        _readsPiece(abi.encodePacked(hex"d82a5829000182e20381e80220", ROOT), 0, false);
        _readsPiece(abi.encodePacked(hex"d82a5829000181e203922020", ROOT, hex"00"), 2048, false);
        _readsPiece(CID, 3000, true);
    }

    function test_EmptyNotification() public view {
        (NotifiedSector[] memory sectors, , bytes memory answer) = _probe.readNotification(hex"80");
        assertEq(sectors.length, 0, "no sectors");
        assertEq(answer, hex"80", "empty answer");
    }

    function test_AcceptsAnyNumberOfPieces() public pure {
        uint256[6] memory counts = [uint256(0), 1, 23, 24, 33, 300];
        for (uint256 i; i < counts.length; ++i) {
            uint256[] memory pieces = new uint256[](2);
            (pieces[0], pieces[1]) = (counts[i], 1);
            bytes memory expected = abi.encodePacked(hex"82", Cbor.head(Cbor.ARRAY, counts[i]));
            for (uint256 j; j < counts[i]; ++j) expected = abi.encodePacked(expected, hex"f5");
            assertEq(
                SectorContentChanged.acceptAll(pieces),
                abi.encodePacked(expected, hex"81f5"),
                "one true for each piece"
            );
        }
    }

    function test_RevertWhen_ShapeIsAnother() public {
        bytes memory piece = abi.encodePacked(hex"83", CID, hex"190800", hex"40");
        _refuses("", 0); // nothing
        _refuses(hex"81", 0); // a sector that is not there
        _refuses(hex"f5", 0); // no array
        _refuses(abi.encodePacked(hex"8181830700", hex"81", piece), 1); // wrapped, as in the FIP's prose
        _refuses(hex"81820700", 1); // two fields
        _refuses(hex"818407008000", 1); // four fields
        _refuses(hex"81832000", 1); // too short for three
        _refuses(hex"8183200080", 2); // negative sector
        _refuses(hex"8183070081", 4); // a piece that is not there
        _refuses(hex"81830700f6", 4); // null for pieces
        _refuses(hex"8183079f80ff", 3); // indefinite
        _refuses(hex"81830762aaaa80", 3); // text for the epoch
        _refuses(hex"9f83070080ff", 0); // indefinite sectors
        _refuses(hex"818307008000", 5); // trailing
        _refuses(abi.encodePacked(hex"8183070081", hex"82", CID, hex"190800"), 5); // piece without payload
        _refuses(abi.encodePacked(hex"8183070081", hex"83", CID, hex"20", hex"40"), 50); // negative size
        _refuses(abi.encodePacked(hex"8183070081", hex"83", CID, hex"190800", hex"60"), 53); // text payload
        _refuses(abi.encodePacked(hex"8183070081", hex"83", CID, hex"190800", hex"41"), 53); // payload not there
        _refuses(abi.encodePacked(hex"8183070081", hex"83", hex"5827", hex"00", ROOT), 6); // no tag
    }

    /// Any damage to a notification is read as another notification or refused by name.
    function testFuzz_DamageIsNeverAPanic(uint256 seed, uint8 damages, uint8 cut) public view {
        bytes memory piece = abi.encodePacked(hex"83", CID, hex"19080042cafe");
        bytes memory params = abi.encodePacked(
            hex"8283071a0011946482",
            piece,
            piece,
            hex"83081a0011946481",
            piece
        );
        for (uint256 i; i < uint256(damages) % 4; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Heads and the places where they stand are hit more often than by chance.
            bytes1 value =
                seed & 1 == 0
                    ? bytes1(uint8(seed >> 8))
                    : bytes1(uint8(((seed >> 8) % 8 << 5) | (((seed >> 16) % 4) + 24)));
            params[(seed >> 32) % params.length] = value;
        }
        if (cut & 1 == 1) {
            uint256 length = cut % params.length;
            assembly ("memory-safe") {
                mstore(params, length)
            }
        }
        try _probe.readNotification(params) returns (
            NotifiedSector[] memory sectors,
            FvmProbe.ReadPiece[][] memory,
            bytes memory
        ) {
            assertLe(sectors.length, params.length, "as much as there is");
        } catch (bytes memory reason) {
            assertEq(
                bytes32(bytes4(reason)),
                bytes32(Cbor.CborMalformed.selector),
                "a named error"
            );
        }
    }

    function _readsPiece(bytes memory cid, uint16 size, bool isPieceCid) private view {
        bytes memory params = abi.encodePacked(
            hex"8183070081",
            hex"83",
            cid,
            hex"19",
            size,
            hex"40"
        );
        (, FvmProbe.ReadPiece[][] memory pieces, ) = _probe.readNotification(params);
        assertEq(pieces[0][0].piece.isPieceCid, isPieceCid, "piece CID");
        assertEq(pieces[0][0].piece.size, size, "size");
    }

    function _refuses(bytes memory params, uint256 offset) private {
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, offset));
        _probe.readNotification(params);
    }
}

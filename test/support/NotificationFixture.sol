// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../contracts/deals/IDealLedger.sol";
import {ActorId} from "../../contracts/fvm/ActorId.sol";
import {Cbor} from "../../contracts/fvm/Cbor.sol";
import {Epoch} from "../../contracts/fvm/Epoch.sol";
import {SectorContentChanged} from "../../contracts/fvm/SectorContentChanged.sol";
import {DealsFixture} from "./DealsFixture.sol";
import {vm} from "./Vm.sol";

/// Notifications written byte by byte, as a miner actor sends them, and what the deals make of them.
abstract contract NotificationFixture is DealsFixture {
    /// As a hostile or strange provider could have it written; `valid` makes one that matches.
    struct Told {
        bytes cid;
        uint64 size;
        bytes payload;
    }

    function valid(uint256 copyId) internal view returns (Told memory) {
        IDealLedger.Copy memory copy = deals.copyOf(copyId);
        return Told(copy.cid.toCidV1(), uint64(32) << copy.height, abi.encode(copyId));
    }

    /// One piece of a message; its size has 8 bytes, whatever it is.
    function pieceBytes(Told memory told) internal pure returns (bytes memory) {
        return
            abi.encodePacked(
                hex"83",
                Cbor.encodeCid(told.cid),
                hex"1b",
                told.size,
                Cbor.encodeBytes(told.payload)
            );
    }

    /// One sector of a message, with heads of 8 bytes.
    function sectorBytes(
        uint64 sector,
        uint64 commitment,
        bytes memory told,
        uint256 count
    ) internal pure returns (bytes memory) {
        return
            abi.encodePacked(
                hex"831b",
                sector,
                hex"1b",
                commitment,
                Cbor.head(Cbor.ARRAY, count),
                told
            );
    }

    /// A message of one sector.
    function message(
        uint64 sector,
        uint64 commitment,
        Told[] memory told
    ) internal pure returns (bytes memory) {
        bytes memory all;
        for (uint256 i; i < told.length; ++i) all = abi.encodePacked(all, pieceBytes(told[i]));
        return abi.encodePacked(hex"81", sectorBytes(sector, commitment, all, told.length));
    }

    function message(
        uint64 sector,
        uint64 commitment,
        Told memory told
    ) internal pure returns (bytes memory) {
        Told[] memory only = new Told[](1);
        only[0] = told;
        return message(sector, commitment, only);
    }

    /// The deal's end, to which a sector must at least be committed.
    function endOf(uint256 dealId) internal view returns (uint64) {
        return Epoch.unwrap(deals.dealOf(dealId).endEpoch);
    }

    function send(ActorId by, bytes memory params) internal returns (bytes memory answer) {
        uint32 exitCode;
        uint64 codec;
        vm.prank(by.toMasked());
        (exitCode, codec, answer) = deals.handle_filecoin_method(
            SectorContentChanged.METHOD,
            SectorContentChanged.CODEC,
            params
        );
        assertEq(exitCode, 0, "exit code");
        assertEq(codec, SectorContentChanged.CODEC, "codec");
    }

    /// Sends, and finds every piece of a message of one sector accepted.
    function sendOne(ActorId by, bytes memory params, uint256 pieceCount) internal {
        bytes memory expected = abi.encodePacked(hex"81", Cbor.head(Cbor.ARRAY, pieceCount));
        for (uint256 i; i < pieceCount; ++i) expected = abi.encodePacked(expected, hex"f5");
        assertEq(send(by, params), expected, "true for every piece");
    }

    /// The next call ignores a piece for this reason.
    function expectIgnored(
        uint256 copyId,
        ActorId by,
        uint64 sector,
        IDealLedger.IgnoreReason reason
    ) internal {
        vm.expectEmit(address(deals));
        emit IDealLedger.DealNotificationIgnored(copyId, by, sector, reason);
    }

    function assertProposed(uint256 dealId) internal view {
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Proposed);
        assertEq(deals.openProposalsOf(offerId, client), 1, "still open");
    }
}

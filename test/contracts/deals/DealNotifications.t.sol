// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Observation} from "../../../contracts/evidence/IStorageEvidence.sol";
import {Cbor} from "../../../contracts/fvm/Cbor.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {PieceManifest, PieceNotification} from "../../../contracts/mocks/fvm/SectorNotifier.sol";
import {NotificationFixture} from "../../support/NotificationFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What a miner's notification does to deals: it activates what matches, names why the rest changes nothing, and is
/// never answered false.
contract DealNotificationsTest is NotificationFixture {
    uint64 private constant SECTOR = 7;

    uint256 private _dealId;
    uint256 private _copyId;
    uint64 private _end;

    function setUp() public override {
        super.setUp();
        _dealId = propose(1);
        _copyId = copyIdOf(_dealId, 0);
        _end = endOf(_dealId);
    }

    /* WHAT ACTIVATES */

    function test_ActivatesWhatMatches() external {
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        vm.expectEmit(address(deals));
        emit IDealLedger.DealCopyActivated(
            _copyId,
            miner,
            SECTOR,
            Epoch.wrap(uint64(block.number))
        );
        sendOne(miner, params, 1);
        IDealLedger.Copy memory copy = deals.copyOf(_copyId);
        assertState(_copyId, IDealLedger.CopyState.Active);
        assertEq(copy.sector, SECTOR, "sector");
        assertEq(Epoch.unwrap(copy.activation), block.number, "activation");
        assertEq(deals.dealOf(_dealId).live, 1, "live");
        assertEq(deals.dealOf(_dealId).proposed, 0, "proposed");
        assertEq(deals.openProposalsOf(offerId, client), 0, "no longer open");
    }

    function test_ActivatesInSector0() external {
        sendOne(miner, message(0, _end, valid(_copyId)), 1);
        assertState(_copyId, IDealLedger.CopyState.Active);
        pass(_dealId, 5_000);
        assertTrue(deals.isLive(_copyId), "proven like any other");
    }

    function test_ActivatesInTheLastEpochOfSealing() external {
        advance(WINDOW);
        sendOne(miner, message(SECTOR, _end, valid(_copyId)), 1);
        assertState(_copyId, IDealLedger.CopyState.Active);
    }

    function test_Activates32Pieces() external {
        uint256 dealId = propose(32);
        Told[] memory told = new Told[](32);
        for (uint256 i; i < 32; ++i) told[i] = valid(copyIdOf(dealId, i));
        sendOne(miner, message(SECTOR, endOf(dealId), told), 32);
        assertEq(deals.dealOf(dealId).live, 32, "live");
        assertEq(deals.openProposalsOf(offerId, client), 1, "only the other deal is open");
    }

    function test_ReadsSeveralSectors() external {
        uint256 dealId = propose(3);
        Told memory junk = Told(hex"0155", 128, hex"");
        bytes memory first = abi.encodePacked(
            pieceBytes(valid(copyIdOf(dealId, 0))),
            pieceBytes(junk)
        );
        bytes memory third = pieceBytes(valid(copyIdOf(dealId, 2)));
        bytes memory params = abi.encodePacked(
            hex"84",
            sectorBytes(0, _end, first, 2),
            sectorBytes(5, _end, hex"", 0),
            sectorBytes(6, _end - 1, pieceBytes(valid(copyIdOf(dealId, 1))), 1),
            sectorBytes(type(uint64).max, _end, third, 1)
        );
        expectIgnored(0, miner, 0, IDealLedger.IgnoreReason.PayloadMalformed);
        expectIgnored(copyIdOf(dealId, 1), miner, 6, IDealLedger.IgnoreReason.CommitmentTooShort);
        assertEq(send(miner, params), hex"8482f5f58081f581f5", "the shape of the request");
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Active);
        assertState(copyIdOf(dealId, 1), IDealLedger.CopyState.Proposed);
        assertState(copyIdOf(dealId, 2), IDealLedger.CopyState.Active);
        assertEq(sectorOf(copyIdOf(dealId, 2)), type(uint64).max, "each in its own sector");
        assertFalse(_isTracked(5), "an empty sector is not tracked");
        assertFalse(_isTracked(6), "nor one in which nothing matched");
    }

    function test_AnswersAnEmptyMessage() external {
        assertEq(send(miner, hex"80"), hex"80", "nothing to accept");
    }

    /* WHAT IS IGNORED, AND WHY */

    function test_IgnoresAMalformedPayload() external {
        bytes[3] memory payloads = [
            bytes(""),
            abi.encodePacked(uint248(_copyId)),
            abi.encodePacked(_copyId, hex"00")
        ];
        for (uint256 i; i < payloads.length; ++i) {
            Told memory told = valid(_copyId);
            told.payload = payloads[i];
            expectIgnored(0, miner, SECTOR, IDealLedger.IgnoreReason.PayloadMalformed);
            sendOne(miner, message(SECTOR, _end, told), 1);
        }
        assertProposed(_dealId);
    }

    function test_IgnoresAnUnknownCopy() external {
        uint256[4] memory ids = [0, copyIdOf(_dealId, 1), copyIdOf(99, 0), type(uint256).max];
        for (uint256 i; i < ids.length; ++i) {
            Told memory told = valid(_copyId);
            told.payload = abi.encode(ids[i]);
            expectIgnored(ids[i], miner, SECTOR, IDealLedger.IgnoreReason.CopyUnknown);
            sendOne(miner, message(SECTOR, _end, told), 1);
        }
        assertProposed(_dealId);
    }

    function test_IgnoresAnotherMiner() external {
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        expectIgnored(_copyId, miner2, SECTOR, IDealLedger.IgnoreReason.WrongMiner);
        sendOne(miner2, params, 1);
        assertProposed(_dealId);
    }

    function test_IgnoresAnotherPiece() external {
        Told memory told = valid(_copyId);
        told.cid[20] ^= 0x01;
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.WrongPiece);
        sendOne(miner, message(SECTOR, _end, told), 1);
        assertProposed(_dealId);
    }

    function test_IgnoresACidThatIsNoPieces() external {
        bytes32 root = keccak256(abi.encode("piece", 0));
        bytes[4] memory cids = [
            // CIDv0-like, CIDv1 raw sha2-256 of the same digest, a commitment to sealed data, a digest cut short.
            abi.encodePacked(hex"1220", root),
            abi.encodePacked(hex"01551220", root),
            abi.encodePacked(hex"0182e203922020", root),
            abi.encodePacked(hex"0181e20392201f", bytes31(root))
        ];
        for (uint256 i; i < cids.length; ++i) {
            Told memory told = valid(_copyId);
            told.cid = cids[i];
            expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.WrongPiece);
            sendOne(miner, message(SECTOR, _end, told), 1);
        }
        assertProposed(_dealId);
    }

    /// A piece whose commitment is zero is not what every other CID stands for.
    function test_IgnoresACidThatIsNoPiecesForAZeroPiece() external {
        IDealLedger.Proposal memory what = proposal(offerId, 1);
        what.pieces[0].cid = PieceCid.wrap(0);
        uint256 copyId = copyIdOf(proposeAs(client, what), 0);
        Told memory told = valid(copyId);
        told.cid = abi.encodePacked(hex"01551220", bytes32(0));
        expectIgnored(copyId, miner, SECTOR, IDealLedger.IgnoreReason.WrongPiece);
        sendOne(miner, message(SECTOR, _end, told), 1);
        assertState(copyId, IDealLedger.CopyState.Proposed);
    }

    function test_IgnoresAnotherSize() external {
        uint64[4] memory sizes = [uint64(0), SIZE / 2, SIZE + 1, type(uint64).max];
        for (uint256 i; i < sizes.length; ++i) {
            Told memory told = valid(_copyId);
            told.size = sizes[i];
            expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.WrongSize);
            sendOne(miner, message(SECTOR, _end, told), 1);
        }
        assertProposed(_dealId);
    }

    function test_IgnoresARepetitionInALaterMessage() external {
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        sendOne(miner, params, 1);
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.NotProposed);
        sendOne(miner, params, 1);
        assertEq(deals.dealOf(_dealId).live, 1, "once");
        assertState(_copyId, IDealLedger.CopyState.Active);
    }

    function test_IgnoresRepetitionsWithinAMessage() external {
        Told[] memory told = new Told[](5);
        for (uint256 i; i < 5; ++i) told[i] = valid(_copyId);
        for (uint256 i; i < 4; ++i) {
            expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.NotProposed);
        }
        sendOne(miner, message(SECTOR, _end, told), 5);
        assertEq(deals.dealOf(_dealId).live, 1, "once");
    }

    /// One piece, two notifees that are the same contract: the miner sends two messages.
    function test_IgnoresTheSecondOfTwoNotifees() external {
        bytes memory asActor = FilAddress.ofEthAddress(registerAccount(address(deals)).toMasked());
        PieceNotification[] memory notify = new PieceNotification[](2);
        notify[0] = PieceNotification(FilAddress.f410(address(deals)), abi.encode(_copyId));
        notify[1] = PieceNotification(asActor, abi.encode(_copyId));
        bytes memory cid = deals.copyOf(_copyId).cid.toCidV1();
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.NotProposed);
        commitSector(miner, SECTOR, Epoch.wrap(_end), PieceManifest(cid, SIZE, notify));
        assertEq(deals.dealOf(_dealId).live, 1, "once");
        assertTrue(deals.isLive(_copyId), "and the repetition kills nothing");
    }

    function test_IgnoresWhatIsTooLate() external {
        advance(WINDOW + 1);
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.TooLate);
        sendOne(miner, params, 1);
        assertState(_copyId, IDealLedger.CopyState.Expired);
        deals.poke(_dealId);
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.NotProposed);
        sendOne(miner, params, 1);
        assertState(_copyId, IDealLedger.CopyState.Expired);
    }

    function test_IgnoresWhatWasDeclined() external {
        vm.prank(worker);
        deals.decline(_dealId);
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.NotProposed);
        sendOne(miner, params, 1);
        assertState(_copyId, IDealLedger.CopyState.Expired);
    }

    function test_IgnoresTooShortACommitment() external {
        uint64[3] memory commitments = [uint64(0), uint64(block.number), _end - 1];
        for (uint256 i; i < commitments.length; ++i) {
            bytes memory params = message(SECTOR, commitments[i], valid(_copyId));
            expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.CommitmentTooShort);
            sendOne(miner, params, 1);
        }
        // A negative epoch, -1: a commitment to nothing.
        bytes memory negative = abi.encodePacked(hex"8183072081", pieceBytes(valid(_copyId)));
        expectIgnored(_copyId, miner, 7, IDealLedger.IgnoreReason.CommitmentTooShort);
        sendOne(miner, negative, 1);
        assertProposed(_dealId);
    }

    /// A sector that is told of again in a later epoch has other data: nothing new stands on it, and it counts as dead.
    function test_IgnoresASectorThatIsNotFresh() external {
        uint256 later = propose(1);
        sendOne(miner, message(SECTOR, _end, valid(_copyId)), 1);
        advance(1);
        bytes memory params = message(SECTOR, _end, valid(copyIdOf(later, 0)));
        for (uint256 i; i < 2; ++i) {
            expectIgnored(
                copyIdOf(later, 0),
                miner,
                SECTOR,
                IDealLedger.IgnoreReason.SectorNotFresh
            );
            sendOne(miner, params, 1);
        }
        assertState(copyIdOf(later, 0), IDealLedger.CopyState.Proposed);
        uint256 subject = evidence.subjectOf(miner, SECTOR);
        assertTrue(evidence.recordOf(subject).last == Observation.Dead, "dead");
        assertState(_copyId, IDealLedger.CopyState.Failed);
    }

    function test_IgnoresASecondCopyOfTheSamePieceForOneClient() external {
        uint256 second = propose(1);
        Told[] memory told = new Told[](2);
        told[0] = valid(_copyId);
        told[1] = valid(copyIdOf(second, 0));
        bytes memory params = message(SECTOR, _end, told);
        expectIgnored(copyIdOf(second, 0), miner, SECTOR, IDealLedger.IgnoreReason.AlreadyBacked);
        sendOne(miner, params, 2);
        assertState(_copyId, IDealLedger.CopyState.Active);
        assertState(copyIdOf(second, 0), IDealLedger.CopyState.Proposed);
        sendOne(miner, message(SECTOR + 1, _end, valid(copyIdOf(second, 0))), 1);
        assertState(copyIdOf(second, 0), IDealLedger.CopyState.Active);
    }

    /* A PAYER THAT LEFT */

    function test_ActivatesAfterThePayerLeft() external {
        vm.prank(client);
        deals.leaveAsClient(_dealId);
        _activatesBeforeTheRailsEnd();
    }

    function test_ActivatesAfterThePayerTerminatedOnPay() external {
        vm.prank(client);
        pay.terminateRail(_dealId);
        _activatesBeforeTheRailsEnd();
    }

    function test_IgnoresAfterThePayerLeftAndTheDeadlinePassed() external {
        vm.prank(client);
        deals.leaveAsClient(_dealId);
        advance(WINDOW + 1);
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.TooLate);
        sendOne(miner, params, 1);
        assertState(_copyId, IDealLedger.CopyState.Expired);
        advance(NOTICE);
        expectIgnored(_copyId, miner, SECTOR, IDealLedger.IgnoreReason.TooLate);
        sendOne(miner, params, 1);
    }

    function _activatesBeforeTheRailsEnd() private {
        advance(WINDOW);
        uint256 before = fundsOf(payee);
        sendOne(miner, message(SECTOR, _end, valid(_copyId)), 1);
        assertState(_copyId, IDealLedger.CopyState.Active);
        commitSector(miner, SECTOR, Epoch.wrap(_end));
        pass(_dealId, NOTICE);
        deals.settle(_dealId);
        assertState(_copyId, IDealLedger.CopyState.Completed);
        assertEq(fundsOf(payee) - before, net(uint256(NOTICE) * RATE), "the notice is paid");
    }

    /* MALFORMED MESSAGES */

    function test_RevertWhen_MessageMalformed() external {
        bytes memory told = pieceBytes(valid(_copyId));
        bytes memory body = sectorBytes(SECTOR, _end, told, 1);
        bytes[22] memory bad = [
            bytes(""),
            // Wrong major types and indefinite lengths, for each part.
            hex"00",
            hex"a0",
            hex"9fff",
            abi.encodePacked(hex"9f", body, hex"ff"),
            // Trailing bytes.
            hex"8000",
            abi.encodePacked(hex"81", body, hex"00"),
            // More or fewer sectors than follow.
            abi.encodePacked(hex"82", body),
            abi.encodePacked(hex"80", body),
            // Lengths beyond all data.
            hex"9bffffffffffffffff",
            hex"9a7fffffff00",
            // A wrapping tuple, as the FIP's prose has it.
            abi.encodePacked(hex"8181", body),
            // Sector tuples of 2 and 4.
            hex"81820700",
            hex"818407008000",
            // A negative sector number; a commitment beyond 64 bits with sign; a text for the commitment.
            hex"8183200080",
            hex"8183071bffffffffffffffff80",
            hex"8183076080",
            // Reserved additional information; a float; a null for the pieces.
            hex"81831c0080",
            hex"818307f97c0080",
            hex"81830700f6",
            // Pieces: a length beyond the data, an empty tuple.
            hex"818307009b7fffffffffffffff",
            hex"818307008180"
        ];
        for (uint256 i; i < bad.length; ++i) _refused(bad[i]);
        assertProposed(_dealId);
    }

    function test_RevertWhen_PieceMalformed() external {
        Told memory told = valid(_copyId);
        bytes memory cid = Cbor.encodeCid(told.cid);
        bytes memory size = Cbor.encodeUint(told.size);
        bytes memory payload = Cbor.encodeBytes(told.payload);
        bytes[11] memory bad = [
            // A CID without its tag, behind another tag, without the zero byte, empty, as text.
            abi.encodePacked(hex"83", Cbor.encodeBytes(told.cid), size, payload),
            abi.encodePacked(hex"83d82b", Cbor.encodeBytes(told.cid), size, payload),
            abi.encodePacked(hex"83d82a", Cbor.encodeBytes(told.cid), size, payload),
            abi.encodePacked(hex"83d82a40", size, payload),
            abi.encodePacked(hex"83d82a6100", size, payload),
            // A negative size, a payload as text, one of indefinite length, one longer than the data.
            abi.encodePacked(hex"83", cid, hex"20", payload),
            abi.encodePacked(hex"83", cid, size, hex"7820", told.payload),
            abi.encodePacked(hex"83", cid, size, hex"5f", payload, hex"ff"),
            abi.encodePacked(hex"83", cid, size, hex"5bffffffffffffffff", told.payload),
            // Tuples of 2 and 4.
            abi.encodePacked(hex"82", cid, size),
            abi.encodePacked(hex"84", cid, size, payload, hex"00")
        ];
        for (uint256 i; i < bad.length; ++i) {
            _refused(abi.encodePacked(hex"81", sectorBytes(SECTOR, _end, bad[i], 1)));
        }
        assertProposed(_dealId);
    }

    function testFuzz_RevertWhen_Truncated(uint256 length) external {
        bytes memory params = message(SECTOR, _end, valid(_copyId));
        length = bound(length, 0, params.length - 1);
        assembly ("memory-safe") {
            mstore(params, length)
        }
        _refused(params);
        assertProposed(_dealId);
    }

    function testFuzz_RevertWhen_BytesFollow(bytes calldata more) external {
        vm.assume(more.length != 0);
        _refused(abi.encodePacked(message(SECTOR, _end, valid(_copyId)), more));
        assertProposed(_dealId);
    }

    function testFuzz_NeverAnswersFalse(bytes calldata params) external {
        _sendAnything(params);
        assertProposed(_dealId);
    }

    /// One octet of a good message is another: only what still matches in every respect activates.
    function testFuzz_ActivatesOnlyWhatMatches(uint256 place, uint8 octet) external {
        uint256 dealId = propose(2);
        Told[] memory told = new Told[](2);
        for (uint256 i; i < 2; ++i) told[i] = valid(copyIdOf(dealId, i));
        bytes memory params = message(SECTOR, _end, told);
        place = bound(place, 0, params.length - 1);
        vm.assume(uint8(params[place]) != octet);
        params[place] = bytes1(octet);
        bool answered = _sendAnything(params);

        IDealLedger.Copy[] memory copies = deals.copiesOf(dealId);
        bool[2] memory active = [
            copies[0].state == IDealLedger.CopyState.Active,
            copies[1].state == IDealLedger.CopyState.Active
        ];
        // 81 83 1b, 8 octets of the number, 1b, 8 of the commitment, 82, then the pieces of 88 octets each.
        if (place >= 3 && place < 11) {
            assertTrue(active[0] && active[1], "any number will do");
            assertEq(copies[0].sector, copies[1].sector, "one sector");
            assertTrue(copies[0].sector != SECTOR, "the one that was named");
        } else if (place >= 12 && place < 20) {
            uint64 commitment;
            for (uint256 i = 12; i < 20; ++i) commitment = (commitment << 8) | uint8(params[i]);
            bool enough = commitment >= _end && commitment <= uint64(type(int64).max);
            assertTrue(active[0] == enough && active[1] == enough, "iff the commitment reaches");
        } else if (place >= 21) {
            assertFalse(active[(place - 21) / 88], "the piece that was changed");
            if (answered) assertTrue(active[1 - (place - 21) / 88], "the piece that was not");
        } else {
            assertFalse(answered || active[0] || active[1], "no message");
        }
    }

    /// @return answered false if the message was refused, for the one reason there may be
    function _sendAnything(bytes memory params) private returns (bool answered) {
        vm.prank(miner.toMasked());
        try deals.handle_filecoin_method(2034386435, 0x51, params) returns (
            uint32,
            uint64,
            bytes memory answer
        ) {
            this.requireAllTrue(answer);
            return true;
        } catch (bytes memory reason) {
            assertTrue(
                bytes4(reason) == Cbor.CborMalformed.selector,
                "malformed, and nothing else"
            );
        }
    }

    function requireAllTrue(bytes calldata answer) external pure {
        (uint256 sectors, uint256 next) = Cbor.readArray(answer, 0);
        for (uint256 i; i < sectors; ++i) {
            uint256 count;
            (count, next) = Cbor.readArray(answer, next);
            for (uint256 j; j < count; ++j) {
                bool yes;
                (yes, next) = Cbor.readBool(answer, next);
                assertTrue(yes, "true");
            }
        }
        Cbor.end(answer, next);
    }

    function _refused(bytes memory params) private {
        vm.prank(miner.toMasked());
        vm.expectPartialRevert(Cbor.CborMalformed.selector);
        deals.handle_filecoin_method(2034386435, 0x51, params);
    }

    function _isTracked(uint64 sector) private view returns (bool tracked) {
        (tracked, , , , , ) = evidence.traceOf(miner, sector);
    }
}

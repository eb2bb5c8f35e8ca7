// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Cbor} from "../../../contracts/fvm/Cbor.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {ActorExit, DevnetForbidden} from "../../../contracts/mocks/fvm/NativeActor.sol";
import {MinerActor, SectorActivation} from "../../../contracts/mocks/fvm/MinerActor.sol";
import {PieceManifest, PieceNotification} from "../../../contracts/mocks/fvm/SectorNotifier.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {MethodReceiver} from "../../support/MethodReceiver.sol";
import {Vm, vm} from "../../support/Vm.sol";

/// How a miner actor notifies of sector content, and what it makes of the answers.
contract SectorNotificationTest is FilecoinDevnet {
    PieceCid private constant CID = PieceCid.wrap(bytes32(uint256(7)));
    Epoch private constant EXPIRATION = Epoch.wrap(0x100000);

    MethodReceiver private _receiver = new MethodReceiver();
    ActorId private _miner;

    function setUp() public {
        installFilecoin();
        _miner = createMiner(address(1), address(2));
    }

    function test_NotifiesAsTheMiner() public {
        _receiver.willAnswer(hex"8181f5");
        commitSector(_miner, 7, EXPIRATION, piece(CID, 2048, address(_receiver), hex"cafe"));
        MethodReceiver.Received memory received = _receiver.last();
        assertEq(received.sender, _miner.toMasked(), "sender");
        assertEq(received.value, 0, "no value");
        assertEq(received.method, 2034386435, "method");
        assertEq(received.codec, 0x51, "codec");
        assertEq(
            received.params,
            abi.encodePacked(
                hex"8183071a001000008183d82a5828000181e203922020",
                CID,
                hex"19080042cafe"
            ),
            "transparent parameters"
        );
    }

    function test_NotifiesInOneMessagePerAddressAsWritten() public {
        ActorId receiverId = registerAccount(address(_receiver));
        bytes[] memory notifees = new bytes[](3);
        notifees[0] = FilAddress.f410(address(_receiver));
        notifees[1] = FilAddress.ofActor(receiverId);
        notifees[2] = FilAddress.f410(address(_receiver));
        SectorActivation[] memory activations = new SectorActivation[](2);
        activations[0] = SectorActivation(9, EXPIRATION, _pieces(notifees));
        activations[1] = SectorActivation(3, EXPIRATION, _pieces(notifees));
        vm.recordLogs();
        minerActor(_miner).proveCommitSectors(activations, false);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "two forms of one actor are two notifees");
        bytes memory cid = Cbor.encodeCid(CID.toCidV1());
        bytes memory once = abi.encodePacked(
            hex"1a00100000",
            hex"81",
            hex"83",
            cid,
            hex"190800",
            hex"4101"
        );
        assertEq(
            abi.decode(logs[0].data, (bytes)),
            abi.encodePacked(hex"82", hex"8303", once, hex"8309", once),
            "f0 first, sectors ascending"
        );
        bytes memory twice = abi.encodePacked(
            hex"1a00100000",
            hex"82",
            hex"83",
            cid,
            hex"190800",
            hex"4100",
            hex"83",
            cid,
            hex"190800",
            hex"4102"
        );
        assertEq(
            abi.decode(logs[1].data, (bytes)),
            abi.encodePacked(hex"82", hex"8303", twice, hex"8309", twice),
            "then f410, pieces in order"
        );
    }

    function test_NotifiesInTheOrderOfAddresses() public {
        bytes[] memory notifees = new bytes[](3);
        for (uint256 i; i < 3; ++i) notifees[i] = FilAddress.f410(address(new MethodReceiver()));
        vm.recordLogs();
        SectorActivation[] memory activations = new SectorActivation[](1);
        activations[0] = SectorActivation(0, EXPIRATION, _pieces(notifees));
        minerActor(_miner).proveCommitSectors(activations, false);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "three notifees");
        for (uint256 i = 1; i < 3; ++i) {
            assertTrue(logs[i - 1].emitter < logs[i].emitter, "ascending");
        }
    }

    function test_NotifiesIdsInTheOrderOfTheirNumbers() public {
        // The bytes say otherwise: 1023 is ff07, 1024 is 8008.
        while (ActorId.unwrap(registerAccount(address(new MethodReceiver()))) < 1022) {}
        address second = address(new MethodReceiver());
        address first = address(new MethodReceiver());
        bytes[] memory notifees = new bytes[](2);
        notifees[1] = FilAddress.ofActor(registerAccount(first));
        notifees[0] = FilAddress.ofActor(registerAccount(second));
        assertEq(notifees[0], hex"008008", "1024");
        assertEq(notifees[1], hex"00ff07", "1023");
        vm.recordLogs();
        SectorActivation[] memory activations = new SectorActivation[](1);
        activations[0] = SectorActivation(0, EXPIRATION, _pieces(notifees));
        minerActor(_miner).proveCommitSectors(activations, false);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].emitter, first, "1023 first");
        assertEq(logs[1].emitter, second, "then 1024");
    }

    function test_RequiredNotificationMustSucceed() public {
        _receiver.willAnswer(hex"8181f4");
        _fails(1004);
        _receiver.willAnswer(hex"8180");
        _fails(1003);
        _receiver.willAnswer(hex"80");
        _fails(1003);
        _receiver.willAnswer(hex"8181f500");
        _fails(1003);
        _receiver.willAnswer(hex"8181f6");
        _fails(1003);
        _receiver.willAnswer(hex"8182f5f5");
        _fails(1003);
        _receiver.willReturn("");
        _fails(1003);
        _receiver.willReturn(abi.encode(42, 0x51, bytes(hex"8181f5")));
        _fails(1002);
        _receiver.willReturn(abi.encode(0, 0x55, bytes(hex"8181f5")));
        _fails(1002);
        _receiver.willRevert();
        _fails(1002);
    }

    function test_NotifeesThatAreNoContracts() public {
        _failsFor(address(0xe0a), 1003);
        _failsFor(ActorId.wrap(99).toMasked(), 1003);
        _failsFor(ActorId.wrap(5).toMasked(), 1002);
        _failsFor(ActorId.wrap(999_999).toMasked(), 1001);
    }

    function test_FailedNotificationIsIgnoredUnlessRequired() public {
        _receiver.willRevert();
        _commit(_activation(address(_receiver)), false);
        assertEq(location(_miner, 7), hex"820000", "committed");
    }

    function test_AbortOfTheReceiverUndoesWhatItDid() public {
        _receiver.willReturn(abi.encode(42, 0x51, bytes(hex"8181f5")));
        _commit(_activation(address(_receiver)), false);
        assertEq(_receiver.count(), 0, "undone by its exit code");
    }

    function test_RejectionKeepsWhatTheReceiverDid() public {
        _receiver.willAnswer(hex"8181f4");
        _commit(_activation(address(_receiver)), false);
        assertEq(_receiver.count(), 1, "kept");
    }

    function test_StateIsCommittedBeforeTheNotification() public {
        StatusAsker asker = new StatusAsker();
        commitSector(_miner, 7, EXPIRATION, piece(CID, 2048, address(asker), ""));
        assertEq(asker.seen(), hex"820000", "the sector has its place already");
    }

    function test_UpdateNotifiesAgain() public {
        commitSector(_miner, 7, EXPIRATION);
        assertEq(_receiver.count(), 0, "no data, no notification");
        _receiver.willAnswer(hex"8181f5");
        updateSector(_miner, 7, piece(CID, 2048, address(_receiver), ""));
        assertEq(_receiver.count(), 1, "notified");
        _receiver.willAnswer(hex"8181f4");
        commitSector(_miner, 8, EXPIRATION);
        vm.expectRevert(abi.encodeWithSelector(ActorExit.selector, uint32(1004), bytes("")));
        updateSector(_miner, 8, piece(CID, 2048, address(_receiver), ""));
    }

    function test_NothingIsSaidOfFaultsTerminationOrExtension() public {
        _receiver.willAnswer(hex"8181f5");
        commitSector(_miner, 7, EXPIRATION, piece(CID, 2048, address(_receiver), ""));
        fault(_miner, 7);
        recover(_miner, 7);
        extend(_miner, 7, EXPIRATION.plus(1));
        terminate(_miner, 7);
        compact(_miner, 7);
        assertEq(_receiver.count(), 1, "only the first word");
    }

    function test_RevertWhen_StrangerDelivers() public {
        MinerActor miner = minerActor(_miner);
        vm.expectRevert(abi.encodeWithSelector(DevnetForbidden.selector, address(this)));
        miner.deliver(address(_receiver), "");
    }

    function test_RevertWhen_NotifeeIsNoAddress() public {
        SectorActivation[] memory activations = _activation(address(_receiver));
        activations[0].pieces[0].notify[0].notifee = hex"0599";
        MinerActor miner = minerActor(_miner);
        vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, 0));
        miner.proveCommitSectors(activations, false);
    }

    function _fails(uint32 exitCode) private {
        SectorActivation[] memory activations = _activation(address(_receiver));
        MinerActor miner = minerActor(_miner);
        vm.expectRevert(abi.encodeWithSelector(ActorExit.selector, exitCode, bytes("")));
        miner.proveCommitSectors(activations, true);
        assertEq(location(_miner, 7), hex"822020", "not committed");
    }

    function _failsFor(address notifee, uint32 exitCode) private {
        SectorActivation[] memory activations = _activation(notifee);
        MinerActor miner = minerActor(_miner);
        vm.expectRevert(abi.encodeWithSelector(ActorExit.selector, exitCode, bytes("")));
        miner.proveCommitSectors(activations, true);
    }

    function _commit(SectorActivation[] memory activations, bool requireSuccess) private {
        minerActor(_miner).proveCommitSectors(activations, requireSuccess);
    }

    function _activation(
        address notifee
    ) private pure returns (SectorActivation[] memory activations) {
        activations = new SectorActivation[](1);
        activations[0].sector = 7;
        activations[0].expiration = EXPIRATION;
        activations[0].pieces = new PieceManifest[](1);
        activations[0].pieces[0] = piece(CID, 2048, notifee, "");
    }

    /// A piece per notifee, whose payload is its number.
    function _pieces(bytes[] memory notifees) private pure returns (PieceManifest[] memory pieces) {
        pieces = new PieceManifest[](notifees.length);
        for (uint256 i; i < notifees.length; ++i) {
            pieces[i] = piece(CID, 2048);
            pieces[i].notify = new PieceNotification[](1);
            pieces[i].notify[0] = PieceNotification(notifees[i], abi.encodePacked(uint8(i)));
        }
    }
}

/// A notifee that looks at the miner while it is being told.
contract StatusAsker {
    bytes public seen;

    function handle_filecoin_method(
        uint64,
        uint64,
        bytes calldata
    ) external returns (uint32, uint64, bytes memory) {
        seen = MinerActor(msg.sender).locationOf(7);
        return (0, 0x51, hex"8181f5");
    }
}

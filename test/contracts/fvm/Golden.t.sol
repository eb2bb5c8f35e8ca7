// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {PieceManifest, PieceNotification} from "../../../contracts/mocks/fvm/SectorNotifier.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {MethodReceiver} from "../../support/MethodReceiver.sol";
import {vm} from "../../support/Vm.sol";

/// Parameters and return values captured from the actors of builtin-actors v18, replayed on the doubles: miner f01006
/// with owner f01002, worker f01003 (an f1 account), sectors of 2 KiB, sector 7 committed to epoch 1,152,100.
contract GoldenTest is FilecoinDevnet {
    bytes private constant WORKER = hex"018b517329109439aa5328df5fffc0643c42bb7753";
    address private constant NOTIFEE = 0x2A5921E02E6d4c3cB9D054695c2126ac8c274B57;
    PieceCid private constant CID = PieceCid.wrap(
        0xbcd3b184b67ff790ed6f1c2cbb4a55e82f1755fbf5f2a3828df60847df7a3338
    );
    ActorId private constant MINER = ActorId.wrap(1006);
    ActorId private constant POWER = ActorId.wrap(4);

    FvmProbe private _probe = new FvmProbe();

    function setUp() public {
        installFilecoin();
        for (uint160 id = 1000; id < 1003; ++id) registerAccount(address(id));
        ActorId worker = REGISTRY.createAccount(WORKER);
        for (uint160 id = 1004; id < 1006; ++id) registerAccount(address(id));
        ActorId miner = createMiner(ActorId.wrap(1002).toMasked(), worker.toMasked(), 2048);
        assertTrue(miner == MINER && worker == ActorId.wrap(1003), "ids as captured");
    }

    function test_Miner() public {
        _replay(MINER, 3275365574, "", hex"824300ea07f6");
        _replay(MINER, 3858292296, "", hex"190800");
        _replay(MINER, 348244887, hex"55018b517329109439aa5328df5fffc0643c42bb7753", hex"f5");
        _replay(MINER, 348244887, hex"4300eb07", hex"f5");
    }

    function test_Power() public {
        _replay(POWER, 3753401894, hex"1903ee", hex"8240f4");
    }

    function test_NotificationAndSector() public {
        vm.etch(NOTIFEE, type(MethodReceiver).runtimeCode);
        MethodReceiver notifee = MethodReceiver(payable(NOTIFEE));
        notifee.willAnswer(hex"8181f5");
        PieceManifest memory manifest = piece(CID, 2048);
        manifest.notify = new PieceNotification[](1);
        manifest.notify[0] = PieceNotification(
            hex"040a2a5921e02e6d4c3cb9d054695c2126ac8c274b57",
            hex"cafe"
        );
        commitSector(MINER, 7, Epoch.wrap(1_152_100), manifest);
        assertEq(
            notifee.last().params,
            hex"8183071a001194648183d82a5828000181e203922020bcd3b184b67ff790ed6f1c2cbb4a55e82f1755fbf5f2a3828df60847df7a333819080042cafe",
            "SectorContentChanged"
        );
        _replay(MINER, 1321604665, hex"8107", hex"820143820000");
        _replay(MINER, 3092458564, hex"83070143820000", hex"f5");
        _replay(MINER, 3092458564, hex"83070043820000", hex"f4");
        _replay(MINER, 3092458564, hex"83070243820000", hex"f4");
        _replay(MINER, 3010055991, hex"07", hex"1a00119464");
        (, , bytes memory answer) = _probe.readNotification(notifee.last().params);
        assertEq(answer, hex"8181f5", "our answer is the captured one");
    }

    function test_LocationOfSectorsThatAreNotThere() public {
        _replay(MINER, 1321604665, hex"8107", hex"820043822020");
        commitSector(MINER, 7, Epoch.wrap(1_152_100));
        fault(MINER, 7);
        _replay(MINER, 1321604665, hex"8107", hex"820243820000");
        terminate(MINER, 7);
        _replay(MINER, 1321604665, hex"8107", hex"820043820000");
    }

    function test_PowerOfMiners() public {
        (int256 exitCode, bytes memory ret) = _probe.read(POWER, 36284446, hex"1903ee");
        assertTrue(
            exitCode == 0 && keccak256(ret) == keccak256(hex"824040"),
            "MinerPower is a pair"
        );
        (exitCode, ) = _probe.read(POWER, 36284446, hex"1903ef");
        assertEq(exitCode, 17, "MinerPower of nobody");
        (exitCode, ) = _probe.read(POWER, 3753401894, hex"1903ef");
        assertEq(exitCode, 16, "MinerRawPower of nobody");
        commitSector(MINER, 7, Epoch.wrap(1_152_100));
        _replay(POWER, 36284446, hex"1903ee", hex"824300080043000800");
        _replay(POWER, 3753401894, hex"1903ee", hex"8243000800f4");
        _replay(POWER, 931722534, "", hex"43000800");
        _replay(POWER, 1987646258, "", hex"01");
        _replay(POWER, 196739875, "", hex"00");
        ActorId large = createMiner(address(1), address(2), 10 << 40);
        commitSector(large, 0, Epoch.wrap(1_152_100));
        _replay(POWER, 196739875, "", hex"01");
        terminate(large, 0);
        _replay(POWER, 196739875, "", hex"00");
    }

    function _replay(
        ActorId actor,
        uint64 method,
        bytes memory params,
        bytes memory expected
    ) private {
        (int256 exitCode, bytes memory ret) = _probe.read(actor, method, params);
        assertEq(exitCode, 0, "exit code");
        assertEq(ret, expected, "return value");
    }
}

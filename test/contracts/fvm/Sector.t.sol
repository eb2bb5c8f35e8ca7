// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {Sector, SectorStatus} from "../../../contracts/fvm/Sector.sol";
import {ActorExit, DevnetForbidden} from "../../../contracts/mocks/fvm/NativeActor.sol";
import {MinerActor} from "../../../contracts/mocks/fvm/MinerActor.sol";
import {PieceManifest} from "../../../contracts/mocks/fvm/SectorNotifier.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {MethodReceiver} from "../../support/MethodReceiver.sol";
import {vm} from "../../support/Vm.sol";

/// What a miner actor says of its sectors, through their whole life.
contract SectorTest is FilecoinDevnet {
    uint64 private constant VALIDATE_SECTOR_STATUS = 3092458564;
    address private constant OWNER = address(0xA11CE);
    address private constant WORKER = address(0xB0B);
    PieceCid private constant CID = PieceCid.wrap(bytes32(uint256(7)));

    FvmProbe private _probe = new FvmProbe();
    ActorId private _miner;
    Epoch private _expiration;

    function setUp() public {
        vm.roll(1000);
        installFilecoin();
        _miner = createMiner(OWNER, WORKER);
        _expiration = Epoch.wrap(600_000);
        commitSector(_miner, 0, _expiration, piece(CID, 2048));
    }

    function test_StatusMatrix() public {
        _says(0, SectorStatus.Active);
        fault(_miner, 0);
        _says(0, SectorStatus.Faulty);
        recover(_miner, 0);
        _says(0, SectorStatus.Active);
        fault(_miner, 0);
        terminate(_miner, 0);
        _says(0, SectorStatus.Dead);
        compact(_miner, 0);
        assertEq(location(_miner, 0), Sector.ABSENT, "absent after compaction");
        _says(0, SectorStatus.Dead);
    }

    function test_LocationIsChecked() public {
        commitSector(_miner, 1, _expiration);
        bytes memory first = Sector.location(0, 0);
        bytes memory second = Sector.location(1, 0);
        assertEq(location(_miner, 0), first, "first deadline");
        assertEq(location(_miner, 1), second, "next deadline");
        _refuses(0, second, 17);
        _refuses(0, Sector.location(0, 1), 17);
        _refuses(0, Sector.location(48, 0), 16);
        _refuses(0, Sector.location(-2, 0), 16);
        _refuses(0, Sector.location(-1, 0), 16);
        _refuses(0, Sector.location(0, -1), 16);
        _refuses(0, Sector.ABSENT, 17);
        _refuses(0, "", 16);
        _refuses(0, hex"8200", 16);
        _refuses(0, hex"82000000", 16);
        _refuses(0, hex"824000", 16);
        _refuses(2, first, 17);
    }

    function test_CompactedSectorIsOnlyAbsent() public {
        bytes memory before = location(_miner, 0);
        terminate(_miner, 0);
        _refuses(0, Sector.ABSENT, 17);
        compact(_miner, 0);
        _refuses(0, before, 17);
        (bool answered, bool yes) = _probe.statusIs(_miner, 0, SectorStatus.Active, Sector.ABSENT);
        assertTrue(answered && !yes, "an absent sector is not active");
    }

    function test_SectorThatNeverWasReadsDead() public {
        (bool answered, bool yes) = _probe.statusIs(_miner, 99, SectorStatus.Dead, Sector.ABSENT);
        assertTrue(answered && yes, "absent");
    }

    function test_NoAnswerFromNobody() public {
        (bool answered, ) = _probe.statusIs(
            ActorId.wrap(999_999),
            0,
            SectorStatus.Active,
            Sector.ABSENT
        );
        assertFalse(answered, "no such actor");
        (answered, ) = _probe.nominalExpiration(ActorId.wrap(4), 0);
        assertFalse(answered, "not a miner");
    }

    /// A contract may answer to a miner's methods, with anything.
    function test_NoAnswerThatDoesNotDecode() public {
        MethodReceiver impostor = new MethodReceiver();
        impostor.willBeSilent();
        ActorId actor = registerAccount(address(impostor));
        bytes[5] memory answers = [bytes(hex"20"), hex"f6", hex"1a0011", hex"0000", ""];
        for (uint256 i; i < answers.length; ++i) {
            impostor.willAnswer(answers[i]);
            (bool answered, Epoch expiration) = _probe.nominalExpiration(actor, 0);
            assertTrue(!answered && expiration == Epoch.wrap(0), "no epoch");
            bool yes;
            (answered, yes) = _probe.statusIs(actor, 0, SectorStatus.Active, Sector.ABSENT);
            assertTrue(!answered && !yes, "no status");
        }
    }

    function test_UnknownStatusDoesNotDecode() public {
        (int256 exitCode, ) = _probe.read(_miner, VALIDATE_SECTOR_STATUS, hex"83000343820000");
        assertEq(exitCode, 21, "status 3");
        (exitCode, ) = _probe.read(_miner, VALIDATE_SECTOR_STATUS, hex"820001");
        assertEq(exitCode, 21, "two elements");
        (exitCode, ) = _probe.read(_miner, VALIDATE_SECTOR_STATUS, hex"8300014382000000");
        assertEq(exitCode, 21, "trailing");
        (exitCode, ) = _probe.read(_miner, VALIDATE_SECTOR_STATUS, "");
        assertEq(exitCode, 16, "nothing");
    }

    function test_NominalExpiration() public {
        _expires(0, _expiration);
        terminate(_miner, 0);
        _expires(0, _expiration);
        compact(_miner, 0);
        (bool answered, ) = _probe.nominalExpiration(_miner, 0);
        assertFalse(answered, "gone after compaction");
    }

    function test_ExpiresOnSchedule() public {
        vm.roll(Epoch.unwrap(_expiration));
        _says(0, SectorStatus.Active);
        vm.roll(Epoch.unwrap(_expiration) + 1);
        _says(0, SectorStatus.Dead);
        compact(_miner, 0);
        _says(0, SectorStatus.Dead);
    }

    function test_DiesOfALongFault() public {
        fault(_miner, 0);
        vm.roll(1000 + 120_960);
        _says(0, SectorStatus.Faulty);
        vm.roll(1001 + 120_960);
        _says(0, SectorStatus.Dead);
        recover(_miner, 0);
        _says(0, SectorStatus.Dead);
    }

    function test_ExtensionKeepsTheRemainingWeight() public {
        uint256 weight = minerActor(_miner).dealWeightOf(0);
        assertEq(weight, 2048 * (600_000 - 1000), "size times epochs");
        vm.roll(300_500);
        extend(_miner, 0, Epoch.wrap(900_000));
        assertEq(minerActor(_miner).dealWeightOf(0), 2048 * (600_000 - 300_500), "what remains");
        _expires(0, Epoch.wrap(900_000));
        _aborts(16);
        updateSector(_miner, 0, piece(CID, 2048));
    }

    /// The hole in the miner actor's protection of deals: see docs/fvm.md.
    function test_ExtensionInTheExpirationEpochFreesTheSector() public {
        vm.roll(Epoch.unwrap(_expiration));
        extend(_miner, 0, Epoch.wrap(900_000));
        assertEq(minerActor(_miner).dealWeightOf(0), 0, "no weight");
        _says(0, SectorStatus.Active);
        updateSector(_miner, 0, piece(CID, 4096));
        assertGe(minerActor(_miner).dealWeightOf(0), 1, "other data");
    }

    function test_RevertWhen_ExtendedWrongly() public {
        _aborts(16);
        extend(_miner, 0, Epoch.wrap(599_999));
        _aborts(16);
        extend(_miner, 0, Epoch.wrap(1000 + 3_680_641));
        _aborts(17);
        extend(_miner, 5, _expiration);
        fault(_miner, 0);
        _aborts(20);
        extend(_miner, 0, Epoch.wrap(700_000));
        vm.roll(Epoch.unwrap(_expiration) + 1);
        _aborts(18);
        extend(_miner, 0, Epoch.wrap(700_000));
    }

    function test_RevertWhen_SectorIsUpdatedWrongly() public {
        _aborts(16);
        updateSector(_miner, 0, piece(CID, 2048));
        _aborts(17);
        updateSector(_miner, 5, piece(CID, 2048));
        commitSector(_miner, 1, _expiration);
        fault(_miner, 1);
        _aborts(16);
        updateSector(_miner, 1, piece(CID, 2048));
    }

    function test_RevertWhen_CommittedWrongly() public {
        _aborts(16);
        commitSector(_miner, 0, _expiration);
        terminate(_miner, 0);
        compact(_miner, 0);
        _aborts(16);
        commitSector(_miner, 0, _expiration);
        _aborts(16);
        commitSector(_miner, 2, Epoch.wrap(1000));
        _aborts(16);
        commitSector(_miner, 2, Epoch.wrap(1000 + 3_680_641));
        _aborts(16);
        commitSector(_miner, 2, _expiration, piece(CID, 64));
        _aborts(16);
        commitSector(_miner, 2, _expiration, piece(CID, 3000));
        _aborts(16);
        commitSector(_miner, 2, _expiration, piece(CID, SECTOR_SIZE * 2));
    }

    function test_PiecesAreAlignedToTheirSizes() public {
        ActorId small = createMiner(OWNER, WORKER, 4096);
        PieceManifest[] memory pieces = new PieceManifest[](3);
        (pieces[0], pieces[1], pieces[2]) = (piece(CID, 1024), piece(CID, 2048), piece(CID, 1024));
        _aborts(16);
        commitSector(small, 0, _expiration, pieces);
        (pieces[0], pieces[1]) = (piece(CID, 2048), piece(CID, 1024));
        commitSector(small, 0, _expiration, pieces);
    }

    function test_RevertWhen_FaultsAreMisdeclared() public {
        _aborts(16);
        fault(_miner, 5);
        _aborts(16);
        recover(_miner, 5);
        _aborts(16);
        terminate(_miner, 5);
        terminate(_miner, 0);
        _aborts(16);
        terminate(_miner, 0);
    }

    function test_RepeatedDeclarationsChangeNothing() public {
        recover(_miner, 0);
        _says(0, SectorStatus.Active);
        fault(_miner, 0);
        fault(_miner, 0);
        _says(0, SectorStatus.Faulty);
        terminate(_miner, 0);
        fault(_miner, 0);
        recover(_miner, 0);
        _says(0, SectorStatus.Dead);
    }

    function test_RevertWhen_LiveSectorIsCompacted() public {
        _aborts(16);
        compact(_miner, 0);
        _aborts(17);
        compact(_miner, 5);
    }

    function test_PowerFollowsTheSectors() public {
        assertEq(_power(), SECTOR_SIZE, "one sector");
        commitSector(_miner, 1, _expiration);
        assertEq(_power(), 2 * SECTOR_SIZE, "two");
        fault(_miner, 0);
        fault(_miner, 0);
        assertEq(_power(), SECTOR_SIZE, "one faulty");
        terminate(_miner, 0);
        assertEq(_power(), SECTOR_SIZE, "it had none left");
        terminate(_miner, 1);
        assertEq(_power(), 0, "none");
        compact(_miner, 0);
        compact(_miner, 1);
        assertEq(_power(), 0, "still none");
    }

    function test_WhoControlsTheMinerMovesItsSectorsOn() public {
        uint64[] memory sectors = new uint64[](1);
        MinerActor miner = minerActor(_miner);
        vm.prank(WORKER);
        miner.declareFaults(sectors);
        vm.prank(OWNER);
        miner.recoverFaults(sectors);
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(DevnetForbidden.selector, address(0xbad)));
        miner.declareFaults(sectors);
    }

    function _says(uint64 sector, SectorStatus expected) private {
        bytes memory where = location(_miner, sector);
        for (uint8 i; i < 3; ++i) {
            (bool answered, bool yes) = _probe.statusIs(_miner, sector, SectorStatus(i), where);
            assertTrue(answered, "answered");
            assertEq(yes, SectorStatus(i) == expected, "exactly one status");
        }
    }

    function _refuses(uint64 sector, bytes memory where, int256 expected) private {
        bytes memory params = abi.encodePacked(
            hex"83",
            uint8(sector),
            hex"01",
            uint8(0x40 | where.length),
            where
        );
        (int256 exitCode, ) = _probe.read(_miner, VALIDATE_SECTOR_STATUS, params);
        assertEq(exitCode, expected, "exit code");
        (bool answered, bool yes) = _probe.statusIs(_miner, sector, SectorStatus.Active, where);
        assertTrue(!answered && !yes, "no answer");
    }

    function _expires(uint64 sector, Epoch expected) private {
        (bool answered, Epoch expiration) = _probe.nominalExpiration(_miner, sector);
        assertTrue(answered && expiration == expected, "expiration");
    }

    function _power() private returns (uint256 power) {
        bytes memory params = abi.encodePacked(hex"19", uint16(ActorId.unwrap(_miner)));
        bytes memory ret = _probe.mustRead(ActorId.wrap(4), 36284446, params);
        uint256 length = uint8(ret[1]) & 31;
        for (uint256 i = 1; i < length; ++i) power = (power << 8) | uint8(ret[2 + i]);
    }

    function _aborts(uint32 exitCode) private {
        vm.expectRevert(abi.encodeWithSelector(ActorExit.selector, exitCode, bytes("")));
    }
}

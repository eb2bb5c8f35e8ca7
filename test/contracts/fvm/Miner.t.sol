// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {BuiltinActor} from "../../../contracts/fvm/BuiltinActor.sol";
import {Cbor} from "../../../contracts/fvm/Cbor.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {MinerActor} from "../../../contracts/mocks/fvm/MinerActor.sol";
import {DevnetForbidden} from "../../../contracts/mocks/fvm/NativeActor.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {MethodReceiver} from "../../support/MethodReceiver.sol";
import {vm} from "../../support/Vm.sol";

contract MinerTest is FilecoinDevnet {
    address private constant OWNER = address(0xA11CE);
    address private constant WORKER = address(0xB0B);

    FvmProbe private _probe = new FvmProbe();
    ActorId private _miner;

    function setUp() public {
        installFilecoin();
        _miner = createMiner(OWNER, WORKER);
    }

    function test_KnowsAMiner() public {
        assertTrue(_probe.isMiner(_miner), "a miner");
        (bool isMiner, ActorId miner) = _probe.isMinerCaller(_miner.toMasked());
        assertTrue(isMiner && miner == _miner, "its masked id");
    }

    function test_NobodyElseIsAMiner() public {
        assertFalse(_probe.isMiner(ActorId.wrap(4)), "the power actor");
        assertFalse(_probe.isMiner(ActorId.wrap(999_999)), "nobody");
        assertFalse(_probe.isMiner(registerAccount(OWNER)), "an account");
        assertFalse(_isMinerCaller(OWNER), "an account's address");
        assertFalse(_isMinerCaller(address(_probe)), "a contract");
        assertFalse(_isMinerCaller(ActorId.wrap(4).toMasked()), "a masked id of another actor");
        assertFalse(_isMinerCaller(address(0)), "the zero address");
        assertFalse(
            _isMinerCaller(address(uint160(_miner.toMasked()) | (1 << 64))),
            "nearly a masked id"
        );
    }

    function test_OwnerIsComparedById() public {
        ActorId owner = registerAccount(OWNER);
        assertTrue(_probe.ownerOf(_miner) == owner, "owner's id");
        assertTrue(_probe.isOwner(_miner, OWNER), "f410 form");
        assertTrue(_probe.isOwner(_miner, owner.toMasked()), "masked form");
        assertFalse(_probe.isOwner(_miner, WORKER), "worker");
        assertFalse(
            _probe.isOwner(_miner, address(0xdead)),
            "an address that the chain does not know"
        );
    }

    function test_OwnerMayBeAKeysAccount() public {
        ActorId account = REGISTRY.createAccount(abi.encodePacked(hex"01", bytes20(uint160(0xf1))));
        ActorId miner = createMiner(account.toMasked(), WORKER);
        assertTrue(_probe.isOwner(miner, account.toMasked()), "f1 owner arrives as a masked id");
        assertFalse(_probe.isOwner(miner, OWNER), "another owner");
    }

    function test_OwnerAndWorkerControl() public {
        assertTrue(_probe.isControlling(_miner, OWNER), "owner");
        assertTrue(_probe.isControlling(_miner, WORKER), "worker");
        assertTrue(
            _probe.isControlling(_miner, registerAccount(WORKER).toMasked()),
            "masked worker"
        );
        assertFalse(_probe.isControlling(_miner, address(0xdead)), "a stranger");
    }

    function test_ControlAddressesControl() public {
        ActorId[] memory controls = new ActorId[](2);
        (controls[0], controls[1]) = (
            registerAccount(address(0xc1)),
            registerAccount(address(0xc2))
        );
        ActorId miner = REGISTRY.newNative();
        vm.etch(miner.toMasked(), type(MinerActor).runtimeCode);
        ActorId owner = registerAccount(OWNER);
        minerActor(miner).initialize(owner, owner, controls, SECTOR_SIZE);
        assertTrue(_probe.isControlling(miner, address(0xc2)), "a control address");
        assertFalse(_probe.isControlling(miner, WORKER), "another miner's worker");
        assertFalse(_probe.isMiner(miner), "not a miner before the power actor knows it");
    }

    function test_IsControllingRefusesWhatIsNoAddress() public {
        (int256 exitCode, ) = _probe.read(_miner, 348244887, hex"420599");
        assertEq(exitCode, 21, "no address");
        (exitCode, ) = _probe.read(_miner, 4026106874, "");
        assertEq(exitCode, 22, "GetAvailableBalance is not doubled");
    }

    function test_RevertWhen_StrangerAdministers() public {
        MinerActor miner = minerActor(_miner);
        ActorId id = _miner;
        vm.expectRevert(MinerActor.DevnetAlreadyInitialized.selector);
        miner.initialize(id, id, new ActorId[](0), 1);
        bytes memory forbidden = abi.encodeWithSelector(DevnetForbidden.selector, OWNER);
        vm.startPrank(OWNER);
        vm.expectRevert(forbidden);
        miner.initialize(id, id, new ActorId[](0), 1);
        vm.expectRevert(forbidden);
        POWER_ACTOR.register(id);
        vm.expectRevert(forbidden);
        POWER_ACTOR.updateClaim(id, 1);
        vm.stopPrank();
    }

    function test_RevertWhen_OwnerOfNoMiner() public {
        ActorId nobody = ActorId.wrap(999_999);
        vm.expectRevert(
            abi.encodeWithSelector(
                BuiltinActor.ActorCallFailed.selector,
                nobody,
                uint64(3275365574),
                int256(-6)
            )
        );
        _probe.ownerOf(nobody);
    }

    /// A contract may answer to GetOwner too, with anything.
    function test_RevertWhen_OwnerIsNoAnswerOfAMiner() public {
        MethodReceiver impostor = new MethodReceiver();
        impostor.willBeSilent();
        ActorId actor = registerAccount(address(impostor));
        bytes[5] memory malformed = [
            bytes(""),
            hex"8240",
            hex"8342e907f6",
            hex"8244e907f6",
            hex"82f6f6"
        ];
        uint8[5] memory offsets = [0, 0, 0, 1, 1];
        for (uint256 i; i < malformed.length; ++i) {
            impostor.willAnswer(malformed[i]);
            vm.expectRevert(abi.encodeWithSelector(Cbor.CborMalformed.selector, offsets[i]));
            _probe.ownerOf(actor);
        }
        impostor.willAnswer(hex"8242e907f6");
        vm.expectRevert(abi.encodeWithSelector(FilAddress.FilAddressInvalid.selector, hex"e907"));
        _probe.ownerOf(actor);
        impostor.willAnswer(hex"f6");
        assertFalse(_probe.isControlling(actor, OWNER), "no bool is no");
    }

    function _isMinerCaller(address caller) private returns (bool isMiner) {
        (isMiner, ) = _probe.isMinerCaller(caller);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {AddressRegistry} from "../../../contracts/mocks/fvm/AddressRegistry.sol";
import {DevnetForbidden} from "../../../contracts/mocks/fvm/NativeActor.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {vm} from "../../support/Vm.sol";

/// Addresses in every form, and the precompiles that translate them.
contract FilAddressTest is FilecoinDevnet {
    address private constant RESOLVE = 0xFE00000000000000000000000000000000000001;
    address private constant LOOKUP = 0xfE00000000000000000000000000000000000002;
    bytes private constant F1 = hex"018b517329109439aa5328df5fffc0643c42bb7753";

    FvmProbe private _probe = new FvmProbe();

    function setUp() public {
        installFilecoin();
    }

    function test_ActorAsF0() public pure {
        assertEq(FilAddress.ofActor(ActorId.wrap(0)), hex"0000", "f00");
        assertEq(FilAddress.ofActor(ActorId.wrap(127)), hex"007f", "f0127");
        assertEq(FilAddress.ofActor(ActorId.wrap(128)), hex"008001", "f0128");
        assertEq(FilAddress.ofActor(ActorId.wrap(1002)), hex"00ea07", "f01002");
        assertEq(
            FilAddress.ofActor(ActorId.wrap(type(uint64).max)),
            hex"00ffffffffffffffffff01",
            "the greatest id"
        );
    }

    function testFuzz_F0ReadsBack(uint64 id) public view {
        bytes memory filAddress = FilAddress.ofActor(ActorId.wrap(id));
        assertTrue(FilAddress.isValid(filAddress), "valid");
        assertEq(ActorId.unwrap(_probe.idOf(filAddress)), id, "id");
    }

    function test_EthAddressAsF410OrF0() public pure {
        assertEq(
            FilAddress.ofEthAddress(address(0x77)),
            abi.encodePacked(hex"040a", address(0x77)),
            "f410"
        );
        assertEq(
            FilAddress.ofEthAddress(ActorId.wrap(1002).toMasked()),
            hex"00ea07",
            "a masked id as f0"
        );
        (bool isF410, address account) = FilAddress.ethAddressOf(
            abi.encodePacked(hex"040a", address(0x77))
        );
        assertTrue(isF410 && account == address(0x77), "and back");
        (isF410, ) = FilAddress.ethAddressOf(hex"00ea07");
        assertFalse(isF410, "f0 is none");
    }

    function test_ValidForms() public pure {
        bytes memory key = new bytes(48);
        assertTrue(FilAddress.isValid(F1), "f1");
        assertTrue(FilAddress.isValid(abi.encodePacked(hex"02", bytes20(0))), "f2");
        assertTrue(FilAddress.isValid(abi.encodePacked(hex"03", key)), "f3");
        assertTrue(FilAddress.isValid(abi.encodePacked(hex"040a", bytes20(0))), "f410");
        assertTrue(
            FilAddress.isValid(abi.encodePacked(hex"0420", key, bytes6(0))),
            "f432 with 54 bytes"
        );
        assertFalse(FilAddress.isValid(""), "empty");
        assertFalse(FilAddress.isValid(hex"00"), "f0 without an id");
        assertFalse(FilAddress.isValid(hex"008000"), "f0 not the shortest");
        assertFalse(FilAddress.isValid(hex"0080"), "f0 unfinished");
        assertFalse(FilAddress.isValid(hex"000000"), "f0 with more");
        assertFalse(FilAddress.isValid(hex"00ffffffffffffffffff02"), "f0 above 64 bits");
        assertFalse(FilAddress.isValid(hex"00ffffffffffffffffffff01"), "f0 of eleven octets");
        assertFalse(FilAddress.isValid(abi.encodePacked(F1, hex"00")), "f1 too long");
        assertFalse(FilAddress.isValid(hex"02aa"), "f2 too short");
        assertFalse(FilAddress.isValid(abi.encodePacked(hex"03", key, hex"00")), "f3 too long");
        assertFalse(FilAddress.isValid(abi.encodePacked(hex"040a", bytes19(0))), "f410 too short");
        assertFalse(
            FilAddress.isValid(abi.encodePacked(hex"0420", key, bytes7(0))),
            "f432 with 55 bytes"
        );
        assertFalse(FilAddress.isValid(abi.encodePacked(hex"05", bytes20(0))), "no class 5");
    }

    function test_R1_R2_Resolves() public {
        _resolves(hex"00bf843d", 999_999);
        (bool known, ) = _probe.resolve(F1);
        assertFalse(known, "unknown f1");
        ActorId account = REGISTRY.createAccount(F1);
        assertEq(ActorId.unwrap(account), 1000, "ids from 1000");
        _resolves(F1, 1000);
        assertEq(ActorId.unwrap(REGISTRY.createAccount(F1)), 1000, "once");
        bytes memory f2 = abi.encodePacked(hex"02", bytes20(uint160(9)));
        REGISTRY.addAddress(f2, ActorId.wrap(1000));
        _resolves(f2, 1000);
        ActorId eth = registerAccount(address(0xe0a));
        _resolves(FilAddress.f410(address(0xe0a)), ActorId.unwrap(eth));
    }

    function test_R3_R4_ResolvePrecompile() public {
        _answers(RESOLVE, hex"0004", true, abi.encode(4));
        _answers(RESOLVE, F1, true, "");
        _answers(RESOLVE, "", false, "");
        _answers(RESOLVE, hex"0599", false, "");
        (bool known, ) = _probe.resolve(hex"0599");
        assertFalse(known, "no address is nobody's");
    }

    function test_EthAddressThatTheChainKnowsHasAnId() public {
        (bool known, ) = _probe.actorIdOf(address(0xabc));
        assertFalse(known, "never seen");
        vm.deal(address(0xabc), 1);
        ActorId first;
        (known, first) = _probe.actorIdOf(address(0xabc));
        assertTrue(known, "a balance makes it known");
        (, ActorId second) = _probe.actorIdOf(address(_probe));
        assertTrue(first != second, "one each");
    }

    function test_ActorIdOfMaskedId() public view {
        (bool known, ActorId actor) = _probe.actorIdOf(ActorId.wrap(42).toMasked());
        assertTrue(known && actor == ActorId.wrap(42), "as it says");
    }

    function test_L1_L2_L3_LooksUpDelegatedAddress() public {
        _answers(LOOKUP, abi.encode(uint256(1) << 64), false, "");
        _answers(LOOKUP, "", true, "");
        ActorId miner = createMiner(address(1), address(2));
        assertEq(_probe.delegatedOf(miner), "", "a miner has none");
        assertEq(_probe.delegatedOf(ActorId.wrap(999_999)), "", "nobody has none");
        ActorId contractId = registerAccount(address(_probe));
        assertEq(
            _probe.delegatedOf(contractId),
            FilAddress.f410(address(_probe)),
            "a contract's f410"
        );
    }

    function test_NormalizesToWhatContractsSee() public {
        ActorId contractId = registerAccount(address(_probe));
        assertEq(
            _probe.normalize(contractId.toMasked()),
            address(_probe),
            "masked id of a contract"
        );
        assertEq(_probe.normalize(address(_probe)), address(_probe), "f410 stays");
        address miner = createMiner(address(1), address(2)).toMasked();
        assertEq(_probe.normalize(miner), miner, "a miner has its masked id only");
    }

    function test_RevertWhen_IdIsReadFromNoF0() public {
        vm.expectRevert(abi.encodeWithSelector(FilAddress.FilAddressInvalid.selector, F1));
        _probe.idOf(F1);
        vm.expectRevert(abi.encodeWithSelector(FilAddress.FilAddressInvalid.selector, bytes("")));
        _probe.idOf("");
    }

    function test_RevertWhen_RegistryIsMisused() public {
        vm.expectRevert(AddressRegistry.DevnetAlreadyInitialized.selector);
        REGISTRY.initialize(address(1));
        vm.expectRevert(
            abi.encodeWithSelector(AddressRegistry.ActorIdTaken.selector, ActorId.wrap(4))
        );
        REGISTRY.registerNative(ActorId.wrap(4));
        vm.expectRevert(
            abi.encodeWithSelector(FilAddress.FilAddressInvalid.selector, bytes(hex"02aa"))
        );
        REGISTRY.createAccount(hex"02aa");
        vm.expectRevert(
            abi.encodeWithSelector(FilAddress.FilAddressInvalid.selector, bytes(hex"02aa"))
        );
        REGISTRY.addAddress(hex"02aa", ActorId.wrap(4));
        REGISTRY.createAccount(F1);
        vm.expectRevert(abi.encodeWithSelector(AddressRegistry.ActorAddressTaken.selector, F1));
        REGISTRY.addAddress(F1, ActorId.wrap(4));
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(DevnetForbidden.selector, address(0xbad)));
        REGISTRY.newNative();
    }

    function _resolves(bytes memory filAddress, uint64 id) private view {
        (bool known, ActorId actor) = _probe.resolve(filAddress);
        assertTrue(known, "known");
        assertEq(ActorId.unwrap(actor), id, "id");
    }

    /// However it is called.
    function _answers(
        address precompile,
        bytes memory input,
        bool success,
        bytes memory expected
    ) private {
        (bool ok, bytes memory answer) = precompile.call(input);
        assertTrue(ok == success && keccak256(answer) == keccak256(expected), "CALL");
        (ok, answer) = precompile.staticcall(input);
        assertTrue(ok == success && keccak256(answer) == keccak256(expected), "STATICCALL");
        (ok, answer) = precompile.delegatecall(input);
        assertTrue(ok == success && keccak256(answer) == keccak256(expected), "DELEGATECALL");
    }
}

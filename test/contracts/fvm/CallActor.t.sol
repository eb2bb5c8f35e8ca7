// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {BuiltinActor} from "../../../contracts/fvm/BuiltinActor.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {ActorRouter} from "../../../contracts/mocks/fvm/ActorRouter.sol";
import {DevnetForbidden} from "../../../contracts/mocks/fvm/NativeActor.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {MethodReceiver} from "../../support/MethodReceiver.sol";
import {vm} from "../../support/Vm.sol";

/// The precompiles call_actor and call_actor_id: what a contract may ask, and what it hears.
contract CallActorTest is FilecoinDevnet {
    address private constant CALL_ACTOR = 0xfe00000000000000000000000000000000000003;
    address private constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;
    ActorId private constant POWER = ActorId.wrap(4);
    ActorId private constant MARKET = ActorId.wrap(5);
    ActorId private constant BURNT = ActorId.wrap(99);
    ActorId private constant NOBODY = ActorId.wrap(999_999);
    uint64 private constant MINER_COUNT = 1987646258;
    uint64 private constant MINER_POWER = 36284446;
    uint64 private constant INVOKE_EVM = 3844450837;
    uint64 private constant METHOD = 2643134072;

    FvmProbe private _probe = new FvmProbe();
    MethodReceiver private _receiver = new MethodReceiver();
    ActorId private _receiverId;

    function setUp() public {
        installFilecoin();
        _receiverId = registerAccount(address(_receiver));
        vm.deal(address(_probe), 100);
    }

    function test_P1_AnswersToDelegatecallOnly() public {
        bytes memory input = abi.encode(0, 0, 0, 0, bytes(""), 99);
        (bool ok, bytes memory answer) = CALL_ACTOR_ID.call(input);
        assertTrue(!ok && answer.length == 0, "CALL by id");
        (ok, answer) = CALL_ACTOR_ID.staticcall(input);
        assertTrue(!ok && answer.length == 0, "STATICCALL by id");
        (ok, answer) = CALL_ACTOR.call(abi.encode(0, 0, 0, 0, bytes(""), hex"0063"));
        assertTrue(!ok && answer.length == 0, "CALL by address");
    }

    function test_P2_P3_P4_P5_BadInputFails() public {
        _fails(abi.encode(2, 0, 0, 0, bytes(""), 4), "internal method");
        _fails(abi.encode(1023, 0, 0, 0, bytes(""), 4), "last internal method");
        _fails(abi.encode(MINER_COUNT, 0, 2, 0, bytes(""), 4), "unknown flag");
        _fails(abi.encode(MINER_COUNT, 0, 0, 0x71, bytes(hex"00"), 4), "DAG-CBOR");
        _fails(abi.encode(MINER_COUNT, 0, 0, 0x55, bytes(hex"00"), 4), "raw");
        _fails(abi.encode(MINER_COUNT, 0, 0, 0, bytes(hex"00"), 4), "parameters without a codec");
        _fails(abi.encode(uint256(1) << 64, 0, 0, 0, bytes(""), 4), "method of 65 bits");
        _fails(abi.encode(0, 0, uint256(1) << 64, 0, bytes(""), 4), "flags of 65 bits");
        _fails(abi.encode(0, 0, 0, uint256(1) << 64, bytes(""), 4), "codec of 65 bits");
        _fails(abi.encode(0, 0, 0, 0, bytes(""), uint256(1) << 64), "id of 65 bits");
        (bool ok, bytes memory answer) = _probe.delegate(
            CALL_ACTOR,
            abi.encode(0, 0, 0, 0, bytes(""), hex"0599")
        );
        assertTrue(!ok && answer.length == 0, "no address");
        (ok, answer) = _probe.delegate(CALL_ACTOR, "");
        assertTrue(!ok && answer.length == 0, "empty address");
    }

    function test_P6_EmptyInputSendsNothingToTheSystemActor() public {
        (bool ok, bytes memory answer) = _probe.delegate(CALL_ACTOR_ID, "");
        assertTrue(ok, "succeeds");
        assertEq(answer, abi.encode(0, 0, bytes("")), "exit 0, codec 0, no data");
        assertEq(answer.length, 128, "four words");
    }

    function test_P7_UnknownIdIsNotFound() public {
        _exits(NOBODY, 0, 0, "", -6);
        _exits(NOBODY, MINER_COUNT, 0, "", -6);
        (int256 exitCode, ) = _probe.callByAddress(
            hex"02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            0,
            0,
            ""
        );
        assertEq(exitCode, -6, "unknown f2");
    }

    function test_P8_ValueAboveBalance() public {
        _exits(BURNT, 0, 101, "", -5);
        _exits(NOBODY, 0, 101, "", -6);
        assertEq(address(_probe).balance, 100, "nothing moved");
    }

    function test_P9_ValueUnderReadOnly() public {
        (, bytes memory answer) = _probe.delegate(
            CALL_ACTOR_ID,
            abi.encode(0, 1, 1, 0, bytes(""), 99)
        );
        assertEq(answer, abi.encode(int256(-13), 0, bytes("")), "flag");
        answer = _staticDelegate(abi.encode(0, 1, 0, 0, bytes(""), 99));
        assertEq(answer, abi.encode(int256(-13), 0, bytes("")), "static frame");
        answer = _staticDelegate(abi.encode(0, 0, 0, 0, bytes(""), 99));
        assertEq(answer, abi.encode(0, 0, bytes("")), "nothing may be sent in a static frame");
        answer = _staticDelegate(abi.encode(MINER_COUNT, 0, 0, 0, bytes(""), 4));
        assertEq(answer, abi.encode(0, 0x51, hex"00"), "a getter answers in a static frame");
    }

    function test_P10_WriteUnderReadOnly() public {
        (int256 exitCode, ) = _probe.read(_receiverId, METHOD, "");
        assertEq(exitCode, 25, "a contract that writes");
        assertEq(_receiver.count(), 0, "nothing written");
    }

    function test_P11_P12_MethodGate() public {
        _exits(MARKET, 1024, 0, "", 18);
        _exits(MARKET, (1 << 24) - 1, 0, "", 18);
        _exits(MARKET, 1 << 24, 0, "", 22);
        _exits(POWER, 1 << 24, 0, "", 22);
        _exits(BURNT, 1024, 0, "", 18);
        _exits(BURNT, 1 << 24, 0, "", 0);
        _exits(registerAccount(address(0xe0a)), 1 << 24, 0, "", 0);
    }

    function test_AccountsTakeExportedMethodsWithValue() public {
        ActorId key = REGISTRY.createAccount(abi.encodePacked(hex"01", bytes20(uint160(0xf1))));
        _exits(key, 1 << 24, 5, "", 0);
        assertEq(key.toMasked().balance, 5, "value arrives");
        _exits(key, 2643134072, 0, hex"824040", 16);
        _exits(registerAccount(address(0xe0a)), 2643134072, 0, hex"824040", 0);
    }

    function test_ParametersBeyondABlockFail() public {
        _fails(abi.encode(0, 0, 0, 0, uint256(1) << 32, 99), "offset above 32 bits");
        _fails(abi.encode(0, 0, 0, 0, 192, 99, (1 << 20) + 1), "more than 1 MiB");
    }

    /// A double that fails in a way no actor does must not pass for an exit code.
    function test_DefectOfADoubleIsNoExitCode() public {
        vm.etch(MARKET.toMasked(), type(DefectiveActor).runtimeCode);
        (bool ok, bytes memory reason) = _probe.delegate(
            CALL_ACTOR_ID,
            abi.encode(METHOD, 0, 0, 0, bytes(""), 5)
        );
        assertFalse(ok, "the precompile fails");
        assertEq(bytes32(bytes4(reason)), bytes32(DefectiveActor.Defect.selector), "and says why");
    }

    function test_P13_P14_P15_Parameters() public {
        ActorId miner = createMiner(address(1), address(2));
        (, bytes memory answer) = _probe.delegate(
            CALL_ACTOR_ID,
            abi.encode(MINER_COUNT, 0, 0, 0x51, bytes(""), 4)
        );
        assertEq(
            answer,
            abi.encode(16, 0, bytes("")),
            "an empty block for a method without parameters"
        );
        _exits(POWER, MINER_COUNT, 0, hex"00", 16);
        _exits(POWER, MINER_POWER, 0, "", 16);
        _exits(POWER, MINER_POWER, 0, hex"0000", 21);
        _exits(POWER, MINER_POWER, 0, hex"20", 21);
        _exits(POWER, MINER_POWER, 0, hex"4100", 21);
        _exits(POWER, MINER_POWER, 0, hex"9f00ff", 21);
        bytes memory longId = abi.encodePacked(hex"1b", ActorId.unwrap(miner));
        (int256 exitCode, bytes memory ret) = _probe.call(POWER, MINER_POWER, 0, longId);
        assertEq(exitCode, 0, "an id that is not the shortest");
        assertEq(ret, hex"824040", "no power");
    }

    function test_P17_GetterKeepsValue() public {
        _exits(POWER, MINER_COUNT, 7, "", 0);
        assertEq(POWER.toMasked().balance, 7, "kept");
        _exits(POWER, MINER_COUNT, 7, hex"00", 16);
        assertEq(POWER.toMasked().balance, 7, "a failed call returns it");
        assertEq(address(_probe).balance, 93, "to the caller");
    }

    function test_V1_MaskedAccountTakesACall() public {
        (bool ok, ) = BURNT.toMasked().call{value: 1}("");
        assertTrue(ok, "an account has no code");
    }

    function test_V2_NativeActorTakesNoCall() public {
        (bool ok, ) = MARKET.toMasked().call{value: 1}("");
        assertFalse(ok, "f05");
        (ok, ) = createMiner(address(1), address(2)).toMasked().call{value: 1}("");
        assertFalse(ok, "a miner");
        _exits(MARKET, 0, 1, "", 0);
        assertEq(MARKET.toMasked().balance, 1, "but a bare send");
    }

    function test_V3_BareSendRunsNoCode() public {
        (bool ok, ) = address(_receiver).call{value: 1}("");
        assertFalse(ok, "receive() refuses");
        _exits(_receiverId, 0, 1, "", 0);
        (int256 exitCode, ) = _probe.callByAddress(FilAddress.f410(address(_receiver)), 0, 1, "");
        assertEq(exitCode, 0, "by f410");
        assertEq(address(_receiver).balance, 2, "and is not asked");
    }

    function test_SendCreatesAccounts() public {
        bytes memory f1 = abi.encodePacked(hex"01", bytes20(uint160(0xf1)));
        (int256 exitCode, ) = _probe.callByAddress(f1, 0, 3, "");
        assertEq(exitCode, 0, "f1");
        (bool known, ActorId account) = _probe.resolve(f1);
        assertTrue(known, "exists now");
        assertEq(account.toMasked().balance, 3, "f1 balance");
        (exitCode, ) = _probe.callByAddress(FilAddress.f410(address(0xf410)), 0, 3, "");
        assertEq(exitCode, 0, "f410");
        assertEq(address(0xf410).balance, 3, "f410 balance");
    }

    function test_H1_MessageToContractAsFilecoinMethod() public {
        _exits(_receiverId, METHOD, 5, hex"83010203", 0);
        MethodReceiver.Received memory received = _receiver.last();
        assertEq(
            received.input,
            bytes.concat(bytes4(0x868e10c4), abi.encode(METHOD, 0x51, bytes(hex"83010203"))),
            "selector, method, codec, offset, length, parameters"
        );
        assertEq(received.sender, address(_probe), "the calling contract");
        assertEq(received.value, 5, "value");
        _exits(_receiverId, METHOD, 0, "", 0);
        assertEq(_receiver.last().codec, 0, "no parameters, no codec");
    }

    function test_H2_to_H7_AnswersOfContracts() public {
        _answers("", 0, "");
        _answers(abi.encode(42, 0x51, bytes(hex"aa")), 42, hex"aa");
        _answers(abi.encode(0, 0x55, bytes(hex"aa")), 21, "");
        _answers(abi.encode(0, 0, bytes(hex"aa")), 21, "");
        _answers(abi.encode(0, 0x51, bytes(hex"aa")), 0, hex"aa");
        _answers(abi.encode(5, 0, bytes("")), 9, "");
        _answers(hex"01", 21, "");
        _answers(abi.encode(0, 0x51, 0x80, 0), 21, "");
        _answers(abi.encode(0, 0x51, 0x60, 1), 21, "");
        _answers(abi.encode(0, 0x51, type(uint256).max, 1), 21, "");
        _receiver.willRevert();
        (int256 exitCode, bytes memory ret) = _probe.call(_receiverId, METHOD, 0, "");
        assertEq(exitCode, 33, "reverted");
        assertEq(
            ret,
            abi.encodePacked(hex"44", MethodReceiver.ReceiverRefuses.selector),
            "as a CBOR byte string"
        );
    }

    function test_InvokeEvm() public {
        bytes memory input = abi.encodeCall(MethodReceiver.echo, (7));
        (int256 exitCode, bytes memory ret) = _probe.call(
            _receiverId,
            INVOKE_EVM,
            0,
            abi.encodePacked(hex"5824", input)
        );
        assertEq(exitCode, 0, "exit code");
        assertEq(
            ret,
            abi.encodePacked(hex"5840", abi.encode(address(_probe), 7)),
            "caller and argument come back"
        );
        (exitCode, ) = _probe.call(_receiverId, INVOKE_EVM, 0, input);
        assertEq(exitCode, 21, "not a byte string");
        (exitCode, ret) = _probe.call(_receiverId, INVOKE_EVM, 1, "");
        assertEq(exitCode, 33, "receive() refuses");
        assertEq(ret, abi.encodePacked(hex"44", MethodReceiver.ReceiverRefuses.selector), "reason");
    }

    function test_RevertGiven_ExitCode() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                BuiltinActor.ActorCallFailed.selector,
                MARKET,
                METHOD,
                int256(22)
            )
        );
        _probe.mustCall(MARKET, METHOD, 0, "");
        vm.expectRevert(
            abi.encodeWithSelector(
                BuiltinActor.ActorCallFailed.selector,
                NOBODY,
                METHOD,
                int256(-6)
            )
        );
        _probe.mustRead(NOBODY, METHOD, "");
        assertEq(_probe.mustRead(POWER, MINER_COUNT, ""), hex"00", "exit 0");
        assertEq(_probe.mustCall(POWER, MINER_COUNT, 0, ""), hex"00", "exit 0");
    }

    function test_RevertGiven_NoPrecompile() public {
        vm.etch(CALL_ACTOR_ID, "");
        vm.expectRevert(
            abi.encodeWithSelector(BuiltinActor.ActorUnreachable.selector, MINER_COUNT)
        );
        _probe.read(POWER, MINER_COUNT, "");
    }

    function test_RevertWhen_PrecompileRefuses() public {
        vm.expectRevert(abi.encodeWithSelector(BuiltinActor.ActorUnreachable.selector, uint64(2)));
        _probe.call(POWER, 2, 0, "");
    }

    /// Whatever answers in the precompile's place: a length beyond the answer is not believed.
    function test_RevertWhen_AnswerHasAnotherShape() public {
        _etchAnswer(abi.encode(3, 0x51, bytes(hex"f5")));
        (int256 exitCode, bytes memory ret) = _probe.read(POWER, METHOD, "");
        assertTrue(exitCode == 3 && bytes1(ret) == 0xf5 && ret.length == 1, "the right shape");
        _refusesAnswer(abi.encode(0, 0x51, 0x60, 1));
        _refusesAnswer(abi.encode(0, 0x51, 0x40, 0));
        _refusesAnswer(abi.encode(0, 0x51, 0x60, type(uint256).max));
        _refusesAnswer(abi.encode(0, 0x51, 0x60));
    }

    function test_ReadsByAddress() public {
        (int256 exitCode, bytes memory ret) = _probe.readByAddress(hex"0004", MINER_COUNT, "");
        assertEq(exitCode, 0, "by f04");
        assertEq(ret, hex"00", "no miners");
    }

    function test_RevertWhen_ActorIsCalledDirectly() public {
        address market = MARKET.toMasked();
        vm.expectRevert(abi.encodeWithSelector(DevnetForbidden.selector, address(this)));
        ActorRouter(market).invoke(MARKET, 1 << 24, 0, "");
    }

    function _answers(bytes memory answer, int256 exitCode, bytes memory data) private {
        _receiver.willReturn(answer);
        (int256 actual, bytes memory ret) = _probe.call(_receiverId, METHOD, 0, hex"f5");
        assertEq(actual, exitCode, "exit code");
        assertEq(ret, data, "data");
    }

    function _refusesAnswer(bytes memory answer) private {
        _etchAnswer(answer);
        vm.expectRevert(abi.encodeWithSelector(BuiltinActor.ActorUnreachable.selector, METHOD));
        _probe.read(POWER, METHOD, "");
    }

    /// A contract that returns `answer` to every call: PUSH1 length, PUSH1 10, PUSH0, CODECOPY, PUSH1 length, PUSH0, RETURN.
    function _etchAnswer(bytes memory answer) private {
        bytes1 length = bytes1(uint8(answer.length));
        vm.etch(
            CALL_ACTOR_ID,
            abi.encodePacked(hex"60", length, hex"600a5f3960", length, hex"5ff3", answer)
        );
    }

    function _exits(
        ActorId actor,
        uint64 method,
        uint256 value,
        bytes memory params,
        int256 expected
    ) private {
        (int256 exitCode, ) = _probe.call(actor, method, value, params);
        assertEq(exitCode, expected, "exit code");
    }

    function _fails(bytes memory input, string memory claim) private {
        (bool ok, bytes memory answer) = _probe.delegate(CALL_ACTOR_ID, input);
        assertTrue(!ok && answer.length == 0, claim);
    }

    function _staticDelegate(bytes memory input) private view returns (bytes memory answer) {
        (bool ok, bytes memory ret) = address(_probe).staticcall(
            abi.encodeCall(FvmProbe.delegate, (CALL_ACTOR_ID, input))
        );
        assertTrue(ok, "static frame");
        (ok, answer) = abi.decode(ret, (bool, bytes));
        assertTrue(ok, "precompile");
    }
}

contract DefectiveActor {
    error Defect();

    fallback() external {
        revert Defect();
    }
}

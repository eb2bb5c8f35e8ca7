// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "./ActorId.sol";

/// Calls to actors by method number, through the call_actor precompiles. Not view: the precompiles answer to
/// DELEGATECALL only, which is how value leaves, and the callee sees, the calling contract.
library BuiltinActor {
    /// The actor answered with an exit code: negative from the system call, else the callee's.
    error ActorCallFailed(ActorId actor, uint64 method, int256 exitCode);
    /// The precompile refused the call, or what answered is none.
    error ActorUnreachable(uint64 method);

    ActorId internal constant POWER = ActorId.wrap(4);
    ActorId internal constant BURNT_FUNDS = ActorId.wrap(99);

    /// A bare send: moves value and runs no code.
    uint64 internal constant SEND = 0;

    address private constant CALL_ACTOR = 0xfe00000000000000000000000000000000000003;
    address private constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;
    uint64 private constant READ_ONLY = 1;
    uint64 private constant CBOR = 0x51;

    /// Calls with `value`; empty `params` mean a method without parameters.
    function call(
        ActorId actor,
        uint64 method,
        uint256 value,
        bytes memory params
    ) internal returns (int256 exitCode, bytes memory ret) {
        return
            _call(
                CALL_ACTOR_ID,
                abi.encode(method, value, 0, _codec(params), params, actor),
                method
            );
    }

    /// Calls read-only: exit code 25 if the callee tries to change state.
    function read(
        ActorId actor,
        uint64 method,
        bytes memory params
    ) internal returns (int256 exitCode, bytes memory ret) {
        return
            _call(
                CALL_ACTOR_ID,
                abi.encode(method, 0, READ_ONLY, _codec(params), params, actor),
                method
            );
    }

    /// Calls by any address form. An f410 address that nobody has is created by a send.
    function callByAddress(
        bytes memory filAddress,
        uint64 method,
        uint256 value,
        bytes memory params
    ) internal returns (int256 exitCode, bytes memory ret) {
        return
            _call(
                CALL_ACTOR,
                abi.encode(method, value, 0, _codec(params), params, filAddress),
                method
            );
    }

    /// Calls read-only by any address form.
    function readByAddress(
        bytes memory filAddress,
        uint64 method,
        bytes memory params
    ) internal returns (int256 exitCode, bytes memory ret) {
        return
            _call(
                CALL_ACTOR,
                abi.encode(method, 0, READ_ONLY, _codec(params), params, filAddress),
                method
            );
    }

    /// As `call`, and reverts with ActorCallFailed on any exit code but 0.
    function mustCall(
        ActorId actor,
        uint64 method,
        uint256 value,
        bytes memory params
    ) internal returns (bytes memory) {
        (int256 exitCode, bytes memory ret) = call(actor, method, value, params);
        if (exitCode != 0) revert ActorCallFailed(actor, method, exitCode);
        return ret;
    }

    /// As `read`, and reverts with ActorCallFailed on any exit code but 0.
    function mustRead(
        ActorId actor,
        uint64 method,
        bytes memory params
    ) internal returns (bytes memory) {
        (int256 exitCode, bytes memory ret) = read(actor, method, params);
        if (exitCode != 0) revert ActorCallFailed(actor, method, exitCode);
        return ret;
    }

    function _codec(bytes memory params) private pure returns (uint64) {
        return params.length == 0 ? 0 : CBOR;
    }

    function _call(
        address precompile,
        bytes memory input,
        uint64 method
    ) private returns (int256 exitCode, bytes memory ret) {
        (bool ok, bytes memory answer) = precompile.delegatecall(input);
        // int256 exit code, uint64 codec, 0x60, length, data: checked, so that a chain without the precompile (where
        // the call succeeds and answers nothing) is not taken for an actor's answer.
        if (!ok || answer.length < 128) revert ActorUnreachable(method);
        uint256 tail;
        uint256 length;
        assembly ("memory-safe") {
            exitCode := mload(add(answer, 32))
            tail := mload(add(answer, 96))
            length := mload(add(answer, 128))
            // The data's length and bytes lie within `answer` as a bytes value of its own.
            ret := add(answer, 128)
        }
        if (tail != 96 || length > answer.length - 128) revert ActorUnreachable(method);
    }
}

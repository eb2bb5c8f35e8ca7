// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../fvm/ActorId.sol";

/// How an emulated actor aborts: the FVM's exit code, with return data if it gives any. Everything the message did is
/// undone, as a revert does.
error ActorExit(uint32 exitCode, bytes data);
/// Only the devnet's owner, or who controls the miner, may do this.
error DevnetForbidden(address caller);

// Where the devnet's own contracts live: outside every range that Filecoin reserves.
address constant ACTOR_ROUTER = address(uint160(uint256(keccak256("holdfast.devnet.router"))));
address constant ADDRESS_REGISTRY = address(
    uint160(uint256(keccak256("holdfast.devnet.registry")))
);

uint64 constant CBOR_CODEC = 0x51;
// Methods below are not exported: built-in actors refuse them to contracts (FRC-0042).
uint64 constant FIRST_EXPORTED_METHOD = 1 << 24;

uint32 constant USR_ILLEGAL_ARGUMENT = 16;
uint32 constant USR_NOT_FOUND = 17;
uint32 constant USR_FORBIDDEN = 18;
uint32 constant USR_ILLEGAL_STATE = 20;
uint32 constant USR_SERIALIZATION = 21;
uint32 constant USR_UNHANDLED_MESSAGE = 22;
uint32 constant USR_READ_ONLY = 25;

/// An emulated built-in actor: its code stands at its masked id. It answers messages that come through the router, and
/// reverts on every other call, as a CALL to a built-in actor does.
abstract contract NativeActor {
    /// A message to the actor. Reverts with ActorExit, or with CborMalformed for parameters that do not decode.
    function invoke(
        ActorId caller,
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) external payable returns (bytes memory) {
        if (msg.sender != ACTOR_ROUTER) revert DevnetForbidden(msg.sender);
        if (method < FIRST_EXPORTED_METHOD) _abort(USR_FORBIDDEN);
        return _handle(caller, method, codec, params);
    }

    /// An exported method; the base has none.
    function _handle(
        ActorId,
        uint64,
        uint64,
        bytes calldata
    ) internal virtual returns (bytes memory) {
        return _unhandled();
    }

    function _unhandled() internal pure returns (bytes memory) {
        _abort(USR_UNHANDLED_MESSAGE);
    }

    /// A method without parameters takes no block at all, not even an empty one.
    function _noParams(uint64 codec, bytes calldata params) internal pure {
        if (codec != 0 || params.length != 0) _abort(USR_ILLEGAL_ARGUMENT);
    }

    function _someParams(bytes calldata params) internal pure {
        if (params.length == 0) _abort(USR_ILLEGAL_ARGUMENT);
    }

    function _abort(uint32 exitCode) internal pure {
        revert ActorExit(exitCode, "");
    }
}

/// An actor that exists and answers none of its methods: what of Filecoin's singletons the devnet does not double.
contract SingletonActor is NativeActor {}

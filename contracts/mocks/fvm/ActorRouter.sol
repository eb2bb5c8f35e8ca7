// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../fvm/ActorId.sol";
import {Cbor} from "../../fvm/Cbor.sol";
import {AddressRegistry} from "./AddressRegistry.sol";
import {ADDRESS_REGISTRY, NativeActor} from "./NativeActor.sol";

/// Moves its value to `to` without running any code there. Within the transaction of its creation a contract still
/// dies this way (EIP-6780).
contract BareSend {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

/// Carries messages to emulated actors. The shims of call_actor and call_actor_id call it from the calling contract's
/// context, so that msg.sender is the caller and the value is the caller's.
contract ActorRouter {
    bool private _written;

    /// A message to a built-in actor. Accounts may send one too, as they do on Filecoin with a native message.
    function invoke(
        ActorId actor,
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) external payable returns (bytes memory) {
        ActorId caller = AddressRegistry(ADDRESS_REGISTRY).actorOf(msg.sender);
        return
            NativeActor(actor.toMasked()).invoke{value: msg.value}(caller, method, codec, params);
    }

    /// Method 0: the value moves, no code runs.
    function send(address to) external payable {
        if (msg.value != 0) new BareSend{value: msg.value}(payable(to));
    }

    /// The bytes in a CBOR byte string.
    function unwrap(bytes calldata params) external pure returns (bytes memory value) {
        uint256 next;
        (value, next) = Cbor.readBytes(params, 0);
        Cbor.end(params, next);
    }

    /// Reverts inside a STATICCALL, and does nothing else: how a shim learns where it stands.
    function write() external {
        _written = false;
    }
}

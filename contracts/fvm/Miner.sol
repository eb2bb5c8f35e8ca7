// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {MinerTypes} from "@zondax/filecoin-solidity/contracts/v0.8/types/MinerTypes.sol";

import {ActorId, fromMasked} from "./ActorId.sol";
import {BuiltinActor} from "./BuiltinActor.sol";
import {Cbor} from "./Cbor.sol";
import {FilAddress} from "./FilAddress.sol";

/// Who is a storage provider's miner actor, and who speaks for it. Method numbers are filecoin-solidity's; its MinerAPI
/// answers the same, and takes 3.6 kB of every contract that asks.
library Miner {
    /// power.MinerPower: exit code 17 for whoever is no miner.
    uint64 private constant MINER_POWER = 36284446;

    /// Whether the power actor knows `actor` as a miner.
    function isMiner(ActorId actor) internal returns (bool) {
        bytes memory params = Cbor.encodeUint(ActorId.unwrap(actor));
        (int256 exitCode, ) = BuiltinActor.read(BuiltinActor.POWER, MINER_POWER, params);
        return exitCode == 0;
    }

    /// Whether `caller` is a miner actor, and which: a masked id (a contract or a key cannot have such an address) that
    /// the power actor knows.
    function isMinerCaller(address caller) internal returns (bool isMinerActor, ActorId miner) {
        (isMinerActor, miner) = fromMasked(caller);
        if (isMinerActor) isMinerActor = isMiner(miner);
    }

    /// The owner of a miner. Reverts with BuiltinActor.ActorCallFailed if there is no such miner.
    function ownerOf(ActorId miner) internal returns (ActorId) {
        uint64 method = uint64(MinerTypes.GetOwnerMethodNum);
        bytes memory answer = BuiltinActor.mustRead(miner, method, "");
        // [owner, proposed owner or null]: the actor keeps its owner as f0, of 2 to 11 octets.
        if (answer.length < 3 || answer[0] != 0x82) revert Cbor.CborMalformed(0);
        uint256 length = uint8(answer[1] ^ 0x40);
        if (length > answer.length - 3) revert Cbor.CborMalformed(1);
        bytes memory owner;
        assembly ("memory-safe") {
            owner := add(answer, 2)
            mstore(owner, length)
        }
        return FilAddress.idOf(owner);
    }

    /// Whether `who`, in whichever of its forms, is the owner of `miner`.
    function isOwner(ActorId miner, address who) internal returns (bool) {
        (bool known, ActorId actor) = FilAddress.actorIdOf(who);
        return known && ownerOf(miner) == actor;
    }

    /// Whether `who` is the owner, the worker or a control address of `miner`.
    function isControlling(ActorId miner, address who) internal returns (bool) {
        uint64 method = uint64(MinerTypes.IsControllingAddressMethodNum);
        bytes memory params = Cbor.encodeBytes(FilAddress.ofEthAddress(who));
        (bool ok, bool controls) = Cbor.decodeBool(BuiltinActor.mustRead(miner, method, params));
        return ok && controls;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {MinerAPI} from "@zondax/filecoin-solidity/contracts/v0.8/MinerAPI.sol";
import {CommonTypes} from "@zondax/filecoin-solidity/contracts/v0.8/types/CommonTypes.sol";

import {ActorId, fromMasked} from "./ActorId.sol";
import {BuiltinActor} from "./BuiltinActor.sol";
import {Cbor} from "./Cbor.sol";
import {FilAddress} from "./FilAddress.sol";

/// Who is a storage provider's miner actor, and who speaks for it.
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

    /// The owner of a miner. Reverts with filecoin-solidity's ActorError(exit code) if there is no such miner.
    function ownerOf(ActorId miner) internal returns (ActorId owner) {
        return FilAddress.idOf(MinerAPI.getOwner(_target(miner)).owner.data);
    }

    /// Whether `who`, in whichever of its forms, is the owner of `miner`.
    function isOwner(ActorId miner, address who) internal returns (bool) {
        (bool known, ActorId actor) = FilAddress.actorIdOf(who);
        return known && ownerOf(miner) == actor;
    }

    /// Whether `who` is the owner, the worker or a control address of `miner`.
    function isControlling(ActorId miner, address who) internal returns (bool) {
        CommonTypes.FilAddress memory account = CommonTypes.FilAddress(FilAddress.ofEthAddress(who));
        return MinerAPI.isControllingAddress(_target(miner), account);
    }

    function _target(ActorId miner) private pure returns (CommonTypes.FilActorId) {
        return CommonTypes.FilActorId.wrap(ActorId.unwrap(miner));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../fvm/ActorId.sol";
import {Cbor} from "../../fvm/Cbor.sol";
import {AddressRegistry} from "./AddressRegistry.sol";
import {
    ADDRESS_REGISTRY,
    DevnetForbidden,
    NativeActor,
    USR_ILLEGAL_ARGUMENT,
    USR_NOT_FOUND
} from "./NativeActor.sol";

/// f04: who is a miner, and with how much power. CreateMiner is not doubled (it puts code at the new miner's masked id,
/// which a contract cannot): `register` stands in for it.
contract PowerActor is NativeActor {
    struct Claim {
        bool exists;
        uint248 power;
    }

    uint64 private constant MINER_POWER = 36284446;
    uint64 private constant MINER_RAW_POWER = 3753401894;
    uint64 private constant NETWORK_RAW_POWER = 931722534;
    uint64 private constant MINER_COUNT = 1987646258;
    uint64 private constant MINER_CONSENSUS_COUNT = 196739875;
    /// 10 TiB.
    uint256 private constant CONSENSUS_MINIMUM = 10 << 40;

    mapping(ActorId miner => Claim) private _claims;
    uint256 private _networkPower;
    uint64 private _miners;
    uint64 private _consensusMiners;

    /// Admin. The actor at the masked id of `miner` is a miner from now on.
    function register(ActorId miner) external {
        if (msg.sender != AddressRegistry(ADDRESS_REGISTRY).owner())
            revert DevnetForbidden(msg.sender);
        if (!_claims[miner].exists) ++_miners;
        _claims[miner].exists = true;
    }

    /// A miner's own report of its power in bytes.
    function updateClaim(ActorId miner, uint248 power) external {
        Claim storage claim = _claims[miner];
        if (msg.sender != miner.toMasked() || !claim.exists) revert DevnetForbidden(msg.sender);
        if (claim.power >= CONSENSUS_MINIMUM) --_consensusMiners;
        if (power >= CONSENSUS_MINIMUM) ++_consensusMiners;
        _networkPower = _networkPower - claim.power + power;
        claim.power = power;
    }

    function _handle(
        ActorId,
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) internal view override returns (bytes memory) {
        if (method == MINER_POWER) {
            bytes memory power = Cbor.encodeAmount(_claim(params, USR_NOT_FOUND).power);
            return abi.encodePacked(hex"82", power, power);
        }
        if (method == MINER_RAW_POWER) {
            uint256 power = _claim(params, USR_ILLEGAL_ARGUMENT).power;
            return
                abi.encodePacked(
                    hex"82",
                    Cbor.encodeAmount(power),
                    Cbor.encodeBool(power >= CONSENSUS_MINIMUM)
                );
        }
        if (method == NETWORK_RAW_POWER) {
            _noParams(codec, params);
            return Cbor.encodeAmount(_networkPower);
        }
        if (method == MINER_COUNT) {
            _noParams(codec, params);
            return Cbor.encodeUint(_miners);
        }
        if (method == MINER_CONSENSUS_COUNT) {
            _noParams(codec, params);
            return Cbor.encodeUint(_consensusMiners);
        }
        return _unhandled();
    }

    function _claim(
        bytes calldata params,
        uint32 exitCode
    ) private view returns (Claim memory claim) {
        _someParams(params);
        (uint64 miner, uint256 next) = Cbor.readUint(params, 0);
        Cbor.end(params, next);
        claim = _claims[ActorId.wrap(miner)];
        if (!claim.exists) _abort(exitCode);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "./ActorId.sol";
import {BuiltinActor} from "./BuiltinActor.sol";
import {Cbor} from "./Cbor.sol";
import {Epoch} from "./Epoch.sol";

/// What a miner actor can say of a sector (FIP-0112), in the order of its status numbers.
enum SectorStatus {
    Dead,
    Active,
    Faulty
}

/// A miner actor's word on its sectors (FIP-0112). The caller brings the sector's location, which GenerateSectorLocation
/// gives off chain; the actor checks it.
library Sector {
    uint64 private constant VALIDATE_SECTOR_STATUS = 3092458564;
    uint64 private constant GET_NOMINAL_SECTOR_EXPIRATION = 3010055991;

    /// The location of a sector that the miner does not have: deadline and partition -1.
    bytes internal constant ABSENT = hex"822020";

    /// Whether the miner answered, and whether the sector has `status`. No answer: no such actor or sector, a sector
    /// that is elsewhere, a location that is none.
    function statusIs(
        ActorId miner,
        uint64 sector,
        SectorStatus status,
        bytes memory sectorLocation
    ) internal returns (bool answered, bool yes) {
        bytes memory params = abi.encodePacked(
            hex"83",
            Cbor.encodeUint(sector),
            uint8(status),
            Cbor.encodeBytes(sectorLocation)
        );
        (int256 exitCode, bytes memory ret) = BuiltinActor.read(
            miner,
            VALIDATE_SECTOR_STATUS,
            params
        );
        if (exitCode == 0) return Cbor.decodeBool(ret);
    }

    /// Up to when the sector is committed. Nominal: a terminated sector may answer until it is cleaned up.
    function nominalExpiration(
        ActorId miner,
        uint64 sector
    ) internal returns (bool answered, Epoch expiration) {
        bytes memory params = Cbor.encodeUint(sector);
        (int256 exitCode, bytes memory ret) = BuiltinActor.read(
            miner,
            GET_NOMINAL_SECTOR_EXPIRATION,
            params
        );
        if (exitCode != 0) return (false, expiration);
        (bool ok, int64 epoch) = Cbor.decodeInt(ret);
        answered = ok && epoch >= 0;
        if (answered) expiration = Epoch.wrap(uint64(epoch));
    }

    /// A sector's location in the form of GenerateSectorLocation's aux bytes.
    function location(int64 deadline, int64 partition) internal pure returns (bytes memory) {
        return abi.encodePacked(hex"82", Cbor.encodeInt(deadline), Cbor.encodeInt(partition));
    }
}

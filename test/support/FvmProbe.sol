// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../contracts/fvm/ActorId.sol";
import {Beacon} from "../../contracts/fvm/Beacon.sol";
import {BuiltinActor} from "../../contracts/fvm/BuiltinActor.sol";
import {Cbor} from "../../contracts/fvm/Cbor.sol";
import {Epoch} from "../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../contracts/fvm/FilAddress.sol";
import {FilTransfer} from "../../contracts/fvm/FilTransfer.sol";
import {Miner} from "../../contracts/fvm/Miner.sol";
import {Piece, PieceCid, fromCidV1, fromCidV2} from "../../contracts/fvm/PieceCid.sol";
import {Sector, SectorStatus} from "../../contracts/fvm/Sector.sol";
import {
    NotifiedPiece,
    NotifiedSector,
    SectorContentChanged
} from "../../contracts/fvm/SectorContentChanged.sol";

/// A contract that does with `contracts/fvm/` what its caller asks: libraries need an address to be called from.
contract FvmProbe {
    struct ReadPiece {
        NotifiedPiece piece;
        bytes payload;
    }

    receive() external payable {}

    function call(
        ActorId actor,
        uint64 method,
        uint256 value,
        bytes memory params
    ) external returns (int256, bytes memory) {
        return BuiltinActor.call(actor, method, value, params);
    }

    function read(
        ActorId actor,
        uint64 method,
        bytes memory params
    ) external returns (int256, bytes memory) {
        return BuiltinActor.read(actor, method, params);
    }

    function mustCall(
        ActorId actor,
        uint64 method,
        uint256 value,
        bytes memory params
    ) external returns (bytes memory) {
        return BuiltinActor.mustCall(actor, method, value, params);
    }

    function mustRead(
        ActorId actor,
        uint64 method,
        bytes memory params
    ) external returns (bytes memory) {
        return BuiltinActor.mustRead(actor, method, params);
    }

    function callByAddress(
        bytes memory filAddress,
        uint64 method,
        uint256 value,
        bytes memory params
    ) external returns (int256, bytes memory) {
        return BuiltinActor.callByAddress(filAddress, method, value, params);
    }

    function readByAddress(
        bytes memory filAddress,
        uint64 method,
        bytes memory params
    ) external returns (int256, bytes memory) {
        return BuiltinActor.readByAddress(filAddress, method, params);
    }

    /// The precompile itself, with whatever input.
    function delegate(
        address precompile,
        bytes memory input
    ) external returns (bool, bytes memory) {
        return precompile.delegatecall(input);
    }

    function isMiner(ActorId actor) external returns (bool) {
        return Miner.isMiner(actor);
    }

    function isMinerCaller(address caller) external returns (bool, ActorId) {
        return Miner.isMinerCaller(caller);
    }

    function ownerOf(ActorId miner) external returns (ActorId) {
        return Miner.ownerOf(miner);
    }

    function isOwner(ActorId miner, address who) external returns (bool) {
        return Miner.isOwner(miner, who);
    }

    function isControlling(ActorId miner, address who) external returns (bool) {
        return Miner.isControlling(miner, who);
    }

    function statusIs(
        ActorId miner,
        uint64 sector,
        SectorStatus status,
        bytes calldata location
    ) external returns (bool, bool) {
        return Sector.statusIs(miner, sector, status, location);
    }

    function nominalExpiration(ActorId miner, uint64 sector) external returns (bool, Epoch) {
        return Sector.nominalExpiration(miner, sector);
    }

    function send(address to, uint256 amount) external returns (bool) {
        return FilTransfer.send(to, amount);
    }

    function sendTo(bytes memory filAddress, uint256 amount) external returns (bool) {
        return FilTransfer.sendTo(filAddress, amount);
    }

    function burn(uint256 amount) external returns (bool) {
        return FilTransfer.burn(amount);
    }

    function randomness(Epoch epoch) external view returns (bytes32) {
        return Beacon.randomness(epoch);
    }

    function resolve(bytes memory filAddress) external view returns (bool, ActorId) {
        return FilAddress.resolve(filAddress);
    }

    function actorIdOf(address account) external view returns (bool, ActorId) {
        return FilAddress.actorIdOf(account);
    }

    function delegatedOf(ActorId actor) external view returns (bytes memory) {
        return FilAddress.delegatedOf(actor);
    }

    function normalize(address account) external view returns (address) {
        return FilAddress.normalize(account);
    }

    function idOf(bytes memory filAddress) external pure returns (ActorId) {
        return FilAddress.idOf(filAddress);
    }

    function readPieceCidV2(bytes memory cid) external pure returns (Piece memory) {
        return fromCidV2(cid);
    }

    function readPieceCidV1(bytes calldata cid) external pure returns (bool, PieceCid) {
        return fromCidV1(cid);
    }

    function readUint(bytes calldata data, uint256 offset) external pure returns (uint64, uint256) {
        return Cbor.readUint(data, offset);
    }

    function readInt(bytes calldata data, uint256 offset) external pure returns (int64, uint256) {
        return Cbor.readInt(data, offset);
    }

    function readBool(bytes calldata data, uint256 offset) external pure returns (bool, uint256) {
        return Cbor.readBool(data, offset);
    }

    function readNull(bytes calldata data, uint256 offset) external pure returns (bool, uint256) {
        return Cbor.readNull(data, offset);
    }

    function readArray(
        bytes calldata data,
        uint256 offset
    ) external pure returns (uint256, uint256) {
        return Cbor.readArray(data, offset);
    }

    function readTuple(
        bytes calldata data,
        uint256 offset,
        uint256 length
    ) external pure returns (uint256) {
        return Cbor.readTuple(data, offset, length);
    }

    function readBytes(
        bytes calldata data,
        uint256 offset
    ) external pure returns (bytes memory, uint256) {
        return Cbor.readBytes(data, offset);
    }

    function readCid(
        bytes calldata data,
        uint256 offset
    ) external pure returns (bytes memory, uint256) {
        return Cbor.readCid(data, offset);
    }

    function readAmount(
        bytes calldata data,
        uint256 offset
    ) external pure returns (bool, uint256, uint256) {
        return Cbor.readAmount(data, offset);
    }

    function end(bytes calldata data, uint256 offset) external pure {
        Cbor.end(data, offset);
    }

    /// Reads a whole notification as a market contract does, and answers it.
    function readNotification(
        bytes calldata params
    )
        external
        pure
        returns (NotifiedSector[] memory sectors, ReadPiece[][] memory pieces, bytes memory answer)
    {
        (uint256 count, uint256 offset) = SectorContentChanged.begin(params);
        sectors = new NotifiedSector[](count);
        pieces = new ReadPiece[][](count);
        uint256[] memory counts = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            (sectors[i], offset) = SectorContentChanged.nextSector(params, offset);
            counts[i] = sectors[i].pieces;
            pieces[i] = new ReadPiece[](counts[i]);
            for (uint256 j; j < counts[i]; ++j) {
                bytes calldata payload;
                (pieces[i][j].piece, payload, offset) = SectorContentChanged.nextPiece(
                    params,
                    offset
                );
                pieces[i][j].payload = payload;
            }
        }
        SectorContentChanged.finish(params, offset);
        answer = SectorContentChanged.acceptAll(counts);
    }
}

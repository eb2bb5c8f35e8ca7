// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId, fromMasked} from "../../fvm/ActorId.sol";
import {Cbor} from "../../fvm/Cbor.sol";
import {Epoch, currentEpoch} from "../../fvm/Epoch.sol";
import {FilAddress} from "../../fvm/FilAddress.sol";
import {SectorStatus} from "../../fvm/Sector.sol";
import {AddressRegistry} from "./AddressRegistry.sol";
import {
    ADDRESS_REGISTRY,
    DevnetForbidden,
    USR_FORBIDDEN,
    USR_ILLEGAL_ARGUMENT,
    USR_ILLEGAL_STATE,
    USR_NOT_FOUND
} from "./NativeActor.sol";
import {PowerActor} from "./PowerActor.sol";
import {PieceManifest, SectorNotifier} from "./SectorNotifier.sol";

struct SectorActivation {
    uint64 sector;
    Epoch expiration;
    PieceManifest[] pieces;
}

struct SectorUpdate {
    uint64 sector;
    PieceManifest[] pieces;
}

/// A storage provider's actor. Contracts ask it through the router; the life of its sectors is moved on by direct calls
/// of whoever controls it, or of the devnet's owner, in place of the messages that carry proofs.
contract MinerActor is SectorNotifier {
    struct SectorInfo {
        /// In the sectors array and in its partition; no longer after compaction.
        bool exists;
        bool terminated;
        Epoch expiration;
        Epoch powerBase;
        /// 0 while not faulty.
        Epoch faultyUntil;
        uint64 place;
        uint256 dealWeight;
    }

    uint64 private constant GET_OWNER = 3275365574;
    uint64 private constant IS_CONTROLLING_ADDRESS = 348244887;
    uint64 private constant GET_SECTOR_SIZE = 3858292296;
    uint64 private constant GENERATE_SECTOR_LOCATION = 1321604665;
    uint64 private constant VALIDATE_SECTOR_STATUS = 3092458564;
    uint64 private constant GET_NOMINAL_SECTOR_EXPIRATION = 3010055991;

    uint64 private constant DEADLINES = 48;
    uint64 private constant PARTITION_SECTORS = 2349;
    /// 42 days: a sector that is faulty for longer is terminated.
    uint64 private constant FAULT_MAX_AGE = 120_960;
    /// 1,278 days.
    uint64 private constant MAX_EXTENSION = 3_680_640;
    PowerActor private constant POWER = PowerActor(0xFf00000000000000000000000000000000000004);

    ActorId private _ownerId;
    ActorId private _worker;
    ActorId[] private _controls;
    uint64 private _sectorSize;
    uint64 private _committed;
    uint248 private _power;
    mapping(uint64 number => SectorInfo) private _sectors;
    mapping(uint64 number => bool) private _allocated;

    error DevnetAlreadyInitialized();

    modifier onlyController() {
        AddressRegistry registry = AddressRegistry(ADDRESS_REGISTRY);
        if (msg.sender != registry.owner() && !_isControlling(registry.actorOf(msg.sender))) {
            revert DevnetForbidden(msg.sender);
        }
        _;
    }

    /// Admin. Once. Like the actor, it keeps ids of owner, worker and control addresses.
    function initialize(
        ActorId minerOwner,
        ActorId worker,
        ActorId[] calldata controls,
        uint64 sectorSize
    ) external {
        if (msg.sender != AddressRegistry(ADDRESS_REGISTRY).owner())
            revert DevnetForbidden(msg.sender);
        if (_sectorSize != 0) revert DevnetAlreadyInitialized();
        (_ownerId, _worker, _controls, _sectorSize) = (minerOwner, worker, controls, sectorSize);
    }

    /// ProveCommitSectors3 (with its precommits): the sectors become active, then the notifees of their pieces are told.
    /// Reverts with ActorExit as the actor aborts; with `requireNotificationSuccess` also for any notifee that does not
    /// accept.
    function proveCommitSectors(
        SectorActivation[] calldata activations,
        bool requireNotificationSuccess
    ) external onlyController {
        uint64[] memory numbers = new uint64[](activations.length);
        Epoch[] memory expirations = new Epoch[](activations.length);
        PieceManifest[][] memory pieces = new PieceManifest[][](activations.length);
        for (uint256 i; i < activations.length; ++i) {
            SectorActivation calldata activation = activations[i];
            (numbers[i], expirations[i], pieces[i]) = (
                activation.sector,
                activation.expiration,
                activation.pieces
            );
            // A number is used once in a miner's life.
            if (_allocated[activation.sector]) _abort(USR_ILLEGAL_ARGUMENT);
            _allocated[activation.sector] = true;
            _checkExpiration(activation.expiration);
            uint64 epochs = activation.expiration.since(currentEpoch());
            _sectors[activation.sector] = SectorInfo({
                exists: true,
                terminated: false,
                expiration: activation.expiration,
                powerBase: currentEpoch(),
                faultyUntil: Epoch.wrap(0),
                place: _committed++,
                dealWeight: uint256(_space(pieces[i], _sectorSize)) * epochs
            });
        }
        _changePower(int256(uint256(_sectorSize)) * int256(activations.length));
        _notify(numbers, expirations, pieces, requireNotificationSuccess);
    }

    /// ProveReplicaUpdates3: new data in active sectors that have no deal weight.
    function proveReplicaUpdates(
        SectorUpdate[] calldata updates,
        bool requireNotificationSuccess
    ) external onlyController {
        uint64[] memory numbers = new uint64[](updates.length);
        Epoch[] memory expirations = new Epoch[](updates.length);
        PieceManifest[][] memory pieces = new PieceManifest[][](updates.length);
        for (uint256 i; i < updates.length; ++i) {
            SectorInfo storage info = _sectors[updates[i].sector];
            (numbers[i], expirations[i], pieces[i]) = (
                updates[i].sector,
                info.expiration,
                updates[i].pieces
            );
            if (!info.exists) _abort(USR_NOT_FOUND);
            if (_statusOf(info) != SectorStatus.Active || info.dealWeight != 0)
                _abort(USR_ILLEGAL_ARGUMENT);
            info.powerBase = currentEpoch();
            uint64 epochs = info.expiration.since(currentEpoch());
            info.dealWeight = uint256(_space(pieces[i], _sectorSize)) * epochs;
        }
        _notify(numbers, expirations, pieces, requireNotificationSuccess);
    }

    /// DeclareFaults, or what the end of a deadline does to sectors whose proof is missing. Faulty and dead ones stay as
    /// they are.
    function declareFaults(uint64[] calldata numbers) external onlyController {
        for (uint256 i; i < numbers.length; ++i) {
            SectorInfo storage info = _present(numbers[i]);
            if (_statusOf(info) != SectorStatus.Active) continue;
            info.faultyUntil = currentEpoch().plus(FAULT_MAX_AGE);
            _changePower(-int256(uint256(_sectorSize)));
        }
    }

    /// DeclareFaultsRecovered with the proof that follows. What is not faulty stays as it is.
    function recoverFaults(uint64[] calldata numbers) external onlyController {
        for (uint256 i; i < numbers.length; ++i) {
            SectorInfo storage info = _present(numbers[i]);
            if (_statusOf(info) != SectorStatus.Faulty) continue;
            info.faultyUntil = Epoch.wrap(0);
            _changePower(int256(uint256(_sectorSize)));
        }
    }

    /// TerminateSectors: dead at their place; absent only after `compactSectors`.
    function terminateSectors(uint64[] calldata numbers) external onlyController {
        for (uint256 i; i < numbers.length; ++i) {
            SectorInfo storage info = _present(numbers[i]);
            if (_statusOf(info) == SectorStatus.Dead) _abort(USR_ILLEGAL_ARGUMENT);
            if (_statusOf(info) == SectorStatus.Active) _changePower(-int256(uint256(_sectorSize)));
            (info.terminated, info.faultyUntil) = (true, Epoch.wrap(0));
        }
    }

    /// CompactPartitions: dead sectors leave the sectors array and their partitions. Anyone else stays where it is.
    function compactSectors(uint64[] calldata numbers) external onlyController {
        for (uint256 i; i < numbers.length; ++i) {
            SectorInfo storage info = _sectors[numbers[i]];
            if (!info.exists) _abort(USR_NOT_FOUND);
            if (_statusOf(info) != SectorStatus.Dead) _abort(USR_ILLEGAL_ARGUMENT);
            // A sector that expired on schedule had its power until now.
            if (!info.terminated && Epoch.unwrap(info.faultyUntil) == 0) {
                _changePower(-int256(uint256(_sectorSize)));
            }
            delete _sectors[numbers[i]];
        }
    }

    /// ExtendSectorExpiration2. What the deals have used up of their weight is gone: all of it, in exactly the epoch of
    /// the expiration, and from then on a replica update may replace the data.
    function extendSectors(uint64[] calldata numbers, Epoch newExpiration) external onlyController {
        for (uint256 i; i < numbers.length; ++i) {
            SectorInfo storage info = _sectors[numbers[i]];
            if (!info.exists) _abort(USR_NOT_FOUND);
            if (info.expiration < currentEpoch()) _abort(USR_FORBIDDEN);
            if (newExpiration < info.expiration) _abort(USR_ILLEGAL_ARGUMENT);
            _checkExpiration(newExpiration);
            if (_statusOf(info) != SectorStatus.Active) _abort(USR_ILLEGAL_STATE);
            if (info.dealWeight != 0) {
                info.dealWeight =
                    (info.dealWeight * info.expiration.since(currentEpoch())) /
                    info.expiration.since(info.powerBase);
            }
            (info.expiration, info.powerBase) = (newExpiration, currentEpoch());
        }
    }

    /// Devnet. Where the sector is: the aux bytes of GenerateSectorLocation.
    function locationOf(uint64 number) public view returns (bytes memory) {
        SectorInfo storage info = _sectors[number];
        if (!info.exists) return hex"822020";
        return
            abi.encodePacked(
                hex"82",
                Cbor.encodeUint(_deadline(info.place)),
                Cbor.encodeUint(_partition(info.place))
            );
    }

    /// Devnet. How much of the sector is deals, in byte-epochs.
    function dealWeightOf(uint64 number) external view returns (uint256) {
        return _sectors[number].dealWeight;
    }

    function _handle(
        ActorId,
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) internal view override returns (bytes memory) {
        if (method == GET_OWNER) {
            _noParams(codec, params);
            return
                abi.encodePacked(hex"82", Cbor.encodeBytes(FilAddress.ofActor(_ownerId)), hex"f6");
        }
        if (method == GET_SECTOR_SIZE) {
            _noParams(codec, params);
            return Cbor.encodeUint(_sectorSize);
        }
        if (method == IS_CONTROLLING_ADDRESS) {
            _someParams(params);
            return _isControllingAddress(params);
        }
        if (method == GENERATE_SECTOR_LOCATION) {
            _someParams(params);
            return _generateSectorLocation(params);
        }
        if (method == VALIDATE_SECTOR_STATUS) {
            _someParams(params);
            return _validateSectorStatus(params);
        }
        if (method == GET_NOMINAL_SECTOR_EXPIRATION) {
            _someParams(params);
            (uint64 number, uint256 next) = Cbor.readUint(params, 0);
            Cbor.end(params, next);
            if (!_sectors[number].exists) _abort(USR_NOT_FOUND);
            return Cbor.encodeUint(Epoch.unwrap(_sectors[number].expiration));
        }
        return _unhandled();
    }

    function _isControllingAddress(bytes calldata params) private view returns (bytes memory) {
        (bytes calldata account, uint256 next) = Cbor.readBytes(params, 0);
        Cbor.end(params, next);
        if (!FilAddress.isValid(account)) revert Cbor.CborMalformed(0);
        (bool known, ActorId actor) = AddressRegistry(ADDRESS_REGISTRY).resolve(account);
        return Cbor.encodeBool(known && _isControlling(actor));
    }

    function _generateSectorLocation(bytes calldata params) private view returns (bytes memory) {
        uint256 next = Cbor.readTuple(params, 0, 1);
        uint64 number;
        (number, next) = Cbor.readUint(params, next);
        Cbor.end(params, next);
        SectorStatus status =
            _sectors[number].exists ? _statusOf(_sectors[number]) : SectorStatus.Dead;
        return abi.encodePacked(hex"82", uint8(status), Cbor.encodeBytes(locationOf(number)));
    }

    function _validateSectorStatus(bytes calldata params) private view returns (bytes memory) {
        uint256 next = Cbor.readTuple(params, 0, 3);
        uint64 number;
        uint64 status;
        bytes calldata aux;
        (number, next) = Cbor.readUint(params, next);
        (status, next) = Cbor.readUint(params, next);
        if (status > uint64(SectorStatus.Faulty)) revert Cbor.CborMalformed(next);
        (aux, next) = Cbor.readBytes(params, next);
        Cbor.end(params, next);

        (int64 deadline, int64 partition) = _readLocation(aux);
        SectorInfo storage info = _sectors[number];
        if (deadline == -1 || partition == -1) {
            if (deadline != partition) _abort(USR_ILLEGAL_ARGUMENT);
            if (info.exists) _abort(USR_NOT_FOUND);
            return Cbor.encodeBool(status == uint64(SectorStatus.Dead));
        }
        if (deadline < 0 || uint64(deadline) >= DEADLINES) _abort(USR_ILLEGAL_ARGUMENT);
        bool here =
            info.exists &&
                _deadline(info.place) == uint64(deadline) &&
                _partition(info.place) == uint64(partition);
        if (!here) _abort(USR_NOT_FOUND);
        return Cbor.encodeBool(status == uint64(_statusOf(info)));
    }

    /// Aux bytes that do not decode are an illegal argument, where bad parameters are a serialization error.
    function _readLocation(
        bytes calldata aux
    ) private view returns (int64 deadline, int64 partition) {
        try this.decodeLocation(aux) returns (int64 d, int64 p) {
            return (d, p);
        } catch {
            _abort(USR_ILLEGAL_ARGUMENT);
        }
    }

    /// Devnet. A location's deadline and partition.
    function decodeLocation(
        bytes calldata aux
    ) external pure returns (int64 deadline, int64 partition) {
        uint256 next = Cbor.readTuple(aux, 0, 2);
        (deadline, next) = Cbor.readInt(aux, next);
        (partition, next) = Cbor.readInt(aux, next);
        Cbor.end(aux, next);
    }

    /// Sectors die on schedule after their expiration (on Filecoin at the end of their deadline, up to a proving period
    /// later), and of faults that last too long.
    function _statusOf(SectorInfo storage info) private view returns (SectorStatus) {
        Epoch current = currentEpoch();
        if (info.terminated || info.expiration < current) return SectorStatus.Dead;
        if (Epoch.unwrap(info.faultyUntil) == 0) return SectorStatus.Active;
        return info.faultyUntil < current ? SectorStatus.Dead : SectorStatus.Faulty;
    }

    function _present(uint64 number) private view returns (SectorInfo storage info) {
        info = _sectors[number];
        if (!info.exists) _abort(USR_ILLEGAL_ARGUMENT);
    }

    function _isControlling(ActorId actor) private view returns (bool) {
        if (actor == _ownerId || actor == _worker) return true;
        for (uint256 i; i < _controls.length; ++i) {
            if (_controls[i] == actor) return true;
        }
        return false;
    }

    function _checkExpiration(Epoch expiration) private view {
        Epoch current = currentEpoch();
        if (expiration <= current || expiration > current.plus(MAX_EXTENSION))
            _abort(USR_ILLEGAL_ARGUMENT);
    }

    function _changePower(int256 delta) private {
        _power = uint248(uint256(int256(uint256(_power)) + delta));
        (, ActorId self) = fromMasked(address(this));
        POWER.updateClaim(self, _power);
    }

    /// Sectors go to the deadlines in turn.
    function _deadline(uint64 place) private pure returns (uint64) {
        return place % DEADLINES;
    }

    function _partition(uint64 place) private pure returns (uint64) {
        return place / DEADLINES / PARTITION_SECTORS;
    }
}

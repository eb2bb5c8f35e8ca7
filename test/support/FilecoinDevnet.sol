// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../contracts/fvm/FilAddress.sol";
import {PieceCid} from "../../contracts/fvm/PieceCid.sol";
import {ActorRouter} from "../../contracts/mocks/fvm/ActorRouter.sol";
import {
    LookupDelegatedAddressPrecompile,
    ResolveAddressPrecompile
} from "../../contracts/mocks/fvm/AddressPrecompiles.sol";
import {AddressRegistry} from "../../contracts/mocks/fvm/AddressRegistry.sol";
import {BeaconPrecompile} from "../../contracts/mocks/fvm/BeaconPrecompile.sol";
import {
    CallActorByAddressPrecompile,
    CallActorByIdPrecompile
} from "../../contracts/mocks/fvm/CallActor.sol";
import {MinerActor, SectorActivation, SectorUpdate} from "../../contracts/mocks/fvm/MinerActor.sol";
import {
    ACTOR_ROUTER,
    ADDRESS_REGISTRY,
    SingletonActor
} from "../../contracts/mocks/fvm/NativeActor.sol";
import {PowerActor} from "../../contracts/mocks/fvm/PowerActor.sol";
import {PieceManifest, PieceNotification} from "../../contracts/mocks/fvm/SectorNotifier.sol";
import {Test} from "./Test.sol";
import {vm} from "./Vm.sol";

/// A test on a chain with Filecoin's precompiles and actors: call `installFilecoin` in setUp (or the constructor). The
/// test contract owns the devnet, so that it may move any miner's sectors on.
///
///     ActorId miner = createMiner(owner, worker);
///     commitSector(miner, 7, expiration, piece(cid, 2048, address(market), payload));
///     fault(miner, 7); recover(miner, 7); terminate(miner, 7);
abstract contract FilecoinDevnet is Test {
    AddressRegistry internal constant REGISTRY = AddressRegistry(ADDRESS_REGISTRY);
    ActorRouter internal constant ROUTER = ActorRouter(ACTOR_ROUTER);
    PowerActor internal constant POWER_ACTOR = PowerActor(
        0xFf00000000000000000000000000000000000004
    );

    uint64 internal constant SECTOR_SIZE = 32 << 30;

    function installFilecoin() internal {
        vm.etch(
            0xFE00000000000000000000000000000000000001,
            type(ResolveAddressPrecompile).runtimeCode
        );
        vm.etch(
            0xfE00000000000000000000000000000000000002,
            type(LookupDelegatedAddressPrecompile).runtimeCode
        );
        vm.etch(
            0xfe00000000000000000000000000000000000003,
            type(CallActorByAddressPrecompile).runtimeCode
        );
        vm.etch(
            0xfe00000000000000000000000000000000000005,
            type(CallActorByIdPrecompile).runtimeCode
        );
        vm.etch(0xfE00000000000000000000000000000000000006, type(BeaconPrecompile).runtimeCode);
        vm.etch(ADDRESS_REGISTRY, type(AddressRegistry).runtimeCode);
        vm.etch(ACTOR_ROUTER, type(ActorRouter).runtimeCode);
        REGISTRY.initialize(address(this));
        uint64[8] memory singletons = [uint64(0), 1, 2, 3, 5, 6, 7, 10];
        for (uint256 i; i < singletons.length; ++i) {
            ActorId actor = ActorId.wrap(singletons[i]);
            vm.etch(actor.toMasked(), type(SingletonActor).runtimeCode);
            REGISTRY.registerNative(actor);
        }
        vm.etch(address(POWER_ACTOR), type(PowerActor).runtimeCode);
        REGISTRY.registerNative(ActorId.wrap(4));
    }

    /// A miner with sectors of 32 GiB. Owner and worker may be masked ids.
    function createMiner(address owner, address worker) internal returns (ActorId miner) {
        return createMiner(owner, worker, SECTOR_SIZE);
    }

    function createMiner(
        address owner,
        address worker,
        uint64 sectorSize
    ) internal returns (ActorId miner) {
        ActorId ownerId = registerAccount(owner);
        ActorId workerId = registerAccount(worker);
        miner = REGISTRY.newNative();
        vm.etch(miner.toMasked(), type(MinerActor).runtimeCode);
        minerActor(miner).initialize(ownerId, workerId, new ActorId[](0), sectorSize);
        POWER_ACTOR.register(miner);
    }

    /// The miner's double, for what the helpers below do not do, and to prank as (its masked id is msg.sender of its
    /// notifications).
    function minerActor(ActorId miner) internal pure returns (MinerActor) {
        return MinerActor(miner.toMasked());
    }

    /// The id of an Ethereum address (given on first use) or of a masked one.
    function registerAccount(address account) internal returns (ActorId) {
        if (uint160(account) >> 64 == uint160(0xff) << 88)
            return ActorId.wrap(uint64(uint160(account)));
        return REGISTRY.registerEthereum(account);
    }

    /// A sector with the given pieces, whose notifees are told and must accept.
    function commitSector(
        ActorId miner,
        uint64 sector,
        Epoch expiration,
        PieceManifest[] memory pieces
    ) internal {
        SectorActivation[] memory activations = new SectorActivation[](1);
        activations[0] = SectorActivation(sector, expiration, pieces);
        minerActor(miner).proveCommitSectors(activations, true);
    }

    /// A sector with one piece.
    function commitSector(
        ActorId miner,
        uint64 sector,
        Epoch expiration,
        PieceManifest memory only
    ) internal {
        PieceManifest[] memory pieces = new PieceManifest[](1);
        pieces[0] = only;
        commitSector(miner, sector, expiration, pieces);
    }

    /// A sector without data.
    function commitSector(ActorId miner, uint64 sector, Epoch expiration) internal {
        commitSector(miner, sector, expiration, new PieceManifest[](0));
    }

    /// New data in a sector without deal weight; its notifees must accept.
    function updateSector(ActorId miner, uint64 sector, PieceManifest memory only) internal {
        SectorUpdate[] memory updates = new SectorUpdate[](1);
        updates[0].sector = sector;
        updates[0].pieces = new PieceManifest[](1);
        updates[0].pieces[0] = only;
        minerActor(miner).proveReplicaUpdates(updates, true);
    }

    /// A piece of which one notifee, named by f410 or, if masked, f0, is told.
    function piece(
        PieceCid cid,
        uint64 paddedSize,
        address notifee,
        bytes memory payload
    ) internal pure returns (PieceManifest memory) {
        PieceNotification[] memory notify = new PieceNotification[](1);
        notify[0] = PieceNotification(FilAddress.ofEthAddress(notifee), payload);
        return PieceManifest(cid.toCidV1(), paddedSize, notify);
    }

    /// A piece of which nobody is told.
    function piece(PieceCid cid, uint64 paddedSize) internal pure returns (PieceManifest memory) {
        return PieceManifest(cid.toCidV1(), paddedSize, new PieceNotification[](0));
    }

    function fault(ActorId miner, uint64 sector) internal {
        minerActor(miner).declareFaults(_one(sector));
    }

    function recover(ActorId miner, uint64 sector) internal {
        minerActor(miner).recoverFaults(_one(sector));
    }

    /// Dead at its location; absent after `compact`.
    function terminate(ActorId miner, uint64 sector) internal {
        minerActor(miner).terminateSectors(_one(sector));
    }

    /// A dead sector leaves the miner's state: its location is Sector.ABSENT.
    function compact(ActorId miner, uint64 sector) internal {
        minerActor(miner).compactSectors(_one(sector));
    }

    function extend(ActorId miner, uint64 sector, Epoch expiration) internal {
        minerActor(miner).extendSectors(_one(sector), expiration);
    }

    function location(ActorId miner, uint64 sector) internal view returns (bytes memory) {
        return minerActor(miner).locationOf(sector);
    }

    function _one(uint64 sector) private pure returns (uint64[] memory sectors) {
        sectors = new uint64[](1);
        sectors[0] = sector;
    }
}

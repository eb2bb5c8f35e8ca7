// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ActorId} from "../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../contracts/providers/IProviderRegistry.sol";
import {ProviderRegistry} from "../../contracts/providers/ProviderRegistry.sol";
import {FilecoinDevnet} from "./FilecoinDevnet.sol";
import {vm} from "./Vm.sol";

/// A registry bound to MARKET and EVIDENCE (plain accounts that the tests speak for), and one registered provider with
/// 100 FIL of bond. One piece of 32 GiB locks 1 FIL.
abstract contract ProviderFixture is FilecoinDevnet {
    address internal constant MARKET = address(0x3A11);
    address internal constant EVIDENCE = address(0xE71D);
    address internal constant OWNER = address(0xA11CE);
    address internal constant WORKER = address(0xB0B);
    address internal constant PAYEE = address(0x9A1EE);
    address internal constant CLIENT = address(0xC11E);
    address internal constant REPORTER = address(0x4E9);
    address internal constant STRANGER = address(0x57A9);
    address internal constant BURNT_FUNDS = 0xff00000000000000000000000000000000000063;

    uint64 internal constant PIECE = 32 << 30;
    uint64 internal constant DURATION = 518_400;
    uint128 internal constant BOND = 100 ether;
    uint64 internal constant DAY = 2_880;

    ProviderRegistry internal _registry;
    ActorId internal _provider;

    function setUpRegistry() internal {
        installFilecoin();
        advance(1000 * DAY - block.number);
        _registry = new ProviderRegistry(parameters());
        _registry.bind(MARKET, EVIDENCE);
        _provider = createMiner(OWNER, WORKER);
        vm.deal(OWNER, 2 * BOND);
        vm.prank(OWNER);
        _registry.register{value: BOND}(_provider, envelope());
    }

    function parameters() internal pure returns (IProviderRegistry.Parameters memory) {
        return
            IProviderRegistry.Parameters({
                day: DAY,
                envelopeDelay: 3 * DAY,
                unbonding: 30 * DAY,
                minNotice: 17_280,
                maxNotice: 86_400,
                minDuration: 518_400,
                maxDuration: 1_550_000,
                maxReservationEpochs: 20_160,
                tipBps: 10
            });
    }

    function envelope() internal pure returns (IProviderRegistry.Envelope memory) {
        return
            IProviderRegistry.Envelope({
                maxBondPerTib: 32 ether,
                maxBondAtStake: 40 ether,
                maxBondPerDay: 10 ether,
                maxExitBps: 2_500,
                payee: PAYEE
            });
    }

    function offerTerms() internal view returns (IProviderRegistry.Terms memory) {
        return
            IProviderRegistry.Terms({
                token: IERC20(address(0x70CE)),
                ratePerTib: 1e12,
                bondPerTib: 32 ether,
                minPieceSize: 1 << 20,
                maxPieceSize: PIECE,
                minDuration: DURATION,
                maxDuration: 1_000_000,
                capacity: 64 * PIECE,
                expiry: Epoch.wrap(uint64(block.number) + 100_000),
                notice: 86_400,
                exitFeeEpochs: 20_160,
                reservationFeeEpochs: 2_880,
                exitBps: 2_500,
                maxOpenProposals: 64,
                endpoint: "https://provider.example",
                region: "CH"
            });
    }

    function publish() internal returns (uint64) {
        return publish(offerTerms());
    }

    function publish(IProviderRegistry.Terms memory terms) internal returns (uint64) {
        vm.prank(WORKER);
        return _registry.publishOffer(_provider, terms);
    }

    /// As the market: `count` pieces of 32 GiB on version 1.
    function reserve(
        uint64 offerId,
        uint256 count
    ) internal returns (IProviderRegistry.Reservation memory) {
        uint64[] memory sizes = pieces(count);
        vm.prank(MARKET);
        return _registry.reserve(offerId, 1, DURATION, sizes);
    }

    function pieces(uint256 count) internal pure returns (uint64[] memory sizes) {
        sizes = new uint64[](count);
        for (uint256 i; i < count; ++i) sizes[i] = PIECE;
    }

    function bond() internal view returns (IProviderRegistry.Bond memory) {
        return _registry.bondOf(_provider);
    }

    /// A change of owner that both sides have confirmed with the miner actor, which keeps the owner's id in the low 64
    /// bits of its first slot.
    function changeOwner(ActorId miner, address newOwner) internal {
        bytes32 slot = vm.load(miner.toMasked(), 0);
        bytes32 others = slot & ~bytes32(uint256(type(uint64).max));
        uint256 id = ActorId.unwrap(registerAccount(newOwner));
        vm.store(miner.toMasked(), 0, others | bytes32(id));
    }
}

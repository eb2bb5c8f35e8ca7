// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of the registry's entry points; what the market calls of it is in the gas of the deals'.
contract ProvidersGasTest is DealsFixture {
    address private constant NEWCOMER = address(0x4E11);
    uint128 private constant AMOUNT = 100 ether;

    function test_Register() external {
        ActorId provider = createMiner(NEWCOMER, worker);
        IProviderRegistry.Envelope memory bounds = envelope();
        vm.deal(NEWCOMER, AMOUNT);
        vm.prank(NEWCOMER);
        registry.register{value: AMOUNT}(provider, bounds);
        vm.snapshotGasLastCall("gas", "providers: register with a bond");
    }

    function test_PostBond() external {
        vm.deal(stranger, AMOUNT);
        vm.prank(stranger);
        registry.postBond{value: AMOUNT}(miner);
        vm.snapshotGasLastCall("gas", "providers: post bond");
    }

    function test_AnnounceEnvelope() external {
        IProviderRegistry.Envelope memory bounds = envelope();
        vm.prank(owner);
        registry.announceEnvelope(miner, bounds);
        vm.snapshotGasLastCall("gas", "providers: announce an envelope");
    }

    function test_UnbondAndWithdraw() external {
        vm.prank(owner);
        registry.unbond(miner, AMOUNT);
        vm.snapshotGasLastCall("gas", "providers: unbond");
        advance(registry.UNBONDING());
        vm.prank(owner);
        registry.withdrawBond(miner, payee);
        vm.snapshotGasLastCall("gas", "providers: withdraw bond");
    }

    function test_Offers() external {
        IProviderRegistry.Terms memory offered = terms();
        vm.prank(worker);
        uint64 id = registry.publishOffer(miner, offered);
        vm.snapshotGasLastCall("gas", "providers: publish an offer");
        vm.prank(worker);
        registry.reviseOffer(id, offered);
        vm.snapshotGasLastCall("gas", "providers: revise an offer");
        vm.prank(worker);
        registry.pauseOffer(id, true);
        vm.snapshotGasLastCall("gas", "providers: pause an offer");
    }

    function test_WithdrawCreditAndBurn() external {
        uint256 dealId = active(1);
        terminate(miner, sectorOf(copyIdOf(dealId, 0)));
        reportAs(stranger, copyIdOf(dealId, 0));
        vm.prank(stranger);
        registry.withdrawCredit(stranger);
        vm.snapshotGasLastCall("gas", "providers: withdraw credit");
        registry.burn();
        vm.snapshotGasLastCall("gas", "providers: burn");
    }
}

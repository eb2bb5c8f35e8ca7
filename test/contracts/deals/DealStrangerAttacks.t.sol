// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What somebody who is no party may try; nobody loses by any of it.
contract DealStrangerAttacksTest is DealsFixture {
    function test_FillsTheCapacity() external {
        IProviderRegistry.Terms memory small = terms();
        small.capacity = 2 * SIZE;
        vm.prank(worker);
        registry.reviseOffer(offerId, small);
        fund(stranger, FUNDS);
        approve(stranger);
        Money memory before = money();
        uint256 strangersBefore = fundsOf(stranger);
        uint256 dealId = proposeAs(stranger, proposal(offerId, 2));
        vm.prank(worker);
        deals.decline(dealId);
        deals.settle(dealId);
        uint256 fee = 2 * uint256(RATE) * RESERVATION_EPOCHS;
        assertEq(strangersBefore - fundsOf(stranger), fee, "it cost the stranger");
        assertEq(fundsOf(payee) - before.payee, net(fee), "the provider is paid for the trouble");
        (, , , uint64 reserved, ) = registry.offerOf(offerId);
        assertEq(reserved, 0, "and has its capacity back");
        uint256 mine = propose(2);
        assertState(copyIdOf(mine, 0), IDealLedger.CopyState.Proposed);
    }

    function test_OpensMoreProposalsThanTheOfferAllows() external {
        IProviderRegistry.Terms memory strict = terms();
        strict.maxOpenProposals = 1;
        vm.prank(worker);
        registry.reviseOffer(offerId, strict);
        uint256 first = propose(1);
        IDealLedger.Proposal memory second = proposal(offerId, 1);
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDealLedger.DealTooManyOpenProposals.selector,
                client,
                offerId,
                1
            )
        );
        deals.propose(second);
        seal(first);
        propose(1);
    }

    function test_PoisonsSectorNumbers() external {
        Money memory before = money();
        bytes memory absent = hex"822020";
        vm.startPrank(stranger);
        for (uint64 sector; sector < 5; ++sector) evidence.report(miner, sector, absent);
        vm.stopPrank();
        uint256 dealId = propose(1);
        nextSector = 3;
        seal(dealId);
        assertTrue(deals.isLive(copyIdOf(dealId, 0)), "the sector is as good as any");
        pass(dealId, 1_000);
        deals.settle(dealId);
        assertEq(
            fundsOf(payee) - before.payee,
            net(uint256(RATE) * RESERVATION_EPOCHS) + net(1_000 * uint256(RATE)),
            "and earns"
        );
        assertBondsUntouched(before);
    }

    function test_EndsADealInOneDryEpoch() external {
        uint256 dealId = active(1);
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
        pass(dealId, 100);
        vm.prank(stranger);
        deals.poke(dealId);
        fund(client, FUNDS);
        pass(dealId, 100);
        vm.prank(stranger);
        deals.poke(dealId);
        assertTrue(deals.dealOf(dealId).railEnd == Epoch.wrap(0), "a top-up heals");
        uint256 before = fundsOf(payee);
        deals.settle(dealId);
        assertEq(fundsOf(payee) - before, net(200 * uint256(RATE)), "the arrears are paid");
    }

    function test_SettlesEveryEpoch() external {
        IProviderRegistry.Terms memory cheap = terms();
        cheap.ratePerTib = 20_000 * 32;
        vm.prank(worker);
        registry.reviseOffer(offerId, cheap);
        uint256 dealId = active(1);
        uint256 before = fundsOf(payee);
        for (uint256 i; i < 50; ++i) {
            advance(1);
            refresh(dealId);
            vm.prank(stranger);
            deals.settle(dealId);
        }
        assertEq(fundsOf(payee) - before, 50 * uint256(19_900), "no more than the 0.5 % is lost");
    }

    function test_RevertWhen_RateBelowTheFloor() external {
        IProviderRegistry.Terms memory cheap = terms();
        cheap.ratePerTib = 20_000 * 32 - 32;
        vm.prank(worker);
        registry.reviseOffer(offerId, cheap);
        IDealLedger.Proposal memory tooCheap = proposal(offerId, 1);
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(IDealLedger.DealRateTooLow.selector, 0, 19_999, 20_000)
        );
        deals.propose(tooCheap);
    }

    function test_RevertWhen_TheCallerIsNoMiner() external {
        uint256 dealId = propose(1);
        bytes memory params = abi.encodePacked(
            hex"81831a000000071a00ffffff8183d82a582800",
            deals.copyOf(copyIdOf(dealId, 0)).cid.toCidV1(),
            hex"1b0000000800000000",
            hex"5820",
            abi.encode(copyIdOf(dealId, 0))
        );
        address[4] memory forged = [
            stranger,
            address(this),
            address(pay),
            // A masked id that is an account, no miner.
            registerAccount(stranger).toMasked()
        ];
        for (uint256 i; i < forged.length; ++i) {
            vm.prank(forged[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IDealLedger.DealCallerNotMiner.selector, forged[i])
            );
            deals.handle_filecoin_method(2034386435, 0x51, params);
        }
        vm.prank(miner.toMasked());
        deals.handle_filecoin_method(2034386435, 0x51, params);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Active);
    }
}

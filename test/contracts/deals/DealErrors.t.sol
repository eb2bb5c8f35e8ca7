// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ICurioDealViewV1} from "../../../contracts/deals/ICurioDealViewV1.sol";
import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {StorageDeals} from "../../../contracts/deals/StorageDeals.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Bad input, and calls out of turn: each has its name.
contract DealErrorsTest is DealsFixture {
    bytes[] private _none;

    /* PROPOSALS */

    function test_RevertWhen_NoPieces() external {
        _refused(
            proposal(offerId, 0),
            abi.encodeWithSelector(IDealLedger.DealPieceCountOutOfBounds.selector, 0, 32)
        );
    }

    function test_RevertWhen_TooManyPieces() external {
        _refused(
            proposal(offerId, 33),
            abi.encodeWithSelector(IDealLedger.DealPieceCountOutOfBounds.selector, 33, 32)
        );
    }

    function test_RevertWhen_PieceInvalid() external {
        IDealLedger.Proposal memory what = proposal(offerId, 3);
        what.pieces[2].height = 1;
        _refused(what, abi.encodeWithSelector(IDealLedger.DealPieceInvalid.selector, 2));
        what.pieces[2].height = 64;
        _refused(what, abi.encodeWithSelector(IDealLedger.DealPieceInvalid.selector, 2));
        what.pieces[2].height = 2;
        what.pieces[2].padding = 127;
        _refused(what, abi.encodeWithSelector(IDealLedger.DealPieceInvalid.selector, 2));
    }

    function test_RevertWhen_SealingWindowOutOfBounds() external {
        IDealLedger.Proposal memory what = proposal(offerId, 1);
        uint64[3] memory windows = [uint64(0), 2_879, 86_401];
        for (uint256 i; i < windows.length; ++i) {
            what.sealingWindow = windows[i];
            _refused(
                what,
                abi.encodeWithSelector(
                    IDealLedger.DealSealingWindowOutOfBounds.selector,
                    windows[i],
                    2_880,
                    86_400
                )
            );
        }
    }

    function test_RevertWhen_OfferExpired() external {
        IProviderRegistry.Terms memory short = terms();
        short.expiry = currentEpoch().plus(10);
        vm.prank(worker);
        registry.reviseOffer(offerId, short);
        advance(11);
        _refused(
            proposal(offerId, 1),
            abi.encodeWithSelector(IProviderRegistry.OfferExpired.selector, offerId, short.expiry)
        );
    }

    function test_RevertWhen_CapacityExhausted() external {
        IProviderRegistry.Terms memory small = terms();
        small.capacity = SIZE;
        vm.prank(worker);
        registry.reviseOffer(offerId, small);
        propose(1);
        _refused(
            proposal(offerId, 1),
            abi.encodeWithSelector(
                IProviderRegistry.OfferCapacityExhausted.selector,
                offerId,
                0,
                SIZE
            )
        );
    }

    function test_RevertWhen_ValuesAreHuge() external {
        IDealLedger.Proposal memory what = proposal(offerId, 1);
        what.autoExtendUntil = Epoch.wrap(type(uint64).max);
        vm.prank(client);
        vm.expectRevert();
        deals.propose(what);
        what = proposal(offerId, 1);
        what.duration = type(uint64).max;
        _refused(
            what,
            abi.encodeWithSelector(
                IProviderRegistry.OfferDurationOutOfBounds.selector,
                type(uint64).max,
                DURATION,
                1_550_000
            )
        );
    }

    /* CALLERS */

    function test_RevertWhen_DealUnknown() external {
        bytes memory refusal = abi.encodeWithSelector(IDealLedger.DealUnknown.selector, 99);
        vm.expectRevert(refusal);
        deals.poke(99);
        vm.expectRevert(refusal);
        deals.settle(99);
        vm.expectRevert(refusal);
        deals.leaveAsClient(99);
        vm.expectRevert(refusal);
        deals.leaveAsProvider(99);
        vm.expectRevert(refusal);
        deals.decline(99);
        vm.expectRevert(refusal);
        deals.report(copyIdOf(99, 0), "");
        vm.expectRevert(refusal);
        deals.extend(99, Epoch.wrap(1), _none);
        vm.expectRevert(refusal);
        deals.setAutoExtend(99, Epoch.wrap(1), 1);
        vm.expectRevert(refusal);
        deals.dealOf(99);
        vm.expectRevert(
            abi.encodeWithSelector(ICurioDealViewV1.DealNotFound.selector, copyIdOf(99, 0))
        );
        deals.getDealState(copyIdOf(99, 0));
    }

    function test_RevertWhen_NotTheClient() external {
        uint256 dealId = propose(1);
        bytes memory refusal = abi.encodeWithSelector(
            IDealLedger.DealNotClient.selector,
            dealId,
            owner
        );
        vm.startPrank(owner);
        vm.expectRevert(refusal);
        deals.leaveAsClient(dealId);
        vm.expectRevert(refusal);
        deals.setAutoExtend(dealId, Epoch.wrap(1), 1);
        vm.stopPrank();
    }

    function test_RevertWhen_NotTheProvider() external {
        uint256 dealId = active(1);
        bytes memory refusal = abi.encodeWithSelector(
            IDealLedger.DealNotProvider.selector,
            dealId,
            worker
        );
        vm.prank(worker);
        vm.expectRevert(refusal);
        deals.leaveAsProvider(dealId);
        vm.startPrank(owner2);
        refusal = abi.encodeWithSelector(IDealLedger.DealNotProvider.selector, dealId, owner2);
        vm.expectRevert(refusal);
        deals.decline(dealId);
        vm.expectRevert(refusal);
        deals.extend(dealId, Epoch.wrap(1_000_000), _none);
        vm.stopPrank();
    }

    function test_RevertWhen_NotFilecoinPay() external {
        uint256 dealId = propose(1);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDealLedger.DealNotPay.selector, stranger));
        deals.railTerminated(dealId, client, 1);
    }

    function test_AnUnknownRailsTerminationChangesNothing() external {
        vm.prank(address(pay));
        deals.railTerminated(12345, client, 1);
    }

    function test_RevertWhen_AnotherMethodOrCodec() external {
        vm.startPrank(miner.toMasked());
        vm.expectRevert(
            abi.encodeWithSelector(IDealLedger.DealMethodNotHandled.selector, 2034386434, 0x51)
        );
        deals.handle_filecoin_method(2034386434, 0x51, hex"80");
        vm.expectRevert(
            abi.encodeWithSelector(IDealLedger.DealMethodNotHandled.selector, 2034386435, 0x71)
        );
        deals.handle_filecoin_method(2034386435, 0x71, hex"80");
        vm.stopPrank();
    }

    /* TURNS */

    function test_RevertGiven_NothingProposed_Decline() external {
        uint256 dealId = active(1);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(IDealLedger.DealNothingProposed.selector, dealId));
        deals.decline(dealId);
    }

    function test_RevertGiven_Left_LeaveAgain() external {
        uint256 dealId = active(1);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        bytes memory refusal = abi.encodeWithSelector(
            IDealLedger.DealAlreadyLeft.selector,
            dealId,
            IDealLedger.Departure.Client
        );
        vm.prank(client);
        vm.expectRevert(refusal);
        deals.leaveAsClient(dealId);
        vm.prank(owner);
        vm.expectRevert(refusal);
        deals.leaveAsProvider(dealId);
        vm.prank(client);
        vm.expectRevert(refusal);
        deals.extend(dealId, Epoch.wrap(1_000_000), _none);
    }

    function test_RevertGiven_NotActive_Report() external {
        uint256 dealId = propose(1);
        uint256 copyId = copyIdOf(dealId, 0);
        vm.expectRevert(abi.encodeWithSelector(IDealLedger.DealCopyNotActive.selector, copyId));
        deals.report(copyId, "");
    }

    /* CONSTRUCTION */

    function test_RevertWhen_ParametersOutOfBounds() external {
        IDealLedger.Parameters memory p = dealParameters();
        p.minSealingWindow = 0;
        _notConstructed(p, 0, 1, 86_400);
        p.minSealingWindow = 86_401;
        _notConstructed(p, 86_401, 1, 86_400);
        p = dealParameters();
        p.dryGrace = 0;
        _notConstructed(p, 0, 1, type(uint32).max);
        p = dealParameters();
        p.slashWindow = type(uint64).max;
        _notConstructed(p, type(uint64).max, 1, type(uint32).max);
        p = dealParameters();
        p.extensionLead = 0;
        _notConstructed(p, 0, 1, type(uint32).max);
        p = dealParameters();
        p.maxExtension = p.extensionLead - 1;
        _notConstructed(p, p.maxExtension, p.extensionLead, type(uint32).max);
    }

    function _notConstructed(
        IDealLedger.Parameters memory p,
        uint256 value,
        uint256 least,
        uint256 greatest
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDealLedger.DealParameterOutOfBounds.selector,
                value,
                least,
                greatest
            )
        );
        new StorageDeals(registry, evidence, IFilecoinPay(address(pay)), p);
    }

    function _refused(IDealLedger.Proposal memory what, bytes memory refusal) private {
        uint256 funds = fundsOf(client);
        uint128 locked = registry.bondOf(miner).locked;
        vm.prank(client);
        vm.expectRevert(refusal);
        deals.propose(what);
        assertEq(fundsOf(client), funds, "nothing spent");
        assertEq(registry.bondOf(miner).locked, locked, "nothing locked");
        assertEq(deals.openProposalsOf(offerId, client), locked == 0 ? 0 : 1, "nothing counted");
    }
}

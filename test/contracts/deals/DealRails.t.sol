// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {StorageDeals} from "../../../contracts/deals/StorageDeals.sol";
import {SectorEvidence} from "../../../contracts/evidence/SectorEvidence.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What becomes of the rail: with a payer in debt, one that ends it on Filecoin Pay, and one that settles it without us.
contract DealRailsTest is DealsFixture {
    bytes[] private _none;

    /* A PAYER IN DEBT */

    function test_RateFallsOnceThePayerIsSolvent() external {
        uint256 dealId = active(2);
        pass(dealId, WINDOW + 1);
        deals.poke(dealId);
        assertEq(deals.dealOf(dealId).period, NOTICE, "period is the notice");
        _drain();
        // Deeper in debt than the freed part of the fixed lockup can heal.
        advance(11_000);
        _killFirst(dealId);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertEq(registry.creditOf(stranger), BOND / 10, "slashed whatever the payer owes");
        assertTrue(deal.rateStale, "remembered");
        assertEq(deal.rate, RATE, "what the copies cost");
        assertEq(pay.getRail(dealId).paymentRate, 2 * RATE, "what the rail still carries");
        fund(client, FUNDS);
        vm.expectEmit(address(deals));
        emit IDealLedger.DealRailAdjusted(dealId, RATE, NOTICE);
        deals.poke(dealId);
        assertFalse(deals.dealOf(dealId).rateStale, "done");
        assertEq(pay.getRail(dealId).paymentRate, RATE, "the rail follows");
    }

    function test_PeriodShortensOnceThePayerIsSolvent() external {
        uint256 dealId = active(2);
        pass(dealId, WINDOW + 1);
        _drain();
        advance(10);
        _killFirst(dealId);
        assertEq(deals.dealOf(dealId).period, NOTICE + WINDOW, "not yet");
        assertEq(pay.getRail(dealId).lockupPeriod, NOTICE + WINDOW, "nor on Pay");
        fund(client, FUNDS);
        deals.poke(dealId);
        IFilecoinPay.RailView memory rail = pay.getRail(dealId);
        assertEq(rail.lockupPeriod, NOTICE, "period");
        assertEq(rail.paymentRate, RATE, "rate");
        assertEq(rail.lockupFixed, uint256(RATE) * EXIT_FEE_EPOCHS, "exit fee's bound");
        assertEq(deals.dealOf(dealId).period, NOTICE, "recorded");
    }

    function test_SaysWhenTheRailIsNotAdjusted() external {
        uint256 dealId = active(2);
        _drain();
        advance(10);
        uint256 copyId = copyIdOf(dealId, 0);
        terminate(miner, sectorOf(copyId));
        bytes memory where = location(miner, sectorOf(copyId));
        vm.expectEmit(address(deals));
        emit IDealLedger.DealRailNotAdjusted(
            dealId,
            abi.encodeWithSelector(
                IFilecoinPayV1.LockupPeriodChangeNotAllowedDueToInsufficientFunds.selector,
                usdfc,
                client,
                NOTICE + WINDOW,
                NOTICE
            )
        );
        deals.report(copyId, where);
    }

    /// The last copy fails while the payer is in debt: the rail ends where its money does.
    function test_ClosesForAPayerInDebt() external {
        uint256 dealId = active(1);
        pass(dealId, WINDOW + 1);
        deals.poke(dealId);
        deals.settle(dealId);
        uint256 before = fundsOf(payee);
        _drain();
        (uint256 dryAt, , , ) = pay.getAccountInfoIfSettled(usdfc, client);
        advance(10);
        _killFirst(dealId);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertEq(uint256(deal.departure), uint256(IDealLedger.Departure.Closed), "closed");
        assertEq(Epoch.unwrap(deal.railEnd), dryAt + NOTICE, "where the money ends");
        assertEq(pay.getRail(dealId).lockupFixed, 0, "no exit fee");
        advance(NOTICE);
        deals.settle(dealId);
        // The second settlement finds a rail that is settled to its end, and finalises it.
        deals.settle(dealId);
        (, uint256 lockup, uint256 rate, ) = pay.accounts(usdfc, client);
        assertEq(lockup + rate, 0, "all of the client's money is free");
        assertEq(fundsOf(payee), before, "and no epoch after the last proof was paid");
    }

    function test_DryGraceLeavesRoomForEvidence() external {
        IProviderRegistry.Terms memory short = terms();
        short.notice = 2 * uint32(GRACE);
        short.exitFeeEpochs = 0;
        vm.prank(worker);
        registry.reviseOffer(offerId, short);
        uint256 dealId = active(1);
        pass(dealId, WINDOW + 1);
        deals.poke(dealId);
        _drain();
        // The notice less W: shorter than the contract's grace.
        pass(dealId, 2 * GRACE - W);
        deals.poke(dealId);
        assertTrue(deals.dealOf(dealId).railEnd == Epoch.wrap(0), "within");
        advance(1);
        deals.poke(dealId);
        assertEq(
            uint256(deals.dealOf(dealId).departure),
            uint256(IDealLedger.Departure.Dry),
            "dry"
        );
        assertTrue(deals.dealOf(dealId).railEnd > currentEpoch(), "the rail still runs");
    }

    /* THE RATE'S QUEUE */

    /// Whatever ends, in whichever order and unsettled: one entry a copy at most.
    function test_TheRateQueueIsNoLongerThanTheDeal() external {
        uint256 dealId = active(8);
        for (uint256 i; i < 8; ++i) {
            advance(100);
            uint256 copyId = copyIdOf(dealId, (5 * i) % 8);
            terminate(miner, sectorOf(copyId));
            reportAs(stranger, copyId);
            deals.poke(dealId);
            assertLe(pay.getRateChangeQueueSize(dealId), i + 1, "entries");
        }
        uint256 entries = pay.getRateChangeQueueSize(dealId);
        assertLe(entries, 8, "no more than copies");
        assertTrue(deals.dealOf(dealId).railEnd == currentEpoch(), "closed with the last");
        advance(W + 1);
        deals.settle(dealId);
        assertEq(pay.getRateChangeQueueSize(dealId), 0, "settled");
    }

    /* SETTLEMENT */

    function test_SettlementWithoutProgressIsNoError() external {
        uint256 dealId = active(1);
        advance(1_000);
        refresh(dealId);
        deals.settle(dealId);
        advance(100);
        vm.expectEmit(address(deals));
        emit IDealLedger.DealSettlementRefused(
            dealId,
            abi.encodeWithSelector(
                IFilecoinPayV1.NoProgressInSettlement.selector,
                dealId,
                block.number - 99,
                block.number - 100
            )
        );
        deals.settle(dealId);
    }

    function test_SettlesPastAFailureThatNobodyPoked() external {
        uint256 dealId = active(2);
        uint256 failed = copyIdOf(dealId, 0);
        uint256 before = fundsOf(payee);
        pass(dealId, 1_000);
        terminate(miner, sectorOf(failed));
        advance(500);
        evidence.report(miner, sectorOf(failed), location(miner, sectorOf(failed)));
        advance(3_000);
        refreshCopy(copyIdOf(dealId, 1));
        (, , , , uint256 upTo, ) = pay.settleRail(dealId, block.number);
        assertEq(upTo, block.number, "the failed copy holds nothing back");
        assertEq(
            fundsOf(payee) - before,
            net(uint256(RATE) * (1_000 + 4_500)),
            "paid to its last proof, and the other to now"
        );
    }

    function test_SettlesPastAFailureOnRecord() external {
        uint256 dealId = active(2);
        pass(dealId, 1_000);
        // Failed later than it was last proven.
        advance(10);
        _killFirst(dealId);
        advance(3_000);
        refreshCopy(copyIdOf(dealId, 1));
        (, , , , uint256 upTo, ) = pay.settleRail(dealId, block.number);
        assertEq(upTo, block.number, "the failed copy holds nothing back");
    }

    /// A chain of faults is complete, and nobody pokes: that the sector proves again earns nothing.
    function test_PaysNothingAfterAFailureThatNobodyPoked() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        uint64 sector = sectorOf(copyId);
        uint256 before = fundsOf(payee);
        pass(dealId, 1_000);
        fault(miner, sector);
        for (uint256 i; i <= GRACE / CHAIN_GAP; ++i) {
            evidence.report(miner, sector, location(miner, sector));
            advance(CHAIN_GAP);
        }
        recover(miner, sector);
        refreshCopy(copyId);
        pass(dealId, 2_000);
        pay.settleRail(dealId, block.number);
        assertEq(fundsOf(payee) - before, net(1_000 * uint256(RATE)), "only what was before");
        deals.settle(dealId);
        assertEq(fundsOf(payee) - before, net(1_000 * uint256(RATE)), "nor after a poke");
    }

    function test_PaysFromActivationOnly() external {
        uint256 dealId = propose(1);
        uint256 before = fundsOf(payee);
        advance(5_000);
        seal(dealId);
        pass(dealId, 1_000);
        deals.settle(dealId);
        assertEq(fundsOf(payee) - before, net(1_000 * uint256(RATE)), "not for the sealing");
    }

    /* LEAVING */

    function test_ProviderLeavesWithCopiesProposed() external {
        uint256 dealId = propose(3);
        sealCopy(copyIdOf(dealId, 0));
        vm.prank(owner);
        deals.leaveAsProvider(dealId);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Active);
        assertState(copyIdOf(dealId, 1), IDealLedger.CopyState.Expired);
        assertState(copyIdOf(dealId, 2), IDealLedger.CopyState.Expired);
        uint256 lost = (uint256(BOND) * EXIT_BPS) / 10_000;
        assertEq(registry.creditOf(client), lost, "loses of the live copy's share only");
        assertEq(registry.bondOf(miner).locked, BOND - lost, "the rest goes on answering");
        assertEq(deals.openProposalsOf(offerId, client), 0, "nothing is open");
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertEq(uint256(deal.departure), uint256(IDealLedger.Departure.Provider), "left");
        assertEq(Epoch.unwrap(deal.railEnd), block.number + NOTICE, "serves the notice");
    }

    function test_ProviderLeavesBeforeAnythingIsSealed() external {
        uint256 dealId = propose(2);
        vm.prank(owner);
        deals.leaveAsProvider(dealId);
        assertEq(registry.creditOf(client), 0, "nothing to lose");
        assertEq(registry.bondOf(miner).locked, 0, "bond free");
        assertEq(
            uint256(deals.dealOf(dealId).departure),
            uint256(IDealLedger.Departure.Closed),
            "closed"
        );
    }

    /// The rail would end after the term anyway.
    function test_RevertGiven_TheTermEndsFirst_Leave() external {
        uint256 dealId = active(1);
        Epoch end = deals.dealOf(dealId).endEpoch;
        pass(dealId, end.since(currentEpoch()) - NOTICE);
        bytes memory refusal = abi.encodeWithSelector(
            IDealLedger.DealTermEndsFirst.selector,
            dealId,
            end
        );
        vm.prank(owner);
        vm.expectRevert(refusal);
        deals.leaveAsProvider(dealId);
        vm.prank(client);
        vm.expectRevert(refusal);
        deals.leaveAsClient(dealId);
        assertEq(registry.creditOf(client), 0, "nothing forfeited");
        assertEq(registry.bondOf(miner).locked, BOND, "the share answers to the end");
    }

    function test_ExitFeeIsNotOwedForAReportedCopy() external {
        uint256 dealId = active(2);
        pass(dealId, deals.dealOf(dealId).endEpoch.since(currentEpoch()) - NOTICE - 100);
        deals.settle(dealId);
        fault(miner, sectorOf(copyIdOf(dealId, 0)));
        reportAs(stranger, copyIdOf(dealId, 0));
        uint256 before = fundsOf(payee);
        vm.expectEmit(address(deals));
        emit IDealLedger.DealExitFeePaid(dealId, 100 * uint256(RATE));
        vm.prank(client);
        deals.leaveAsClient(dealId);
        assertEq(fundsOf(payee) - before, net(100 * uint256(RATE)), "for one copy of two");
    }

    /* THE SLASH'S WINDOW */

    function test_AFailureSlashesWithinTheWindow() external {
        assertEq(_bondAfterAFailure(SLASH_WINDOW), 10_000 ether - BOND, "slashed");
        assertEq(registry.creditOf(stranger), BOND / 10, "the reporter of record is paid");
    }

    function test_AFailureDoesNotSlashAfterTheWindow() external {
        assertEq(_bondAfterAFailure(SLASH_WINDOW + 1), 10_000 ether, "not slashed");
        assertEq(registry.bondOf(miner).locked, 0, "but free");
    }

    function _bondAfterAFailure(uint256 wait) private returns (uint256) {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        uint64 sector = sectorOf(copyId);
        terminate(miner, sector);
        bytes memory where = location(miner, sector);
        vm.prank(stranger);
        evidence.report(miner, sector, where);
        Epoch failedAt = currentEpoch();
        advance(wait);
        deals.poke(dealId);
        assertState(copyId, IDealLedger.CopyState.Failed);
        assertTrue(deals.copyOf(copyId).close == failedAt, "closed when it failed");
        return registry.bondOf(miner).posted;
    }

    /* FINALISED WITHOUT US */

    /// The client's escape hatch on Filecoin Pay: it pays the provider for all epochs, proven or not.
    function test_EveryFunctionToleratesAFinalisedRail() external {
        uint256 dealId = propose(2);
        uint256 copyId = copyIdOf(dealId, 0);
        sealCopy(copyId);
        uint256 before = fundsOf(payee);
        _finalise(dealId);
        uint256 paid = fundsOf(payee) - before;
        assertEq(paid, net(2 * uint256(RATE) * (NOTICE + WINDOW)), "it can only overpay");

        assertState(copyId, IDealLedger.CopyState.Completed);
        assertState(copyIdOf(dealId, 1), IDealLedger.CopyState.Expired);
        terminate(miner, sectorOf(copyId));
        vm.prank(client);
        deals.setAutoExtend(dealId, Epoch.wrap(1), 1);
        vm.prank(worker);
        deals.decline(dealId);
        assertState(copyId, IDealLedger.CopyState.Completed);
        assertEq(registry.bondOf(miner).locked, 0, "the bond is free");
        assertEq(registry.bondOf(miner).posted, 10_000 ether, "and whole");
        vm.expectEmit(address(deals));
        emit IDealLedger.DealSettlementRefused(
            dealId,
            abi.encodeWithSelector(IFilecoinPayV1.RailInactiveOrSettled.selector, dealId)
        );
        deals.settle(dealId);
        deals.poke(dealId);
        bytes memory left = abi.encodeWithSelector(
            IDealLedger.DealAlreadyLeft.selector,
            dealId,
            IDealLedger.Departure.Payer
        );
        vm.startPrank(client);
        vm.expectRevert(left);
        deals.leaveAsClient(dealId);
        vm.expectRevert(left);
        deals.extend(dealId, Epoch.wrap(2_000_000), _none);
        vm.stopPrank();
        vm.prank(owner);
        vm.expectRevert(left);
        deals.leaveAsProvider(dealId);
        assertEq(fundsOf(payee) - before, paid, "no money moved");
    }

    function test_ReportOnAFinalisedRail() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        _finalise(dealId);
        terminate(miner, sectorOf(copyId));
        reportAs(stranger, copyId);
        assertState(copyId, IDealLedger.CopyState.Completed);
        assertEq(registry.creditOf(stranger), 0, "dead after its last epoch");
    }

    /// What was on record before the rail's end slashes also after the rail is gone.
    function test_SlashesOnAFinalisedRail() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        vm.prank(client);
        pay.terminateRail(dealId);
        advance(deals.dealOf(dealId).railEnd.since(currentEpoch()) - 1);
        terminate(miner, sectorOf(copyId));
        evidence.report(miner, sectorOf(copyId), location(miner, sectorOf(copyId)));
        advance(2);
        vm.prank(client);
        pay.settleTerminatedRailWithoutValidation(dealId);
        deals.poke(dealId);
        assertState(copyId, IDealLedger.CopyState.Failed);
        assertEq(registry.creditOf(client), (uint256(BOND) * 70) / 100, "slashed");
    }

    /// A notification to a deal whose rail is gone.
    function test_NotifiesADealWithoutARail() external {
        uint256 dealId = propose(1);
        _finalise(dealId);
        sealCopy(copyIdOf(dealId, 0));
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Expired);
    }

    function test_RecordsWhenThePayerTerminates() external {
        uint256 dealId = active(1);
        Epoch end = currentEpoch().plus(NOTICE + WINDOW);
        vm.expectEmit(address(deals));
        emit IDealLedger.DealLeft(dealId, IDealLedger.Departure.Payer, end);
        vm.prank(client);
        pay.terminateRail(dealId);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertTrue(deal.railEnd == end, "end");
        assertEq(uint256(deal.departure), uint256(IDealLedger.Departure.Payer), "by the payer");
        assertFalse(deal.exitFeeSettled, "still owes the exit fee");
    }

    /* THE TWO HALVES OF THE CODE */

    function test_TheLifecyclesOwnAddressKnowsNoDeal() external {
        uint256 dealId = active(1);
        IStorageDeals lifecycle = IStorageDeals(StorageDeals(payable(address(deals))).LIFECYCLE());
        vm.expectRevert(abi.encodeWithSelector(IDealLedger.DealUnknown.selector, dealId));
        lifecycle.poke(dealId);
    }

    function test_RevertWhen_FunctionUnknown() external {
        (bool ok, bytes memory answer) = address(deals).call(abi.encodeWithSelector(0xdeadbeef));
        assertFalse(ok, "refused");
        assertEq(answer.length, 0, "without data");
    }

    function test_RevertWhen_NoticeNotAboveFreshness() external {
        uint64 least = 2 * GRACE;
        SectorEvidence slow = new SectorEvidence(least, GRACE, CHAIN_GAP);
        IDealLedger.Parameters memory parameters = dealParameters();
        vm.expectRevert(
            abi.encodeWithSelector(
                IDealLedger.DealParameterOutOfBounds.selector,
                least,
                least + 1,
                type(uint64).max
            )
        );
        new StorageDeals(registry, slow, IFilecoinPay(address(pay)), parameters);
    }

    function _drain() private {
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
    }

    function _killFirst(uint256 dealId) private {
        terminate(miner, sectorOf(copyIdOf(dealId, 0)));
        reportAs(stranger, copyIdOf(dealId, 0));
    }

    /// The payer terminates on Pay, waits for the end, and settles without the validator.
    function _finalise(uint256 dealId) private {
        vm.prank(client);
        pay.terminateRail(dealId);
        advance(deals.dealOf(dealId).railEnd.since(currentEpoch()) + 1);
        vm.prank(client);
        pay.settleTerminatedRailWithoutValidation(dealId);
    }
}

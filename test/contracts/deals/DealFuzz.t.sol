// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {IValidator} from "../../../contracts/payments/IValidator.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Each function that changes deals, at any time and of any size, against the formulas of its money.
contract DealFuzzTest is DealsFixture {
    /// Of a piece at least 1 GiB a rate above the floor.
    uint256 private constant LEAST_RATE_PER_TIB = 20_000 << 10;

    /* PROPOSE, DECLINE */

    function testFuzz_ProposeLocksWhatTheTermsSay(
        uint256 count,
        uint256 heights,
        uint256[7] calldata random
    ) external {
        IProviderRegistry.Terms memory agreed = _randomTerms(random);
        vm.prank(worker);
        registry.reviseOffer(offerId, agreed);
        IDealLedger.Proposal memory what = proposal(offerId, bound(count, 1, 32));
        what.sealingWindow = uint64(bound(random[5], 2_880, 86_400));
        what.duration = uint64(bound(random[6], DURATION, 1_550_000));
        uint256 rate;
        uint256 bond;
        uint256 padded;
        for (uint256 i; i < what.pieces.length; ++i) {
            // 1 GiB to 64 GiB.
            what.pieces[i].height = uint8(25 + ((heights >> (8 * i)) % 7));
            uint256 size = uint256(32) << what.pieces[i].height;
            rate += Math.ceilDiv(agreed.ratePerTib * size, 1 << 40);
            bond += Math.ceilDiv(agreed.bondPerTib * size, 1 << 40);
            padded += size;
        }
        uint256 dealId = proposeAs(client, what);

        uint256 fee = rate * agreed.reservationFeeEpochs;
        uint256 period = uint256(agreed.notice) + what.sealingWindow;
        (uint256 funds, uint256 lockup, uint256 stream, ) = pay.accounts(usdfc, client);
        assertEq(stream, rate, "rate");
        assertEq(lockup, rate * (period + agreed.exitFeeEpochs), "lockup");
        assertEq(FUNDS - funds, fee, "spent");
        assertEq(fundsOf(payee), net(fee), "to the payee");
        assertEq(fundsOf(address(pay)), fee - net(fee), "and the rest to the network");
        assertEq(registry.bondOf(miner).locked, bond, "bond");
        assertEq(registry.bondOf(miner).posted, 10_000 ether, "untouched");
        (, , , uint64 reserved, ) = registry.offerOf(offerId);
        assertEq(reserved, padded, "capacity");
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertEq(deal.rate, rate, "the deal's rate");
        assertEq(deal.exitFee, rate * agreed.exitFeeEpochs, "the deal's exit fee");
        assertEq(Epoch.unwrap(deal.sealBy), block.number + what.sealingWindow, "sealBy");
        assertEq(deal.endEpoch.since(deal.sealBy), what.duration, "duration");
    }

    function testFuzz_DeclineExpiresWhatIsNotSealed(uint256 sealed_, uint256 wait) external {
        uint256 dealId = propose(4);
        for (uint256 i; i < 4; ++i) {
            if ((sealed_ >> i) & 1 == 1) sealCopy(copyIdOf(dealId, i));
        }
        uint256 live = deals.dealOf(dealId).live;
        vm.assume(live < 4);
        uint256 spent = fundsOf(client);
        advance(bound(wait, 0, WINDOW));
        vm.prank(worker);
        deals.decline(dealId);
        assertEq(fundsOf(client), spent, "no money moves");
        assertEq(registry.bondOf(miner).locked, live * BOND, "their shares are free");
        assertEq(deals.openProposalsOf(offerId, client), 0, "not open");
        for (uint256 i; i < 4; ++i) {
            assertState(
                copyIdOf(dealId, i),
                (sealed_ >> i) & 1 == 1
                    ? IDealLedger.CopyState.Active
                    : IDealLedger.CopyState.Expired
            );
        }
        deals.settle(dealId);
        (, uint256 lockup, uint256 rate, ) = pay.accounts(usdfc, client);
        assertEq(rate, live * RATE, "the rail follows");
        if (live == 0) assertEq(lockup, 0, "closed");
    }

    /* EVIDENCE AND SETTLEMENT */

    /// Two copies; the first has a life of faults, recoveries, silence and settlements.
    function testFuzz_PaysTheRateForProvenEpochs(uint256[12] calldata random) external {
        uint256 dealId = propose(2);
        advance(bound(random[0], 0, WINDOW));
        seal(dealId);
        uint256 before = fundsOf(client);
        for (uint256 i = 1; i < random.length; ++i) {
            advance(bound(random[i] >> 8, 1, 7_000));
            _happen(dealId, random[i] % 8);
        }
        deals.settle(dealId);
        uint256 upTo = pay.getRail(dealId).settledUpTo;
        uint256 earned;
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        for (uint256 i; i < 2; ++i) {
            IDealLedger.Copy memory copy = deals.copyOf(copyIdOf(dealId, i));
            uint256 last =
                copy.state == IDealLedger.CopyState.Active
                    ? upTo
                    : Math.min(upTo, Epoch.unwrap(copy.close));
            earned +=
                copy.rate *
                evidence.provenBetween(
                    evidence.subjectOf(deal.provider, copy.sector),
                    copy.activation,
                    Epoch.wrap(uint64(last))
                );
        }
        assertEq(before - fundsOf(client), earned, "rate times proven epochs");
        assertLe(pay.getRateChangeQueueSize(dealId), 2, "rate changes");
    }

    function testFuzz_SlashIsSplitAndConserved(uint256 perTib, bool reported) external {
        IProviderRegistry.Terms memory agreed = terms();
        agreed.bondPerTib = uint128(bound(perTib, 1, 1_000 ether));
        vm.prank(worker);
        registry.reviseOffer(offerId, agreed);
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        uint256 bond = deals.copyOf(copyId).bond;
        assertEq(bond, Math.ceilDiv(agreed.bondPerTib, 32), "share");
        advance(1);
        if (reported) {
            terminate(miner, sectorOf(copyId));
            reportAs(stranger, copyId);
        } else {
            // The miner itself tells of other data: nobody reported.
            uint64 sector = sectorOf(copyId);
            bytes memory again = abi.encodePacked(hex"81831b", sector, hex"0080");
            vm.prank(miner.toMasked());
            deals.handle_filecoin_method(2034386435, 0x51, again);
            deals.poke(dealId);
        }
        assertState(copyId, IDealLedger.CopyState.Failed);
        uint256 toClient = (bond * 70) / 100;
        uint256 toReporter = reported ? bond / 10 : 0;
        assertEq(registry.creditOf(client), toClient, "client");
        assertEq(registry.creditOf(stranger), toReporter, "reporter");
        assertEq(registry.burnable(), bond - toClient - toReporter, "burned");
        assertEq(registry.bondOf(miner).posted, 10_000 ether - bond, "posted");
        assertEq(registry.bondOf(miner).locked, 0, "locked");
        deals.settle(dealId);
        (, uint256 lockup, , ) = pay.accounts(usdfc, client);
        assertEq(lockup, 0, "closed");
    }

    /* LEAVING */

    /// One copy sealed, a second perhaps not, a third perhaps reported.
    function testFuzz_ClientLeaves(uint256 wait, bool second, bool faulty) external {
        uint256 dealId = propose(3);
        sealCopy(copyIdOf(dealId, 0));
        sealCopy(copyIdOf(dealId, 2));
        if (second) sealCopy(copyIdOf(dealId, 1));
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        wait = bound(wait, 0, deal.endEpoch.since(currentEpoch()) - 1);
        advance(wait);
        if (faulty) {
            fault(miner, sectorOf(copyIdOf(dealId, 2)));
            reportAs(stranger, copyIdOf(dealId, 2));
        }
        uint256 period = second || wait > WINDOW ? NOTICE : NOTICE + WINDOW;
        uint256 owing = (second ? 3 : 2) - (faulty ? 1 : 0);
        uint256 end = Epoch.unwrap(deal.endEpoch);
        uint256 railEnd = block.number + period;
        if (railEnd >= end) return _cannotLeave(dealId, client, end);
        uint256 fee = RATE * owing * Math.min(end - railEnd, EXIT_FEE_EPOCHS);
        uint256 before = fundsOf(client);
        uint256 payees = fundsOf(payee);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        deal = deals.dealOf(dealId);
        assertEq(Epoch.unwrap(deal.railEnd), railEnd, "serves the notice");
        assertEq(uint256(deal.departure), uint256(IDealLedger.Departure.Client), "departure");
        if (deal.proposed != 0) {
            assertEq(fundsOf(client), before, "while a copy may still be sealed, the fee waits");
            advance(deal.sealBy.since(currentEpoch()) + 1);
            vm.prank(stranger);
            deals.poke(dealId);
        }
        assertEq(before - fundsOf(client), fee, "exit fee");
        assertEq(fundsOf(payee) - payees, net(fee), "to the payee");
        assertEq(pay.getRail(dealId).lockupFixed, 0, "nothing more to be taken");
        _endsBySettling(dealId);
    }

    function testFuzz_ProviderLeaves(uint256 wait, uint256 bps, bool second) external {
        IProviderRegistry.Terms memory agreed = terms();
        agreed.exitBps = uint16(bound(bps, 0, 5_000));
        vm.prank(worker);
        registry.reviseOffer(offerId, agreed);
        uint256 dealId = propose(2);
        sealCopy(copyIdOf(dealId, 0));
        if (second) sealCopy(copyIdOf(dealId, 1));
        uint256 end = Epoch.unwrap(deals.dealOf(dealId).endEpoch);
        wait = bound(wait, 0, end - block.number - 1);
        uint256 railEnd = block.number + wait + NOTICE;
        advance(wait);
        uint256 funds = fundsOf(client);
        if (railEnd >= end) return _cannotLeave(dealId, owner, end);
        vm.prank(owner);
        deals.leaveAsProvider(dealId);
        uint256 live = second ? 2 : 1;
        uint256 lost = live * Math.ceilDiv(BOND * uint256(agreed.exitBps), 10_000);
        assertEq(registry.creditOf(client), lost, "to the client");
        assertEq(registry.bondOf(miner).posted, 10_000 ether - lost, "from the bond");
        assertEq(registry.bondOf(miner).locked, live * BOND - lost, "what is left answers");
        assertEq(fundsOf(client), funds, "the client pays nothing");
        assertEq(Epoch.unwrap(deals.dealOf(dealId).railEnd), railEnd, "notice");
        _endsBySettling(dealId);
    }

    /// Whatever a payer has left: the rail ends where its money does, whenever it is poked.
    function testFuzz_DryPayer(uint256 spare, uint256 late) external {
        address poor = address(0x900C);
        uint256 locked =
            uint256(RATE) * (uint256(NOTICE) + WINDOW + EXIT_FEE_EPOCHS + RESERVATION_EPOCHS);
        spare = bound(spare, 0, uint256(RATE) * 100_000);
        fund(poor, locked + spare);
        approve(poor);
        uint256 dealId = proposeAs(poor, proposal(offerId, 1));
        seal(dealId);
        uint256 start = block.number;
        uint256 dryAt = start + spare / RATE;
        advance(dryAt - start + DRY_GRACE);
        deals.poke(dealId);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertTrue(deal.railEnd == Epoch.wrap(0), "within the grace");
        uint256 before = fundsOf(poor);
        advance(bound(late, 1, 400_000));
        deals.poke(dealId);
        deal = deals.dealOf(dealId);
        assertEq(Epoch.unwrap(deal.railEnd), dryAt + deal.period, "where the money ends");
        assertEq(uint256(deal.departure), uint256(IDealLedger.Departure.Dry), "dry");
        uint256 missing = Math.saturatingSub(Epoch.unwrap(deal.endEpoch), dryAt + deal.period);
        uint256 fee = Math.min(missing, EXIT_FEE_EPOCHS) * RATE;
        assertEq(before - fundsOf(poor), fee, "exit fee, once");
        _endsBySettling(dealId);
        (, uint256 lockup, uint256 rate, ) = pay.accounts(usdfc, poor);
        assertEq(lockup + rate, 0, "nothing stays locked");
    }

    /* TIME */

    /// A copy's end is what is recorded, not when somebody looks.
    function testFuzz_TheStateIsAFunctionOfRecordedEpochs(
        uint256[6] calldata random,
        uint256 wait,
        bool drained
    ) external {
        uint256 dealId = propose(3);
        sealCopy(copyIdOf(dealId, 0));
        sealCopy(copyIdOf(dealId, 1));
        if (drained) _drain();
        for (uint256 i; i < random.length; ++i) {
            advance(bound(random[i] >> 8, 1, i == 0 ? DURATION : 9_000));
            _evidenceOnly(copyIdOf(dealId, 0), random[i] % 4);
        }
        IDealLedger.CopyState[3] memory expected;
        for (uint256 i; i < 3; ++i) expected[i] = deals.stateOf(copyIdOf(dealId, i));
        uint256 snapshot = vm.snapshotState();
        deals.poke(dealId);
        IDealLedger.Copy[] memory now_ = deals.copiesOf(dealId);
        for (uint256 i; i < 3; ++i) {
            // Faulty is never stored.
            IDealLedger.CopyState stored = now_[i].state;
            assertState(copyIdOf(dealId, i), expected[i]);
            if (expected[i] != IDealLedger.CopyState.Faulty)
                assertEq(uint256(stored), uint256(expected[i]), "stored");
        }
        vm.revertToState(snapshot);
        advance(bound(wait, 1, SLASH_WINDOW));
        deals.poke(dealId);
        IDealLedger.Copy[] memory later = deals.copiesOf(dealId);
        for (uint256 i; i < 3; ++i) {
            if (now_[i].close == Epoch.wrap(0)) continue;
            assertEq(uint256(later[i].state), uint256(now_[i].state), "the same end");
            assertTrue(later[i].close == now_[i].close, "in the same epoch");
        }
    }

    function testFuzz_Extend(uint256 wait, uint256 more, uint256 committed) external {
        uint256 dealId = active(1);
        Epoch end = deals.dealOf(dealId).endEpoch;
        uint64 sector = sectorOf(copyIdOf(dealId, 0));
        advance(bound(wait, 0, end.since(currentEpoch()) - 1));
        // Asked of the engine: to forge's optimizer block.number is the same before and after a roll.
        bool early = vm.getBlockNumber() + EXTENSION_LEAD <= Epoch.unwrap(end);
        Epoch newEnd = Epoch.wrap(uint64(bound(more, Epoch.unwrap(end) - 10, 1_500_000)));
        Epoch commitment = Epoch.wrap(
            uint64(bound(committed, Epoch.unwrap(end) + 1_001, 1_500_000))
        );
        extend(miner, sector, commitment);
        bytes[] memory locations = new bytes[](1);
        locations[0] = location(miner, sector);
        uint256 funds = fundsOf(client);
        vm.prank(client);
        try deals.extend(dealId, newEnd, locations) {
            assertTrue(
                early && newEnd >= end.plus(EXTENSION_LEAD) && commitment >= newEnd,
                "within all bounds"
            );
            assertTrue(deals.dealOf(dealId).endEpoch == newEnd, "extended");
            assertEq(deals.dealOf(dealId).extensions, 1, "counted");
        } catch {
            assertFalse(
                early && newEnd >= end.plus(EXTENSION_LEAD) && commitment >= newEnd,
                "out of some bound"
            );
            assertTrue(deals.dealOf(dealId).endEpoch == end, "as before");
        }
        assertEq(registry.bondOf(miner).locked, BOND, "the share");
        assertEq(pay.getRail(dealId).paymentRate, RATE, "the rate");
        assertEq(fundsOf(client), funds, "no money moves");
    }

    /* THE VALIDATOR */

    function testFuzz_ValidatePaymentNeverReverts(
        uint256 railId,
        uint256 amount,
        uint256 from,
        uint256 to,
        uint256 rate
    ) external {
        _someDeals();
        IValidator.ValidationResult memory result = deals.validatePayment(
            railId < 6 ? 0 : railId,
            amount,
            from,
            to,
            rate
        );
        assertEq(result.settleUpto, to, "an unknown rail settles");
        assertEq(result.modifiedAmount, 0, "for nothing");
        result = deals.validatePayment(1 + (railId % 5), amount, from, to, rate);
        assertLe(result.settleUpto, to, "not beyond");
        if (to > from) assertGe(result.settleUpto, from, "not behind");
        if (result.settleUpto == to) assertLe(result.modifiedAmount, amount, "not above");
    }

    /// As Pay asks: whatever the span and the rate, within what it lets a validator answer.
    function testFuzz_ValidatePaymentKeepsPaysBounds(
        uint256 railId,
        uint256 from,
        uint256 span,
        uint256 rate,
        uint256 wait
    ) external {
        _someDeals();
        advance(bound(wait, 0, 2 * DURATION));
        from = bound(from, 0, 3 * DURATION);
        span = bound(span, 0, 3 * DURATION);
        rate = bound(rate, 0, type(uint128).max);
        IValidator.ValidationResult memory result = deals.validatePayment(
            1 + (railId % 5),
            rate * span,
            from,
            from + span,
            rate
        );
        assertGe(result.settleUpto, from, "not behind");
        assertLe(result.settleUpto, from + span, "not beyond");
        assertLe(result.modifiedAmount, rate * (result.settleUpto - from), "not above");
    }

    /// 1: proposed, 2: active, 3: one failed, 4: left, 5: expired.
    function _someDeals() private {
        propose(1);
        active(2);
        uint256 failing = active(2);
        terminate(miner, sectorOf(copyIdOf(failing, 0)));
        reportAs(stranger, copyIdOf(failing, 0));
        uint256 left = active(1);
        vm.prank(client);
        deals.leaveAsClient(left);
        uint256 declined = propose(1);
        vm.prank(worker);
        deals.decline(declined);
        assertEq(declined, 5, "five deals");
        advance(1_000);
    }

    /// One of what may happen to the first copy; the second is only refreshed.
    function _happen(uint256 dealId, uint256 what) private {
        uint256 copyId = copyIdOf(dealId, 0);
        uint64 sector = sectorOf(copyId);
        bool open = deals.copyOf(copyId).state == IDealLedger.CopyState.Active;
        if (what == 0) fault(miner, sector);
        else if (what == 1) recover(miner, sector);
        else if (what == 2 && open) reportAs(stranger, copyId);
        else if (what == 3) deals.settle(dealId);
        else if (what == 4) deals.poke(dealId);
        else if (what == 5) evidence.report(miner, sector, location(miner, sector));
        else refresh(dealId);
    }

    function _evidenceOnly(uint256 copyId, uint256 what) private {
        uint64 sector = sectorOf(copyId);
        if (what == 0) fault(miner, sector);
        else if (what == 1) recover(miner, sector);
        else if (what == 2) refreshCopy(copyId);
        evidence.report(miner, sector, location(miner, sector));
    }

    /// Leaving is for rails that end before the term does.
    function _cannotLeave(uint256 dealId, address by, uint256 end) private {
        vm.prank(by);
        vm.expectRevert(
            abi.encodeWithSelector(IDealLedger.DealTermEndsFirst.selector, dealId, end)
        );
        if (by == client) deals.leaveAsClient(dealId);
        else deals.leaveAsProvider(dealId);
    }

    /// A stranger's settlements alone, long after: all copies are final, the bond is free.
    function _endsBySettling(uint256 dealId) private {
        for (uint256 i; i < 3; ++i) {
            advance(800_000);
            vm.prank(stranger);
            deals.settle(dealId);
        }
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertEq(uint256(deal.live) + deal.proposed, 0, "all final");
        assertEq(registry.bondOf(miner).locked, 0, "the bond is free");
        (, uint256 lockup, , ) = pay.accounts(usdfc, client);
        assertEq(lockup, 0, "the client's money is free");
    }

    function _drain() private {
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
    }

    function _randomTerms(
        uint256[7] calldata random
    ) private view returns (IProviderRegistry.Terms memory agreed) {
        agreed = terms();
        agreed.ratePerTib = uint128(bound(random[0], LEAST_RATE_PER_TIB, 1e15));
        agreed.bondPerTib = uint128(bound(random[1], 1, 1_000 ether));
        agreed.notice = uint32(bound(random[2], 2 * GRACE, NOTICE));
        agreed.exitFeeEpochs = uint32(bound(random[3], 0, agreed.notice));
        agreed.reservationFeeEpochs = uint32(bound(random[4], 0, 20_160));
    }
}

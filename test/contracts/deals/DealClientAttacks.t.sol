// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ICurioDealViewV1} from "../../../contracts/deals/ICurioDealViewV1.sol";
import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {PieceManifest, PieceNotification} from "../../../contracts/mocks/fvm/SectorNotifier.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What a client may try; it gains nothing by any of it, and the provider loses nothing.
contract DealClientAttacksTest is DealsFixture {
    function test_NeverServesTheBytes() external {
        Money memory before = money();
        uint256 dealId = propose(1);
        advance(WINDOW + 1);
        vm.prank(client);
        deals.settle(dealId);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Expired);
        assertBondsUntouched(before);
        uint256 fee = uint256(RATE) * RESERVATION_EPOCHS;
        assertEq(before.client - fundsOf(client), fee, "the client paid for the reservation");
        assertEq(fundsOf(payee) - before.payee, net(fee), "the provider has it");
    }

    function test_LetsEvidenceLapse() external {
        uint256 dealId = active(1);
        Money memory before = money();
        advance(100_000);
        vm.prank(client);
        deals.settle(dealId);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Active);
        assertBondsUntouched(before);
        assertEq(fundsOf(payee), before.payee, "silence is not paid");
        refresh(dealId);
        deals.settle(dealId);
        assertEq(
            fundsOf(payee) - before.payee,
            net(uint256(W) * RATE),
            "and is not held against it"
        );
    }

    function test_ReportsTwoShortFaultsDaysApart() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        Money memory before = money();
        fault(miner, sectorOf(copyId));
        reportAs(client, copyId);
        advance(CHAIN_GAP + 1);
        recover(miner, sectorOf(copyId));
        advance(GRACE);
        fault(miner, sectorOf(copyId));
        reportAs(client, copyId);
        assertState(copyId, IDealLedger.CopyState.Faulty);
        assertBondsUntouched(before);
        recover(miner, sectorOf(copyId));
        advance(10);
        vm.prank(owner);
        refresh(dealId);
        assertState(copyId, IDealLedger.CopyState.Active);
        assertLe(
            registry.creditOf(client) * 1000,
            before.bond,
            "a recovered fault tips at most 0.1 % of free bond"
        );
    }

    function test_ReportsDeadAfterTheTerm() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        Money memory before = money();
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        pass(dealId, deal.endEpoch.since(currentEpoch()));
        advance(1);
        terminate(miner, sectorOf(copyId));
        reportAs(client, copyId);
        assertState(copyId, IDealLedger.CopyState.Completed);
        assertBondsUntouched(before);
        deals.settle(dealId);
        uint256 served = deal.endEpoch.since(deals.copyOf(copyId).activation);
        assertEq(fundsOf(payee) - before.payee, net(served * RATE), "the whole term is paid");
    }

    function test_SettlesTheTailAway() external {
        uint256 dealId = active(1);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        Money memory before = money();
        uint256 served = deal.endEpoch.since(currentEpoch());
        pass(dealId, served - 3_000);
        advance(3_001);
        vm.prank(client);
        deals.settle(dealId);
        assertEq(
            fundsOf(payee) - before.payee,
            net((served - 3_000) * RATE),
            "the unproven tail waits"
        );
        refresh(dealId);
        deals.settle(dealId);
        uint256 paid = fundsOf(payee) - before.payee;
        assertEq(
            paid,
            net((served - 3_000) * RATE) + net(3_000 * uint256(RATE)),
            "and is paid on proof"
        );
    }

    function test_RevokesAllowancesBeforeSealing() external {
        uint256 dealId = propose(1);
        vm.prank(client);
        pay.setOperatorApproval(usdfc, address(deals), false, 0, 0, 0);
        _servesANoticeAfterSealing(dealId);
    }

    function test_DrainsTheAccountBeforeSealing() external {
        uint256 dealId = propose(1);
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
        _servesANoticeAfterSealing(dealId);
    }

    function test_TerminatesOnPayBeforeSealing() external {
        uint256 dealId = propose(1);
        vm.prank(client);
        pay.terminateRail(dealId);
        assertEq(
            uint256(deals.dealOf(dealId).departure),
            uint256(IDealLedger.Departure.Payer),
            "noticed"
        );
        _servesANoticeAfterSealing(dealId);
    }

    /// Sealed on the last day, the provider still earns at least the notice.
    function _servesANoticeAfterSealing(uint256 dealId) private {
        uint256 before = fundsOf(payee);
        advance(WINDOW - 2_000);
        seal(dealId);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Active);
        pass(dealId, NOTICE + 20_000);
        deals.settle(dealId);
        assertGe(fundsOf(payee) - before, net(uint256(NOTICE) * RATE), "the notice is paid");
    }

    function test_GetsJunkNotified() external {
        uint256 dealId = propose(1);
        PieceNotification[] memory notify = new PieceNotification[](4);
        bytes memory self = FilAddress.f410(address(deals));
        notify[0] = PieceNotification(self, hex"");
        notify[1] = PieceNotification(self, hex"deadbeef");
        notify[2] = PieceNotification(self, abi.encode(type(uint256).max));
        notify[3] = PieceNotification(self, abi.encode(copyIdOf(dealId, 0)));
        PieceCid other = PieceCid.wrap(keccak256("another piece"));
        commitSector(
            miner,
            77,
            Epoch.wrap(2_000_000),
            PieceManifest(other.toCidV1(), SIZE, notify)
        );
        assertTrue(minerActor(miner).locationOf(77).length != 0, "the provider's sector stands");
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Proposed);
    }

    function test_TerminatesOnPayToEscapeTheExitFee() external {
        uint256 dealId = active(1);
        pass(dealId, 30_000);
        deals.settle(dealId);
        uint256 before = fundsOf(payee);
        vm.prank(client);
        pay.terminateRail(dealId);
        advance(1_000);
        vm.prank(stranger);
        deals.poke(dealId);
        assertEq(
            fundsOf(payee) - before,
            net(uint256(RATE) * EXIT_FEE_EPOCHS),
            "anyone's poke takes it"
        );
        vm.prank(stranger);
        deals.poke(dealId);
        assertEq(fundsOf(payee) - before, net(uint256(RATE) * EXIT_FEE_EPOCHS), "once");
        pass(dealId, NOTICE);
        deals.settle(dealId);
        assertGe(
            fundsOf(payee) - before,
            net(uint256(RATE) * EXIT_FEE_EPOCHS) + net(uint256(RATE) * NOTICE),
            "and the notice is served and paid"
        );
    }

    function test_RunsDryToEscapeTheExitFee() external {
        uint256 dealId = active(1);
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
        uint256 before = fundsOf(payee);
        (uint256 dryAt, , , ) = pay.getAccountInfoIfSettled(usdfc, client);
        pass(dealId, DRY_GRACE);
        deals.poke(dealId);
        assertTrue(
            deals.dealOf(dealId).railEnd == Epoch.wrap(0),
            "within the grace nobody ends it"
        );
        pass(dealId, 2);
        vm.prank(stranger);
        deals.poke(dealId);
        assertEq(
            Epoch.unwrap(deals.dealOf(dealId).railEnd),
            dryAt + NOTICE + WINDOW,
            "ends where money does"
        );
        assertEq(fundsOf(payee) - before, net(uint256(RATE) * EXIT_FEE_EPOCHS), "exit fee");
        pass(dealId, NOTICE + WINDOW);
        deals.settle(dealId);
        assertGe(
            fundsOf(payee) - before,
            net(uint256(RATE) * (uint256(NOTICE) + WINDOW)),
            "and all of the lockup"
        );
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Completed);
    }

    function test_TopsUpAfterTheMoneysEndAndClaimsASlash() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        Money memory before = money();
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
        pass(dealId, DRY_GRACE + 2);
        vm.prank(owner);
        deals.poke(dealId);
        pass(dealId, NOTICE + WINDOW);
        terminate(miner, sectorOf(copyId));
        fund(client, FUNDS);
        vm.prank(client);
        deals.poke(dealId);
        assertState(copyId, IDealLedger.CopyState.Completed);
        assertBondsUntouched(before);
    }

    function test_LeavesJustBeforeTheEndOwesOnlyTheRest() external {
        uint256 dealId = active(1);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        pass(dealId, deal.endEpoch.since(currentEpoch()) - NOTICE - 100);
        deals.settle(dealId);
        uint256 before = fundsOf(payee);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        assertEq(fundsOf(payee) - before, net(100 * uint256(RATE)), "the term less the notice");
    }

    /// Left while the provider may still seal: the fee is owed once it is known what was sealed.
    function test_LeavesDuringSealingToEscapeTheExitFee() external {
        uint256 dealId = propose(2);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        sealCopy(copyIdOf(dealId, 0));
        uint256 before = fundsOf(payee);
        advance(WINDOW + 1);
        refresh(dealId);
        vm.prank(stranger);
        deals.poke(dealId);
        assertEq(
            fundsOf(payee) - before,
            net(uint256(RATE) * EXIT_FEE_EPOCHS),
            "for the one sealed copy"
        );
        (, uint256 lockup, , ) = pay.accounts(usdfc, client);
        pass(dealId, NOTICE);
        deals.settle(dealId);
        (, uint256 left, , ) = pay.accounts(usdfc, client);
        assertGe(lockup, left, "and the rest is free at the end");
        assertEq(left, 0, "all of it");
    }

    function test_RunsDryDuringSealingToEscapeTheExitFee() external {
        IDealLedger.Proposal memory what = proposal(offerId, 1);
        what.sealingWindow = 86_400;
        uint256 dealId = proposeAs(client, what);
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
        advance(DRY_GRACE + 2);
        deals.poke(dealId);
        assertEq(
            uint256(deals.dealOf(dealId).departure),
            uint256(IDealLedger.Departure.Dry),
            "ended"
        );
        seal(dealId);
        uint256 before = fundsOf(payee);
        vm.prank(stranger);
        deals.poke(dealId);
        assertEq(fundsOf(payee) - before, net(uint256(RATE) * EXIT_FEE_EPOCHS), "owed and taken");
    }

    function test_ALeftDealIsNotVerified() external {
        uint256 dealId = propose(1);
        ICurioDealViewV1.CurioDealView memory asked = curioView(copyIdOf(dealId, 0));
        assertTrue(deals.verifyDeal(asked), "before");
        vm.prank(client);
        deals.leaveAsClient(dealId);
        assertFalse(deals.verifyDeal(asked), "a provider that asks begins no sealing");
    }

    function test_RevertWhen_TheTermEndsFirst() external {
        uint256 dealId = active(1);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        pass(dealId, deal.endEpoch.since(currentEpoch()) - NOTICE);
        bytes memory refusal = abi.encodeWithSelector(
            IDealLedger.DealTermEndsFirst.selector,
            dealId,
            deal.endEpoch
        );
        vm.prank(owner);
        vm.expectRevert(refusal);
        deals.leaveAsProvider(dealId);
        vm.prank(client);
        vm.expectRevert(refusal);
        deals.leaveAsClient(dealId);
    }

    /// A provider that serves one copy of four earns the exit fee of one.
    function test_PaysTheExitFeeOfLiveCopiesOnly() external {
        uint256 dealId = propose(4);
        sealCopy(copyIdOf(dealId, 2));
        pass(dealId, WINDOW + 1);
        deals.poke(dealId);
        assertEq(
            pay.getRail(dealId).lockupFixed,
            uint256(RATE) * EXIT_FEE_EPOCHS,
            "the fixed lockup follows"
        );
        uint256 before = fundsOf(payee);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        assertEq(fundsOf(payee) - before, net(uint256(RATE) * EXIT_FEE_EPOCHS), "of one");
    }
}

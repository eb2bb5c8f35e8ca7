// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {Piece, PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {PieceManifest, PieceNotification} from "../../../contracts/mocks/fvm/SectorNotifier.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What a provider may try; it gains nothing by any of it.
contract DealProviderAttacksTest is DealsFixture {
    function test_SellsOneCopyTwiceToOneClient() external {
        uint256 first = propose(1);
        uint256 second = propose(1);
        PieceNotification[] memory notify = new PieceNotification[](2);
        bytes memory self = FilAddress.f410(address(deals));
        notify[0] = PieceNotification(self, abi.encode(copyIdOf(first, 0)));
        notify[1] = PieceNotification(self, abi.encode(copyIdOf(second, 0)));
        Piece memory sold = pieces(1)[0];
        uint256 before = fundsOf(payee);
        commitSector(
            miner,
            5,
            deals.dealOf(second).endEpoch.plus(1_000),
            PieceManifest(sold.cid.toCidV1(), SIZE, notify)
        );
        assertState(copyIdOf(first, 0), IDealLedger.CopyState.Active);
        assertState(copyIdOf(second, 0), IDealLedger.CopyState.Proposed);
        pass(first, 5_000);
        deals.settle(first);
        deals.settle(second);
        assertEq(fundsOf(payee) - before, net(5_000 * uint256(RATE)), "paid for one copy");
    }

    function test_SellsOneSectorToTwoClients() external {
        address other = address(0xC11F);
        fund(other, FUNDS);
        approve(other);
        uint256 first = propose(1);
        uint256 second = proposeAs(other, proposal(offerId, 1));
        PieceNotification[] memory notify = new PieceNotification[](2);
        bytes memory self = FilAddress.f410(address(deals));
        notify[0] = PieceNotification(self, abi.encode(copyIdOf(first, 0)));
        notify[1] = PieceNotification(self, abi.encode(copyIdOf(second, 0)));
        commitSector(
            miner,
            5,
            Epoch.wrap(1_000_000),
            PieceManifest(pieces(1)[0].cid.toCidV1(), SIZE, notify)
        );
        assertState(copyIdOf(first, 0), IDealLedger.CopyState.Active);
        assertState(copyIdOf(second, 0), IDealLedger.CopyState.Active);
    }

    function test_KeepsAFailedDealsRailRunning() external {
        uint256 dealId = active(1);
        pass(dealId, 3_000);
        deals.settle(dealId);
        uint256 before = fundsOf(payee);
        faultOut(copyIdOf(dealId, 0), stranger);
        recover(miner, sectorOf(copyIdOf(dealId, 0)));
        pass(dealId, 50_000);
        vm.prank(owner);
        deals.settle(dealId);
        assertEq(fundsOf(payee), before, "nothing after the failure");
        (, uint256 lockup, uint256 rate, ) = pay.accounts(usdfc, client);
        assertEq(lockup + rate, 0, "the client's money is free");
    }

    function test_RecoversAndAsksForTheFaultsEpochs() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        uint256 before = fundsOf(payee);
        pass(dealId, 1_000);
        fault(miner, sectorOf(copyId));
        advance(500);
        reportAs(stranger, copyId);
        advance(2_000);
        recover(miner, sectorOf(copyId));
        vm.prank(owner);
        refresh(dealId);
        advance(100);
        refresh(dealId);
        deals.settle(dealId);
        // 1,000 before the fault, 100 after the refresh that ended it. The 500 between loss and report, and the 2,000 from
        // the report to that refresh, are nobody's, though the sector was Active again when it was refreshed.
        assertEq(fundsOf(payee) - before, net(1_100 * uint256(RATE)), "proven epochs only");
    }

    function test_IsNotPaidWhileReportedFaulty() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        pass(dealId, 1_000);
        deals.settle(dealId);
        uint256 before = fundsOf(payee);
        fault(miner, sectorOf(copyId));
        for (uint256 i; i < 3; ++i) {
            reportAs(stranger, copyId);
            advance(2_000);
        }
        refresh(dealId);
        deals.settle(dealId);
        assertEq(fundsOf(payee), before, "a faulty sector earns nothing, whoever refreshes");
    }

    function test_ReplacesTheDataAfterActivation() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        uint64 sector = sectorOf(copyId);
        // In the expiration epoch an extension drops the deal weight, and the miner actor takes an update.
        uint64 left = deals.dealOf(dealId).endEpoch.plus(1_000).since(currentEpoch());
        pass(dealId, left - 1_001);
        deals.settle(dealId);
        uint256 before = fundsOf(payee);
        advance(1_001);
        extend(miner, sector, Epoch.wrap(2_000_000));
        updateSector(
            miner,
            sector,
            piece(PieceCid.wrap(keccak256("other")), SIZE, address(deals), abi.encode(copyId))
        );
        pass(dealId, 10);
        vm.prank(owner);
        deals.settle(dealId);
        assertLe(fundsOf(payee) - before, uint256(RATE), "nothing behind the commitment");
        assertFalse(deals.isLive(copyId), "not live");
    }

    function test_SealsWithTooShortACommitment() external {
        uint256 dealId = propose(1);
        uint256 copyId = copyIdOf(dealId, 0);
        Epoch end = deals.dealOf(dealId).endEpoch;
        commitSector(miner, 9, end.minus(1), manifest(copyId));
        assertState(copyId, IDealLedger.CopyState.Proposed);
        commitSector(miner, 10, end, manifest(copyId));
        assertState(copyId, IDealLedger.CopyState.Active);
    }

    function test_LeavesToEscapeTheSlash() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        pass(dealId, 1_000);
        vm.prank(owner);
        deals.leaveAsProvider(dealId);
        uint256 lost = (uint256(BOND) * EXIT_BPS) / 10_000;
        assertEq(registry.creditOf(client), lost, "exitBps to the client");
        pass(dealId, 10_000);
        terminate(miner, sectorOf(copyId));
        reportAs(stranger, copyId);
        assertState(copyId, IDealLedger.CopyState.Failed);
        uint256 left = BOND - lost;
        assertEq(
            registry.creditOf(client),
            lost + (left * 70) / 100,
            "and the slash of what is left"
        );
        assertEq(registry.bondOf(miner).posted, 10_000 ether - BOND, "the whole share is gone");
    }

    function test_RevertGiven_ReportedFaulty_ProviderLeaves() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        fault(miner, sectorOf(copyId));
        reportAs(stranger, copyId);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IDealLedger.DealCopyIsFaulty.selector, copyId));
        deals.leaveAsProvider(dealId);
    }

    function test_ReportsItself() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        terminate(miner, sectorOf(copyId));
        reportAs(owner, copyId);
        uint256 gets = registry.creditOf(owner);
        assertEq(gets, BOND / 10, "a tenth back");
        assertLe(gets, BOND - gets, "for the whole share");
    }

    function test_ChangesTheOfferUnderAProposal() external {
        IDealLedger.Proposal memory agreed = proposal(offerId, 1);
        IProviderRegistry.Terms memory dearer = terms();
        dearer.ratePerTib *= 10;
        vm.prank(worker);
        registry.reviseOffer(offerId, dearer);
        uint256 before = fundsOf(client);
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.OfferChanged.selector, offerId, 1, 2)
        );
        deals.propose(agreed);
        assertEq(fundsOf(client), before, "nothing spent");
    }

    function test_ActivatesAfterTheSealingDeadline() external {
        uint256 dealId = propose(1);
        uint256 before = fundsOf(payee);
        advance(WINDOW + 1);
        seal(dealId);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Expired);
        pass(dealId, 1_000);
        deals.settle(dealId);
        assertEq(fundsOf(payee), before, "no stream");
    }

    function test_AnotherMinerClaimsTheDeal() external {
        uint256 dealId = propose(1);
        uint256 copyId = copyIdOf(dealId, 0);
        commitSector(miner2, 3, Epoch.wrap(1_000_000), manifest(copyId));
        assertState(copyId, IDealLedger.CopyState.Proposed);
    }

    function test_AFailedCopyNeverBlocksItsPiece() external {
        uint256 dealId = active(1);
        terminate(miner, sectorOf(copyIdOf(dealId, 0)));
        reportAs(stranger, copyIdOf(dealId, 0));
        uint256 again = active(1);
        assertState(copyIdOf(again, 0), IDealLedger.CopyState.Active);
        assertTrue(deals.isLive(copyIdOf(again, 0)), "live");
    }
}

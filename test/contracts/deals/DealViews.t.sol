// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ICurioDealViewV1} from "../../../contracts/deals/ICurioDealViewV1.sol";
import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {Piece, PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What others are told of deals: providers' software, contracts that rely on a copy, people.
contract DealViewsTest is DealsFixture {
    /* CURIO */

    function test_VerifiesTheDealAsProposed() external {
        uint256 dealId = propose(2);
        assertEq(deals.version(), 1, "version");
        assertTrue(deals.verifyDeal(curioView(copyIdOf(dealId, 0))), "the first copy");
        assertTrue(deals.verifyDeal(curioView(copyIdOf(dealId, 1))), "and the second");
        advance(WINDOW);
        assertTrue(
            deals.verifyDeal(curioView(copyIdOf(dealId, 0))),
            "to the last epoch of sealing"
        );
    }

    function test_VerifiesPaddingToo() external {
        IDealLedger.Proposal memory what = proposal(offerId, 1);
        what.pieces[0].padding = 1_000_000;
        uint256 copyId = copyIdOf(proposeAs(client, what), 0);
        ICurioDealViewV1.CurioDealView memory asked = curioView(copyId);
        assertTrue(deals.verifyDeal(asked), "as proposed");
        asked.pieceCidV2 = Piece(what.pieces[0].cid, HEIGHT, 0).toCidV2();
        assertFalse(deals.verifyDeal(asked), "other padding");
    }

    function test_RefusesEachWrongField() external {
        uint256 dealId = propose(2);
        uint256 copyId = copyIdOf(dealId, 0);
        ICurioDealViewV1.CurioDealView memory asked = curioView(copyId);
        asked.dealId = copyIdOf(dealId, 1);
        assertFalse(deals.verifyDeal(asked), "another copy's piece");
        asked.dealId = copyIdOf(dealId, 2);
        assertFalse(deals.verifyDeal(asked), "a copy that is not");
        asked.dealId = type(uint256).max;
        assertFalse(deals.verifyDeal(asked), "a deal that is not");
        asked = curioView(copyId);
        asked.providerActorId = ActorId.unwrap(miner2);
        assertFalse(deals.verifyDeal(asked), "provider");
        asked.providerActorId = uint256(ActorId.unwrap(miner)) + (1 << 64);
        assertFalse(deals.verifyDeal(asked), "provider beyond 64 bits");
        asked = curioView(copyId);
        asked.clientId = FilAddress.f410(stranger);
        assertFalse(deals.verifyDeal(asked), "client");
        asked.clientId = "";
        assertFalse(deals.verifyDeal(asked), "no client");
        asked = curioView(copyId);
        asked.pieceCidV2 = deals.copyOf(copyId).cid.toCidV1();
        assertFalse(deals.verifyDeal(asked), "CID of version 1");
        asked = curioView(copyId);
        asked.startEpoch += 1;
        assertFalse(deals.verifyDeal(asked), "start");
        asked = curioView(copyId);
        asked.duration -= 1;
        assertFalse(deals.verifyDeal(asked), "duration");
        asked = curioView(copyId);
        asked.allocationId = 1;
        assertFalse(deals.verifyDeal(asked), "allocation");
    }

    function test_VerifiesOnlyWhatCanStillBeSealed() external {
        uint256 sealed_ = active(1);
        assertFalse(deals.verifyDeal(curioView(copyIdOf(sealed_, 0))), "active");
        uint256 late = propose(1);
        advance(WINDOW + 1);
        assertFalse(deals.verifyDeal(curioView(copyIdOf(late, 0))), "too late");
        deals.poke(late);
        assertFalse(deals.verifyDeal(curioView(copyIdOf(late, 0))), "expired");
        uint256 left = propose(1);
        vm.prank(client);
        pay.terminateRail(left);
        assertFalse(deals.verifyDeal(curioView(copyIdOf(left, 0))), "its payer left");
        uint256 declined = propose(1);
        vm.prank(worker);
        deals.decline(declined);
        assertFalse(deals.verifyDeal(curioView(copyIdOf(declined, 0))), "declined");
    }

    function test_TellsTheStateOverTheLife() external {
        uint256 dealId = propose(3);
        uint256 faulty = copyIdOf(dealId, 0);
        uint256 whole = copyIdOf(dealId, 1);
        uint256 never = copyIdOf(dealId, 2);
        _assertCurioState(faulty, ICurioDealViewV1.DealState.Open);
        sealCopy(faulty);
        sealCopy(whole);
        _assertCurioState(faulty, ICurioDealViewV1.DealState.Active);
        fault(miner, sectorOf(faulty));
        reportAs(stranger, faulty);
        assertState(faulty, IDealLedger.CopyState.Faulty);
        _assertCurioState(faulty, ICurioDealViewV1.DealState.Active);
        terminate(miner, sectorOf(faulty));
        evidence.report(miner, sectorOf(faulty), location(miner, sectorOf(faulty)));
        assertState(faulty, IDealLedger.CopyState.Failed);
        _assertCurioState(faulty, ICurioDealViewV1.DealState.Finalized);
        advance(WINDOW + 1);
        assertState(never, IDealLedger.CopyState.Expired);
        _assertCurioState(never, ICurioDealViewV1.DealState.Finalized);
        advance(DURATION);
        assertState(whole, IDealLedger.CopyState.Completed);
        _assertCurioState(whole, ICurioDealViewV1.DealState.Finalized);
        deals.poke(dealId);
        _assertCurioState(faulty, ICurioDealViewV1.DealState.Finalized);
        _assertCurioState(whole, ICurioDealViewV1.DealState.Finalized);
        _assertCurioState(never, ICurioDealViewV1.DealState.Finalized);
    }

    /* LIVENESS */

    function test_IsLiveWhileProvenRecently() external {
        uint256 dealId = propose(1);
        uint256 copyId = copyIdOf(dealId, 0);
        assertFalse(deals.isLive(0), "nothing");
        assertFalse(deals.isLive(copyId), "proposed");
        sealCopy(copyId);
        assertTrue(deals.isLive(copyId), "sealed");
        advance(W);
        assertTrue(deals.isLive(copyId), "proven W epochs ago");
        advance(1);
        assertFalse(deals.isLive(copyId), "before that");
        refreshCopy(copyId);
        assertTrue(deals.isLive(copyId), "proven again");
    }

    function test_IsNotLiveWhileReported() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        fault(miner, sectorOf(copyId));
        assertTrue(deals.isLive(copyId), "nobody knows");
        evidence.report(miner, sectorOf(copyId), location(miner, sectorOf(copyId)));
        assertFalse(deals.isLive(copyId), "reported");
        recover(miner, sectorOf(copyId));
        advance(1);
        refreshCopy(copyId);
        assertTrue(deals.isLive(copyId), "recovered");
    }

    /// A whole chain of faults, though the sector proves again and nobody poked.
    function test_IsNotLiveOnceFailed() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        uint64 sector = sectorOf(copyId);
        fault(miner, sector);
        for (uint256 i; i <= GRACE / CHAIN_GAP; ++i) {
            evidence.report(miner, sector, location(miner, sector));
            advance(CHAIN_GAP);
        }
        recover(miner, sector);
        refreshCopy(copyId);
        assertFalse(deals.isLive(copyId), "failed");
        assertState(copyId, IDealLedger.CopyState.Failed);
        deals.poke(dealId);
        assertFalse(deals.isLive(copyId), "failed for good");
    }

    function test_IsLiveUpToTheEndOnly() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        pass(dealId, deals.dealOf(dealId).endEpoch.since(currentEpoch()) - 1);
        assertTrue(deals.isLive(copyId), "the epoch before the last");
        advance(1);
        assertFalse(deals.isLive(copyId), "over");
        assertState(copyId, IDealLedger.CopyState.Completed);
        deals.poke(dealId);
        assertTrue(deals.copyOf(copyId).state == IDealLedger.CopyState.Completed, "at once");
    }

    function test_IsLiveThroughTheNotice() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        pass(dealId, WINDOW + 1);
        deals.poke(dealId);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        pass(dealId, NOTICE - 1);
        assertTrue(deals.isLive(copyId), "leaving");
        advance(1);
        assertFalse(deals.isLive(copyId), "left");
    }

    /// A payer that ran dry, and nobody poked: over when its lockup is.
    function test_IsNotLiveBeyondADryPayersLockup() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        vm.prank(client);
        pay.withdraw(usdfc, free);
        pass(dealId, NOTICE + WINDOW - 1);
        assertTrue(deals.isLive(copyId), "its lockup still serves");
        advance(1);
        assertFalse(deals.isLive(copyId), "and ends");
        assertState(copyId, IDealLedger.CopyState.Completed);
        deals.poke(dealId);
        assertState(copyId, IDealLedger.CopyState.Completed);
    }

    /* REPLICATION */

    function test_CountsReplicas() external {
        PieceCid cid = pieces(1)[0].cid;
        (IDealLedger.Replica[] memory none, uint256 providers, , uint256 next) = deals
            .replicationOf(cid, 0, 10);
        assertEq(none.length + providers + next, 0, "none yet");

        // The same owner with a second miner.
        ActorId miner3 = createMiner(owner, worker);
        uint64 offerId3 = enrol(miner3, owner, terms());
        uint256 first = active(1);
        uint256 second = _activeWith(offerId2);
        uint256 third = _activeWith(offerId3);
        uint256 fourth = active(1);
        propose(1);
        uint256 owners;
        IDealLedger.Replica[] memory found;
        (found, providers, owners, next) = deals.replicationOf(cid, 0, 10);
        assertEq(found.length, 4, "live copies");
        assertEq(providers, 3, "providers");
        assertEq(owners, 2, "owners");
        assertEq(next, 0, "the end");
        assertEq(found[0].copyId, copyIdOf(fourth, 0), "newest first");
        assertEq(found[1].copyId, copyIdOf(third, 0), "third");
        assertEq(found[2].copyId, copyIdOf(second, 0), "second");
        assertEq(found[3].copyId, copyIdOf(first, 0), "first");
        assertTrue(found[2].provider == miner2, "provider");
        assertTrue(found[2].owner == registry.ownerOf(miner2), "owner");
        assertEq(found[2].client, client, "client");
        assertEq(found[2].region, "CH", "region");

        terminate(miner2, sectorOf(copyIdOf(second, 0)));
        reportAs(stranger, copyIdOf(second, 0));
        (found, providers, owners, ) = deals.replicationOf(cid, 0, 10);
        assertEq(found.length, 3, "one failed");
        assertEq(providers, 2, "providers");
        assertEq(owners, 1, "owners");
    }

    function test_PagesThroughReplicas() external {
        PieceCid cid = pieces(1)[0].cid;
        uint256[5] memory copyIds;
        for (uint256 i; i < 5; ++i) copyIds[4 - i] = copyIdOf(active(1), 0);
        // One in the middle fails: a page may hold fewer than its limit.
        terminate(miner, sectorOf(copyIds[2]));
        reportAs(stranger, copyIds[2]);
        uint256 cursor;
        uint256[3] memory sizes = [uint256(2), 1, 1];
        uint256[4] memory expected = [copyIds[0], copyIds[1], copyIds[3], copyIds[4]];
        uint256 seen;
        for (uint256 page; page < 3; ++page) {
            IDealLedger.Replica[] memory found;
            (found, , , cursor) = deals.replicationOf(cid, cursor, 2);
            assertEq(found.length, sizes[page], "page");
            for (uint256 i; i < found.length; ++i) {
                assertEq(found[i].copyId, expected[seen++], "in order");
            }
            assertEq(cursor, page == 2 ? 0 : copyIds[2 * page + 2], "next");
        }
        IDealLedger.Replica[] memory none;
        (none, , , cursor) = deals.replicationOf(cid, 0, 0);
        assertEq(none.length, 0, "an empty page");
        assertEq(cursor, copyIds[0], "starts at the newest");
    }

    function test_ListsCopies() external {
        uint256 dealId = propose(3);
        uint64 sector = sealCopy(copyIdOf(dealId, 1));
        IDealLedger.Copy[] memory copies = deals.copiesOf(dealId);
        assertEq(copies.length, 3, "copies");
        for (uint256 i; i < 3; ++i) {
            IDealLedger.Copy memory one = deals.copyOf(copyIdOf(dealId, i));
            assertTrue(copies[i].cid == pieces(3)[i].cid, "piece");
            assertEq(keccak256(abi.encode(copies[i])), keccak256(abi.encode(one)), "as one by one");
            assertEq(copies[i].rate, RATE, "rate");
            assertEq(copies[i].bond, BOND, "bond");
        }
        assertEq(copies[1].sector, sector, "sector");
        terminate(miner, sector);
        reportAs(stranger, copyIdOf(dealId, 1));
        IDealLedger.Copy memory failed = deals.copyOf(copyIdOf(dealId, 1));
        assertEq(failed.bond, 0, "nothing is left");
        assertTrue(failed.close == currentEpoch(), "closed");
    }

    function _activeWith(uint64 offer) private returns (uint256 dealId) {
        dealId = proposeAs(client, proposal(offer, 1));
        seal(dealId);
    }

    function _assertCurioState(uint256 copyId, ICurioDealViewV1.DealState expected) private view {
        assertEq(uint256(deals.getDealState(copyId)), uint256(expected), "Curio's state");
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {ReplicationBounty} from "../../../examples/ReplicationBounty.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// The example contract: a bounty on independent copies of a piece, on deals from proposal to end.
contract ReplicationBountyTest is DealsFixture {
    uint256 private constant REWARD = 5 ether;
    uint64 private constant PROVEN = 10_000;
    uint64 private constant TERM_LEFT = 100_000;
    address private constant SPONSOR = address(0x5B0);

    ReplicationBounty private _bounty;

    function setUp() public override {
        super.setUp();
        vm.prank(SPONSOR);
        _bounty = new ReplicationBounty(deals, evidence, registry, _terms(pieces(1)[0].cid));
        usdfc.mint(address(_bounty), 2 * REWARD);
    }

    function test_PaysTheClientOfAProvenCopyOnce() external {
        uint256 copyId = _proven(offerId);
        uint256 before = usdfc.balanceOf(client);
        vm.prank(stranger);
        _bounty.claim(copyId);
        assertEq(usdfc.balanceOf(client), before + REWARD, "the client's reward");
        vm.expectRevert(
            abi.encodeWithSelector(
                ReplicationBounty.BountyOwnerPaid.selector,
                registry.ownerOf(miner)
            )
        );
        _bounty.claim(copyId);
    }

    function test_PaysForASecondOwnerAndNoSecondDealOfTheFirst() external {
        _bounty.claim(_proven(offerId));
        // Another client, since one client's piece is kept by a provider once.
        client = address(0xC12E);
        fund(client, FUNDS);
        approve(client);
        uint256 again = _proven(offerId);
        vm.expectRevert(
            abi.encodeWithSelector(
                ReplicationBounty.BountyOwnerPaid.selector,
                registry.ownerOf(miner)
            )
        );
        _bounty.claim(again);
        _bounty.claim(_proven(offerId2));
        assertEq(usdfc.balanceOf(address(_bounty)), 0, "both rewards are paid");
    }

    function test_RevertGiven_ProvenTooShort() external {
        uint256 dealId = active(1);
        uint64 activated = uint64(vm.getBlockNumber());
        pass(dealId, PROVEN - 1);
        uint256 copyId = copyIdOf(dealId, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ReplicationBounty.BountyNotProvenEnough.selector,
                copyId,
                uint64(vm.getBlockNumber()) - activated
            )
        );
        _bounty.claim(copyId);
        pass(dealId, 1);
        _bounty.claim(copyId);
    }

    function test_RevertGiven_LateEvidenceOrAFault() external {
        uint256 copyId = _proven(offerId);
        bytes memory notLive = abi.encodeWithSelector(
            ReplicationBounty.BountyCopyNotLive.selector,
            copyId
        );
        advance(W + 1);
        vm.expectRevert(notLive);
        _bounty.claim(copyId);
        refresh(copyId >> 8);
        fault(miner, sectorOf(copyId));
        reportAs(stranger, copyId);
        vm.expectRevert(notLive);
        _bounty.claim(copyId);
    }

    function test_RevertGiven_ClientLeftOrTermEnds() external {
        uint256 copyId = _proven(offerId);
        uint256 state = vm.snapshotState();
        vm.prank(client);
        deals.leaveAsClient(copyId >> 8);
        bytes memory left = abi.encodeWithSelector(
            ReplicationBounty.BountyTermTooShort.selector,
            copyId,
            deals.dealOf(copyId >> 8).railEnd
        );
        vm.expectRevert(left);
        _bounty.claim(copyId);

        assertTrue(vm.revertToState(state), "before leaving");
        Epoch end = deals.dealOf(copyId >> 8).endEpoch;
        pass(copyId >> 8, end.since(currentEpoch()) - TERM_LEFT + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ReplicationBounty.BountyTermTooShort.selector, copyId, end)
        );
        _bounty.claim(copyId);
    }

    function test_RevertGiven_AnotherPiece() external {
        uint256 dealId = active(2);
        pass(dealId, PROVEN);
        uint256 copyId = copyIdOf(dealId, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ReplicationBounty.BountyPieceDiffers.selector, copyId)
        );
        _bounty.claim(copyId);
    }

    function test_GivesTheRestBackAfterTheDeadlineOnly() external {
        uint256 copyId = _proven(offerId);
        Epoch deadline = _deadline();
        vm.expectRevert(abi.encodeWithSelector(ReplicationBounty.BountyNotOver.selector, deadline));
        _bounty.reclaim();
        pass(copyId >> 8, deadline.since(currentEpoch()));
        vm.expectRevert(abi.encodeWithSelector(ReplicationBounty.BountyOver.selector, deadline));
        _bounty.claim(copyId);
        _bounty.reclaim();
        assertEq(usdfc.balanceOf(SPONSOR), 2 * REWARD, "the sponsor's tokens");
    }

    /// A copy of the first piece, sealed and proven for as long as the bounty asks.
    function _proven(uint64 offer) private returns (uint256 copyId) {
        uint256 dealId = proposeAs(client, proposal(offer, 1));
        seal(dealId);
        pass(dealId, PROVEN);
        return copyIdOf(dealId, 0);
    }

    function _terms(PieceCid piece) private view returns (ReplicationBounty.Terms memory) {
        return
            ReplicationBounty.Terms(piece, HEIGHT, PROVEN, TERM_LEFT, _deadline(), usdfc, REWARD);
    }

    function _deadline() private pure returns (Epoch) {
        return Epoch.wrap(600_000);
    }
}

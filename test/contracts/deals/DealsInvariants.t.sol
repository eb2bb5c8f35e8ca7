// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {SectorEvidence} from "../../../contracts/evidence/SectorEvidence.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch, min} from "../../../contracts/fvm/Epoch.sol";
import {FilecoinPayDouble} from "../../../contracts/mocks/payments/FilecoinPayDouble.sol";
import {ProviderRegistry} from "../../../contracts/providers/ProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

/// Everybody who acts on deals, for invariant tests: each function is one action of one role, as far as it is possible.
/// Keeps count of what each rail paid and of what was put in.
contract DealsHandler is DealsFixture {
    uint256[] internal _dealIds;
    mapping(uint256 dealId => uint256) public streamed;
    mapping(bytes32 action => uint256) public calls;
    uint256 public bondPosted;
    uint256 public creditsWithdrawn;
    uint256 public bondWithdrawn;

    constructor() {
        setUp();
        bondPosted = 20_000 ether;
    }

    /* ACTIONS */

    function doPropose(uint256 size, bool second) external {
        if (_dealIds.length >= 6) return;
        ++calls["propose"];
        IDealLedger.Proposal memory what = proposal(second ? offerId2 : offerId, bound(size, 1, 3));
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        if (free < 3 * uint256(RATE) * 200_000) fund(client, 1_000 ether);
        _dealIds.push(proposeAs(client, what));
    }

    function doSeal(uint256 pick, uint256 index) external {
        (bool any, uint256 copyId) = _pick(pick, index);
        if (!any || deals.stateOf(copyId) != IDealLedger.CopyState.Proposed) return;
        ++calls["seal"];
        sealCopy(copyId);
    }

    function doDecline(uint256 pick) external {
        (bool any, uint256 copyId) = _pick(pick, 0);
        if (!any || pick % 4 != 0 || deals.dealOf(copyId >> 8).proposed == 0) return;
        ++calls["decline"];
        vm.prank(_workerOf(copyId));
        deals.decline(copyId >> 8);
    }

    function doFault(uint256 pick, uint256 index) external {
        (bool any, uint256 copyId) = _pickSealed(pick, index);
        if (!any) return;
        ++calls["fault"];
        fault(_minerOf(copyId), sectorOf(copyId));
    }

    function doRecover(uint256 pick, uint256 index) external {
        (bool any, uint256 copyId) = _pickSealed(pick, index);
        if (!any) return;
        ++calls["recover"];
        recover(_minerOf(copyId), sectorOf(copyId));
    }

    function doTerminateSector(uint256 pick, uint256 index) external {
        (bool any, uint256 copyId) = _pickSealed(pick, index);
        if (!any || pick % 8 != 0) return;
        uint64[] memory sectors = new uint64[](1);
        sectors[0] = sectorOf(copyId);
        // The actor refuses a sector that is dead already.
        try minerActor(_minerOf(copyId)).terminateSectors(sectors) {
            ++calls["terminate sector"];
        } catch {}
    }

    function doRefresh(uint256 pick, uint256 index) external {
        (bool any, uint256 copyId) = _pickSealed(pick, index);
        if (!any) return;
        ++calls["refresh"];
        refreshCopy(copyId);
    }

    function doReport(uint256 pick, uint256 index) external {
        (bool any, uint256 copyId) = _pick(pick, index);
        if (!any || deals.copyOf(copyId).state != IDealLedger.CopyState.Active) return;
        ++calls["report"];
        reportAs(stranger, copyId);
    }

    function doPoke(uint256 pick) external {
        (bool any, uint256 copyId) = _pick(pick, 0);
        if (!any) return;
        ++calls["poke"];
        vm.prank(stranger);
        deals.poke(copyId >> 8);
    }

    function doSettle(uint256 pick) external {
        (bool any, uint256 copyId) = _pick(pick, 0);
        if (!any) return;
        ++calls["settle"];
        settleRail(copyId >> 8);
    }

    function doLeaveAsClient(uint256 pick) external {
        (bool any, uint256 copyId) = _pick(pick, 0);
        uint256 dealId = copyId >> 8;
        if (!any || pick % 6 != 0 || deals.dealOf(dealId).railEnd != Epoch.wrap(0)) return;
        ++calls["leave as client"];
        vm.prank(client);
        deals.leaveAsClient(dealId);
    }

    function doLeaveAsProvider(uint256 pick) external {
        (bool any, uint256 copyId) = _pick(pick, 0);
        uint256 dealId = copyId >> 8;
        if (!any || pick % 6 != 0 || deals.dealOf(dealId).railEnd != Epoch.wrap(0)) return;
        deals.poke(dealId);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        if (deal.railEnd != Epoch.wrap(0)) return;
        for (uint256 i; i < deal.copies; ++i) {
            if (deals.stateOf(copyIdOf(dealId, i)) == IDealLedger.CopyState.Faulty) return;
        }
        ++calls["leave as provider"];
        vm.prank(deal.provider == miner ? owner : owner2);
        deals.leaveAsProvider(dealId);
    }

    function doTerminateOnPay(uint256 pick) external {
        (bool any, uint256 copyId) = _pick(pick, 0);
        uint256 dealId = copyId >> 8;
        if (!any || pick % 6 != 0 || deals.dealOf(dealId).railEnd != Epoch.wrap(0) || _isDry())
            return;
        ++calls["terminate on Pay"];
        vm.prank(client);
        pay.terminateRail(dealId);
    }

    function doDrain(uint256 pick) external {
        if (pick % 3 != 0 || _isDry()) return;
        (, , uint256 free, ) = pay.getAccountInfoIfSettled(usdfc, client);
        if (free == 0) return;
        ++calls["drain"];
        vm.prank(client);
        pay.withdraw(usdfc, free);
    }

    function doTopUp(uint256 amount) external {
        ++calls["top up"];
        fund(client, bound(amount, 1 ether, 1_000 ether));
    }

    function doWithdrawCredit(bool byClient) external {
        address account = byClient ? client : stranger;
        if (registry.creditOf(account) == 0) return;
        ++calls["withdraw credit"];
        vm.prank(account);
        creditsWithdrawn += registry.withdrawCredit(account);
    }

    function doAdvance(uint256 epochs) external {
        ++calls["advance"];
        advance(bound(epochs, 1, 6_000));
    }

    function doAdvanceLong(uint256 epochs) external {
        if (epochs % 4 != 0) return;
        ++calls["advance long"];
        advance(bound(epochs, 6_000, 60_000));
    }

    /* WHAT THE INVARIANTS ASK */

    function dealIds() external view returns (uint256[] memory) {
        return _dealIds;
    }

    function world()
        external
        view
        returns (
            IStorageDeals,
            ProviderRegistry,
            SectorEvidence,
            FilecoinPayDouble,
            ActorId,
            ActorId
        )
    {
        return (deals, registry, evidence, pay, miner, miner2);
    }

    /// Settles what evidence allows, and counts it apart from fees, which are taken by the poke.
    function settleRail(uint256 dealId) public {
        deals.poke(dealId);
        uint256 before = fundsOf(client);
        deals.settle(dealId);
        streamed[dealId] += before - fundsOf(client);
    }

    /// Long after every deadline a stranger pokes and settles everything.
    function wrapUp() external {
        for (uint256 round; round < 3; ++round) {
            advance(700_000);
            for (uint256 i; i < _dealIds.length; ++i) {
                vm.prank(stranger);
                deals.settle(_dealIds[i]);
            }
        }
    }

    function clientsLockup() external view returns (uint256 lockup) {
        (, lockup, , ) = pay.accounts(usdfc, client);
    }

    function withdrawEverything() external {
        uint256 funds = fundsOf(client);
        if (funds == 0) return;
        vm.prank(client);
        pay.withdraw(usdfc, funds);
    }

    function _pick(uint256 pick, uint256 index) private view returns (bool any, uint256 copyId) {
        if (_dealIds.length == 0) return (false, 0);
        uint256 dealId = _dealIds[(pick / 32) % _dealIds.length];
        return (true, copyIdOf(dealId, index % deals.dealOf(dealId).copies));
    }

    function _pickSealed(
        uint256 pick,
        uint256 index
    ) private view returns (bool any, uint256 copyId) {
        (any, copyId) = _pick(pick, index);
        if (!any || deals.copyOf(copyId).activation == Epoch.wrap(0)) return (false, 0);
    }

    function _isDry() private view returns (bool) {
        (uint256 fundedUntil, , , ) = pay.getAccountInfoIfSettled(usdfc, client);
        return fundedUntil < block.number;
    }

    function _minerOf(uint256 copyId) private view returns (ActorId) {
        return deals.dealOf(copyId >> 8).provider;
    }

    function _workerOf(uint256 copyId) private view returns (address) {
        return _minerOf(copyId) == miner ? worker : address(0x3032);
    }
}

/// What holds whatever clients, providers, keepers and miners do, in whichever order.
contract DealsInvariantsTest is Test {
    DealsHandler private _handler;
    IStorageDeals private _deals;
    ProviderRegistry private _registry;
    SectorEvidence private _evidence;
    FilecoinPayDouble private _pay;
    ActorId private _miner;
    ActorId private _miner2;

    function setUp() external {
        _handler = new DealsHandler();
        (_deals, _registry, _evidence, _pay, _miner, _miner2) = _handler.world();
        targetContract(address(_handler));
        bytes4[] memory actions = new bytes4[](18);
        actions[0] = DealsHandler.doPropose.selector;
        actions[1] = DealsHandler.doSeal.selector;
        actions[2] = DealsHandler.doDecline.selector;
        actions[3] = DealsHandler.doFault.selector;
        actions[4] = DealsHandler.doRecover.selector;
        actions[5] = DealsHandler.doTerminateSector.selector;
        actions[6] = DealsHandler.doRefresh.selector;
        actions[7] = DealsHandler.doReport.selector;
        actions[8] = DealsHandler.doPoke.selector;
        actions[9] = DealsHandler.doSettle.selector;
        actions[10] = DealsHandler.doLeaveAsClient.selector;
        actions[11] = DealsHandler.doLeaveAsProvider.selector;
        actions[12] = DealsHandler.doTerminateOnPay.selector;
        actions[13] = DealsHandler.doDrain.selector;
        actions[14] = DealsHandler.doTopUp.selector;
        actions[15] = DealsHandler.doWithdrawCredit.selector;
        actions[16] = DealsHandler.doAdvance.selector;
        actions[17] = DealsHandler.doAdvanceLong.selector;
        targetSelector(address(_handler), actions);
    }

    /// No rail pays an epoch that the chain has not seen proven, and none twice: what it streamed is at most each copy's
    /// rate for the epochs proven of its sector between its activation and its last epoch.
    function invariant_PaysProvenEpochsOnceOnly() external view {
        uint256[] memory dealIds = _handler.dealIds();
        for (uint256 i; i < dealIds.length; ++i) {
            assertLe(_handler.streamed(dealIds[i]), _earned(dealIds[i]), "streamed");
        }
    }

    /// Bonds in = held + returned + slashed, and the registry holds what it owes.
    function invariant_BondsAreConserved() external view {
        uint256 held = uint256(_registry.bondOf(_miner).posted) + _registry.bondOf(_miner2).posted;
        uint256 credits = _registry.creditOf(_client()) + _registry.creditOf(_stranger());
        uint256 taken = credits + _handler.creditsWithdrawn() + _registry.burnable();
        assertEq(held + taken, _handler.bondPosted(), "bonds in");
        assertEq(address(_registry).balance, held + credits + _registry.burnable(), "balance");
    }

    /// What is locked is the sum of the shares of copies that are not final.
    function invariant_LockedBondIsTheOpenCopiesShares() external view {
        uint256[] memory dealIds = _handler.dealIds();
        uint256 shares;
        for (uint256 i; i < dealIds.length; ++i) {
            IDealLedger.Copy[] memory copies = _deals.copiesOf(dealIds[i]);
            for (uint256 j; j < copies.length; ++j) shares += copies[j].bond;
        }
        uint256 locked =
            uint256(_registry.bondOf(_miner).locked) + _registry.bondOf(_miner2).locked;
        assertEq(locked, shares, "locked");
    }

    function invariant_TheRateQueueIsNoLongerThanTheDeal() external view {
        uint256[] memory dealIds = _handler.dealIds();
        for (uint256 i; i < dealIds.length; ++i) {
            assertLe(
                _pay.getRateChangeQueueSize(dealIds[i]),
                _deals.dealOf(dealIds[i]).copies,
                "rate changes"
            );
        }
    }

    /// By a stranger's pokes alone every deal ends, nothing of the client's stays locked, and the providers' bonds are free.
    function invariant_AStrangerCanFinishEverything() external {
        _handler.wrapUp();
        uint256[] memory dealIds = _handler.dealIds();
        for (uint256 i; i < dealIds.length; ++i) {
            IDealLedger.Deal memory deal = _deals.dealOf(dealIds[i]);
            assertEq(uint256(deal.live) + deal.proposed, 0, "copies are final");
            assertTrue(deal.railEnd != Epoch.wrap(0), "the rail has ended");
        }
        assertEq(_handler.clientsLockup(), 0, "the client's money is free");
        assertEq(_registry.bondOf(_miner).locked, 0, "the bond is free");
        assertEq(_registry.bondOf(_miner2).locked, 0, "the bond is free");
        _handler.withdrawEverything();
    }

    function _earned(uint256 dealId) private view returns (uint256 earned) {
        IDealLedger.Deal memory deal = _deals.dealOf(dealId);
        IDealLedger.Copy[] memory copies = _deals.copiesOf(dealId);
        for (uint256 i; i < copies.length; ++i) {
            IDealLedger.Copy memory copy = copies[i];
            if (copy.activation == Epoch.wrap(0)) continue;
            Epoch last = copy.state == IDealLedger.CopyState.Active ? deal.endEpoch : copy.close;
            if (deal.railEnd != Epoch.wrap(0)) last = min(last, deal.railEnd);
            uint256 subject = _evidence.subjectOf(deal.provider, copy.sector);
            earned += copy.rate * _evidence.provenBetween(subject, copy.activation, last);
        }
    }

    function _client() private pure returns (address) {
        return address(0xC11E);
    }

    function _stranger() private pure returns (address) {
        return address(0x57A6);
    }
}

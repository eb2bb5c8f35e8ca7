// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ProviderFixture} from "../../support/ProviderFixture.sol";
import {ReenteringReceiver} from "../../support/ReenteringReceiver.sol";
import {vm} from "../../support/Vm.sol";

/// Each attack on a bond, with what every party holds before and after.
contract ProviderAttacksTest is ProviderFixture {
    struct Holdings {
        uint256 owner;
        uint256 hotKey;
        uint256 payee;
        uint256 client;
        uint256 reporter;
        uint256 fire;
        uint256 posted;
    }

    uint64 private _offerId;

    function setUp() public {
        setUpRegistry();
        _offerId = publish();
    }

    /* HOT KEY */

    function test_AHotKeyCannotPublishARuinousOffer() public {
        Holdings memory before = _holdings();
        IProviderRegistry.Terms memory ruinous = offerTerms();
        ruinous.bondPerTib = 32 ether + 1;
        vm.expectPartialRevert(IProviderRegistry.ProviderBondAboveEnvelope.selector);
        publish(ruinous);
        (ruinous.bondPerTib, ruinous.exitBps) = (32 ether, 2_501);
        vm.expectPartialRevert(IProviderRegistry.ProviderBondAboveEnvelope.selector);
        publish(ruinous);
        // The most that the envelope allows, given away, and failed at once: a day costs what the owner set for a day.
        (ruinous.exitBps, ruinous.ratePerTib) = (2_500, 1);
        uint64 offerId = publish(ruinous);
        reserve(offerId, 10);
        uint64[] memory more = pieces(1);
        vm.prank(MARKET);
        vm.expectPartialRevert(IProviderRegistry.ProviderBondAboveEnvelope.selector);
        _registry.reserve(offerId, 1, DURATION, more);
        vm.prank(MARKET);
        _registry.slash(offerId, 10 * PIECE, 10 ether, CLIENT, WORKER);
        Holdings memory afterwards = _holdings();
        assertEq(before.posted - afterwards.posted, envelope().maxBondPerDay, "the day's limit");
        assertEq(afterwards.owner, before.owner, "owner");
    }

    /// Spread over many offers, the limits are still the provider's, not the offer's.
    function test_AHotKeyCannotSpreadTheBondOverOffers() public {
        for (uint256 i; i < 10; ++i) reserve(publish(), 1);
        uint64 another = publish();
        uint64[] memory sizes = pieces(1);
        vm.prank(MARKET);
        vm.expectPartialRevert(IProviderRegistry.ProviderBondAboveEnvelope.selector);
        _registry.reserve(another, 1, DURATION, sizes);
    }

    function test_AHotKeyCannotMoveThePayee() public {
        IProviderRegistry.Envelope memory theirs = envelope();
        theirs.payee = WORKER;
        vm.prank(WORKER);
        vm.expectPartialRevert(IProviderRegistry.ProviderNotOwner.selector);
        _registry.announceEnvelope(_provider, theirs);
        assertEq(reserve(_offerId, 1).payee, PAYEE, "payee");
    }

    function test_AHotKeyCannotDrainTheBond() public {
        Holdings memory before = _holdings();
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
        vm.startPrank(WORKER);
        vm.expectPartialRevert(IProviderRegistry.ProviderNotOwner.selector);
        _registry.withdrawBond(_provider, WORKER);
        vm.expectPartialRevert(IProviderRegistry.ProviderCreditZero.selector);
        _registry.withdrawCredit(WORKER);
        vm.expectPartialRevert(IProviderRegistry.ProviderNotMarket.selector);
        _registry.forfeit(_offerId, 1 ether, WORKER);
        vm.expectPartialRevert(IProviderRegistry.ProviderNotEvidence.selector);
        _registry.tip(_provider, WORKER);
        vm.stopPrank();
        assertEq(abi.encode(_holdings()), abi.encode(before), "nobody gained or lost");
    }

    /// Even an owner's stolen key is seen coming: a wider envelope and a withdrawal both wait.
    function test_AnEnvelopeCannotBeWidenedAtOnce() public {
        IProviderRegistry.Envelope memory wide = envelope();
        wide.maxBondPerTib = 1_000 ether;
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, wide);
        IProviderRegistry.Terms memory terms = offerTerms();
        terms.bondPerTib = 1_000 ether;
        advance(3 * DAY - 1);
        vm.expectPartialRevert(IProviderRegistry.ProviderBondAboveEnvelope.selector);
        publish(terms);
        advance(1);
        publish(terms);
    }

    /* PROVIDER */

    function test_AProviderCannotChangeTheOfferUnderAProposal() public {
        IProviderRegistry.Terms memory worse = offerTerms();
        worse.ratePerTib = 1e15;
        vm.prank(WORKER);
        _registry.reviseOffer(_offerId, worse);
        uint64[] memory sizes = pieces(1);
        vm.prank(MARKET);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.OfferChanged.selector, _offerId, 1, 2)
        );
        _registry.reserve(_offerId, 1, DURATION, sizes);
        assertEq(bond().locked, 0, "nothing locked");
    }

    function test_UnbondingEscapesNoSlash() public {
        Holdings memory before = _holdings();
        reserve(_offerId, 10);
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
        vm.startPrank(OWNER);
        _registry.withdrawBond(_provider, OWNER);
        vm.expectPartialRevert(IProviderRegistry.ProviderBondInsufficient.selector);
        _registry.withdrawBond(_provider, OWNER);
        vm.stopPrank();
        vm.prank(MARKET);
        _registry.slash(_offerId, 10 * PIECE, 10 ether, CLIENT, REPORTER);
        vm.prank(OWNER);
        vm.expectPartialRevert(IProviderRegistry.ProviderNothingUnbonding.selector);
        _registry.withdrawBond(_provider, OWNER);
        _settleCredits();
        Holdings memory afterwards = _holdings();
        assertEq(afterwards.owner, before.owner + BOND - 10 ether, "owner lost the locked bond");
        assertEq(afterwards.client, before.client + 7 ether, "client");
        assertEq(afterwards.reporter, before.reporter + 1 ether, "reporter");
        assertEq(afterwards.fire, before.fire + 2 ether, "burned");
        assertEq(address(_registry).balance, 0, "nothing stays behind");
    }

    /// Unbonding bond backs no new deal, so that a client is never promised what is on its way out.
    function test_UnbondingBacksNoNewDeal() public {
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        uint64[] memory sizes = pieces(1);
        vm.prank(MARKET);
        vm.expectPartialRevert(IProviderRegistry.ProviderBondInsufficient.selector);
        _registry.reserve(_offerId, 1, DURATION, sizes);
    }

    function testFuzz_ReportingOneselfNeverPays(uint128 amount, bool isClientToo) public {
        reserve(_offerId, 10);
        amount = uint128(bound(amount, 5, 10 ether));
        uint256 before = OWNER.balance + bond().posted;
        // The provider reports itself, and perhaps is its own client.
        vm.prank(MARKET);
        _registry.slash(_offerId, 10 * PIECE, amount, isClientToo ? OWNER : CLIENT, OWNER);
        vm.prank(MARKET);
        _registry.release(_offerId, 0, 10 ether - amount);
        if (_registry.creditOf(OWNER) != 0) {
            vm.prank(OWNER);
            _registry.withdrawCredit(OWNER);
        }
        uint256 afterwards = OWNER.balance + bond().posted;
        assertLe(afterwards, before - amount / 5, "at least the burned fifth is lost");
    }

    /// A provider that tips itself for a staged fault moves its own money: nothing is gained, and what it gets past the
    /// unbonding wait is a thousandth of free bond a day.
    function test_FarmingTipsPaysNothing() public {
        reserve(_offerId, 10);
        Holdings memory before = _holdings();
        for (uint256 i; i < 50; ++i) {
            vm.prank(EVIDENCE);
            _registry.tip(_provider, OWNER);
        }
        vm.prank(OWNER);
        _registry.withdrawCredit(OWNER);
        Holdings memory afterwards = _holdings();
        assertEq(afterwards.owner + afterwards.posted, before.owner + before.posted, "no gain");
        assertEq(before.posted - afterwards.posted, 0.09 ether, "a thousandth of the free 90");
        assertEq(bond().locked, 10 ether, "what answers for deals is whole");
    }

    /* RECEIVER */

    function test_AReceiverCannotReenter() public {
        ReenteringReceiver receiver = new ReenteringReceiver(_registry);
        reserve(_offerId, 2);
        vm.startPrank(MARKET);
        _registry.slash(_offerId, PIECE, 1 ether, address(receiver), REPORTER);
        _registry.slash(_offerId, PIECE, 1 ether, CLIENT, REPORTER);
        vm.stopPrank();
        receiver.withdraw();
        assertEq(address(receiver).balance, 0.7 ether, "its own credit, once");
        assertEq(receiver.entered(), 0, "a bare send runs none of its code");
        assertEq(_registry.creditOf(CLIENT), 0.7 ether, "another's credit is there");
        assertEq(
            address(_registry).balance,
            bond().posted + 0.7 ether + 0.2 ether + 0.4 ether,
            "bond, the client's, the reporter's, the fire's"
        );
    }

    /// As the owner of a miner, a contract that refuses FIL still gets its bond: nobody blocks a payment.
    function test_ARefusingReceiverIsPaid() public {
        ReenteringReceiver receiver = new ReenteringReceiver(_registry);
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
        vm.prank(OWNER);
        _registry.withdrawBond(_provider, address(receiver));
        assertEq(address(receiver).balance, BOND, "received");
        assertEq(receiver.entered(), 0, "no code ran");
    }

    /* OWNER, STRANGER */

    function test_TheBondFollowsTheMinersOwner() public {
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
        changeOwner(_provider, STRANGER);
        uint256 oldOwner = OWNER.balance;
        uint256 newOwner = STRANGER.balance;
        vm.prank(OWNER);
        vm.expectPartialRevert(IProviderRegistry.ProviderNotOwner.selector);
        _registry.withdrawBond(_provider, OWNER);
        assertTrue(_registry.ownerOf(_provider) == registerAccount(OWNER), "as last seen");
        vm.prank(STRANGER);
        _registry.withdrawBond(_provider, STRANGER);
        assertTrue(_registry.ownerOf(_provider) == registerAccount(STRANGER), "seen now");
        assertEq(OWNER.balance, oldOwner, "old owner");
        assertEq(STRANGER.balance, newOwner + BOND, "new owner");
    }

    function test_ANewOwnerIsAnnounced() public {
        changeOwner(_provider, STRANGER);
        ActorId newOwner = registerAccount(STRANGER);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderOwnerChanged(_provider, newOwner);
        vm.prank(STRANGER);
        _registry.unbond(_provider, 1);
    }

    function testFuzz_ForcedFilEntersNoAccount(uint96 amount) public {
        reserve(_offerId, 1);
        Holdings memory before = _holdings();
        vm.deal(address(_registry), address(_registry).balance + amount);
        assertEq(abi.encode(_holdings()), abi.encode(before), "nobody gained or lost");
        assertEq(_registry.freeBondOf(_provider), BOND - 1 ether, "no bond");
        assertEq(_registry.burnable(), 0, "nothing to burn");
        vm.prank(MARKET);
        _registry.slash(_offerId, PIECE, 1 ether, CLIENT, REPORTER);
        _settleCredits();
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND - 1 ether);
        advance(30 * DAY);
        vm.prank(OWNER);
        _registry.withdrawBond(_provider, OWNER);
        assertEq(address(_registry).balance, amount, "all but the forced FIL is out");
    }

    function _settleCredits() private {
        vm.prank(CLIENT);
        _registry.withdrawCredit(CLIENT);
        vm.prank(REPORTER);
        _registry.withdrawCredit(REPORTER);
        _registry.burn();
    }

    function _holdings() private view returns (Holdings memory) {
        return
            Holdings({
                owner: OWNER.balance,
                hotKey: WORKER.balance,
                payee: PAYEE.balance,
                client: CLIENT.balance,
                reporter: REPORTER.balance,
                fire: BURNT_FUNDS.balance,
                posted: bond().posted
            });
    }
}

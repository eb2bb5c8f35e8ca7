// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ProviderFixture} from "../../support/ProviderFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Publishing, revising and pausing offers.
contract ProviderOffersTest is ProviderFixture {
    function setUp() public {
        setUpRegistry();
    }

    /* WHO */

    function test_SaysWhoOwnsAndControlsAMinerNow() public {
        assertTrue(_registry.isOwner(_provider, OWNER), "owner");
        assertFalse(_registry.isOwner(_provider, WORKER), "a worker is no owner");
        assertTrue(_registry.isControlling(_provider, OWNER), "owner");
        assertTrue(_registry.isControlling(_provider, WORKER), "worker");
        assertFalse(_registry.isControlling(_provider, STRANGER), "stranger");
        changeOwner(_provider, STRANGER);
        assertTrue(_registry.isOwner(_provider, STRANGER), "new owner");
        assertFalse(_registry.isOwner(_provider, OWNER), "old owner");
    }

    /* PUBLISH */

    function test_AWorkerPublishes() public {
        IProviderRegistry.Terms memory terms = offerTerms();
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.OfferPublished(_provider, 1, 1, terms);
        assertEq(publish(terms), 1, "ids count from 1");
        assertEq(_registry.offerCount(), 1, "count");
        (
            ,
            uint32 version,
            bool paused,
            uint64 reserved,
            IProviderRegistry.Terms memory kept
        ) = _registry.offerOf(1);
        assertEq(version, 1, "version");
        assertFalse(paused, "open");
        assertEq(reserved, 0, "nothing reserved");
        assertEq(abi.encode(kept), abi.encode(terms), "terms");
        assertEq(_registry.regionOf(1), "CH", "region");
        (bool open, , uint128 rate) = _registry.rateOf(1);
        assertTrue(open, "open");
        assertEq(rate, terms.ratePerTib, "rate");
    }

    function test_TheOwnerPublishes() public {
        vm.prank(OWNER);
        assertEq(_registry.publishOffer(_provider, offerTerms()), 1, "offer");
    }

    function test_RevertWhen_AStrangerPublishesRevisesOrPauses() public {
        uint64 offerId = publish();
        bytes memory refusal = abi.encodeWithSelector(
            IProviderRegistry.ProviderNotController.selector,
            _provider,
            STRANGER
        );
        IProviderRegistry.Terms memory terms = offerTerms();
        vm.startPrank(STRANGER);
        vm.expectRevert(refusal);
        _registry.publishOffer(_provider, terms);
        vm.expectRevert(refusal);
        _registry.reviseOffer(offerId, terms);
        vm.expectRevert(refusal);
        _registry.pauseOffer(offerId, true);
        vm.stopPrank();
        assertEq(_registry.offerCount(), 1, "no offer came of it");
    }

    function test_RevertWhen_TermsAreOutOfBounds() public {
        IProviderRegistry.Terms memory t = offerTerms();
        t.token = IERC20(address(0));
        _refused(t, "token", 0, 1, type(uint160).max);
        t = offerTerms();
        t.ratePerTib = 0;
        _refused(t, "ratePerTib", 0, 1, type(uint128).max);
        t = offerTerms();
        t.bondPerTib = 0;
        _refused(t, "bondPerTib", 0, 1, type(uint128).max);
        t = offerTerms();
        t.minPieceSize = 0;
        _refused(t, "minPieceSize", 0, 128, 64 << 30);
        t.minPieceSize = 64;
        _refused(t, "minPieceSize", 64, 128, 64 << 30);
        t.minPieceSize = 129;
        _refused(t, "minPieceSize", 129, 128, 64 << 30);
        t = offerTerms();
        t.maxPieceSize = t.minPieceSize / 2;
        _refused(t, "maxPieceSize", t.maxPieceSize, t.minPieceSize, 64 << 30);
        t.maxPieceSize = 128 << 30;
        _refused(t, "maxPieceSize", 128 << 30, t.minPieceSize, 64 << 30);
        t.maxPieceSize = 3 << 30;
        _refused(t, "maxPieceSize", 3 << 30, t.minPieceSize, 64 << 30);
        t = offerTerms();
        t.minDuration = 518_399;
        _refused(t, "minDuration", 518_399, 518_400, 1_550_000);
        t.minDuration = 1_550_001;
        _refused(t, "minDuration", 1_550_001, 518_400, 1_550_000);
        t = offerTerms();
        t.maxDuration = t.minDuration - 1;
        _refused(t, "maxDuration", t.maxDuration, t.minDuration, 1_550_000);
        t.maxDuration = 1_550_001;
        _refused(t, "maxDuration", 1_550_001, t.minDuration, 1_550_000);
        t = offerTerms();
        t.expiry = Epoch.wrap(uint64(block.number) - 1);
        _refused(t, "expiry", block.number - 1, block.number, type(uint64).max);
        t = offerTerms();
        t.notice = 17_279;
        _refused(t, "notice", 17_279, 17_280, 86_400);
        t.notice = 86_401;
        _refused(t, "notice", 86_401, 17_280, 86_400);
        t = offerTerms();
        t.exitFeeEpochs = t.notice + 1;
        _refused(t, "exitFeeEpochs", t.exitFeeEpochs, 0, t.notice);
        t = offerTerms();
        t.reservationFeeEpochs = 20_161;
        _refused(t, "reservationFeeEpochs", 20_161, 0, 20_160);
        t = offerTerms();
        t.exitBps = 5_001;
        _refused(t, "exitBps", 5_001, 0, 5_000);
        t = offerTerms();
        t.maxOpenProposals = 0;
        _refused(t, "maxOpenProposals", 0, 1, type(uint16).max);
        t = offerTerms();
        t.endpoint = string(new bytes(257));
        _refused(t, "endpoint", 257, 0, 256);
        t = offerTerms();
        t.region = "123456789";
        _refused(t, "region", 9, 0, 8);
    }

    function _refused(
        IProviderRegistry.Terms memory terms,
        string memory field,
        uint256 value,
        uint256 least,
        uint256 greatest
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.OfferTermsOutOfBounds.selector,
                field,
                value,
                least,
                greatest
            )
        );
        publish(terms);
    }

    function test_TermsAtTheirBoundsAreTaken() public {
        IProviderRegistry.Terms memory t = offerTerms();
        (t.ratePerTib, t.bondPerTib, t.minPieceSize, t.maxPieceSize) = (1, 1, 128, 128);
        (t.minDuration, t.maxDuration) = (518_400, 518_400);
        (t.notice, t.exitFeeEpochs, t.reservationFeeEpochs) = (17_280, 17_280, 20_160);
        (t.exitBps, t.maxOpenProposals, t.region) = (0, 1, "");
        t.expiry = Epoch.wrap(uint64(block.number));
        t.endpoint = string(new bytes(256));
        uint64 offerId = publish(t);
        assertEq(abi.encode(_registry.termsAt(offerId, 1)), abi.encode(t), "least");
        (t.ratePerTib, t.bondPerTib, t.exitBps) = (type(uint128).max, 32 ether, 2_500);
        (t.minPieceSize, t.maxPieceSize) = (64 << 30, 64 << 30);
        (t.minDuration, t.maxDuration, t.capacity) = (1_550_000, 1_550_000, type(uint64).max);
        (t.notice, t.maxOpenProposals, t.region) = (86_400, type(uint16).max, "12345678");
        t.expiry = Epoch.wrap(type(uint64).max);
        offerId = publish(t);
        assertEq(abi.encode(_registry.termsAt(offerId, 1)), abi.encode(t), "greatest");
    }

    /// Filecoin refuses an event above 8 KiB; the longest strings are the only part of it that grows.
    function test_TheLongestOfferFitsAnEvent() public {
        IProviderRegistry.Terms memory t = offerTerms();
        t.endpoint = string(new bytes(256));
        t.region = "12345678";
        vm.recordLogs();
        publish(t);
        assertLe(vm.getRecordedLogs()[0].data.length, 8 << 10, "bytes");
    }

    function testFuzz_PublishesWhatTheEnvelopeAllows(uint128 bondPerTib, uint16 exitBps) public {
        IProviderRegistry.Terms memory terms = offerTerms();
        terms.bondPerTib = uint128(bound(bondPerTib, 1, 64 ether));
        terms.exitBps = uint16(bound(exitBps, 0, 5_000));
        if (terms.bondPerTib > 32 ether) {
            vm.expectRevert(_aboveEnvelope("maxBondPerTib", terms.bondPerTib, 32 ether));
        } else if (terms.exitBps > 2_500) {
            vm.expectRevert(_aboveEnvelope("maxExitBps", terms.exitBps, 2_500));
        }
        publish(terms);
    }

    /* REVISE */

    function test_ARevisionLeavesEarlierVersionsAsTheyAre() public {
        IProviderRegistry.Terms memory first = offerTerms();
        uint64 offerId = publish(first);
        IProviderRegistry.Terms memory second = offerTerms();
        (second.ratePerTib, second.endpoint, second.region) = (2e12, "https://b.example", "");
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.OfferPublished(_provider, offerId, 2, second);
        vm.prank(WORKER);
        assertEq(_registry.reviseOffer(offerId, second), 2, "version");
        assertEq(abi.encode(_registry.termsAt(offerId, 1)), abi.encode(first), "first");
        assertEq(abi.encode(_registry.termsAt(offerId, 2)), abi.encode(second), "second");
        assertEq(_registry.regionOf(offerId), "", "current region");
        (, , uint128 rate) = _registry.rateOf(offerId);
        assertEq(rate, 2e12, "current rate");
        assertEq(_registry.offerCount(), 1, "still one offer");
    }

    function testFuzz_VersionsCountFromOne(uint8 revisions) public {
        uint64 offerId = publish();
        IProviderRegistry.Terms memory terms = offerTerms();
        uint32 last = uint32(bound(revisions, 1, 8)) + 1;
        for (uint32 version = 2; version <= last; ++version) {
            terms.ratePerTib = version;
            vm.prank(OWNER);
            assertEq(_registry.reviseOffer(offerId, terms), version, "version");
        }
        for (uint32 version = 2; version <= last; ++version) {
            assertEq(_registry.termsAt(offerId, version).ratePerTib, version, "kept");
        }
    }

    function test_RevertWhen_TheOfferOrVersionIsUnknown() public {
        uint64 offerId = publish();
        bytes memory unknown = abi.encodeWithSelector(
            IProviderRegistry.OfferUnknown.selector,
            uint64(2)
        );
        IProviderRegistry.Terms memory terms = offerTerms();
        vm.startPrank(OWNER);
        vm.expectRevert(unknown);
        _registry.reviseOffer(2, terms);
        vm.expectRevert(unknown);
        _registry.pauseOffer(2, true);
        vm.stopPrank();
        vm.expectRevert(unknown);
        _registry.offerOf(2);
        vm.expectRevert(unknown);
        _registry.rateOf(2);
        vm.expectRevert(unknown);
        _registry.regionOf(2);
        vm.expectRevert(unknown);
        _registry.termsAt(2, 1);
        for (uint32 version; version < 3; version += 2) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IProviderRegistry.OfferChanged.selector,
                    offerId,
                    version,
                    uint32(1)
                )
            );
            _registry.termsAt(offerId, version);
        }
    }

    /* PAUSE, AND WHEN AN OFFER IS OPEN */

    function testFuzz_APausedOfferIsNotOpen(bool paused) public {
        uint64 offerId = publish();
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.OfferPaused(_provider, offerId, paused);
        vm.prank(WORKER);
        _registry.pauseOffer(offerId, paused);
        (bool open, , ) = _registry.rateOf(offerId);
        assertEq(open, !paused, "open");
        vm.prank(WORKER);
        _registry.pauseOffer(offerId, false);
        (open, , ) = _registry.rateOf(offerId);
        assertTrue(open, "open again");
    }

    function test_AnOfferIsOpenThroughItsExpiry() public {
        uint64 offerId = publish();
        advance(100_000);
        (bool open, , ) = _registry.rateOf(offerId);
        assertTrue(open, "in the epoch itself");
        advance(1);
        (open, , ) = _registry.rateOf(offerId);
        assertFalse(open, "no longer");
    }

    function test_AnOfferAboveANarrowerEnvelopeIsNotOpen() public {
        uint64 offerId = publish();
        IProviderRegistry.Envelope memory narrow = envelope();
        narrow.maxBondPerTib = 32 ether - 1;
        _announceAndWait(narrow);
        (bool open, , ) = _registry.rateOf(offerId);
        assertFalse(open, "bond");
        narrow = envelope();
        narrow.maxExitBps = 2_499;
        _announceAndWait(narrow);
        (open, , ) = _registry.rateOf(offerId);
        assertFalse(open, "exit share");
        _announceAndWait(envelope());
        (open, , ) = _registry.rateOf(offerId);
        assertTrue(open, "the old envelope again");
    }

    function _announceAndWait(IProviderRegistry.Envelope memory next) private {
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, next);
        advance(3 * DAY);
    }

    function _aboveEnvelope(
        string memory limit,
        uint256 wanted,
        uint256 allowed
    ) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IProviderRegistry.ProviderBondAboveEnvelope.selector,
                _provider,
                limit,
                wanted,
                allowed
            );
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IProviderRegistry, shareOf} from "../../../contracts/providers/IProviderRegistry.sol";
import {ProviderFixture} from "../../support/ProviderFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Reserving, releasing and slashing.
contract ProviderMarketTest is ProviderFixture {
    uint64 private _offerId;

    function setUp() public {
        setUpRegistry();
        _offerId = publish();
    }

    function test_RevertWhen_NotTheMarket() public {
        address[3] memory others = [OWNER, EVIDENCE, STRANGER];
        for (uint256 i; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(
                IProviderRegistry.ProviderNotMarket.selector,
                others[i]
            );
            uint64[] memory sizes = pieces(1);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            _registry.reserve(_offerId, 1, DURATION, sizes);
            vm.expectRevert(refusal);
            _registry.release(_offerId, 0, 0);
            vm.expectRevert(refusal);
            _registry.slash(_offerId, 0, 0, others[i], others[i]);
            vm.expectRevert(refusal);
            _registry.forfeit(_offerId, 0, others[i]);
            vm.expectRevert(refusal);
            _registry.relock(_offerId, 0, 0, 0);
            vm.stopPrank();
        }
    }

    function test_RevertWhen_NotTheEvidence() public {
        address[3] memory others = [OWNER, MARKET, STRANGER];
        for (uint256 i; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IProviderRegistry.ProviderNotEvidence.selector, others[i])
            );
            _registry.tip(_provider, others[i]);
        }
    }

    /* RESERVE */

    function test_ReserveLocksSharesAndCapacity() public {
        uint64[] memory sizes = new uint64[](2);
        (sizes[0], sizes[1]) = (PIECE, 1 << 20);
        uint256 shares = 1 ether + uint256(shareOf(32 ether, 1 << 20));
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondLocked(_provider, _offerId, shares, PIECE + (1 << 20));
        vm.prank(MARKET);
        IProviderRegistry.Reservation memory got = _registry.reserve(_offerId, 1, DURATION, sizes);
        assertTrue(got.provider == _provider, "provider");
        assertEq(got.payee, PAYEE, "payee");
        assertEq(address(got.token), address(0x70CE), "token");
        assertEq(got.ratePerTib, 1e12, "rate");
        assertEq(got.bondPerTib, 32 ether, "bond");
        assertEq(got.notice, 86_400, "notice");
        assertEq(got.exitFeeEpochs, 20_160, "exit fee");
        assertEq(got.reservationFeeEpochs, 2_880, "reservation fee");
        assertEq(got.exitBps, 2_500, "exit share");
        assertEq(got.maxOpenProposals, 64, "open proposals");
        assertEq(bond().locked, shares, "locked");
        assertEq(_registry.freeBondOf(_provider), BOND - shares, "free");
        assertEq(_reserved(), PIECE + (1 << 20), "capacity");
        assertEq(address(_registry).balance, BOND, "nothing moved");
    }

    function test_AShareIsRoundedUp() public pure {
        assertEq(shareOf(1, 128), 1, "one attoFIL a TiB");
        assertEq(shareOf(1 << 40, 128), 128, "exact");
        assertEq(shareOf((1 << 40) + 1, 128), 129, "up");
        assertEq(shareOf(type(uint128).max, 64 << 30), (type(uint128).max >> 4) + 1, "greatest");
    }

    function test_RevertWhen_ReservingWhatIsNotOffered() public {
        uint64[] memory sizes = pieces(1);
        _refuses(
            99,
            1,
            DURATION,
            sizes,
            abi.encodeWithSelector(IProviderRegistry.OfferUnknown.selector, 99)
        );
        _refuses(_offerId, 2, DURATION, sizes, _changed(2));
        _refuses(_offerId, 0, DURATION, sizes, _changed(0));
        _refuses(_offerId, 1, DURATION - 1, sizes, _duration(DURATION - 1));
        _refuses(_offerId, 1, 1_000_001, sizes, _duration(1_000_001));
        sizes[0] = 1 << 19;
        _refuses(_offerId, 1, DURATION, sizes, _size(1 << 19));
        sizes[0] = 64 << 30;
        _refuses(_offerId, 1, DURATION, sizes, _size(64 << 30));
    }

    function test_RevertGiven_Paused() public {
        vm.prank(WORKER);
        _registry.pauseOffer(_offerId, true);
        bytes memory refusal = abi.encodeWithSelector(
            IProviderRegistry.OfferIsPaused.selector,
            _offerId
        );
        _refuses(_offerId, 1, DURATION, pieces(1), refusal);
    }

    function test_RevertGiven_Expired() public {
        uint256 expiry = block.number + 100_000;
        advance(100_000);
        reserve(_offerId, 1);
        advance(1);
        bytes memory refusal = abi.encodeWithSelector(
            IProviderRegistry.OfferExpired.selector,
            _offerId,
            expiry
        );
        _refuses(_offerId, 1, DURATION, pieces(1), refusal);
    }

    function test_RevertGiven_CapacityExhausted() public {
        IProviderRegistry.Terms memory small = offerTerms();
        small.capacity = 3 * PIECE - 1;
        uint64 offerId = publish(small);
        reserve(offerId, 2);
        _refuses(offerId, 1, DURATION, pieces(1), _exhausted(offerId, PIECE - 1, PIECE));
        // A revision may fall below what is reserved; deals keep their room.
        small.capacity = PIECE;
        vm.prank(WORKER);
        _registry.reviseOffer(offerId, small);
        _refuses(offerId, 2, DURATION, pieces(1), _exhausted(offerId, 0, PIECE));
        vm.prank(MARKET);
        _registry.release(offerId, 2 * PIECE, 2 ether);
        vm.prank(MARKET);
        _registry.reserve(offerId, 2, DURATION, pieces(1));
    }

    function test_RevertGiven_TooLittleFreeBond() public {
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND - 1 ether);
        reserve(_offerId, 1);
        bytes memory refusal = abi.encodeWithSelector(
            IProviderRegistry.ProviderBondInsufficient.selector,
            _provider,
            0,
            1 ether
        );
        _refuses(_offerId, 1, DURATION, pieces(1), refusal);
    }

    function test_RevertGiven_MoreThanADaysBond() public {
        reserve(_offerId, 10);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondPerDay", 11 ether, 10 ether));
        advance(DAY - 1);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondPerDay", 11 ether, 10 ether));
        advance(1);
        reserve(_offerId, 10);
    }

    function test_ReleasingDoesNotGiveTheDaysBondBack() public {
        reserve(_offerId, 10);
        vm.prank(MARKET);
        _registry.release(_offerId, 10 * PIECE, 10 ether);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondPerDay", 11 ether, 10 ether));
    }

    function test_RevertGiven_MoreThanTheBondAtStake() public {
        for (uint256 day; day < 4; ++day) {
            reserve(_offerId, 10);
            advance(DAY);
        }
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondAtStake", 41 ether, 40 ether));
    }

    /// Days are counted from epoch 0: what the envelope's documentation says of a span that touches two.
    function test_ADaysSpanLocksAtMostTwiceTheDailyBond() public {
        advance(DAY - 1);
        reserve(_offerId, 10);
        advance(1);
        reserve(_offerId, 10);
        advance(DAY - 2);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondPerDay", 11 ether, 10 ether));
        assertEq(bond().locked, 20 ether, "locked within DAY epochs");
    }

    function test_ANarrowerEnvelopeStopsOldOffers() public {
        IProviderRegistry.Envelope memory narrow = envelope();
        (narrow.maxBondPerTib, narrow.payee) = (31 ether, STRANGER);
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, narrow);
        assertEq(reserve(_offerId, 1).payee, PAYEE, "not before its time");
        advance(3 * DAY);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondPerTib", 32 ether, 31 ether));
        (narrow.maxBondPerTib, narrow.maxExitBps) = (32 ether, 2_499);
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, narrow);
        advance(3 * DAY);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxExitBps", 2_500, 2_499));
        narrow.maxExitBps = 2_500;
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, narrow);
        advance(3 * DAY);
        assertEq(reserve(_offerId, 1).payee, STRANGER, "the payee in force");
    }

    function testFuzz_ReserveLocksTheSumOfTheShares(
        uint128 bondPerTib,
        uint8[] memory heights
    ) public {
        IProviderRegistry.Terms memory terms = offerTerms();
        terms.minPieceSize = 128;
        terms.bondPerTib = uint128(bound(bondPerTib, 1, 8 ether));
        uint64 offerId = publish(terms);
        uint64[] memory sizes = new uint64[](heights.length % 33);
        uint256 shares;
        uint64 total;
        for (uint256 i; i < sizes.length; ++i) {
            sizes[i] = uint64(32) << uint64(bound(heights[i], 2, 30));
            shares += shareOf(terms.bondPerTib, sizes[i]);
            total += sizes[i];
        }
        vm.prank(MARKET);
        _registry.reserve(offerId, 1, DURATION, sizes);
        assertEq(bond().locked, shares, "locked");
        assertEq(_reservedOf(offerId), total, "capacity");
        vm.prank(MARKET);
        _registry.release(offerId, total, uint128(shares));
        assertEq(bond().locked, 0, "all of it back");
        assertEq(_reservedOf(offerId), 0, "all of it back");
    }

    /* RELEASE */

    function test_ReleaseGivesBondAndCapacityBack() public {
        reserve(_offerId, 3);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondReleased(_provider, _offerId, 2 ether, 2 * PIECE);
        vm.prank(MARKET);
        _registry.release(_offerId, 2 * PIECE, 2 ether);
        assertEq(bond().locked, 1 ether, "locked");
        assertEq(bond().posted, BOND, "posted");
        assertEq(_reserved(), PIECE, "capacity");
    }

    /* SLASH */

    function test_SlashPaysClientReporterAndFire() public {
        reserve(_offerId, 1);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondSlashed(
            _provider,
            CLIENT,
            REPORTER,
            0.7 ether,
            0.1 ether,
            0.2 ether
        );
        _slash(1 ether, CLIENT, REPORTER);
        assertEq(_registry.creditOf(CLIENT), 0.7 ether, "client");
        assertEq(_registry.creditOf(REPORTER), 0.1 ether, "reporter");
        assertEq(_registry.burnable(), 0.2 ether, "burnable");
        assertEq(bond().posted, BOND - 1 ether, "posted");
        assertEq(bond().locked, 0, "locked");
        assertEq(_reserved(), 0, "capacity");
    }

    function test_ASlashWithoutReporterBurnsTheirPart() public {
        reserve(_offerId, 1);
        _slash(1 ether, CLIENT, address(0));
        assertEq(_registry.creditOf(CLIENT), 0.7 ether, "client");
        assertEq(_registry.creditOf(address(0)), 0, "nobody");
        assertEq(_registry.burnable(), 0.3 ether, "burnable");
    }

    function test_AClientMayBeItsOwnReporter() public {
        reserve(_offerId, 1);
        _slash(1 ether, CLIENT, CLIENT);
        assertEq(_registry.creditOf(CLIENT), 0.8 ether, "client");
        assertEq(_registry.burnable(), 0.2 ether, "burnable");
    }

    function test_ASlashReachesUnbondingBond() public {
        reserve(_offerId, 10);
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
        vm.prank(OWNER);
        _registry.withdrawBond(_provider, OWNER);
        vm.prank(MARKET);
        _registry.slash(_offerId, 4 * PIECE, 4 ether, CLIENT, REPORTER);
        assertEq(bond().posted, 6 ether, "posted");
        assertEq(bond().unbonding, 6 ether, "never more than is posted");
    }

    function testFuzz_ASlashIsDividedWithoutRest(uint128 share, bool reported) public {
        IProviderRegistry.Terms memory terms = offerTerms();
        terms.bondPerTib = uint128(bound(share, 1, 1 ether)) * 32;
        uint64 offerId = publish(terms);
        reserve(offerId, 1);
        uint128 amount = bond().locked;
        vm.prank(MARKET);
        _registry.slash(offerId, PIECE, amount, CLIENT, reported ? REPORTER : address(0));
        uint256 client = _registry.creditOf(CLIENT);
        uint256 reporter = _registry.creditOf(REPORTER);
        assertEq(client, (uint256(amount) * 7) / 10, "client");
        assertEq(reporter, reported ? amount / 10 : 0, "reporter");
        assertEq(_registry.burnable(), amount - client - reporter, "the rest burns");
        assertEq(bond().posted + client + reporter + _registry.burnable(), BOND, "conserved");
    }

    /* */

    function _slash(uint128 amount, address client, address reporter) private {
        vm.prank(MARKET);
        _registry.slash(_offerId, PIECE, amount, client, reporter);
    }

    function _refuses(
        uint64 offerId,
        uint32 version,
        uint64 duration,
        uint64[] memory sizes,
        bytes memory refusal
    ) private {
        vm.prank(MARKET);
        vm.expectRevert(refusal);
        _registry.reserve(offerId, version, duration, sizes);
    }

    function _reserved() private view returns (uint64) {
        return _reservedOf(_offerId);
    }

    function _reservedOf(uint64 offerId) private view returns (uint64 reserved) {
        (, , , reserved, ) = _registry.offerOf(offerId);
    }

    function _changed(uint32 named) private view returns (bytes memory) {
        return abi.encodeWithSelector(IProviderRegistry.OfferChanged.selector, _offerId, named, 1);
    }

    function _duration(uint64 duration) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IProviderRegistry.OfferDurationOutOfBounds.selector,
                duration,
                DURATION,
                1_000_000
            );
    }

    function _size(uint64 size) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IProviderRegistry.OfferPieceSizeOutOfBounds.selector,
                size,
                1 << 20,
                PIECE
            );
    }

    function _exhausted(
        uint64 offerId,
        uint64 free,
        uint64 wanted
    ) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IProviderRegistry.OfferCapacityExhausted.selector,
                offerId,
                free,
                wanted
            );
    }

    function _above(
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

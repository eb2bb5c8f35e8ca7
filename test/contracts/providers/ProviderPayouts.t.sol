// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ProviderFixture} from "../../support/ProviderFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What a bond loses or holds anew, whose it becomes, and how it is paid out.
contract ProviderPayoutsTest is ProviderFixture {
    uint64 private _offerId;

    function setUp() public {
        setUpRegistry();
        _offerId = publish();
    }

    /* FORFEIT */

    function testFuzz_ForfeitIsTheClients(uint128 amount) public {
        reserve(_offerId, 10);
        amount = uint128(bound(amount, 0, 10 ether));
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondForfeited(_provider, CLIENT, amount);
        vm.prank(MARKET);
        _registry.forfeit(_offerId, amount, CLIENT);
        assertEq(_registry.creditOf(CLIENT), amount, "credit");
        assertEq(bond().posted, BOND - amount, "posted");
        assertEq(bond().locked, 10 ether - amount, "locked");
        assertEq(_reserved(), 10 * PIECE, "the copies live on");
        assertEq(_registry.burnable(), 0, "nothing burns");
    }

    /* RELOCK */

    function test_RelockCountsTowardTheDay() public {
        reserve(_offerId, 4);
        advance(DAY);
        _relock(4 ether);
        assertEq(bond().locked, 4 ether, "unchanged");
        assertEq(_reserved(), 4 * PIECE, "unchanged");
        reserve(_offerId, 6);
        _refuses(_offerId, 1, DURATION, pieces(1), _above("maxBondPerDay", 11 ether, 10 ether));
    }

    function test_RevertWhen_RelockingMoreThanTheEnvelopeAllows() public {
        reserve(_offerId, 6);
        vm.expectRevert(_above("maxBondPerDay", 12 ether, 10 ether));
        _relock(6 ether);
        IProviderRegistry.Envelope memory narrow = envelope();
        narrow.maxBondAtStake = 5 ether;
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, narrow);
        advance(3 * DAY);
        vm.expectRevert(_above("maxBondAtStake", 6 ether, 5 ether));
        _relock(6 ether);
    }

    function test_RevertGiven_UnbondingClaimsTheLockedBond() public {
        reserve(_offerId, 6);
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND - 5 ether);
        advance(DAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.ProviderBondInsufficient.selector,
                _provider,
                5 ether,
                6 ether
            )
        );
        _relock(6 ether);
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND - 6 ether);
        _relock(6 ether);
    }

    function testFuzz_RelockChangesNoBond(uint128 amount, uint32 wait) public {
        reserve(_offerId, 5);
        advance(wait % (3 * DAY));
        amount = uint128(bound(amount, 0, 5 ether));
        IProviderRegistry.Bond memory before = bond();
        _relock(amount);
        assertEq(abi.encode(bond()), abi.encode(before), "unchanged");
    }

    /* TIP */

    function test_TipIsAThousandthOfFreeBondADay() public {
        reserve(_offerId, 10);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderReporterTipped(_provider, REPORTER, 0.09 ether);
        assertEq(_tip(REPORTER), 0.09 ether, "of the free 90");
        assertEq(_tip(REPORTER), 0, "once a day");
        assertEq(_tip(STRANGER), 0, "whoever asks");
        assertEq(_registry.creditOf(REPORTER), 0.09 ether, "credit");
        assertEq(bond().posted, BOND - 0.09 ether, "posted");
        assertEq(bond().locked, 10 ether, "locked stays whole");
        advance(DAY);
        assertEq(_tip(STRANGER), 0.08991 ether, "again, of what is left");
    }

    function test_MoreFreeBondInADayAddsOnlyTheDifference() public {
        assertEq(_tip(REPORTER), 0.1 ether, "of 100");
        vm.deal(STRANGER, 100.1 ether);
        vm.prank(STRANGER);
        _registry.postBond{value: 100.1 ether}(_provider);
        assertEq(_tip(REPORTER), 0.1 ether, "of 200, less what was tipped");
    }

    function test_TipNeverReverts() public {
        assertEq(_tip(address(0)), 0, "no reporter");
        ActorId other = createMiner(OWNER, WORKER);
        vm.prank(EVIDENCE);
        assertEq(_registry.tip(other, REPORTER), 0, "not registered");
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        assertEq(_tip(REPORTER), 0, "nothing free");
        assertEq(bond().unbonding, BOND, "unbonding stays whole");
    }

    function testFuzz_TipsOfADayStayWithinAThousandth(uint128[6] memory unbondings) public {
        uint256 sum;
        for (uint256 i; i < unbondings.length; ++i) {
            vm.prank(OWNER);
            _registry.unbond(_provider, uint128(bound(unbondings[i], 0, BOND - 1 ether)));
            sum += _tip(REPORTER);
        }
        assertLe(sum, BOND / 1_000, "of the greatest free bond of the day");
        assertEq(_registry.creditOf(REPORTER), sum, "credited");
        assertEq(bond().posted, BOND - sum, "posted");
    }

    /* CREDIT, BURN */

    function test_CreditIsWithdrawnOnceToAnyAddress() public {
        reserve(_offerId, 1);
        _slash(1 ether, CLIENT, REPORTER);
        address masked = registerAccount(STRANGER).toMasked();
        uint256 before = STRANGER.balance;
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderCreditWithdrawn(CLIENT, masked, 0.7 ether);
        vm.prank(CLIENT);
        assertEq(_registry.withdrawCredit(masked), 0.7 ether, "amount");
        assertEq(STRANGER.balance, before + 0.7 ether, "received");
        assertEq(_registry.creditOf(CLIENT), 0, "spent");
        assertEq(_registry.creditOf(REPORTER), 0.1 ether, "another's is untouched");
        vm.prank(CLIENT);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderCreditZero.selector, CLIENT)
        );
        _registry.withdrawCredit(CLIENT);
    }

    function test_RevertWhen_CreditGoesNowhere() public {
        reserve(_offerId, 1);
        _slash(1 ether, CLIENT, REPORTER);
        address nowhere = address((uint160(0xff) << 152) | 888_888);
        vm.prank(CLIENT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.ProviderTransferFailed.selector,
                nowhere,
                0.7 ether
            )
        );
        _registry.withdrawCredit(nowhere);
        assertEq(_registry.creditOf(CLIENT), 0.7 ether, "kept");
    }

    function testFuzz_CreditIsPaidInFull(uint128 amount) public {
        reserve(_offerId, 10);
        amount = uint128(bound(amount, 1, 10 ether));
        vm.prank(MARKET);
        _registry.forfeit(_offerId, amount, CLIENT);
        uint256 before = CLIENT.balance;
        vm.prank(CLIENT);
        _registry.withdrawCredit(CLIENT);
        assertEq(CLIENT.balance, before + amount, "received");
        assertEq(address(_registry).balance, bond().posted, "the rest is bond");
    }

    function testFuzz_AnyoneBurns(uint8 slashes) public {
        slashes = uint8(bound(slashes, 1, 10));
        reserve(_offerId, 10);
        for (uint256 i; i < slashes; ++i) _slash(1 ether, CLIENT, REPORTER);
        uint256 due = 0.2 ether * uint256(slashes);
        uint256 before = BURNT_FUNDS.balance;
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBurned(due);
        vm.prank(STRANGER);
        assertEq(_registry.burn(), due, "amount");
        assertEq(BURNT_FUNDS.balance, before + due, "f099");
        assertEq(_registry.burnable(), 0, "nothing left");
        vm.expectRevert(IProviderRegistry.ProviderAmountZero.selector);
        _registry.burn();
    }

    /* */

    function _slash(uint128 amount, address client, address reporter) private {
        vm.prank(MARKET);
        _registry.slash(_offerId, PIECE, amount, client, reporter);
    }

    function _relock(uint128 amount) private {
        vm.prank(MARKET);
        _registry.relock(_offerId, amount, 0, 0);
    }

    function _tip(address reporter) private returns (uint256) {
        vm.prank(EVIDENCE);
        return _registry.tip(_provider, reporter);
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

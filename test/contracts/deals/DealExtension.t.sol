// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// A deal's end moves without resealing, or does not.
contract DealExtensionTest is DealsFixture {
    uint256 private _dealId;
    Epoch private _end;

    function setUp() public override {
        super.setUp();
        _dealId = active(2);
        pass(_dealId, WINDOW + 1);
        _end = deals.dealOf(_dealId).endEpoch;
    }

    function test_ByTheClient() external {
        Epoch newEnd = _end.plus(100_000);
        _extendAllSectors(newEnd);
        uint256 locked = registry.bondOf(miner).locked;
        _extend(client, newEnd);
        assertEq(Epoch.unwrap(deals.dealOf(_dealId).endEpoch), Epoch.unwrap(newEnd), "end");
        assertEq(registry.bondOf(miner).locked, locked, "the same shares answer for longer");
        uint256 before = fundsOf(payee);
        pass(_dealId, newEnd.since(currentEpoch()));
        deals.settle(_dealId);
        assertGe(fundsOf(payee) - before, net(2 * uint256(RATE) * 600_000), "paid to the new end");
        assertState(copyIdOf(_dealId, 1), IDealLedger.CopyState.Completed);
    }

    function test_ByTheProvider() external {
        Epoch newEnd = _end.plus(50_000);
        _extendAllSectors(newEnd);
        vm.prank(client);
        deals.setAutoExtend(_dealId, newEnd, RATE_PER_TIB);
        _extend(worker, newEnd);
        assertEq(Epoch.unwrap(deals.dealOf(_dealId).endEpoch), Epoch.unwrap(newEnd), "end");
    }

    function test_TwiceAndNoMore() external {
        _extendAllSectors(_end.plus(300_000));
        _extend(client, _end.plus(100_000));
        _extend(client, _end.plus(200_000));
        _refused(
            client,
            _end.plus(300_000),
            abi.encodeWithSelector(IDealLedger.DealExtensionsExhausted.selector, _dealId, 2)
        );
    }

    function test_RevertWhen_TooLate() external {
        pass(_dealId, _end.since(currentEpoch()) - EXTENSION_LEAD + 1);
        _refused(
            client,
            _end.plus(EXTENSION_LEAD),
            abi.encodeWithSelector(
                IDealLedger.DealExtensionTooLate.selector,
                _dealId,
                _end.minus(EXTENSION_LEAD)
            )
        );
    }

    function test_RevertWhen_TheSectorsCommitmentIsShort() external {
        Epoch newEnd = _end.plus(100_000);
        extend(miner, sectorOf(copyIdOf(_dealId, 0)), newEnd);
        extend(miner, sectorOf(copyIdOf(_dealId, 1)), newEnd.minus(1));
        _refused(
            client,
            newEnd,
            abi.encodeWithSelector(
                IDealLedger.DealSectorNotExtended.selector,
                copyIdOf(_dealId, 1),
                newEnd.minus(1),
                newEnd
            )
        );
    }

    function test_RevertWhen_ASectorIsFaulty() external {
        Epoch newEnd = _end.plus(EXTENSION_LEAD);
        _extendAllSectors(newEnd.plus(10));
        uint64 sector = sectorOf(copyIdOf(_dealId, 1));
        evidence.extendCommitment(miner, sector, location(miner, sector));
        fault(miner, sector);
        advance(1);
        _refused(
            client,
            newEnd,
            abi.encodeWithSelector(
                IDealLedger.DealSectorNotExtended.selector,
                copyIdOf(_dealId, 1),
                newEnd.plus(10),
                newEnd
            )
        );
    }

    function test_RevertWhen_TheOfferIsDearerNow() external {
        IProviderRegistry.Terms memory dearer = terms();
        dearer.ratePerTib += 1;
        vm.prank(worker);
        registry.reviseOffer(offerId, dearer);
        _refused(
            client,
            _end.plus(EXTENSION_LEAD),
            abi.encodeWithSelector(
                IDealLedger.DealExtensionAboveRate.selector,
                _dealId,
                RATE_PER_TIB + 1,
                RATE_PER_TIB
            )
        );
    }

    function test_RevertWhen_TheOfferIsInAnotherTokenNow() external {
        IProviderRegistry.Terms memory other = terms();
        other.token = IERC20(address(0xDA1));
        other.ratePerTib = 1_000_000;
        vm.prank(worker);
        registry.reviseOffer(offerId, other);
        _refused(
            client,
            _end.plus(EXTENSION_LEAD),
            abi.encodeWithSelector(IDealLedger.DealOfferClosed.selector, _dealId, offerId)
        );
    }

    function test_RevertWhen_TheEnvelopeIsNarrowerNow() external {
        IProviderRegistry.Terms memory modest = terms();
        modest.bondPerTib = BOND_PER_TIB / 2;
        IProviderRegistry.Envelope memory narrow = envelope();
        narrow.maxBondPerTib = BOND_PER_TIB / 2;
        vm.startPrank(owner);
        registry.announceEnvelope(miner, narrow);
        registry.reviseOffer(offerId, modest);
        vm.stopPrank();
        pass(_dealId, 20_160);
        Epoch newEnd = _end.plus(100_000);
        _extendAllSectors(newEnd);
        _refused(
            client,
            newEnd,
            abi.encodeWithSelector(
                IProviderRegistry.ProviderBondAboveEnvelope.selector,
                miner,
                "maxBondPerTib",
                BOND_PER_TIB,
                BOND_PER_TIB / 2
            )
        );
    }

    function test_RevertWhen_TheOfferIsPaused() external {
        vm.prank(worker);
        registry.pauseOffer(offerId, true);
        _refused(
            client,
            _end.plus(EXTENSION_LEAD),
            abi.encodeWithSelector(IDealLedger.DealOfferClosed.selector, _dealId, offerId)
        );
    }

    function test_RevertWhen_TheProviderExceedsTheClientsLeave() external {
        vm.prank(client);
        deals.setAutoExtend(_dealId, _end.plus(3_000), RATE_PER_TIB - 1);
        _refused(
            worker,
            _end.plus(3_000),
            abi.encodeWithSelector(
                IDealLedger.DealExtensionAboveRate.selector,
                _dealId,
                RATE_PER_TIB,
                RATE_PER_TIB - 1
            )
        );
        vm.prank(client);
        deals.setAutoExtend(_dealId, _end.plus(3_000), RATE_PER_TIB);
        _refused(worker, _end.plus(3_001), _outOfBounds(_end.plus(3_001), _end.plus(3_000)));
    }

    function test_RevertWhen_TheEndDoesNotMoveForward() external {
        _refused(client, _end, _outOfBounds(_end, _end.plus(MAX_EXTENSION)));
        _refused(
            client,
            _end.plus(MAX_EXTENSION + 1),
            _outOfBounds(_end.plus(MAX_EXTENSION + 1), _end.plus(MAX_EXTENSION))
        );
    }

    function test_RevertWhen_LocationsAreMissing() external {
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(IDealLedger.DealLocationsMissing.selector, _dealId, 1, 2)
        );
        deals.extend(_dealId, _end.plus(EXTENSION_LEAD), new bytes[](1));
    }

    function test_RevertGiven_StillProposed() external {
        uint256 dealId = propose(1);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IDealLedger.DealStillProposed.selector, dealId));
        deals.extend(dealId, Epoch.wrap(2_000_000), new bytes[](0));
    }

    function _extendAllSectors(Epoch expiration) private {
        extend(miner, sectorOf(copyIdOf(_dealId, 0)), expiration);
        extend(miner, sectorOf(copyIdOf(_dealId, 1)), expiration);
    }

    function _locations() private view returns (bytes[] memory locations) {
        locations = new bytes[](2);
        locations[0] = location(miner, sectorOf(copyIdOf(_dealId, 0)));
        locations[1] = location(miner, sectorOf(copyIdOf(_dealId, 1)));
    }

    function _extend(address by, Epoch newEnd) private {
        bytes[] memory locations = _locations();
        vm.prank(by);
        deals.extend(_dealId, newEnd, locations);
    }

    function _outOfBounds(Epoch newEnd, Epoch greatest) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IDealLedger.DealExtensionOutOfBounds.selector,
                _dealId,
                newEnd,
                _end.plus(EXTENSION_LEAD),
                greatest
            );
    }

    function _refused(address by, Epoch newEnd, bytes memory refusal) private {
        Epoch before = deals.dealOf(_dealId).endEpoch;
        bytes[] memory locations = _locations();
        vm.prank(by);
        vm.expectRevert(refusal);
        deals.extend(_dealId, newEnd, locations);
        assertTrue(deals.dealOf(_dealId).endEpoch == before, "the end stands");
    }
}

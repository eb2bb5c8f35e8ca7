// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of a deal's whole life: proposed, notified, a year of refreshes every two days and of settlements every week,
/// settled and completed. Every call is counted: scripts/bench/gas.ts prints them.
contract DealLifeGasTest is DealsFixture {
    uint64 private constant YEAR = 365 * 2_880;
    uint64 private constant LOOK = 2 * 2_880;
    uint64 private constant WEEK = 7 * 2_880;

    struct Tally {
        uint256 times;
        uint256 least;
        uint256 greatest;
        uint256 sum;
    }

    string[] private _calls;
    mapping(string call => Tally) private _tallies;
    uint64[] private _sectors;
    bytes[] private _locations;

    function test_AYearOfOnePiece() external {
        uint256 dealId = _propose(1);
        _notify(dealId, 0, 1);
        _live("1 piece", dealId);
    }

    function test_AYearOf32PiecesInSectorsOfTheirOwn() external {
        uint256 dealId = _propose(32);
        for (uint256 i; i < 32; ++i) _notify(dealId, i, 1);
        _live("32 pieces in 32 sectors, refreshed in one call", dealId);
    }

    function test_AYearOf32PiecesInOneSector() external {
        uint256 dealId = _propose(32);
        _notify(dealId, 0, 32);
        _live("32 pieces in one sector", dealId);
    }

    function _propose(uint256 count) private returns (uint256 dealId) {
        IDealLedger.Proposal memory what = proposal(offerId, count);
        what.duration = YEAR;
        vm.prank(client);
        dealId = deals.propose(what);
        _count("propose");
    }

    /// The miner's call alone, as the actor makes it: so many pieces of the deal in a new sector.
    function _notify(uint256 dealId, uint256 first, uint256 count) private {
        uint64 sector = nextSector++;
        Epoch expiration = deals.dealOf(dealId).endEpoch.plus(1_000);
        commitSector(miner, sector, expiration);
        bytes memory params = abi.encodePacked(
            hex"81831a",
            uint32(sector),
            hex"1a",
            uint32(Epoch.unwrap(expiration)),
            count < 24
                ? abi.encodePacked(uint8(0x80 + count))
                : abi.encodePacked(hex"98", uint8(count))
        );
        for (uint256 i = first; i < first + count; ++i) {
            params = abi.encodePacked(
                params,
                hex"83d82a582800",
                deals.copyOf(copyIdOf(dealId, i)).cid.toCidV1(),
                hex"1b00000008000000005820",
                copyIdOf(dealId, i)
            );
        }
        vm.prank(miner.toMasked());
        deals.handle_filecoin_method(2034386435, 0x51, params);
        _count("notification");
        _sectors.push(sector);
        _locations.push(location(miner, sector));
    }

    /// From sealing to the end, with a watcher that looks every two days and settles every week.
    function _live(string memory what, uint256 dealId) private {
        Epoch activation = currentEpoch();
        Epoch end = deals.dealOf(dealId).endEpoch;
        advance(1);
        deals.poke(dealId);
        _count("poke: shorten the period");
        (Epoch look, Epoch settlement) = (activation.plus(LOOK), activation.plus(WEEK));
        while (look < end || settlement < end) {
            bool looks = look <= settlement;
            advance((looks ? look : settlement).since(currentEpoch()));
            if (looks) {
                _refresh();
                look = look.plus(LOOK);
            } else {
                deals.settle(dealId);
                _count("settle");
                settlement = settlement.plus(WEEK);
            }
        }
        advance(end.since(currentEpoch()));
        _refresh();
        deals.settle(dealId);
        _count("settle, complete and close");

        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.RailInactiveOrSettled.selector, dealId)
        );
        pay.getRail(dealId);
        uint256 subject = evidence.subjectOf(miner, _sectors[0]);
        assertEq(
            evidence.provenBetween(subject, activation, end),
            end.since(activation),
            "every epoch is proven"
        );
        _report(what, deals.dealOf(dealId).copies);
    }

    function _refresh() private {
        evidence.refresh(miner, _sectors, _locations);
        _count("refresh");
    }

    /// The call just made is one of these.
    function _count(string memory call) private {
        uint256 gasUsed = vm.snapshotGasLastCall("life", "last");
        Tally storage tally = _tallies[call];
        if (tally.times == 0) {
            _calls.push(call);
            tally.least = gasUsed;
        }
        if (gasUsed < tally.least) tally.least = gasUsed;
        if (gasUsed > tally.greatest) tally.greatest = gasUsed;
        tally.sum += gasUsed;
        ++tally.times;
    }

    /// Values by `life # call # figure`, which the benchmark prints, and their sum for the snapshot.
    function _report(string memory what, uint256 pieces) private {
        uint256 sum;
        for (uint256 i; i < _calls.length; ++i) {
            Tally memory tally = _tallies[_calls[i]];
            string memory name = string.concat(what, " # ", _calls[i], " # ");
            vm.snapshotValue("life", string.concat(name, "times"), tally.times);
            vm.snapshotValue("life", string.concat(name, "least"), tally.least);
            vm.snapshotValue("life", string.concat(name, "greatest"), tally.greatest);
            vm.snapshotValue("life", string.concat(name, "sum"), tally.sum);
            sum += tally.sum;
        }
        vm.snapshotValue(
            "gas",
            string.concat("deals: a year's life, ", what, ", a piece"),
            sum / pieces
        );
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of the deals' entry points, and of a deal from proposal to its first settlement.
contract DealsGasTest is DealsFixture {
    function test_DealOfOnePiece() external {
        _toFirstSettlement("1 piece", 1);
    }

    /// Client, payee, offer and provider have had a deal of another piece before: their slots are not new.
    function test_NextDealOfOnePiece() external {
        IDealLedger.Proposal memory earlier = proposal(offerId, 2);
        earlier.pieces = pieces(1);
        earlier.pieces[0].cid = PieceCid.wrap(keccak256("another piece"));
        nextSector = 100;
        seal(proposeAs(client, earlier));
        _toFirstSettlement("1 piece of a known client", 1);
    }

    function test_DealOf30Pieces() external {
        _toFirstSettlement("30 pieces", 30);
    }

    function test_NotificationOf32Pieces() external {
        uint256 dealId = propose(32);
        _notify(dealId);
        vm.snapshotGasLastCall("gas", "deals: notification of 32 pieces");
    }

    function test_PokeWithNothingToDo() external {
        uint256 dealId = active(1);
        pass(dealId, WINDOW + 1);
        deals.poke(dealId);
        deals.poke(dealId);
        vm.snapshotGasLastCall("gas", "deals: poke, nothing to do, 1 piece");
    }

    function test_ReportFault() external {
        uint256 dealId = active(1);
        uint256 copyId = copyIdOf(dealId, 0);
        fault(miner, sectorOf(copyId));
        reportAs(stranger, copyId);
        vm.snapshotGasLastCall("gas", "deals: report a fault");
    }

    function test_ReportDeathAndSlash() external {
        uint256 dealId = active(2);
        uint256 copyId = copyIdOf(dealId, 0);
        terminate(miner, sectorOf(copyId));
        reportAs(stranger, copyId);
        vm.snapshotGasLastCall("gas", "deals: report a death, slash, lower the rate");
    }

    function test_LeaveAsClient() external {
        uint256 dealId = active(1);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        vm.snapshotGasLastCall("gas", "deals: leave as client");
    }

    function test_LeaveAsProvider() external {
        uint256 dealId = active(1);
        vm.prank(owner);
        deals.leaveAsProvider(dealId);
        vm.snapshotGasLastCall("gas", "deals: leave as provider");
    }

    function test_Decline() external {
        uint256 dealId = propose(1);
        vm.prank(worker);
        deals.decline(dealId);
        vm.snapshotGasLastCall("gas", "deals: decline");
    }

    function test_ExpireUnsealed() external {
        uint256 dealId = propose(1);
        advance(WINDOW + 1);
        deals.poke(dealId);
        vm.snapshotGasLastCall("gas", "deals: poke, expire and close");
    }

    function test_CompleteAndSettle() external {
        uint256 dealId = active(1);
        pass(dealId, deals.dealOf(dealId).endEpoch.since(currentEpoch()));
        deals.settle(dealId);
        vm.snapshotGasLastCall("gas", "deals: settle, complete and close");
    }

    function test_Extend() external {
        uint256 dealId = active(1);
        pass(dealId, WINDOW);
        Epoch newEnd = deals.dealOf(dealId).endEpoch.plus(100_000);
        extend(miner, sectorOf(copyIdOf(dealId, 0)), newEnd.plus(1));
        bytes[] memory locations = new bytes[](1);
        locations[0] = location(miner, sectorOf(copyIdOf(dealId, 0)));
        vm.prank(client);
        deals.extend(dealId, newEnd, locations);
        vm.snapshotGasLastCall("gas", "deals: extend by client, 1 piece");
    }

    function test_SetAutoExtend() external {
        uint256 dealId = propose(1);
        vm.prank(client);
        deals.setAutoExtend(dealId, Epoch.wrap(2_000_000), RATE_PER_TIB);
        vm.snapshotGasLastCall("gas", "deals: set auto-extend");
    }

    /// All parties' transactions: the client's proposal, the miner's notification, a keeper's refresh, the settlement.
    function _toFirstSettlement(string memory size, uint256 count) private {
        IDealLedger.Proposal memory what = proposal(offerId, count);
        vm.prank(client);
        uint256 dealId = deals.propose(what);
        uint256 sum = vm.snapshotGasLastCall("gas", string.concat("deals: propose, ", size));
        _notify(dealId);
        sum += vm.snapshotGasLastCall("gas", string.concat("deals: notification, ", size));
        advance(3_000);
        uint64[] memory sectors = new uint64[](1);
        bytes[] memory locations = new bytes[](1);
        sectors[0] = sectorOf(copyIdOf(dealId, 0));
        locations[0] = location(miner, sectors[0]);
        evidence.refresh(miner, sectors, locations);
        sum += vm.snapshotGasLastCall("gas", string.concat("deals: refresh, ", size));
        pay.settleRail(dealId, block.number);
        sum += vm.snapshotGasLastCall("gas", string.concat("deals: first settlement, ", size));
        vm.snapshotValue(
            "gas",
            string.concat("deals: proposal to first settlement, ", size, ", a piece"),
            sum / count
        );
    }

    /// The miner's call alone, as the actor makes it: all pieces in one sector.
    function _notify(uint256 dealId) private {
        uint256 count = deals.dealOf(dealId).copies;
        commitSector(miner, 1, Epoch.wrap(1_000_000));
        bytes memory params = abi.encodePacked(
            hex"81831a000000011a000f4240",
            count < 24
                ? abi.encodePacked(uint8(0x80 + count))
                : abi.encodePacked(hex"98", uint8(count))
        );
        for (uint256 i; i < count; ++i) {
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
    }
}

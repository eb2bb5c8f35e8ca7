// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// What a settlement costs after a long life: a deal with 10,000 faults and recoveries against one with a single fault.
contract SettlementGasTest is DealsFixture {
    uint256 private constant FAULTS = 10_000;

    /// Settled first: makes what all deals of a client share as warm for the one as for the other.
    uint256 private _other;
    uint256 private _calm;
    uint256 private _shaken;

    function setUp() public override {
        super.setUp();
        _other = active(1);
        _calm = active(1);
        _shaken = active(1);
        uint64[] memory sectors = new uint64[](1);
        bytes[] memory locations = new bytes[](1);
        sectors[0] = sectorOf(copyIdOf(_shaken, 0));
        locations[0] = location(miner, sectors[0]);
        for (uint256 i = 1; i < FAULTS; ++i) {
            _faultAndRecovery(sectors[0], sectors, locations);
            // Within reach of the freshness.
            if (i % 2_000 == 0) refresh(_calm);
        }
        refresh(_calm);
        // The last fault hits both.
        uint64 sector = sectorOf(copyIdOf(_calm, 0));
        fault(miner, sector);
        evidence.report(miner, sector, location(miner, sector));
        recover(miner, sector);
        _faultAndRecovery(sectors[0], sectors, locations);
        refresh(_calm);
        refresh(_other);
    }

    function test_SettlementGasLimit() external {
        uint256 epochs = block.number - 10_000;
        pay.settleRail(_other, block.number);
        uint256 before = fundsOf(payee);
        pay.settleRail(_shaken, block.number);
        uint256 shaken = vm.snapshotGasLastCall("gas", "deals: settlement after 10,000 faults");
        assertEq(fundsOf(payee) - before, net(FAULTS * RATE), "one epoch before each fault");
        before = fundsOf(payee);
        pay.settleRail(_calm, block.number);
        uint256 calm = vm.snapshotGasLastCall("gas", "deals: settlement after 1 fault");
        assertEq(fundsOf(payee) - before, net((epochs - 2) * RATE), "all but the fault's epochs");
        assertLe(10 * shaken, 13 * calm, "1.3 times");
        assertEq(pay.getRateChangeQueueSize(_shaken), 0, "faults do not change the rail's rate");
    }

    /// Written out: ten thousand times anything more would take the runner's memory.
    function _faultAndRecovery(
        uint64 sector,
        uint64[] memory sectors,
        bytes[] memory locations
    ) private {
        advance(1);
        evidence.refresh(miner, sectors, locations);
        fault(miner, sector);
        evidence.report(miner, sector, locations[0]);
        recover(miner, sector);
        advance(1);
        evidence.refresh(miner, sectors, locations);
    }
}

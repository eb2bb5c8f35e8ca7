// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// EVM gas of the evidence's entry points; a notification's share is in the gas of the deals'.
contract EvidenceGasTest is DealsFixture {
    uint256 private constant MOST = 32;

    uint64[] private _sectors;
    bytes[] private _locations;

    function test_Refresh1Sector() external {
        _refresh(1);
        vm.snapshotGasLastCall("gas", "evidence: refresh 1 sector");
    }

    function test_Refresh32Sectors() external {
        _refresh(MOST);
        vm.snapshotGasLastCall("gas", "evidence: refresh 32 sectors");
    }

    /// Silence for longer than the freshness closes a segment.
    function test_RefreshAfterSilence() external {
        _seal(1);
        advance(1_000);
        evidence.refresh(miner, _sectors, _locations);
        advance(2 * W);
        evidence.refresh(miner, _sectors, _locations);
        vm.snapshotGasLastCall("gas", "evidence: refresh 1 sector after a silence");
    }

    function test_ReportAndRecover() external {
        _seal(1);
        advance(1_000);
        fault(miner, _sectors[0]);
        vm.prank(stranger);
        evidence.report(miner, _sectors[0], _locations[0]);
        vm.snapshotGasLastCall("gas", "evidence: report a fault");
        recover(miner, _sectors[0]);
        advance(1_000);
        evidence.refresh(miner, _sectors, _locations);
        vm.snapshotGasLastCall("gas", "evidence: refresh 1 recovered sector, tip its reporter");
    }

    function test_ReportADeath() external {
        _seal(1);
        terminate(miner, _sectors[0]);
        bytes memory where = location(miner, _sectors[0]);
        vm.prank(stranger);
        evidence.report(miner, _sectors[0], where);
        vm.snapshotGasLastCall("gas", "evidence: report a death");
    }

    function test_ExtendCommitment() external {
        uint256 dealId = _seal(1);
        Epoch end = deals.dealOf(dealId).endEpoch.plus(100_000);
        advance(1_000);
        extend(miner, _sectors[0], end);
        evidence.extendCommitment(miner, _sectors[0], _locations[0]);
        vm.snapshotGasLastCall("gas", "evidence: extend a commitment");
    }

    function _refresh(uint256 count) private {
        _seal(count);
        advance(1_000);
        evidence.refresh(miner, _sectors, _locations);
        advance(1_000);
        evidence.refresh(miner, _sectors, _locations);
    }

    function _seal(uint256 count) private returns (uint256 dealId) {
        dealId = active(count);
        for (uint256 i; i < count; ++i) {
            uint64 sector = sectorOf(copyIdOf(dealId, i));
            _sectors.push(sector);
            _locations.push(location(miner, sector));
        }
    }
}

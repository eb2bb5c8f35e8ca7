// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

// These tests print their figures.
// solhint-disable no-console
import {console} from "hardhat/console.sol";

import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {SectorEvidenceTest} from "../../support/SectorEvidenceTest.sol";
import {vm} from "../../support/Vm.sol";

/// What evidence costs after a long life. Each figure is of a call that finds all storage cold.
contract SectorEvidenceGas_Test is SectorEvidenceTest {
    uint64 private constant CALM = 1;
    uint64 private constant SHAKEN = 2;
    uint256 private constant FAULTS = 10_000;

    uint256 private _begin;

    function setUp() public {
        vm.roll(START);
        deployEvidence(W, GRACE, CHAIN_GAP);
        track(SHAKEN);
        track(CALM);
        _begin = now_();
        for (uint256 i = 1; i < FAULTS; ++i) _faultAndRecovery(SHAKEN);
        refresh(CALM);
        // The last fault hits both.
        advance(1);
        fault(miner, CALM);
        report(alice, CALM);
        recover(miner, CALM);
        advance(1);
        refresh(CALM);
        _faultAndRecovery(SHAKEN);
    }

    function test_CostsTheSameSinceTheLastSettlement() public view {
        uint256 calm = _cost(CALM, now_() - 5, now_());
        uint256 shaken = _cost(SHAKEN, now_() - 5, now_());
        console.log(
            "provenBetween since before the last fault, after 1 fault and after 10,000:",
            calm,
            shaken
        );
        assertLe(10 * shaken, 13 * calm, "1.3 times");
    }

    function test_CostsTheSameForAWholeLife() public view {
        uint256 calm = _cost(CALM, _begin, now_());
        uint256 shaken = _cost(SHAKEN, _begin, now_());
        console.log("provenBetween of a whole life, after 1 fault and after 10,000:", calm, shaken);
        assertLe(10 * shaken, 13 * calm, "1.3 times");
        assertEq(proven(SHAKEN, _begin, now_()), FAULTS, "one epoch for each recovery");
    }

    function test_CostsALogarithmInMidLifeGasLimit() public view {
        uint256 middle = (_begin + now_()) / 2;
        uint256 cost = _cost(SHAKEN, middle, middle + 100);
        console.log("provenBetween in the middle of 10,000 faults:", cost);
        // Both ends are looked for among 10,000: 14 slots and the first guess, of 2,400 each with the loop.
        assertLe(cost, 12_000 + 2 * 15 * 2_400, "a logarithm");
        assertEq(proven(SHAKEN, middle, middle + 100), 50, "every second epoch");
    }

    function _faultAndRecovery(uint64 sector) private {
        advance(1);
        fault(miner, sector);
        report(alice, sector);
        recover(miner, sector);
        refresh(sector);
        advance(1);
        refresh(sector);
    }

    function _cost(uint64 sector, uint256 from, uint256 to) private view returns (uint256 gas) {
        uint256 id = subject(sector);
        gas = gasleft();
        evidence.provenBetween(id, Epoch.wrap(uint64(from)), Epoch.wrap(uint64(to)));
        gas -= gasleft();
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Observation} from "../../../contracts/evidence/IStorageEvidence.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {EvidenceModel} from "../../support/EvidenceModel.sol";
import {SectorEvidenceTest} from "../../support/SectorEvidenceTest.sol";
import {vm} from "../../support/Vm.sol";

/// Whatever happens to a sector, and whoever looks when, evidence says what a list of all epochs says.
contract SectorEvidenceModel_Test is SectorEvidenceTest {
    using EvidenceModel for EvidenceModel.Model;

    uint256 private constant STEPS = 48;

    EvidenceModel.Model private _model;
    uint256 private _seed;

    function setUp() public {
        vm.roll(0);
        (_model.freshness, _model.grace, _model.chainGap) = (20, 12, 4);
        deployEvidence(20, 12, 4);
    }

    function testFuzz_MatchesAPlainModel(uint256 seed, uint64 sector) public {
        _seed = seed;
        vm.roll(_draw(4));
        uint64 expiration = now_() + 1 + _draw(200);
        commitSector(miner, sector, Epoch.wrap(expiration));
        notify(sector, expiration, true);
        _model.start(now_(), expiration);
        for (uint256 i; i < STEPS; ++i) {
            _step(sector);
            _compare(sector, _draw(now_() + 20), _draw(now_() + 20));
        }
        for (uint256 i; i < 8; ++i) _compare(sector, _draw(now_() + 1), _draw(now_() + 1));
        _compare(sector, 0, type(uint64).max);
    }

    function _step(uint64 sector) private {
        uint256 kind = _draw(32);
        if (kind < 9) advance(_draw(6));
        else if (kind < 11) advance(_draw(40));
        else if (kind < 15) _fault(sector);
        else if (kind < 19) _recover(sector);
        else if (kind < 25) _report(sector);
        else if (kind < 30) {
            _model.refresh(now_());
            refresh(sector);
        } else if (kind < 31) _extend(sector);
        else if (_draw(8) == 0) _terminate(sector);
    }

    function _fault(uint64 sector) private {
        if (_model.isDead(now_())) return;
        _model.faulty = true;
        fault(miner, sector);
    }

    function _recover(uint64 sector) private {
        if (_model.isDead(now_()) || !_model.faulty) return;
        _model.faulty = false;
        recover(miner, sector);
    }

    function _report(uint64 sector) private {
        address reporter = address(uint160(0x1000 + _draw(3)));
        _model.report(now_(), reporter);
        report(reporter, sector);
    }

    function _extend(uint64 sector) private {
        if (_model.isActive(now_()) && _draw(4) != 0) {
            _model.expiration += 1 + _draw(100);
            extend(miner, sector, Epoch.wrap(uint64(_model.expiration)));
        }
        _model.extend(now_());
        evidence.extendCommitment(miner, sector, location(miner, sector));
    }

    function _terminate(uint64 sector) private {
        if (_model.isDead(now_())) return;
        _model.terminated = true;
        terminate(miner, sector);
        if (_draw(2) == 0) compact(miner, sector);
    }

    function _compare(uint64 sector, uint256 from, uint256 to) private view {
        assertRecord(
            sector,
            _model.last,
            _model.provenUntil,
            _model.failed,
            _model.failedAt,
            _model.reporterOf()
        );
        assertEq(proven(sector, from, to), _model.count(from, to), "proven between");
        (, , Epoch commitment, Epoch chainStart, Epoch lastReport, ) = evidence.traceOf(
            miner,
            sector
        );
        assertEq(Epoch.unwrap(commitment), _model.commitment, "commitment");
        if (_model.last == Observation.Faulty) {
            uint256 reports = _model.chain.length;
            assertEq(
                Epoch.unwrap(chainStart),
                _model.chain[reports - _model.chainLength],
                "chain start"
            );
            assertEq(Epoch.unwrap(lastReport), _model.chain[reports - 1], "last report");
        } else {
            assertEq(Epoch.unwrap(chainStart) + Epoch.unwrap(lastReport), 0, "no chain");
        }
        for (uint160 i = 0x1000; i < 0x1003; ++i) {
            assertEq(ledger.tipsOf(address(i)), _model.tips[address(i)], "tips");
        }
    }

    /// Something below `limit` that follows from the fuzzer's seed.
    function _draw(uint256 limit) private returns (uint64) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return uint64(_seed % limit);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Observation} from "../../contracts/evidence/IStorageEvidence.sol";

/// One sector and the evidence about it, told as plainly as can be: a flag for every epoch.
library EvidenceModel {
    struct Model {
        uint256 freshness;
        uint256 grace;
        uint256 chainGap;
        // The sector on the chain.
        bool terminated;
        bool faulty;
        uint256 expiration;
        // What is known of it.
        Observation last;
        uint256 commitment;
        bool failed;
        uint256 failedAt;
        address reporter;
        /// Up to here every epoch is proven or lost for good.
        uint256 decided;
        uint256 provenUntil;
        /// The reports of the chain, oldest first.
        uint256[] chain;
        uint256 chainLength;
        address firstReporter;
        mapping(uint256 epoch => bool) proven;
        mapping(uint256 epoch => bool) reported;
        mapping(address reporter => uint256) tips;
    }

    function start(Model storage m, uint256 epoch, uint256 expiration) internal {
        m.expiration = m.commitment = expiration;
        m.last = Observation.Active;
        m.decided = m.provenUntil = epoch;
    }

    function isActive(Model storage m, uint256 epoch) internal view returns (bool) {
        return !m.faulty && !isDead(m, epoch);
    }

    function isDead(Model storage m, uint256 epoch) internal view returns (bool) {
        return m.terminated || epoch > m.expiration;
    }

    function refresh(Model storage m, uint256 epoch) internal returns (bool) {
        if (m.last == Observation.Dead || !isActive(m, epoch)) return false;
        bool wasFaulty = m.last == Observation.Faulty;
        for (uint256 e = m.decided + 1; e <= epoch && e <= m.commitment; ++e) {
            bool withinReach = e + m.freshness > epoch;
            bool behindAReport;
            for (uint256 later = e; later <= epoch; ++later) {
                behindAReport = behindAReport || m.reported[later];
            }
            m.proven[e] = withinReach && !behindAReport && !wasFaulty;
        }
        // No later look can reach further back than this one.
        for (uint256 e = m.decided; e <= epoch && e <= m.commitment; ++e) {
            if (m.proven[e] || (!wasFaulty && e + m.freshness == epoch) || m.reported[e])
                m.provenUntil = e;
        }
        if (wasFaulty && epoch <= m.commitment) m.provenUntil = epoch;
        m.decided = epoch;
        if (m.last == Observation.Faulty && !m.failed) ++m.tips[m.firstReporter];
        m.last = Observation.Active;
        m.chainLength = 0;
        return true;
    }

    function report(Model storage m, uint256 epoch, address reporter) internal {
        if (m.last == Observation.Dead) return;
        if (isDead(m, epoch)) {
            m.last = Observation.Dead;
            if (m.failed) return;
            (m.failed, m.failedAt, m.reporter) = (true, epoch, reporter);
        } else if (m.faulty) {
            m.last = Observation.Faulty;
            m.reported[epoch] = true;
            if (m.chainLength != 0 && epoch > m.chain[m.chain.length - 1] + m.chainGap)
                m.chainLength = 0;
            m.chain.push(epoch);
            if (++m.chainLength == 1) m.firstReporter = reporter;
            if (m.failed || epoch < m.chain[m.chain.length - m.chainLength] + m.grace) return;
            (m.failed, m.failedAt, m.reporter) = (true, epoch, m.firstReporter);
        }
    }

    function extend(Model storage m, uint256 epoch) internal {
        if (refresh(m, epoch) && epoch < m.commitment) m.commitment = m.expiration;
    }

    function reporterOf(Model storage m) internal view returns (address) {
        if (m.failed) return m.reporter;
        return m.chainLength == 0 ? address(0) : m.firstReporter;
    }

    function count(Model storage m, uint256 from, uint256 to) internal view returns (uint256 sum) {
        for (uint256 e = from + 1; e <= to && e <= m.decided; ++e) {
            if (m.proven[e]) ++sum;
        }
    }
}

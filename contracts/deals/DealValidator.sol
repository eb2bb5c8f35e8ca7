// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IStorageEvidence} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch, max, min} from "../fvm/Epoch.sol";
import {IValidator} from "../payments/IValidator.sol";
import {DealStore} from "./DealStore.sol";
import {copyIdOf} from "./IDealLedger.sol";

/// The validator of the deals' rails on Filecoin Pay. Stands outside the reentrancy lock: Pay calls it from within our
/// own calls to Pay, and it calls nothing but the evidence.
abstract contract DealValidator is DealStore, IValidator {
    /// What a validation works on: per activated copy its sector, its rate, and the epochs (start, end] it serves.
    struct Service {
        uint256[] subjects;
        uint256[] rates;
        Epoch[] starts;
        Epoch[] ends;
        bool[] failed;
    }

    /// @inheritdoc IValidator
    function railTerminated(uint256 railId, address terminator, uint256 endEpoch) external {
        if (msg.sender != address(PAY)) revert DealNotPay(msg.sender);
        DealRecord storage deal = _deals[railId];
        // Not reverting towards Pay: it would block the termination.
        if (deal.client == address(0)) return;
        uint40 railEnd = uint40(Math.min(endEpoch, type(uint40).max));
        deal.railEnd = railEnd;
        if (terminator != address(this)) deal.departure = Departure.Payer;
        emit DealLeft(railId, deal.departure, Epoch.wrap(railEnd));
    }

    /// @inheritdoc IValidator
    /// @dev A total view over evidence: it pays each copy's share for the epochs that the chain saw proven, and holds
    /// settlement back where proof may still come.
    function validatePayment(
        uint256 railId,
        uint256 proposedAmount,
        uint256 fromEpoch,
        uint256 toEpoch,
        uint256 rate
    ) external view returns (ValidationResult memory result) {
        result.settleUpto = toEpoch;
        if (
            _deals[railId].client == address(0) ||
            toEpoch <= fromEpoch ||
            toEpoch > type(uint64).max
        ) return result;
        Service memory service = _serviceOf(railId);
        if (service.rates.length == 0) return result;

        Epoch settled = max(
            _heldBack(service, Epoch.wrap(uint64(toEpoch))),
            Epoch.wrap(uint64(fromEpoch))
        );
        result.settleUpto = Epoch.unwrap(settled);
        // The copies' shares never exceed the rail's rate; Pay would refuse, and block the rail, if they did.
        uint256 greatest =
            result.settleUpto == toEpoch
                ? proposedAmount
                : Math.saturatingMul(rate, result.settleUpto - fromEpoch);
        uint256 earned = _earned(service, Epoch.wrap(uint64(fromEpoch)), settled);
        result.modifiedAmount = Math.min(earned, greatest);
    }

    /// The copies of a deal that were ever activated.
    function _serviceOf(uint256 dealId) private view returns (Service memory service) {
        DealRecord storage deal = _deals[dealId];
        uint256 copies = deal.copies;
        service = Service(
            new uint256[](copies),
            new uint256[](copies),
            new Epoch[](copies),
            new Epoch[](copies),
            new bool[](copies)
        );
        Epoch last = _lastOf(deal);
        uint256 count;
        for (uint256 i; i < copies; ++i) {
            CopyRecord storage copy = _copies[copyIdOf(dealId, i)];
            CopyState state = copy.state;
            if (state == CopyState.Proposed || state == CopyState.Expired) continue;
            service.subjects[count] = _subjectOf(deal.provider, copy.sector);
            service.rates[count] = _rateOf(deal, copy);
            service.starts[count] = Epoch.wrap(copy.activation);
            service.ends[count] = state == CopyState.Active ? last : Epoch.wrap(copy.close);
            service.failed[count++] = state == CopyState.Failed;
        }
        _truncate(service, count);
    }

    function _truncate(Service memory service, uint256 count) private pure {
        uint256[] memory subjects = service.subjects;
        uint256[] memory rates = service.rates;
        Epoch[] memory starts = service.starts;
        Epoch[] memory ends = service.ends;
        assembly ("memory-safe") {
            mstore(subjects, count)
            mstore(rates, count)
            mstore(starts, count)
            mstore(ends, count)
        }
    }

    /// Up to where the deal can settle: the least of what its copies still allow. A failure that nobody poked yet ends
    /// its copy too.
    function _heldBack(Service memory service, Epoch to) private view returns (Epoch settled) {
        IStorageEvidence.Record[] memory records = EVIDENCE.recordsOf(service.subjects);
        Epoch now_ = currentEpoch();
        settled = to;
        for (uint256 i; i < records.length; ++i) {
            IStorageEvidence.Record memory record = records[i];
            Epoch end = service.ends[i];
            if (service.failed[i]) continue;
            if (record.failed && record.failedAt < end) {
                service.ends[i] = record.failedAt;
                continue;
            }
            if (record.provenUntil >= end || now_ > end.plus(FRESHNESS)) continue;
            settled = min(settled, max(record.provenUntil, now_.minus(FRESHNESS)));
        }
    }

    function _earned(
        Service memory service,
        Epoch from,
        Epoch settled
    ) private view returns (uint256 amount) {
        for (uint256 i; i < service.starts.length; ++i) {
            service.starts[i] = max(from, service.starts[i]);
            service.ends[i] = min(settled, service.ends[i]);
        }
        uint64[] memory proven = EVIDENCE.provenBetween(
            service.subjects,
            service.starts,
            service.ends
        );
        for (uint256 i; i < proven.length; ++i) amount += service.rates[i] * proven[i];
    }
}

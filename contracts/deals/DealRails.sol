// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IStorageEvidence, Observation} from "../evidence/IStorageEvidence.sol";
import {Epoch, currentEpoch, max, min} from "../fvm/Epoch.sol";
import {IProviderRegistry} from "../providers/IProviderRegistry.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {IValidator} from "../payments/IValidator.sol";
import {DealStore} from "./DealStore.sol";
import {copyIdOf} from "./IStorageDeals.sol";

/// The deals' rails on Filecoin Pay: operator and validator.
/// A rail's rate never rises; it falls when a copy ends before the deal does, so its rate-change queue never holds more
/// entries than the deal has copies. Its period is never 0 before it is closed: with period 0 a payer's termination
/// would finalise the rail at once.
abstract contract DealRails is DealStore, IValidator {
    /// What a validation works on: per activated copy its sector, its rate, and the epochs (start, end] it serves.
    struct Service {
        uint256[] subjects;
        uint256[] rates;
        Epoch[] starts;
        Epoch[] ends;
        bool[] failed;
    }

    /// Epochs a dry payer has for topping up before anyone may end the deal.
    uint64 public immutable DRY_GRACE;

    constructor(uint64 dryGrace) {
        uint64 greatest = REGISTRY.MIN_NOTICE() - FRESHNESS;
        if (dryGrace == 0 || dryGrace > greatest) {
            revert DealParameterOutOfBounds(dryGrace, 1, greatest);
        }
        DRY_GRACE = dryGrace;
    }

    /// @inheritdoc IValidator
    function railTerminated(uint256 railId, address terminator, uint256 endEpoch) external {
        if (msg.sender != address(PAY)) revert DealNotPay(msg.sender);
        uint256 dealId = _dealOfRail[railId];
        // Not reverting towards Pay: it would block the termination.
        if (dealId == 0) return;
        Deal storage deal = _deals[dealId];
        Epoch railEnd = Epoch.wrap(endEpoch > type(uint64).max ? type(uint64).max : uint64(endEpoch));
        deal.railEnd = railEnd;
        if (terminator != address(this)) deal.departure = Departure.Payer;
        emit DealLeft(dealId, deal.departure, railEnd);
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
        uint256 dealId = _dealOfRail[railId];
        if (dealId == 0 || toEpoch <= fromEpoch || toEpoch > type(uint64).max) return result;
        Service memory service = _serviceOf(dealId);
        if (service.rates.length == 0) return result;

        Epoch settled = max(_heldBack(service, Epoch.wrap(uint64(toEpoch))), Epoch.wrap(uint64(fromEpoch)));
        result.settleUpto = Epoch.unwrap(settled);
        // The copies' shares never exceed the rail's rate; Pay would refuse, and block the rail, if they did.
        uint256 greatest = result.settleUpto == toEpoch
            ? proposedAmount
            : Math.saturatingMul(rate, result.settleUpto - fromEpoch);
        uint256 earned = _earned(service, Epoch.wrap(uint64(fromEpoch)), settled);
        result.modifiedAmount = Math.min(earned, greatest);
    }

    /// The copies of a deal that were ever activated.
    function _serviceOf(uint256 dealId) private view returns (Service memory service) {
        Deal storage deal = _deals[dealId];
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
            Copy storage copy = _copies[copyIdOf(dealId, i)];
            CopyState state = copy.state;
            if (state == CopyState.Proposed || state == CopyState.Expired) continue;
            service.subjects[count] = _subjectOf(deal.provider, copy.sector);
            service.rates[count] = copy.rate;
            service.starts[count] = copy.activation;
            service.ends[count] = state == CopyState.Active ? last : copy.close;
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
        uint64[] memory proven = EVIDENCE.provenBetween(service.subjects, service.starts, service.ends);
        for (uint256 i; i < proven.length; ++i) amount += service.rates[i] * proven[i];
    }

    /// Opens the rail: lockup before rate, then the reservation fee out of the fixed lockup.
    function _openRail(
        Deal storage deal,
        IProviderRegistry.Reservation memory terms,
        uint256 reservationFee
    ) internal returns (uint256 railId) {
        railId = PAY.createRail(terms.token, deal.client, terms.payee, address(this), 0, address(0));
        PAY.modifyRailLockup(railId, deal.period, deal.exitFee + reservationFee);
        PAY.modifyRailPayment(railId, deal.rate, reservationFee);
    }

    /// Ends the rail after its period, charging the exit fee first: a dry payer pays it only before terminating.
    /// @param fee token units out of the fixed lockup
    function _terminate(uint256 dealId, Deal storage deal, Departure departure, uint256 fee) internal {
        deal.departure = departure;
        deal.exitFeeSettled = true;
        uint256 railId = deal.railId;
        _chargeExitFee(dealId, railId, fee);
        PAY.terminateRail(railId);
        _freeFixedLockup(dealId, deal);
    }

    /// The rail has nothing more to carry: it ends now, or for a payer in debt where its money does.
    function _close(uint256 dealId, Deal storage deal) internal {
        uint256 railId = deal.railId;
        deal.departure = Departure.Closed;
        deal.exitFeeSettled = true;
        if (_fundedUntil(deal) >= currentEpoch()) {
            deal.period = 0;
            PAY.modifyRailLockup(railId, 0, 0);
            PAY.terminateRail(railId);
        } else {
            PAY.terminateRail(railId);
            _freeFixedLockup(dealId, deal);
        }
    }

    /// A payer that terminated on Pay still owes the exit fee, as long as Pay lets it be taken.
    function _collectExitFee(uint256 dealId, Deal storage deal) internal {
        if (deal.exitFeeSettled || deal.railEnd == Epoch.wrap(0)) return;
        deal.exitFeeSettled = true;
        if (currentEpoch() >= deal.railEnd) return;
        _chargeExitFee(dealId, deal.railId, _exitFee(dealId, deal, deal.railEnd));
        _freeFixedLockup(dealId, deal);
    }

    /// After the payer's grace anyone's poke ends the deal; the rail's end does not depend on when.
    function _endIfDry(uint256 dealId, Deal storage deal) internal {
        if (deal.railEnd != Epoch.wrap(0)) return;
        Epoch fundedUntil = _fundedUntil(deal);
        if (fundedUntil.plus(DRY_GRACE) >= currentEpoch()) return;
        uint256 fee = _exitFee(dealId, deal, fundedUntil.plus(deal.period));
        _terminate(dealId, deal, Departure.Dry, fee);
    }

    /// Follows with the rail what became of the copies. Best effort: Pay refuses while the payer is in debt.
    function _adjustRail(uint256 dealId, Deal storage deal) internal {
        bool shorten = deal.period > deal.notice && deal.proposed == 0;
        if (!shorten && !deal.rateStale) return;
        uint256 railId = deal.railId;
        if (shorten) {
            try PAY.modifyRailLockup(railId, deal.notice, deal.exitFee) {
                deal.period = deal.notice;
            } catch (bytes memory reason) {
                emit DealRailNotAdjusted(dealId, reason);
                return;
            }
        }
        if (deal.rateStale) {
            try PAY.modifyRailPayment(railId, deal.rate, 0) {
                deal.rateStale = false;
            } catch (bytes memory reason) {
                emit DealRailNotAdjusted(dealId, reason);
                return;
            }
        }
        emit DealRailAdjusted(dealId, deal.rate, deal.period);
    }

    /// Settles as far as evidence reaches. Pay reverts where there is no progress, and for a rail that is finalised.
    function _settleRail(uint256 dealId, Deal storage deal) internal {
        uint256 railId = deal.railId;
        try PAY.settleRail(railId, block.number) returns (
            uint256 amount,
            uint256,
            uint256,
            uint256,
            uint256 settledUpTo,
            string memory
        ) {
            emit DealSettled(dealId, railId, amount, Epoch.wrap(uint64(settledUpTo)));
        } catch (bytes memory reason) {
            emit DealSettlementRefused(dealId, railId, reason);
        }
    }

    /// What the payer owes for ending the rail at `railEnd`: the live rate up to the term's end, at most the offer's
    /// fee; nothing for a copy that is reported.
    function _exitFee(uint256 dealId, Deal storage deal, Epoch railEnd) internal view returns (uint256 fee) {
        uint64 missing = deal.endEpoch.since(railEnd);
        if (missing == 0 || deal.live == 0) return 0;
        (uint256[] memory copyIds, IStorageEvidence.Record[] memory records) = _liveRecords(dealId, deal);
        for (uint256 i; i < copyIds.length; ++i) {
            if (records[i].failed || records[i].last != Observation.Active) continue;
            fee += uint256(_copies[copyIds[i]].rate) * missing;
        }
        if (fee > deal.exitFee) fee = deal.exitFee;
    }

    /// The last epoch that the payer's account is good for; far ahead for an account without a stream.
    function _fundedUntil(Deal storage deal) internal view returns (Epoch) {
        (uint256 fundedUntil, , , ) = PAY.getAccountInfoIfSettled(deal.token, deal.client);
        return Epoch.wrap(fundedUntil > type(uint32).max ? type(uint32).max : uint64(fundedUntil));
    }

    function _chargeExitFee(uint256 dealId, uint256 railId, uint256 fee) private {
        if (fee == 0) return;
        // The rail's own rate, which is above the deal's while the payer is in debt.
        IFilecoinPay.RailView memory rail = PAY.getRail(railId);
        PAY.modifyRailPayment(railId, rail.paymentRate, fee);
        emit DealExitFeePaid(dealId, fee);
    }

    /// On a terminated rail the fixed lockup may only fall; what is left of it is the payer's.
    function _freeFixedLockup(uint256 dealId, Deal storage deal) private {
        try PAY.modifyRailLockup(deal.railId, deal.period, 0) {} catch (bytes memory reason) {
            emit DealRailNotAdjusted(dealId, reason);
        }
    }
}

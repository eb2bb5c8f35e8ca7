// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ISectorEvidence} from "../evidence/ISectorEvidence.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {IFilecoinPay} from "../payments/IFilecoinPay.sol";
import {IProviderRegistry} from "../providers/IProviderRegistry.sol";
import {DealEndings} from "./DealEndings.sol";
import {DealStore} from "./DealStore.sol";
import {copyIdOf} from "./IDealLedger.sol";
import {IDealLifecycle} from "./IDealLifecycle.sol";

/// The second half of StorageDeals' code (a contract's size is bounded at 24 KiB): StorageDeals deploys it, and runs it on
/// its own ledger by delegatecall. Called directly it knows no deal.
contract DealLifecycle is DealEndings, IDealLifecycle, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint8 public constant MAX_EXTENSIONS = 2;

    uint64 public immutable EXTENSION_LEAD;
    uint64 public immutable MAX_EXTENSION;

    constructor(
        IProviderRegistry registry,
        ISectorEvidence evidence,
        IFilecoinPay pay,
        Parameters memory parameters
    ) DealStore(registry, evidence, pay, parameters.dryGrace) DealEndings(parameters.slashWindow) {
        _requireWithin(parameters.extensionLead, 1, GREATEST_SPAN);
        _requireWithin(parameters.maxExtension, parameters.extensionLead, GREATEST_SPAN);
        EXTENSION_LEAD = parameters.extensionLead;
        MAX_EXTENSION = parameters.maxExtension;
    }

    /// @inheritdoc IDealLifecycle
    function decline(uint256 dealId) external nonReentrant {
        DealRecord storage deal = _dealAt(dealId);
        if (!REGISTRY.isControlling(deal.provider, msg.sender))
            revert DealNotProvider(dealId, msg.sender);
        if (deal.proposed == 0) revert DealNothingProposed(dealId);
        _expire(dealId, deal, currentEpoch());
        _poke(dealId, deal);
    }

    /// @inheritdoc IDealLifecycle
    function leaveAsClient(uint256 dealId) external nonReentrant {
        DealRecord storage deal = _dealAt(dealId);
        if (deal.client != msg.sender) revert DealNotClient(dealId, msg.sender);
        if (_endedByPoke(dealId, deal)) return;
        _terminate(
            dealId,
            deal,
            Departure.Client,
            _exitFee(dealId, deal, _endIfTerminatedNow(deal))
        );
    }

    /// @inheritdoc IDealLifecycle
    function leaveAsProvider(uint256 dealId) external nonReentrant {
        DealRecord storage deal = _dealAt(dealId);
        if (!REGISTRY.isOwner(deal.provider, msg.sender))
            revert DealNotProvider(dealId, msg.sender);
        if (deal.proposed != 0) _expire(dealId, deal, currentEpoch());
        if (_endedByPoke(dealId, deal)) return;
        uint128 lost = _forfeits(dealId, deal);
        _terminate(dealId, deal, Departure.Provider, 0);
        if (lost != 0) REGISTRY.forfeit(deal.offerId, lost, deal.client);
    }

    /// @inheritdoc IDealLifecycle
    function poke(uint256 dealId) external nonReentrant {
        _poke(dealId, _dealAt(dealId));
    }

    /// @inheritdoc IDealLifecycle
    function report(uint256 copyId, bytes calldata location) external nonReentrant {
        uint256 dealId = copyId >> 8;
        DealRecord storage deal = _dealAt(dealId);
        CopyRecord storage copy = _copies[copyId];
        if (copy.state != CopyState.Active) revert DealCopyNotActive(copyId);
        EVIDENCE.reportFor(msg.sender, deal.provider, copy.sector, location);
        _poke(dealId, deal);
    }

    /// @inheritdoc IDealLifecycle
    function settle(uint256 dealId) external nonReentrant {
        DealRecord storage deal = _dealAt(dealId);
        _poke(dealId, deal);
        _settleRail(dealId);
    }

    /// @inheritdoc IDealLifecycle
    function extend(
        uint256 dealId,
        Epoch newEnd,
        bytes[] calldata locations
    ) external nonReentrant {
        DealRecord storage deal = _dealAt(dealId);
        _poke(dealId, deal);
        _checkExtension(dealId, deal, newEnd);
        deal.endEpoch = uint256(Epoch.unwrap(newEnd)).toUint40();
        ++deal.extensions;
        uint128 bond = _extendSectors(dealId, deal, newEnd, locations);
        REGISTRY.relock(deal.offerId, bond, deal.bondPerTib, deal.exitBps);
        emit DealExtended(dealId, msg.sender, newEnd);
    }

    /// @inheritdoc IDealLifecycle
    function setAutoExtend(uint256 dealId, Epoch until, uint96 rateCap) external {
        DealRecord storage deal = _dealAt(dealId);
        if (deal.client != msg.sender) revert DealNotClient(dealId, msg.sender);
        deal.autoExtendUntil = uint256(Epoch.unwrap(until)).toUint40();
        deal.autoExtendRateCap = rateCap;
        emit DealAutoExtendSet(dealId, until, rateCap);
    }

    /// @inheritdoc IDealLifecycle
    function dealOf(uint256 dealId) external view returns (Deal memory view_) {
        DealRecord storage deal = _dealAt(dealId);
        view_.client = deal.client;
        view_.provider = deal.provider;
        view_.offerId = deal.offerId;
        view_.version = deal.version;
        view_.dataset = deal.dataset;
        view_.sealBy = Epoch.wrap(deal.sealBy);
        view_.endEpoch = Epoch.wrap(deal.endEpoch);
        view_.railEnd = Epoch.wrap(deal.railEnd);
        view_.notice = deal.notice;
        view_.period = deal.period;
        view_.exitBps = deal.exitBps;
        view_.copies = deal.copies;
        view_.proposed = deal.proposed;
        view_.live = deal.live;
        view_.extensions = deal.extensions;
        view_.departure = deal.departure;
        view_.exitFeeSettled = deal.exitFeeSettled;
        view_.rateStale = deal.rateStale;
        view_.token = deal.token;
        view_.ratePerTib = deal.ratePerTib;
        view_.bondPerTib = deal.bondPerTib;
        view_.rate = _openRateOf(dealId, deal);
        view_.exitFee = view_.rate * deal.exitFeeEpochs;
        view_.autoExtendUntil = Epoch.wrap(deal.autoExtendUntil);
        view_.autoExtendRateCap = deal.autoExtendRateCap;
    }

    /// @inheritdoc IDealLifecycle
    function copyOf(uint256 copyId) public view returns (Copy memory view_) {
        CopyRecord storage copy = _copies[copyId];
        DealRecord storage deal = _deals[copyId >> 8];
        view_.cid = copy.cid;
        view_.height = copy.height;
        view_.padding = copy.padding;
        view_.state = copy.state;
        view_.sector = copy.sector;
        view_.activation = Epoch.wrap(copy.activation);
        view_.close = Epoch.wrap(copy.close);
        view_.rate = _rateOf(deal, copy);
        if (_isOpen(copy)) view_.bond = _bondOf(deal, copy);
    }

    /// @inheritdoc IDealLifecycle
    function copiesOf(uint256 dealId) external view returns (Copy[] memory copies) {
        copies = new Copy[](_dealAt(dealId).copies);
        for (uint256 i; i < copies.length; ++i) copies[i] = copyOf(copyIdOf(dealId, i));
    }

    /// @inheritdoc IDealLifecycle
    function openProposalsOf(uint64 offerId, address client) external view returns (uint256) {
        return _openProposals[offerId][client];
    }

    /// @inheritdoc IDealLifecycle
    function replicationOf(
        PieceCid cid,
        uint256 cursor,
        uint256 limit
    )
        external
        view
        returns (Replica[] memory replicas, uint256 providers, uint256 owners, uint256 next)
    {
        next = cursor == 0 ? _newestCopy[cid] : cursor;
        replicas = new Replica[](limit);
        uint256 found;
        for (uint256 seen; seen < limit && next != 0; ++seen) {
            if (_isLive(next)) {
                Replica memory replica = _replica(next);
                (bool newProvider, bool newOwner) = _isNew(replicas, found, replica);
                if (newProvider) ++providers;
                if (newOwner) ++owners;
                replicas[found++] = replica;
            }
            next = _copies[next].previous;
        }
        assembly ("memory-safe") {
            mstore(replicas, found)
        }
    }

    /// Who may extend the deal, how far, and when.
    function _checkExtension(uint256 dealId, DealRecord storage deal, Epoch newEnd) private {
        if (deal.railEnd != 0) revert DealAlreadyLeft(dealId, deal.departure);
        if (deal.proposed != 0) revert DealStillProposed(dealId);
        if (deal.extensions >= MAX_EXTENSIONS)
            revert DealExtensionsExhausted(dealId, MAX_EXTENSIONS);
        Epoch end = Epoch.wrap(deal.endEpoch);
        if (currentEpoch().plus(EXTENSION_LEAD) > end) {
            revert DealExtensionTooLate(dealId, end.minus(EXTENSION_LEAD));
        }
        Epoch greatest = end.plus(MAX_EXTENSION);
        uint96 rate = deal.ratePerTib;
        if (msg.sender == deal.client) {
            (bool open, IERC20 token, uint128 offered) = REGISTRY.rateOf(deal.offerId);
            if (!open || address(token) != address(deal.token))
                revert DealOfferClosed(dealId, deal.offerId);
            if (offered > rate) revert DealExtensionAboveRate(dealId, offered, rate);
        } else {
            if (!REGISTRY.isControlling(deal.provider, msg.sender))
                revert DealNotProvider(dealId, msg.sender);
            if (rate > deal.autoExtendRateCap) {
                revert DealExtensionAboveRate(dealId, rate, deal.autoExtendRateCap);
            }
            greatest = min(greatest, Epoch.wrap(deal.autoExtendUntil));
        }
        Epoch least = end.plus(EXTENSION_LEAD);
        if (newEnd < least || newEnd > greatest) {
            revert DealExtensionOutOfBounds(dealId, newEnd, least, greatest);
        }
    }

    /// Every live copy's sector is Active in this call, and committed up to the new end.
    /// @return bond the shares that answer for longer
    function _extendSectors(
        uint256 dealId,
        DealRecord storage deal,
        Epoch newEnd,
        bytes[] calldata locations
    ) private returns (uint128 bond) {
        if (locations.length != deal.live)
            revert DealLocationsMissing(dealId, locations.length, deal.live);
        uint256 found;
        for (uint256 i; i < deal.copies; ++i) {
            uint256 copyId = copyIdOf(dealId, i);
            CopyRecord storage copy = _copies[copyId];
            if (copy.state != CopyState.Active) continue;
            uint64 sector = copy.sector;
            Epoch commitment = EVIDENCE.extendCommitment(deal.provider, sector, locations[found++]);
            // Refreshed in this epoch: the miner said Active, so the nominal expiration is this sector's.
            if (
                commitment < newEnd ||
                EVIDENCE.recordOf(_subjectOf(deal.provider, sector)).provenUntil != currentEpoch()
            ) {
                revert DealSectorNotExtended(copyId, commitment, newEnd);
            }
            bond += _bondOf(deal, copy);
        }
    }

    function _replica(uint256 copyId) private view returns (Replica memory) {
        DealRecord storage deal = _deals[copyId >> 8];
        ActorId provider = deal.provider;
        return
            Replica(
                copyId,
                provider,
                REGISTRY.ownerOf(provider),
                deal.client,
                REGISTRY.regionOf(deal.offerId)
            );
    }

    function _isNew(
        Replica[] memory replicas,
        uint256 found,
        Replica memory replica
    ) private pure returns (bool newProvider, bool newOwner) {
        newProvider = newOwner = true;
        for (uint256 i; i < found; ++i) {
            if (replicas[i].provider == replica.provider) newProvider = false;
            if (replicas[i].owner == replica.owner) newOwner = false;
        }
    }
}

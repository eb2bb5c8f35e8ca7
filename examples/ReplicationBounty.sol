// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IDealLedger} from "../contracts/deals/IDealLedger.sol";
import {IStorageDeals} from "../contracts/deals/IStorageDeals.sol";
import {ISectorEvidence} from "../contracts/evidence/ISectorEvidence.sol";
import {ActorId} from "../contracts/fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../contracts/fvm/Epoch.sol";
import {PieceCid} from "../contracts/fvm/PieceCid.sol";
import {IProviderRegistry} from "../contracts/providers/IProviderRegistry.sol";

/// A sponsor wants a piece kept by several independent owners of storage providers, and does not care who arranges it.
/// Whoever pays for a deal that keeps it gets the reward, once per owner, when the chain has seen the copy proven for
/// long enough. Send it tokens to raise what it can pay.
/// Owners are told apart by actor id: one person with two owner accounts counts twice.
contract ReplicationBounty {
    using SafeERC20 for IERC20;

    struct Terms {
        /// The piece: root and height of its tree.
        PieceCid piece;
        uint8 height;
        /// How long a copy must have been proven, epochs.
        uint64 provenEpochs;
        /// How long its deal must still run, epochs.
        uint64 termLeft;
        /// Until then claims are paid; afterwards the sponsor takes back what is left.
        Epoch deadline;
        IERC20 token;
        /// Token units a copy.
        uint256 reward;
    }

    event BountyPaid(uint256 indexed copyId, ActorId indexed owner, address indexed client);
    event BountyReclaimed(uint256 amount);

    error BountyPieceDiffers(uint256 copyId);
    error BountyCopyNotLive(uint256 copyId);
    error BountyTermTooShort(uint256 copyId, Epoch endEpoch);
    error BountyNotProvenEnough(uint256 copyId, uint64 proven);
    error BountyOwnerPaid(ActorId owner);
    error BountyOver(Epoch deadline);
    error BountyNotOver(Epoch deadline);

    IStorageDeals public immutable DEALS;
    ISectorEvidence public immutable EVIDENCE;
    IProviderRegistry public immutable REGISTRY;
    address public immutable SPONSOR;

    Terms public terms;
    mapping(ActorId owner => bool) public isPaid;

    constructor(
        IStorageDeals deals,
        ISectorEvidence evidence,
        IProviderRegistry registry,
        Terms memory offered
    ) {
        (DEALS, EVIDENCE, REGISTRY, SPONSOR) = (deals, evidence, registry, msg.sender);
        terms = offered;
    }

    /// Anyone. Pays the client of a copy's deal.
    function claim(uint256 copyId) external {
        // Check
        Terms memory wanted = terms;
        if (currentEpoch() >= wanted.deadline) revert BountyOver(wanted.deadline);
        IDealLedger.Deal memory deal = DEALS.dealOf(copyId >> 8);
        IDealLedger.Copy memory copy = DEALS.copyOf(copyId);
        if (copy.cid != wanted.piece || copy.height != wanted.height) {
            revert BountyPieceDiffers(copyId);
        }
        if (!DEALS.isLive(copyId)) revert BountyCopyNotLive(copyId);
        bool runsOn = deal.departure == IDealLedger.Departure.None;
        if (!runsOn || deal.endEpoch < currentEpoch().plus(wanted.termLeft)) {
            revert BountyTermTooShort(copyId, runsOn ? deal.endEpoch : deal.railEnd);
        }
        uint64 proven = EVIDENCE.provenBetween(
            EVIDENCE.subjectOf(deal.provider, copy.sector),
            copy.activation,
            currentEpoch()
        );
        if (proven < wanted.provenEpochs) revert BountyNotProvenEnough(copyId, proven);
        ActorId owner = REGISTRY.ownerOf(deal.provider);
        if (isPaid[owner]) revert BountyOwnerPaid(owner);
        // Effect
        isPaid[owner] = true;
        emit BountyPaid(copyId, owner, deal.client);
        // Interaction
        wanted.token.safeTransfer(deal.client, wanted.reward);
    }

    /// Anyone, after the deadline. The sponsor gets back what nobody claimed.
    function reclaim() external {
        Terms memory offered = terms;
        if (currentEpoch() < offered.deadline) revert BountyNotOver(offered.deadline);
        uint256 amount = offered.token.balanceOf(address(this));
        emit BountyReclaimed(amount);
        offered.token.safeTransfer(SPONSOR, amount);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger} from "../deals/IDealLedger.sol";
import {IStorageDeals} from "../deals/IStorageDeals.sol";
import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch, min} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {IComputeLedger} from "./IComputeLedger.sol";

/// What storage deals say of copies that jobs read or leave.
library StoredResult {
    /// The piece of a live copy.
    function pieceOf(IStorageDeals deals, uint256 copyId) internal view returns (PieceCid) {
        if (!deals.isLive(copyId)) revert IComputeLedger.ComputeCopyNotLive(copyId);
        return deals.copyOf(copyId).cid;
    }

    function providerOf(IStorageDeals deals, uint256 copyId) internal view returns (ActorId) {
        return deals.dealOf(copyId >> 8).provider;
    }

    /// Live, of exactly this piece, and for at least `term` more epochs.
    function check(
        IStorageDeals deals,
        uint256 copyId,
        PieceCid wanted,
        uint64 term
    ) internal view {
        PieceCid piece = pieceOf(deals, copyId);
        if (piece != wanted) revert IComputeLedger.ComputePieceMismatch(piece, wanted);
        IDealLedger.Deal memory deal = deals.dealOf(copyId >> 8);
        Epoch end = deal.endEpoch;
        if (deal.railEnd != Epoch.wrap(0)) end = min(end, deal.railEnd);
        Epoch least = currentEpoch().plus(term);
        if (end < least) revert IComputeLedger.ComputeTermTooShort(end, least);
    }
}

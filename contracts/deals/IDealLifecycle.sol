// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Epoch} from "../fvm/Epoch.sol";
import {PieceCid} from "../fvm/PieceCid.sol";
import {IDealLedger} from "./IDealLedger.sol";

/// What becomes of deals: time, evidence and the parties' decisions end, extend and settle them.
interface IDealLifecycle is IDealLedger {
    /// A controlling address of the provider's miner. Expires the copies still proposed; nobody is slashed.
    function decline(uint256 dealId) external;

    /// The client. Pays the exit fee, ends the rail after its period; copies go on being proven, paid and slashed.
    function leaveAsClient(uint256 dealId) external;

    /// The owner of the provider's miner. Loses exitBps of its live copies' shares if the rail ends before the term.
    function leaveAsProvider(uint256 dealId) external;

    /// Anyone. Applies time, evidence and the payer's account to the deal: expires, completes, fails and slashes copies,
    /// follows with the rail, ends a dry payer's deal after the grace, collects an outstanding exit fee, closes the rail.
    function poke(uint256 dealId) external;

    /// Anyone. Reports the copy's sector (see ISectorEvidence.report) and pokes the deal; the caller is the reporter.
    function report(uint256 copyId, bytes calldata location) external;

    /// Anyone. Pokes, and settles the rail as far as evidence reaches; no progress is not an error.
    function settle(uint256 dealId) external;

    /// Client or a controlling address of the provider's miner. Moves the deal's end without resealing.
    /// @param locations aux bytes of GenerateSectorLocation per live copy, in index order
    function extend(uint256 dealId, Epoch newEnd, bytes[] calldata locations) external;

    /// The client. See Proposal.
    function setAutoExtend(uint256 dealId, Epoch until, uint96 rateCap) external;

    function dealOf(uint256 dealId) external view returns (Deal memory);

    function copyOf(uint256 copyId) external view returns (Copy memory);

    function openProposalsOf(uint64 offerId, address client) external view returns (uint256);

    function copiesOf(uint256 dealId) external view returns (Copy[] memory);

    /// The live copies among at most `limit` copies of the piece, newest first, from `cursor` (0: the newest) on; `next`
    /// is the next cursor, 0 at the end.
    function replicationOf(
        PieceCid cid,
        uint256 cursor,
        uint256 limit
    )
        external
        view
        returns (Replica[] memory replicas, uint256 providers, uint256 owners, uint256 next);
}

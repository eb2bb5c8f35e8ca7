// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger} from "./IDealLedger.sol";

/// How deals come to be: proposed by the client, activated by the miner actor's notification.
interface IDealMarket is IDealLedger {
    /// The payer is the caller, who has approved this contract as operator on Filecoin Pay. Matches the offer, locks the
    /// bond shares, opens the rail at the sum of the copies' rates and pays the reservation fee.
    function propose(Proposal calldata proposal) external returns (uint256 dealId);

    /// FIP-0109, called by miner actors only. Never answers false: one false would abort the whole ProveCommit.
    function handle_filecoin_method(
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) external returns (uint32 exitCode, uint64 returnCodec, bytes memory returnData);

    /// The state now, from recorded epochs; whoever pokes later changes nothing of it.
    function stateOf(uint256 copyId) external view returns (CopyState);

    /// Active, last observed Active, proven within FRESHNESS, and before its last epoch.
    function isLive(uint256 copyId) external view returns (bool);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// What Curio (market 2.0) asks of a market contract before it takes a deal; it never writes.
/// Source: Curio's CurioDealViewV1 interface and curiodealview.md.
interface ICurioDealViewV1 {
    enum DealState {
        Open,
        Active,
        Finalized
    }

    struct CurioDealView {
        uint256 dealId;
        DealState state;
        uint256 providerActorId;
        bytes clientId;
        bytes pieceCidV2;
        uint256 startEpoch;
        uint256 duration;
        uint256 allocationId;
        uint256 finalizedEpoch;
    }

    error DealNotFound(uint256 dealId);

    function version() external pure returns (uint256);

    /// Whether the deal as the provider understood it is the deal on chain, and may still be sealed.
    function verifyDeal(CurioDealView calldata deal) external view returns (bool);

    function getDealState(uint256 dealId) external view returns (DealState);
}

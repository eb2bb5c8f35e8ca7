// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// Who rules on disputed tasks: re-runs the job and states the right root. To the escrow an arbiter is an address, that
/// calls `rule`; what stands here is what jobs and workers find at the arbiters that Holdfast brings along.
/// An arbiter earns arbiterFee for each ruling in time, and is not bonded.
interface IArbiter {
    event ArbiterRuled(uint256 indexed jobId, uint16 indexed task, uint8 round, bytes32 root);
    event ArbiterFeesPaid(address indexed token, address indexed to, uint256 amount);

    /// Rulings of another round than the task's are replays.
    error ArbiterRoundPast(uint8 given, uint8 current);
    error ArbiterPayeeZero();

    /// Anyone. Has the escrow pay what the arbiter earned to PAYEE.
    function collect(address token) external returns (uint256 amount);

    function ESCROW() external view returns (address);

    /// Where the fees go.
    function PAYEE() external view returns (address);
}

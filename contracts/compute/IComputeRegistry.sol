// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch} from "../fvm/Epoch.sol";

/// Compute nodes (workers): where they are, who operates them, whose rulings they accept; and their stakes.
/// A stake is per worker and token (address(0): FIL): free, locked by tasks, or unbonding. Only the escrow, which the
/// deployer bound once, locks and slashes.
interface IComputeRegistry {
    struct Node {
        /// Stands behind the worker; counts once it has confirmed that, or if it is the worker itself.
        address operator;
        bool confirmed;
        /// Base URL, at most 256 bytes; for people and schedulers.
        string endpoint;
    }

    struct Stake {
        uint128 free;
        uint128 locked;
        uint128 unbonding;
        Epoch unbondingUntil;
    }

    event ComputeRegistryBound(address indexed escrow);
    event ComputeNodeRegistered(address indexed worker, address indexed operator, string endpoint);
    event ComputeOperatorConfirmed(address indexed worker, address indexed operator);
    event ComputeArbiterAccepted(address indexed worker, address indexed arbiter, bool accepted);
    /// What the miner actor said when asked.
    event ComputeControlChecked(address indexed operator, ActorId indexed provider, bool controls);
    event ComputeStakeDeposited(
        address indexed worker,
        address indexed token,
        address indexed from,
        uint256 amount
    );
    event ComputeUnbondingStarted(
        address indexed worker,
        address indexed token,
        uint256 amount,
        Epoch until
    );
    event ComputeStakeWithdrawn(
        address indexed worker,
        address indexed token,
        address indexed to,
        uint256 amount
    );
    event ComputeStakeLocked(address indexed worker, address indexed token, uint256 amount);
    /// `amount` is locked no more; `lost` of it is the escrow's.
    event ComputeStakeUnlocked(
        address indexed worker,
        address indexed token,
        uint256 amount,
        uint256 lost
    );

    error ComputeNotDeployer(address caller);
    error ComputeAlreadyBound();
    error ComputeBindingZero();
    error ComputeNotEscrow(address caller);
    error ComputeNotRegistered(address worker);
    error ComputeOperatorZero();
    error ComputeNotOperator(address worker, address caller);
    error ComputeEndpointTooLong(uint256 length);
    error ComputeArbiterNotAccepted(address worker, address arbiter);
    error ComputeStakeTooSmall(uint256 free, uint256 wanted);
    error ComputeAmountZero();
    error ComputeUnbondingNotOver(Epoch until);
    error ComputeUnbondingOutOfBounds(uint64 epochs);

    /// The deployer, once.
    function bind(address escrow) external;

    /// A worker registers itself, or changes operator and endpoint. A new operator has to confirm.
    function register(address operator, string calldata endpoint) external;

    /// The operator that the worker named.
    function confirm(address worker) external;

    /// A worker: whether it takes jobs that name this arbiter.
    function acceptArbiter(address arbiter, bool accepted) external;

    /// Anyone. Asks the miner actor whether `operator` controls the provider, and keeps the answer.
    function checkControl(address operator, ActorId provider) external returns (bool);

    /// Anyone, for any worker. FIL: `amount` is the value sent.
    function deposit(address worker, address token, uint256 amount) external payable;

    /// The caller's own stake, by EIP-2612.
    function depositWithPermit(
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// A worker: moves free stake to unbonding, and starts the wait anew for all of it.
    function unbond(address token, uint128 amount) external;

    /// A worker, after the wait.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// Escrow only: locks the free stake of a registered worker that accepts both arbiters.
    function lock(
        address worker,
        address token,
        uint256 amount,
        address arbiter,
        address fallbackArbiter
    ) external;

    /// Escrow only. `lost` of `amount` is the escrow's, to collect; the rest is free.
    function unlock(address worker, address token, uint256 amount, uint256 lost) external;

    /// Escrow only: sends what it won by slashes.
    function collect(address token) external returns (uint256 amount);

    function UNBONDING() external view returns (uint64);

    function nodeOf(address worker) external view returns (Node memory);

    function stakeOf(address worker, address token) external view returns (Stake memory);

    function accepts(address worker, address arbiter) external view returns (bool);

    /// The confirmed operator, else the worker itself.
    function operatorOf(address worker) external view returns (address);

    /// Whether the worker's confirmed operator controls the provider, as the miner actor last said.
    function controls(address worker, ActorId provider) external view returns (bool);

    /// Slashed and not yet collected.
    function collectable(address token) external view returns (uint256);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {IProviderRegistry} from "../providers/IProviderRegistry.sol";
import {Funds} from "./Funds.sol";
import {IComputeRegistry} from "./IComputeRegistry.sol";

/// Holds the workers' stakes and what the escrow has yet to collect of slashes. What is forced in is nobody's.
contract ComputeRegistry is IComputeRegistry, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 private constant MAX_ENDPOINT = 256;

    /* IMMUTABLES */

    IProviderRegistry public immutable PROVIDERS;
    /// @inheritdoc IComputeRegistry
    uint64 public immutable UNBONDING;
    address private immutable DEPLOYER;

    /* STORAGE */

    address private _escrow;
    mapping(address worker => Node) private _nodes;
    mapping(address worker => mapping(address arbiter => bool)) private _accepts;
    mapping(address worker => mapping(address token => Stake)) private _stakes;
    mapping(address operator => mapping(ActorId provider => bool)) private _controls;
    mapping(address token => uint256 amount) private _collectable;

    /* MODIFIERS */

    modifier onlyEscrow() {
        if (msg.sender != _escrow) revert ComputeNotEscrow(msg.sender);
        _;
    }

    /* CONSTRUCTOR */

    /// @param unbonding epochs, 1 to 518,400
    constructor(IProviderRegistry providers, uint64 unbonding) {
        if (address(providers) == address(0)) revert ComputeBindingZero();
        if (unbonding == 0 || unbonding > 518_400) revert ComputeUnbondingOutOfBounds(unbonding);
        PROVIDERS = providers;
        UNBONDING = unbonding;
        DEPLOYER = msg.sender;
    }

    /* DEPLOYER */

    /// @inheritdoc IComputeRegistry
    function bind(address escrow) external {
        if (msg.sender != DEPLOYER) revert ComputeNotDeployer(msg.sender);
        if (_escrow != address(0)) revert ComputeAlreadyBound();
        if (escrow == address(0)) revert ComputeBindingZero();
        _escrow = escrow;
        emit ComputeRegistryBound(escrow);
    }

    /* WORKERS AND OPERATORS */

    /// @inheritdoc IComputeRegistry
    function register(address operator, string calldata endpoint) external {
        if (operator == address(0)) revert ComputeOperatorZero();
        if (bytes(endpoint).length > MAX_ENDPOINT) {
            revert ComputeEndpointTooLong(bytes(endpoint).length);
        }
        Node storage node = _nodes[msg.sender];
        if (node.operator != operator) {
            node.operator = operator;
            node.confirmed = operator == msg.sender;
        }
        node.endpoint = endpoint;
        emit ComputeNodeRegistered(msg.sender, operator, endpoint);
    }

    /// @inheritdoc IComputeRegistry
    function confirm(address worker) external {
        Node storage node = _nodes[worker];
        if (node.operator != msg.sender) revert ComputeNotOperator(worker, msg.sender);
        node.confirmed = true;
        emit ComputeOperatorConfirmed(worker, msg.sender);
    }

    /// @inheritdoc IComputeRegistry
    function acceptArbiter(address arbiter, bool accepted) external {
        _accepts[msg.sender][arbiter] = accepted;
        emit ComputeArbiterAccepted(msg.sender, arbiter, accepted);
    }

    /// @inheritdoc IComputeRegistry
    function checkControl(address operator, ActorId provider) external returns (bool held) {
        held = PROVIDERS.isControlling(provider, operator);
        _controls[operator][provider] = held;
        emit ComputeControlChecked(operator, provider, held);
    }

    /* STAKES */

    /// @inheritdoc IComputeRegistry
    function deposit(address worker, address token, uint256 amount) external payable nonReentrant {
        _deposit(worker, token, amount);
    }

    /// @inheritdoc IComputeRegistry
    function depositWithPermit(
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        Funds.permit(token, amount, deadline, v, r, s);
        _deposit(msg.sender, token, amount);
    }

    /// @inheritdoc IComputeRegistry
    function unbond(address token, uint128 amount) external {
        if (amount == 0) revert ComputeAmountZero();
        Stake storage stake = _stakes[msg.sender][token];
        if (amount > stake.free) revert ComputeStakeTooSmall(stake.free, amount);
        stake.free -= amount;
        uint128 unbonding = stake.unbonding + amount;
        Epoch until = currentEpoch().plus(UNBONDING);
        stake.unbonding = unbonding;
        stake.unbondingUntil = until;
        emit ComputeUnbondingStarted(msg.sender, token, unbonding, until);
    }

    /// @inheritdoc IComputeRegistry
    function withdraw(address token, address to) external nonReentrant returns (uint256 amount) {
        // Check
        Stake storage stake = _stakes[msg.sender][token];
        amount = stake.unbonding;
        if (amount == 0) revert ComputeAmountZero();
        if (currentEpoch() < stake.unbondingUntil) {
            revert ComputeUnbondingNotOver(stake.unbondingUntil);
        }
        // Effect
        stake.unbonding = 0;
        emit ComputeStakeWithdrawn(msg.sender, token, to, amount);
        // Interaction
        Funds.push(token, to, amount);
    }

    /* ESCROW */

    /// @inheritdoc IComputeRegistry
    function lock(
        address worker,
        address token,
        uint256 amount,
        address arbiter,
        address fallbackArbiter
    ) external onlyEscrow {
        if (_nodes[worker].operator == address(0)) revert ComputeNotRegistered(worker);
        _checkAccepts(worker, arbiter);
        _checkAccepts(worker, fallbackArbiter);
        Stake storage stake = _stakes[worker][token];
        (uint256 free, uint256 locked) = (stake.free, stake.locked);
        if (amount > free) revert ComputeStakeTooSmall(free, amount);
        (stake.free, stake.locked) = (uint128(free - amount), uint128(locked + amount));
        emit ComputeStakeLocked(worker, token, amount);
    }

    /// @inheritdoc IComputeRegistry
    function unlock(
        address worker,
        address token,
        uint256 amount,
        uint256 lost
    ) external onlyEscrow {
        Stake storage stake = _stakes[worker][token];
        (uint256 free, uint256 locked) = (stake.free, stake.locked);
        (stake.free, stake.locked) = (uint128(free + amount - lost), uint128(locked - amount));
        if (lost != 0) _collectable[token] += lost;
        emit ComputeStakeUnlocked(worker, token, amount, lost);
    }

    /// @inheritdoc IComputeRegistry
    function collect(address token) external onlyEscrow nonReentrant returns (uint256 amount) {
        amount = _collectable[token];
        _collectable[token] = 0;
        if (amount != 0) Funds.push(token, msg.sender, amount);
    }

    /* VIEWS */

    /// @inheritdoc IComputeRegistry
    function nodeOf(address worker) external view returns (Node memory) {
        return _nodes[worker];
    }

    /// @inheritdoc IComputeRegistry
    function stakeOf(address worker, address token) external view returns (Stake memory) {
        return _stakes[worker][token];
    }

    /// @inheritdoc IComputeRegistry
    function accepts(address worker, address arbiter) external view returns (bool) {
        return _accepts[worker][arbiter];
    }

    /// @inheritdoc IComputeRegistry
    function operatorOf(address worker) external view returns (address) {
        Node storage node = _nodes[worker];
        return node.confirmed ? node.operator : worker;
    }

    /// @inheritdoc IComputeRegistry
    function controls(address worker, ActorId provider) external view returns (bool) {
        Node storage node = _nodes[worker];
        return node.confirmed && _controls[node.operator][provider];
    }

    /// @inheritdoc IComputeRegistry
    function collectable(address token) external view returns (uint256) {
        return _collectable[token];
    }

    /* PRIVATE */

    function _deposit(address worker, address token, uint256 amount) private {
        if (amount == 0) revert ComputeAmountZero();
        // Interaction first: what counts is what arrived. No call re-enters what moves balances.
        Funds.pull(token, amount);
        Stake storage stake = _stakes[worker][token];
        // Sums of a worker's stakes fit 128 bits, or its deposits fail.
        stake.free =
            (uint256(stake.free) + stake.locked + stake.unbonding + amount).toUint128() -
            stake.locked -
            stake.unbonding;
        emit ComputeStakeDeposited(worker, token, msg.sender, amount);
    }

    function _checkAccepts(address worker, address arbiter) private view {
        if (!_accepts[worker][arbiter]) revert ComputeArbiterNotAccepted(worker, arbiter);
    }
}

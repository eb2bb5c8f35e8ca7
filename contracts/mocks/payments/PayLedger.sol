// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IFilecoinPayV1} from "./IFilecoinPayV1.sol";
import {RateQueue} from "./RateQueue.sol";

/// The books of the Filecoin Pay double: accounts whose lockup is settled lazily, approvals, rails and fees.
abstract contract PayLedger is IFilecoinPayV1, ReentrancyGuard {
    using RateQueue for RateQueue.Queue;

    struct Account {
        uint256 funds;
        uint256 lockupCurrent;
        uint256 lockupRate;
        uint256 lockupLastSettledAt;
    }

    struct Approval {
        bool isApproved;
        uint256 rateAllowance;
        uint256 lockupAllowance;
        uint256 rateUsage;
        uint256 lockupUsage;
        uint256 maxLockupPeriod;
    }

    struct Auction {
        uint88 startPrice;
        uint168 startTime;
    }

    uint256 public constant COMMISSION_MAX_BPS = 10_000;
    uint256 public constant NETWORK_FEE_NUMERATOR = 1;
    uint256 public constant NETWORK_FEE_DENOMINATOR = 200;

    uint88 internal constant FIRST_START_PRICE = 0.0021 ether;

    /// FVM's call_actor_id, and the masked id address of the burnt-funds actor f099.
    address internal constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;
    address internal constant BURNT_FUNDS = 0xff00000000000000000000000000000000000063;
    uint64 internal constant BURNT_FUNDS_ID = 99;

    mapping(IERC20 token => mapping(address owner => Account)) internal _accounts;
    mapping(IERC20 token => mapping(address client => mapping(address operator => Approval)))
        internal _approvals;
    mapping(uint256 railId => RailView) internal _rails;
    mapping(uint256 railId => RateQueue.Queue) internal _queues;
    mapping(IERC20 token => Auction) internal _auctions;

    /// Brings `owner`'s lockup up to date before and after; `whole` refuses an account that is behind.
    modifier settlingLockup(IERC20 token, address owner, bool whole) {
        _beforeLockup(token, owner, whole);
        _;
        _afterLockup(token, owner, whole);
    }

    modifier settlingPayer(uint256 railId) {
        _beforeLockup(_rails[railId].token, _rails[railId].from, false);
        // The rail may be finalised, and so be forgotten, when the function returns.
        IERC20 token = _rails[railId].token;
        address payer = _rails[railId].from;
        _;
        _afterLockup(token, payer, false);
    }

    modifier onlyLiveRail(uint256 railId) {
        _requireLiveRail(railId);
        _;
    }

    modifier onlyRailOperator(uint256 railId) {
        _requireRailOperator(railId);
        _;
    }

    // The real contract answers these four with strings.
    /* solhint-disable gas-custom-errors, reason-string */

    function _beforeLockup(IERC20 token, address owner, bool whole) internal {
        Account storage account = _accounts[token][owner];
        require(
            account.funds >= account.lockupCurrent,
            "invariant failure: insufficient funds to cover lockup before function execution"
        );
        _settleLockup(token, owner, account);
        require(
            !whole || account.lockupLastSettledAt == block.number,
            "payers's full account lockup was not met as a precondition of the requested operation"
        );
    }

    function _afterLockup(IERC20 token, address owner, bool whole) internal {
        Account storage account = _accounts[token][owner];
        require(
            account.funds >= account.lockupCurrent,
            "invariant failure: insufficient funds to cover lockup after function execution"
        );
        _settleLockup(token, owner, account);
        require(
            !whole || account.lockupLastSettledAt == block.number,
            "payers's full account lockup was not met as a postcondition of the requested operation"
        );
    }

    /* solhint-enable gas-custom-errors, reason-string */

    /// Locks what the streams took since the last time, as many whole epochs as the free funds cover.
    function _settleLockup(IERC20 token, address owner, Account storage account) internal {
        uint256 settledAt = _settleableEpoch(account);
        if (settledAt == account.lockupLastSettledAt) return;
        account.lockupCurrent += account.lockupRate * (settledAt - account.lockupLastSettledAt);
        account.lockupLastSettledAt = settledAt;
        emit AccountLockupSettled(
            token,
            owner,
            account.lockupCurrent,
            account.lockupRate,
            settledAt
        );
    }

    /// Takes `amount` from the payer and gives it to the payee, less the network's fee and then the operator's.
    function _pay(
        RailView storage rail,
        uint256 amount
    ) internal returns (uint256 netPayee, uint256 commission, uint256 fee) {
        IERC20 token = rail.token;
        _accounts[token][rail.from].funds -= amount;
        fee = Math.ceilDiv(amount * NETWORK_FEE_NUMERATOR, NETWORK_FEE_DENOMINATOR);
        commission = ((amount - fee) * rail.commissionRateBps) / COMMISSION_MAX_BPS;
        netPayee = amount - fee - commission;
        _accounts[token][rail.to].funds += netPayee;
        if (commission > 0) _accounts[token][rail.serviceFeeRecipient].funds += commission;
        _takeFee(token, fee);
    }

    /// Adds the fee to Pay's own account, to be auctioned; FIL is burned at once.
    function _takeFee(IERC20 token, uint256 fee) internal {
        if (fee == 0) return;
        if (_isFil(token)) {
            _burn(fee);
            return;
        }
        Auction storage auction = _auctions[token];
        if (auction.startTime == 0) {
            auction.startPrice = FIRST_START_PRICE;
            auction.startTime = uint168(block.timestamp);
        }
        _accounts[token][address(this)].funds += fee;
    }

    /// A bare send to f099 through the precompile, which answers (exit code, codec, data).
    function _burn(uint256 amount) internal {
        (bool success, bytes memory answer) = CALL_ACTOR_ID.delegatecall(
            abi.encode(uint64(0), amount, uint64(0), uint64(0), bytes(""), BURNT_FUNDS_ID)
        );
        if (!success || answer.length < 32 || abi.decode(answer, (int256)) != 0) {
            revert NativeTransferFailed(BURNT_FUNDS, amount);
        }
    }

    /// Increases are held against the allowance; decreases always pass.
    function _useLockup(Approval storage approval, uint256 oldLockup, uint256 newLockup) internal {
        if (newLockup > oldLockup) {
            uint256 usage = approval.lockupUsage + newLockup - oldLockup;
            if (usage > approval.lockupAllowance) {
                revert OperatorLockupAllowanceExceeded(approval.lockupAllowance, usage);
            }
            approval.lockupUsage = usage;
        } else {
            approval.lockupUsage = Math.saturatingSub(approval.lockupUsage, oldLockup - newLockup);
        }
    }

    function _useRate(Approval storage approval, uint256 oldRate, uint256 newRate) internal {
        if (newRate > oldRate) {
            uint256 usage = approval.rateUsage + newRate - oldRate;
            if (usage > approval.rateAllowance) {
                revert OperatorRateAllowanceExceeded(approval.rateAllowance, usage);
            }
            approval.rateUsage = usage;
        } else {
            approval.rateUsage = Math.saturatingSub(approval.rateUsage, oldRate - newRate);
        }
    }

    function _payerOf(RailView storage rail) internal view returns (Account storage) {
        return _accounts[rail.token][rail.from];
    }

    function _approvalOf(RailView storage rail) internal view returns (Approval storage) {
        return _approvals[rail.token][rail.from][rail.operator];
    }

    /// The last epoch not after this one that the free funds cover.
    function _settleableEpoch(Account storage account) internal view returns (uint256) {
        return Math.min(block.number, _fundedUntil(account));
    }

    function _fundedUntil(Account storage account) internal view returns (uint256) {
        if (account.lockupRate == 0) return type(uint256).max;
        return
            account.lockupLastSettledAt +
            (account.funds - account.lockupCurrent) / account.lockupRate;
    }

    function _requireLiveRail(uint256 railId) internal view {
        if (_rails[railId].from == address(0)) revert RailInactiveOrSettled(railId);
    }

    function _requireRailOperator(uint256 railId) internal view {
        address operator = _rails[railId].operator;
        if (msg.sender != operator) revert OnlyRailOperatorAllowed(operator, msg.sender);
    }

    /// FIL stands among the tokens as address(0).
    function _isFil(IERC20 token) internal pure returns (bool) {
        return address(token) == address(0);
    }

    function _requireNonZero(address value, string memory name) internal pure {
        if (value == address(0)) revert ZeroAddressNotAllowed(name);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFilecoinPay} from "../../payments/IFilecoinPay.sol";
import {IFilecoinPayV1} from "./IFilecoinPayV1.sol";
import {PayLedger} from "./PayLedger.sol";

/// Deposits, withdrawals and operator approvals of the Filecoin Pay double.
abstract contract PayAccounts is PayLedger {
    using SafeERC20 for IERC20;

    struct Authorization {
        IERC20 token;
        address to;
        uint256 amount;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// depositWithAuthorizationAndApproveOperator(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32,address,uint256,uint256,uint256)
    bytes4 private constant AUTHORIZE_AND_APPROVE = 0x18ccb209;

    /// The one function with too many parameters to be declared: nine of the authorization, four of the approval.
    /// Every other unknown call fails without data, as where there is no fallback.
    // solhint-disable-next-line no-complex-fallback
    fallback() external nonReentrant {
        // solhint-disable-next-line gas-custom-errors, reason-string
        if (msg.sig != AUTHORIZE_AND_APPROVE) revert();
        Authorization memory authorization = abi.decode(msg.data[4:], (Authorization));
        (
            address operator,
            uint256 rateAllowance,
            uint256 lockupAllowance,
            uint256 maxLockupPeriod
        ) = abi.decode(msg.data[4 + 9 * 32:], (address, uint256, uint256, uint256));
        _depositWithAuthorization(authorization);
        _approve(
            authorization.token,
            operator,
            true,
            rateAllowance,
            lockupAllowance,
            maxLockupPeriod
        );
    }

    /// @inheritdoc IFilecoinPay
    function deposit(
        IERC20 token,
        address to,
        uint256 amount
    ) external payable nonReentrant settlingLockup(token, to, false) {
        _requireNonZero(to, "to");
        if (_isFil(token)) {
            if (msg.value != amount) revert MustSendExactNativeAmount(amount, msg.value);
            _credit(token, to, amount);
            return;
        }
        if (msg.value != 0) revert NativeTokenNotAccepted(msg.value);
        uint256 balance = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        _credit(token, to, token.balanceOf(address(this)) - balance);
    }

    /// @inheritdoc IFilecoinPayV1
    function depositWithPermit(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        _depositWithPermit(token, to, amount, deadline, v, r, s);
    }

    /// @inheritdoc IFilecoinPay
    function depositWithPermitAndApproveOperator(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) external nonReentrant {
        _depositWithPermit(token, to, amount, deadline, v, r, s);
        _approve(token, operator, true, rateAllowance, lockupAllowance, maxLockupPeriod);
    }

    /// @inheritdoc IFilecoinPayV1
    function depositWithPermitAndIncreaseOperatorApproval(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external nonReentrant {
        _depositWithPermit(token, to, amount, deadline, v, r, s);
        _increaseApproval(token, operator, rateAllowanceIncrease, lockupAllowanceIncrease);
    }

    /// @inheritdoc IFilecoinPayV1
    function depositWithAuthorization(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        _depositWithAuthorization(
            Authorization(token, to, amount, validAfter, validBefore, nonce, v, r, s)
        );
    }

    /// @inheritdoc IFilecoinPayV1
    function depositWithAuthorizationAndIncreaseOperatorApproval(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external nonReentrant {
        _depositWithAuthorization(
            Authorization(token, to, amount, validAfter, validBefore, nonce, v, r, s)
        );
        _increaseApproval(token, operator, rateAllowanceIncrease, lockupAllowanceIncrease);
    }

    /// @inheritdoc IFilecoinPay
    function withdraw(IERC20 token, uint256 amount) external nonReentrant {
        _withdraw(token, msg.sender, amount);
    }

    /// @inheritdoc IFilecoinPayV1
    function withdrawTo(IERC20 token, address to, uint256 amount) external nonReentrant {
        _requireNonZero(to, "to");
        _withdraw(token, to, amount);
    }

    /// @inheritdoc IFilecoinPay
    function setOperatorApproval(
        IERC20 token,
        address operator,
        bool approved,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) external nonReentrant {
        _approve(token, operator, approved, rateAllowance, lockupAllowance, maxLockupPeriod);
    }

    /// @inheritdoc IFilecoinPayV1
    function increaseOperatorApproval(
        IERC20 token,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) external nonReentrant {
        _increaseApproval(token, operator, rateAllowanceIncrease, lockupAllowanceIncrease);
    }

    /// @inheritdoc IFilecoinPay
    function accounts(
        IERC20 token,
        address owner
    )
        external
        view
        returns (
            uint256 funds,
            uint256 lockupCurrent,
            uint256 lockupRate,
            uint256 lockupLastSettledAt
        )
    {
        Account storage account = _accounts[token][owner];
        return (
            account.funds,
            account.lockupCurrent,
            account.lockupRate,
            account.lockupLastSettledAt
        );
    }

    /// @inheritdoc IFilecoinPay
    function operatorApprovals(
        IERC20 token,
        address client,
        address operator
    )
        external
        view
        returns (
            bool isApproved,
            uint256 rateAllowance,
            uint256 lockupAllowance,
            uint256 rateUsage,
            uint256 lockupUsage,
            uint256 maxLockupPeriod
        )
    {
        Approval storage approval = _approvals[token][client][operator];
        return (
            approval.isApproved,
            approval.rateAllowance,
            approval.lockupAllowance,
            approval.rateUsage,
            approval.lockupUsage,
            approval.maxLockupPeriod
        );
    }

    /// @inheritdoc IFilecoinPay
    function getAccountInfoIfSettled(
        IERC20 token,
        address owner
    )
        external
        view
        returns (
            uint256 fundedUntilEpoch,
            uint256 currentFunds,
            uint256 availableFunds,
            uint256 currentLockupRate
        )
    {
        Account storage account = _accounts[token][owner];
        fundedUntilEpoch = _fundedUntil(account);
        currentFunds = account.funds;
        currentLockupRate = account.lockupRate;
        uint256 unsettled = _settleableEpoch(account) - account.lockupLastSettledAt;
        availableFunds = currentFunds - account.lockupCurrent - currentLockupRate * unsettled;
    }

    function _depositWithPermit(
        IERC20 token,
        address to,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) private settlingLockup(token, to, false) {
        _requireSigner(token, to);
        uint256 balance = token.balanceOf(address(this));
        IERC20Permit(address(token)).permit(to, address(this), amount, deadline, v, r, s);
        token.safeTransferFrom(to, address(this), amount);
        _credit(token, to, token.balanceOf(address(this)) - balance);
    }

    function _depositWithAuthorization(
        Authorization memory a
    ) private settlingLockup(a.token, a.to, false) {
        _requireSigner(a.token, a.to);
        uint256 balance = a.token.balanceOf(address(this));
        IERC3009(address(a.token)).receiveWithAuthorization(
            a.to,
            address(this),
            a.amount,
            a.validAfter,
            a.validBefore,
            a.nonce,
            a.v,
            a.r,
            a.s
        );
        _credit(a.token, a.to, a.token.balanceOf(address(this)) - balance);
    }

    function _credit(IERC20 token, address to, uint256 amount) private {
        _accounts[token][to].funds += amount;
        emit DepositRecorded(token, msg.sender, to, amount);
    }

    /// The account pays all that left Pay, which may be more than `amount` for a token that charges its sender.
    function _withdraw(
        IERC20 token,
        address to,
        uint256 amount
    ) private settlingLockup(token, msg.sender, true) {
        Account storage account = _accounts[token][msg.sender];
        uint256 available = account.funds - account.lockupCurrent;
        if (amount > available) revert InsufficientUnlockedFunds(available, amount);
        uint256 spent = amount;
        if (_isFil(token)) {
            account.funds -= amount;
            (bool sent, ) = to.call{value: amount}("");
            if (!sent) revert NativeTransferFailed(to, amount);
        } else {
            spent = _transferOut(token, to, amount);
            if (spent > available) revert InsufficientUnlockedFunds(available, spent);
            account.funds -= spent;
        }
        emit WithdrawRecorded(token, msg.sender, to, spent);
    }

    function _transferOut(
        IERC20 token,
        address to,
        uint256 amount
    ) internal returns (uint256 spent) {
        uint256 balance = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        spent = balance - token.balanceOf(address(this));
    }

    function _approve(
        IERC20 token,
        address operator,
        bool approved,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxLockupPeriod
    ) private {
        _requireNonZero(operator, "operator");
        Approval storage approval = _approvals[token][msg.sender][operator];
        approval.isApproved = approved;
        approval.rateAllowance = rateAllowance;
        approval.lockupAllowance = lockupAllowance;
        approval.maxLockupPeriod = maxLockupPeriod;
        _announceApproval(token, operator, approval);
    }

    function _increaseApproval(
        IERC20 token,
        address operator,
        uint256 rateAllowanceIncrease,
        uint256 lockupAllowanceIncrease
    ) private {
        _requireNonZero(operator, "operator");
        Approval storage approval = _approvals[token][msg.sender][operator];
        if (!approval.isApproved) revert OperatorNotApproved(msg.sender, operator);
        approval.rateAllowance += rateAllowanceIncrease;
        approval.lockupAllowance += lockupAllowanceIncrease;
        _announceApproval(token, operator, approval);
    }

    function _announceApproval(IERC20 token, address operator, Approval storage approval) private {
        emit OperatorApprovalUpdated(
            token,
            msg.sender,
            operator,
            approval.isApproved,
            approval.rateAllowance,
            approval.lockupAllowance,
            approval.maxLockupPeriod
        );
    }

    function _requireSigner(IERC20 token, address to) private view {
        _requireNonZero(to, "to");
        if (_isFil(token)) revert NativeTokenNotSupported();
        if (to != msg.sender) revert SignerMustBeMsgSender(msg.sender, to);
    }
}

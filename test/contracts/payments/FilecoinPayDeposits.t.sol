// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {AuthorizationToken} from "../../../contracts/mocks/payments/AuthorizationToken.sol";
import {FeeOnTransferToken} from "../../../contracts/mocks/payments/FeeOnTransferToken.sol";
import {IFilecoinPayV1} from "../../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {ReentrantToken} from "../../../contracts/mocks/payments/ReentrantToken.sol";
import {RefusingToken} from "../../../contracts/mocks/payments/RefusingToken.sol";
import {PayFixture} from "../../support/PayFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Money in and out of Filecoin Pay, operator approvals, and tokens that misbehave.
contract FilecoinPayDepositsTest is PayFixture {
    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    uint256 private constant KEY = 0xA11CE;
    uint256 private constant AMOUNT = 1_000_000;
    bytes32 private constant NONCE = keccak256("first");
    bytes4 private constant AUTHORIZE_AND_APPROVE = 0x18ccb209;

    address private _signer;
    AuthorizationToken private _authorization;

    function setUp() public override {
        super.setUp();
        _signer = vm.addr(KEY);
        _usdfc.mint(_signer, AMOUNT);
        _authorization = new AuthorizationToken();
        _authorization.mint(_signer, AMOUNT);
    }

    /* DEPOSIT AND WITHDRAW */

    function test_AnyoneDepositsForAnyone() public {
        _usdfc.mint(STRANGER, AMOUNT);
        vm.startPrank(STRANGER);
        _usdfc.approve(address(_pay), AMOUNT);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.AccountLockupSettled(_token, CLIENT, 0, 0, block.number);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.DepositRecorded(_token, STRANGER, CLIENT, AMOUNT);
        _pay.deposit(_token, CLIENT, AMOUNT);
        vm.stopPrank();
        assertEq(_account(CLIENT).funds, AMOUNT, "funds");
        assertEq(_account(CLIENT).lockupLastSettledAt, block.number, "lockupLastSettledAt");
    }

    function test_RevertWhen_DepositsForTheZeroAddress() public {
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.ZeroAddressNotAllowed.selector, "to")
        );
        _pay.deposit(_token, address(0), 0);
    }

    function test_WithdrawsWhatIsFree() public {
        _fund(CLIENT, AMOUNT);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.WithdrawRecorded(_token, CLIENT, CLIENT, AMOUNT - 1);
        _withdraw(AMOUNT - 1);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.WithdrawRecorded(_token, CLIENT, PAYEE, 1);
        vm.prank(CLIENT);
        _pay.withdrawTo(_token, PAYEE, 1);
        assertEq(_usdfc.balanceOf(CLIENT), AMOUNT - 1, "client's balance");
        assertEq(_usdfc.balanceOf(PAYEE), 1, "receiver's balance");
        assertEq(_account(CLIENT).funds, 0, "funds");
    }

    function test_RevertWhen_MoreThanIsFreeIsWithdrawn() public {
        _open(AMOUNT, RATE, PERIOD, FIXED);
        advance(10);
        uint256 free = AMOUNT - FIXED - RATE * (PERIOD + 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.InsufficientUnlockedFunds.selector,
                free,
                free + 1
            )
        );
        _withdraw(free + 1);
        _withdraw(free);
    }

    function test_RevertWhen_WithdrawnToTheZeroAddress() public {
        _fund(CLIENT, AMOUNT);
        vm.prank(CLIENT);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.ZeroAddressNotAllowed.selector, "to")
        );
        _pay.withdrawTo(_token, address(0), 1);
    }

    /* APPROVALS */

    function test_SetsAndIncreasesAnApproval() public {
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.OperatorApprovalUpdated(_token, CLIENT, OPERATOR, true, 1, 2, 3);
        _approve(true, 1, 2, 3);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.OperatorApprovalUpdated(_token, CLIENT, OPERATOR, true, 11, 22, 3);
        vm.prank(CLIENT);
        _pay.increaseOperatorApproval(_token, OPERATOR, 10, 20);
    }

    function test_RevertGiven_IncreaseWithoutApproval() public {
        vm.prank(CLIENT);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.OperatorNotApproved.selector, CLIENT, OPERATOR)
        );
        _pay.increaseOperatorApproval(_token, OPERATOR, 10, 20);
    }

    function test_RevertWhen_OperatorIsZero() public {
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.ZeroAddressNotAllowed.selector, "operator")
        );
        _pay.setOperatorApproval(_token, address(0), true, 0, 0, 0);
    }

    /* PERMITS */

    function test_DepositsWithPermit() public {
        Signature memory sig = _permit(block.timestamp);
        vm.expectEmit(address(_pay));
        emit IFilecoinPayV1.DepositRecorded(_token, _signer, _signer, AMOUNT);
        vm.prank(_signer);
        _pay.depositWithPermit(_token, _signer, AMOUNT, block.timestamp, sig.v, sig.r, sig.s);
        assertEq(_account(_signer).funds, AMOUNT, "funds");
    }

    function test_DepositsWithPermitAndApprovesTheOperator() public {
        _depositAndApprove(block.timestamp);
        assertEq(_account(_signer).funds, AMOUNT, "funds");
        _assertApproved(_token, 1, 2, 3);
    }

    function test_DepositsWithPermitAndIncreasesTheApproval() public {
        vm.prank(_signer);
        _pay.setOperatorApproval(_token, OPERATOR, true, 1, 2, 3);
        Signature memory sig = _permit(block.timestamp);
        vm.prank(_signer);
        _pay.depositWithPermitAndIncreaseOperatorApproval(
            _token,
            _signer,
            AMOUNT,
            block.timestamp,
            sig.v,
            sig.r,
            sig.s,
            OPERATOR,
            10,
            20
        );
        _assertApproved(_token, 11, 22, 3);
    }

    function test_RevertWhen_PermitIsAnothers() public {
        Signature memory sig = _permit(block.timestamp);
        vm.prank(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.SignerMustBeMsgSender.selector, STRANGER, _signer)
        );
        _pay.depositWithPermit(_token, _signer, AMOUNT, block.timestamp, sig.v, sig.r, sig.s);
    }

    function test_RevertWhen_PermitHasExpired() public {
        uint256 deadline = block.timestamp - 1;
        Signature memory sig = _permit(deadline);
        vm.prank(_signer);
        vm.expectRevert(
            abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline)
        );
        _pay.depositWithPermit(_token, _signer, AMOUNT, deadline, sig.v, sig.r, sig.s);
    }

    function test_RevertWhen_PermitIsUsedTwice() public {
        Signature memory sig = _permit(block.timestamp);
        _usdfc.mint(_signer, AMOUNT);
        vm.startPrank(_signer);
        _pay.depositWithPermit(_token, _signer, AMOUNT, block.timestamp, sig.v, sig.r, sig.s);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _pay.depositWithPermit(_token, _signer, AMOUNT, block.timestamp, sig.v, sig.r, sig.s);
        vm.stopPrank();
    }

    function test_RevertWhen_PermitIsForFil() public {
        vm.prank(_signer);
        vm.expectRevert(IFilecoinPayV1.NativeTokenNotSupported.selector);
        _pay.depositWithPermit(IERC20(address(0)), _signer, 1, block.timestamp, 27, 0, 0);
    }

    /* ERC-3009 AUTHORIZATIONS */

    function test_DepositsWithAuthorization() public {
        Signature memory sig = _authorize();
        vm.startPrank(_signer);
        _depositAuthorized(_authorization, sig);
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, _signer, NONCE)
        );
        _depositAuthorized(_authorization, sig);
        vm.stopPrank();
        _assertAuthorizedFunds();
    }

    function test_DepositsWithAuthorizationAndApprovesTheOperator() public {
        bytes memory call = _authorizeAndApprove(_authorize());
        vm.prank(_signer);
        (bool success, ) = address(_pay).call(call);
        assertTrue(success, "the deposit");
        _assertAuthorizedFunds();
        _assertApproved(_authorization, 1, 2, 3);
    }

    function test_RevertWhen_AuthorizationAndApprovalAreAnothers() public {
        bytes memory call = _authorizeAndApprove(_authorize());
        vm.prank(STRANGER);
        (bool success, bytes memory answer) = address(_pay).call(call);
        assertFalse(success, "the deposit");
        assertEq(
            answer,
            abi.encodeWithSelector(
                IFilecoinPayV1.SignerMustBeMsgSender.selector,
                STRANGER,
                _signer
            ),
            "reason"
        );
    }

    function test_DepositsWithAuthorizationAndIncreasesTheApproval() public {
        Signature memory sig = _authorize();
        vm.startPrank(_signer);
        _pay.setOperatorApproval(_authorization, OPERATOR, true, 1, 2, 3);
        _pay.depositWithAuthorizationAndIncreaseOperatorApproval(
            _authorization,
            _signer,
            AMOUNT,
            0,
            block.timestamp + 1,
            NONCE,
            sig.v,
            sig.r,
            sig.s,
            OPERATOR,
            10,
            20
        );
        vm.stopPrank();
        _assertApproved(_authorization, 11, 22, 3);
    }

    function test_RevertGiven_UsdfcHasNoAuthorizations() public {
        Signature memory sig = _authorize();
        vm.startPrank(_signer);
        vm.expectRevert(bytes(""));
        _depositAuthorized(_usdfc, sig);
        vm.stopPrank();
    }

    /* TOKENS THAT MISBEHAVE */

    function test_CreditsWhatArrivesOfAFeeOnTransferToken() public {
        FeeOnTransferToken token = new FeeOnTransferToken(false);
        _depositOf(token);
        (uint256 funds, , , ) = _pay.accounts(token, address(this));
        assertEq(funds, AMOUNT - AMOUNT / 100, "funds");
        assertEq(token.balanceOf(address(_pay)), funds, "what Pay holds");
    }

    function test_AWithdrawalPaysWhatItsTokenChargesTheSender() public {
        FeeOnTransferToken token = new FeeOnTransferToken(true);
        token.mint(address(this), 2 * AMOUNT);
        _depositOf(token);
        _pay.deposit(token, CLIENT, AMOUNT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFilecoinPayV1.InsufficientUnlockedFunds.selector,
                AMOUNT,
                AMOUNT + AMOUNT / 100
            )
        );
        _pay.withdraw(token, AMOUNT);
        _pay.withdraw(token, AMOUNT / 2);
        (uint256 funds, , , ) = _pay.accounts(token, address(this));
        assertEq(funds, AMOUNT / 2 - AMOUNT / 200, "funds");
        assertEq(token.balanceOf(address(_pay)), AMOUNT + funds, "another's money is untouched");
    }

    function test_RevertWhen_TokenAnswersFalse() public {
        RefusingToken token = new RefusingToken();
        bytes memory reason = abi.encodeWithSelector(
            SafeERC20.SafeERC20FailedOperation.selector,
            token
        );
        _depositOf(token);
        token.setAnswer(RefusingToken.Answer.False);
        vm.expectRevert(reason);
        _pay.deposit(token, address(this), 1);
        vm.expectRevert(reason);
        _pay.withdraw(token, 1);
    }

    function test_RevertWhen_TokenReverts() public {
        RefusingToken token = new RefusingToken();
        _depositOf(token);
        token.setAnswer(RefusingToken.Answer.Revert);
        vm.expectPartialRevert(RefusingToken.TransferRefused.selector);
        _pay.deposit(token, address(this), 1);
        vm.expectPartialRevert(RefusingToken.TransferRefused.selector);
        _pay.withdraw(token, 1);
    }

    function test_RevertWhen_TokenReenters() public {
        ReentrantToken token = new ReentrantToken();
        _depositOf(token);
        token.mint(address(this), 1);
        token.approve(address(_pay), 1);
        bytes memory reason = abi.encodeWithSelector(
            ReentrancyGuard.ReentrancyGuardReentrantCall.selector
        );
        token.arm(address(_pay), abi.encodeCall(_pay.withdraw, (token, 1)));
        vm.expectRevert(reason);
        _pay.withdraw(token, 1);
        vm.expectRevert(reason);
        _pay.deposit(token, address(this), 1);
    }

    /* STEPS */

    function _depositOf(IERC20 token) private {
        FeeOnTransferToken(address(token)).mint(address(this), AMOUNT);
        token.approve(address(_pay), UNLIMITED);
        _pay.deposit(token, address(this), AMOUNT);
    }

    function _permit(uint256 deadline) private view returns (Signature memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                _signer,
                address(_pay),
                AMOUNT,
                _usdfc.nonces(_signer),
                deadline
            )
        );
        return _sign(_usdfc.DOMAIN_SEPARATOR(), structHash);
    }

    function _authorize() private view returns (Signature memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Authorization"),
                keccak256("1"),
                block.chainid,
                address(_authorization)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                _signer,
                address(_pay),
                AMOUNT,
                0,
                block.timestamp + 1,
                NONCE
            )
        );
        return _sign(domain, structHash);
    }

    function _sign(bytes32 domain, bytes32 structHash) private pure returns (Signature memory sig) {
        (sig.v, sig.r, sig.s) = vm.sign(
            KEY,
            keccak256(bytes.concat(hex"1901", domain, structHash))
        );
    }

    function _depositAndApprove(uint256 deadline) private {
        Signature memory sig = _permit(deadline);
        vm.prank(_signer);
        _pay.depositWithPermitAndApproveOperator(
            _token,
            _signer,
            AMOUNT,
            deadline,
            sig.v,
            sig.r,
            sig.s,
            OPERATOR,
            1,
            2,
            3
        );
    }

    function _depositAuthorized(IERC20 token, Signature memory sig) private {
        _pay.depositWithAuthorization(
            token,
            _signer,
            AMOUNT,
            0,
            block.timestamp + 1,
            NONCE,
            sig.v,
            sig.r,
            sig.s
        );
    }

    function _authorizeAndApprove(Signature memory sig) private view returns (bytes memory) {
        return
            bytes.concat(
                AUTHORIZE_AND_APPROVE,
                abi.encode(
                    _authorization,
                    _signer,
                    AMOUNT,
                    0,
                    block.timestamp + 1,
                    NONCE,
                    sig.v,
                    sig.r,
                    sig.s
                ),
                abi.encode(OPERATOR, 1, 2, 3)
            );
    }

    function _assertAuthorizedFunds() private view {
        (uint256 funds, , , ) = _pay.accounts(_authorization, _signer);
        assertEq(funds, AMOUNT, "funds");
    }

    function _assertApproved(
        IERC20 token,
        uint256 rateAllowance,
        uint256 lockupAllowance,
        uint256 maxPeriod
    ) private view {
        (bool approved, uint256 rate, uint256 lockup, , , uint256 period) = _pay.operatorApprovals(
            token,
            _signer,
            OPERATOR
        );
        assertTrue(approved, "approved");
        assertEq(rate, rateAllowance, "rateAllowance");
        assertEq(lockup, lockupAllowance, "lockupAllowance");
        assertEq(period, maxPeriod, "maxLockupPeriod");
    }
}

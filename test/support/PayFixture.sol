// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {FilecoinPayDouble} from "../../contracts/mocks/payments/FilecoinPayDouble.sol";
import {IFilecoinPayV1} from "../../contracts/mocks/payments/IFilecoinPayV1.sol";
import {UsdfcDouble} from "../../contracts/mocks/payments/UsdfcDouble.sol";
import {IFilecoinPay} from "../../contracts/payments/IFilecoinPay.sol";
import {PuppetValidator} from "./PuppetValidator.sol";
import {Test} from "./Test.sol";
import {Vm, vm} from "./Vm.sol";

/// Filecoin Pay's double with a client, a payee and an operator: rate 1000, period 100, fixed lockup 50,000.
abstract contract PayFixture is Test {
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

    uint256 internal constant RATE = 1000;
    uint256 internal constant PERIOD = 100;
    uint256 internal constant FIXED = 50_000;
    uint256 internal constant FUNDS = 10_000_000;
    uint256 internal constant UNLIMITED = type(uint256).max;

    address internal immutable CLIENT = address(0x7099);
    address internal immutable OPERATOR = address(0x9fE4);
    address internal immutable PAYEE = address(0x3C44);
    address internal immutable STRANGER = address(0x90F7);
    address internal immutable FEE_ACCOUNT = address(0xFEE);

    FilecoinPayDouble internal _pay;
    UsdfcDouble internal _usdfc;
    PuppetValidator internal _validator;
    IERC20 internal _token;
    /// The epoch in which a test's rail is opened.
    uint256 internal _start = 8;

    function setUp() public virtual {
        vm.roll(_start);
        vm.warp(1_800_000_000);
        _pay = new FilecoinPayDouble();
        _usdfc = new UsdfcDouble();
        _validator = new PuppetValidator();
        _token = _usdfc;
    }

    /* STEPS */

    function _fund(address owner, uint256 amount) internal {
        _usdfc.mint(address(this), amount);
        _usdfc.approve(address(_pay), amount);
        _pay.deposit(_usdfc, owner, amount);
    }

    function _approve(bool approved, uint256 rate, uint256 lockup, uint256 maxPeriod) internal {
        vm.prank(CLIENT);
        _pay.setOperatorApproval(_token, OPERATOR, approved, rate, lockup, maxPeriod);
    }

    function _create() internal returns (uint256 railId) {
        vm.prank(OPERATOR);
        railId = _pay.createRail(_token, CLIENT, PAYEE, address(_validator), 0, address(0));
    }

    function _lock(uint256 railId, uint256 period, uint256 lockupFixed) internal {
        vm.prank(OPERATOR);
        _pay.modifyRailLockup(railId, period, lockupFixed);
    }

    function _rate(uint256 railId, uint256 rate, uint256 oneTimePayment) internal {
        vm.prank(OPERATOR);
        _pay.modifyRailPayment(railId, rate, oneTimePayment);
    }

    function _terminate(uint256 railId, address by) internal {
        vm.prank(by);
        _pay.terminateRail(railId);
    }

    function _withdraw(uint256 amount) internal {
        vm.prank(CLIENT);
        _pay.withdraw(_token, amount);
    }

    /// A client with `funds` and unlimited approval, and its rail at `rate` with `period` and `lockupFixed`.
    function _open(
        uint256 funds,
        uint256 rate,
        uint256 period,
        uint256 lockupFixed
    ) internal returns (uint256 railId) {
        _fund(CLIENT, funds);
        _approve(true, UNLIMITED, UNLIMITED, UNLIMITED);
        railId = _create();
        _lock(railId, period, lockupFixed);
        if (rate > 0) _rate(railId, rate, 0);
    }

    /// A rail whose payer runs dry 20 epochs after its start.
    function _openDry(uint256 lockupFixed) internal returns (uint256 railId) {
        return _open(RATE * (PERIOD + 20) + lockupFixed, RATE, PERIOD, lockupFixed);
    }

    /// Another rail of the client, which takes all that is free and leaves it in debt.
    function _drain() internal {
        vm.prank(CLIENT);
        _pay.setOperatorApproval(_token, STRANGER, true, UNLIMITED, UNLIMITED, UNLIMITED);
        vm.startPrank(STRANGER);
        uint256 railId = _pay.createRail(_token, CLIENT, STRANGER, address(0), 0, address(0));
        _pay.modifyRailPayment(railId, 40_000, 0);
        vm.stopPrank();
        advance(FUNDS / 40_000 + 1);
        _pay.settleRail(railId, block.number);
    }

    function _validatorPays(uint256 cap, uint256 percent) internal {
        _validator.follow(PuppetValidator.Script(cap, percent, 0, 0, false));
    }

    function _validatorErrs(int256 amountDelta, int256 upToDelta) internal {
        _validator.follow(PuppetValidator.Script(UNLIMITED, 100, amountDelta, upToDelta, false));
    }

    function _validatorRefuses() internal {
        _validator.follow(PuppetValidator.Script(0, 0, 0, 0, true));
    }

    /* READINGS */

    function _account(address owner) internal view returns (Account memory a) {
        (a.funds, a.lockupCurrent, a.lockupRate, a.lockupLastSettledAt) = _pay.accounts(
            _token,
            owner
        );
    }

    function _approval() internal view returns (Approval memory a) {
        (
            a.isApproved,
            a.rateAllowance,
            a.lockupAllowance,
            a.rateUsage,
            a.lockupUsage,
            a.maxLockupPeriod
        ) = _pay.operatorApprovals(_token, CLIENT, OPERATOR);
    }

    function _settledUpTo(uint256 railId) internal view returns (uint256) {
        return _pay.getRail(railId).settledUpTo;
    }

    function _endEpoch(uint256 railId) internal view returns (uint256) {
        return _pay.getRail(railId).endEpoch;
    }

    /* CLAIMS */

    /// Settles as a stranger, and claims the returned figures, the event and the payee's gain.
    function _settlePays(uint256 railId, uint256 until, uint256 amount, uint256 upTo) internal {
        uint256 fee = (amount + 199) / 200;
        uint256 payeeBefore = _account(PAYEE).funds;
        vm.expectEmit(address(_pay));
        emit IFilecoinPay.RailSettled(railId, amount, amount - fee, 0, fee, upTo);
        vm.prank(STRANGER);
        (
            uint256 total,
            uint256 net,
            uint256 commission,
            uint256 networkFee,
            uint256 settled,

        ) = _pay.settleRail(railId, until);
        assertEq(total, amount, "total settled amount");
        assertEq(net, amount - fee, "net payee amount");
        assertEq(commission, 0, "operator commission");
        assertEq(networkFee, fee, "network fee");
        assertEq(settled, upTo, "final settled epoch");
        assertEq(_account(PAYEE).funds, payeeBefore + net, "payee's funds");
    }

    /// Settles, and claims that nothing happens: no event, no figures.
    function _settleDoesNothing(uint256 railId, uint256 until) internal {
        vm.recordLogs();
        (uint256 total, , , , uint256 settled, ) = _pay.settleRail(railId, until);
        assertEq(total, 0, "a settlement that does nothing pays nothing");
        assertEq(settled, _settledUpTo(railId), "final settled epoch");
        assertFalse(_logged(IFilecoinPay.RailSettled.selector), "no RailSettled");
    }

    function _settleReverts(uint256 railId, uint256 until, bytes memory reason) internal {
        vm.expectRevert(reason);
        _pay.settleRail(railId, until);
    }

    function _assertFinalised(uint256 railId) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IFilecoinPayV1.RailInactiveOrSettled.selector, railId)
        );
        _pay.getRail(railId);
    }

    /// Whether an event with this topic is among those recorded since vm.recordLogs().
    function _logged(bytes32 topic) internal returns (bool) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) if (logs[i].topics[0] == topic) return true;
        return false;
    }
}

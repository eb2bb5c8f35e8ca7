// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {IDealLifecycle} from "../../../contracts/deals/IDealLifecycle.sol";
import {IDealMarket} from "../../../contracts/deals/IDealMarket.sol";
import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {FeeOnTransferToken} from "../../../contracts/mocks/payments/FeeOnTransferToken.sol";
import {ReentrantToken} from "../../../contracts/mocks/payments/ReentrantToken.sol";
import {RefusingToken} from "../../../contracts/mocks/payments/RefusingToken.sol";
import {IValidator} from "../../../contracts/payments/IValidator.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Deals in tokens that re-enter, take fees or refuse, next to an honest deal; and parties without an Ethereum address.
contract DealTokensTest is DealsFixture {
    uint256 private constant DEPOSIT = 1_000 ether;

    uint256 private _honest;

    function setUp() public override {
        super.setUp();
        _honest = active(1);
    }

    /* MALICIOUS TOKENS */

    /// Tokens are moved when money enters or leaves Filecoin Pay, and never in a call of ours: there is nothing to re-enter.
    function test_AReentrantTokenIsNeverCalledByDeals() external {
        ReentrantToken token = new ReentrantToken();
        uint64 offer = _offerIn(token);
        token.mint(address(this), DEPOSIT);
        _deposit(token);
        // From here on every transfer would fail.
        token.arm(address(pay), abi.encodeCall(pay.terminateRail, (type(uint256).max)));
        uint256 dealId = _life(offer);
        assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Completed);
    }

    /// Out of a deposit and a withdrawal the token calls all that anyone may call; it does what a stranger's call does.
    function test_AReentrantTokenGainsNothing() external {
        ReentrantToken token = new ReentrantToken();
        uint64 offer = _offerIn(token);
        token.mint(address(this), DEPOSIT);
        _deposit(token);
        uint256 dealId = proposeAs(client, proposal(offer, 1));
        seal(dealId);
        pass(dealId, 1_000);
        refresh(_honest);
        Money memory before = money();
        bytes[4] memory calls = [
            abi.encodeCall(IDealLifecycle.leaveAsClient, (dealId)),
            abi.encodeCall(IDealLifecycle.leaveAsProvider, (dealId)),
            abi.encodeCall(IDealLifecycle.decline, (dealId)),
            abi.encodeCall(IValidator.railTerminated, (dealId, client, block.number))
        ];
        bytes4[4] memory refusals = [
            IDealLedger.DealNotClient.selector,
            IDealLedger.DealNotProvider.selector,
            IDealLedger.DealNotProvider.selector,
            IDealLedger.DealNotPay.selector
        ];
        for (uint256 i; i < calls.length; ++i) {
            token.arm(address(deals), calls[i]);
            vm.expectPartialRevert(refusals[i]);
            token.transfer(address(1), 0);
        }
        // What settles needs Filecoin Pay, which is locked during its own transfers.
        token.arm(address(deals), abi.encodeCall(IDealLifecycle.settle, (dealId)));
        vm.prank(client);
        pay.withdraw(token, 1);
        assertEq(_funds(token, payee), _netReservation(), "nothing was settled");
        token.arm(address(deals), abi.encodeCall(IDealLifecycle.settle, (dealId)));
        token.transfer(address(1), 0);
        assertEq(
            _funds(token, payee) - _netReservation(),
            net(1_000 * uint256(RATE)),
            "what a stranger's settlement pays"
        );
        _assertUnmoved(before);
    }

    /// A token that is called by Filecoin Pay within a call of ours, if ever there were one, meets the lock.
    function test_RevertWhen_DealsAreReentered() external {
        ReenteringPay reentering = new ReenteringPay(address(deals));
        bytes[6] memory calls = [
            abi.encodeCall(IDealLifecycle.poke, (_honest)),
            abi.encodeCall(IDealLifecycle.settle, (_honest)),
            abi.encodeCall(IDealLifecycle.leaveAsClient, (_honest)),
            abi.encodeCall(IDealLifecycle.report, (copyIdOf(_honest, 0), bytes(""))),
            abi.encodeCall(IDealMarket.propose, (proposal(offerId, 1))),
            abi.encodeCall(
                IDealMarket.handle_filecoin_method,
                (uint64(2034386435), uint64(0x51), bytes(hex"80"))
            )
        ];
        vm.etch(address(pay), address(reentering).code);
        Money memory before = money();
        for (uint256 i; i < calls.length; ++i) {
            ReenteringPay(address(pay)).arm(calls[i]);
            deals.settle(_honest);
            assertEq(
                ReenteringPay(address(pay)).refusal(),
                abi.encodeWithSelector(
                    ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
                ),
                "refused"
            );
        }
        assertBondsUntouched(before);
    }

    function test_AFeeOnTransferCostsItsOwnParties() external {
        for (uint256 i; i < 2; ++i) {
            bool onTop = i == 1;
            FeeOnTransferToken token = new FeeOnTransferToken(onTop);
            uint64 offer = _offerIn(token);
            token.mint(address(this), 2 * DEPOSIT);
            _deposit(token);
            uint256 deposited = _funds(token, client);
            assertEq(deposited, onTop ? DEPOSIT : (DEPOSIT * 99) / 100, "what arrived");
            uint256 dealId = _life(offer);
            assertState(copyIdOf(dealId, 0), IDealLedger.CopyState.Completed);
            uint256 held =
                _funds(token, client) + _funds(token, payee) + _funds(token, address(pay));
            assertEq(held, deposited, "what it keeps is nobody else's");
            assertEq(token.balanceOf(address(pay)), held, "and all of it is there");
            for (uint256 j; j < 2; ++j) {
                address account = j == 0 ? client : payee;
                uint256 funds = _funds(token, account);
                _withdraw(token, account, onTop ? (funds * 100) / 101 : funds);
                // An amount's fee on top of it is rounded.
                assertLe(_funds(token, account), 1, "all of it");
            }
            assertGe(token.balanceOf(address(pay)), _funds(token, address(pay)), "the rest");
        }
    }

    /// Slashes, completes and frees the bond as ever; only who is paid in the token cannot take it out.
    function test_ARefusingTokenBlocksItsOwnPartiesOnly() external {
        RefusingToken token = new RefusingToken();
        uint64 offer = _offerIn(token);
        token.mint(address(this), DEPOSIT);
        _deposit(token);
        uint256 dealId = proposeAs(client, proposal(offer, 2));
        seal(dealId);
        token.setAnswer(RefusingToken.Answer.Revert);
        pass(dealId, 1_000);
        deals.settle(dealId);
        terminate(miner, sectorOf(copyIdOf(dealId, 0)));
        reportAs(stranger, copyIdOf(dealId, 0));
        assertEq(registry.creditOf(client), (uint256(BOND) * 70) / 100, "slashed");
        vm.prank(client);
        deals.leaveAsClient(dealId);
        advance(NOTICE + W + 1);
        deals.settle(dealId);
        assertState(copyIdOf(dealId, 1), IDealLedger.CopyState.Completed);
        uint256 earned = _funds(token, payee);
        vm.startPrank(payee);
        vm.expectPartialRevert(RefusingToken.TransferRefused.selector);
        pay.withdraw(token, earned);
        token.setAnswer(RefusingToken.Answer.False);
        vm.expectRevert();
        pay.withdraw(token, earned);
        vm.stopPrank();
        assertEq(_funds(token, payee), earned, "still its own");

        // The honest token's parties.
        refresh(_honest);
        deals.settle(_honest);
        uint256 funds = fundsOf(payee);
        vm.prank(payee);
        pay.withdraw(usdfc, funds);
        assertEq(usdfc.balanceOf(payee), funds, "the payee of both is paid in the other");
        vm.prank(client);
        registry.withdrawCredit(client);
        assertEq(client.balance, (uint256(BOND) * 70) / 100, "and the slash in FIL");
        token.setAnswer(RefusingToken.Answer.Transfer);
        _withdraw(token, payee, earned);
    }

    function test_RevertWhen_TheTokenIsFil() external {
        IProviderRegistry.Terms memory inFil = terms();
        inFil.token = IERC20(address(0));
        vm.prank(worker);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.OfferTermsOutOfBounds.selector,
                "token",
                0,
                1,
                type(uint160).max
            )
        );
        registry.publishOffer(miner, inFil);
    }

    /// An address without code is a token that nobody can deposit: no proposal in it is possible.
    function test_RevertWhen_TheTokenIsNoContract() external {
        uint64 offer = _offerIn(IERC20(address(0x70CE)));
        vm.prank(client);
        pay.setOperatorApproval(
            IERC20(address(0x70CE)),
            address(deals),
            true,
            type(uint256).max,
            type(uint256).max,
            type(uint256).max
        );
        IDealLedger.Proposal memory what = proposal(offer, 1);
        vm.prank(client);
        vm.expectRevert();
        deals.propose(what);
        assertEq(registry.bondOf(miner).locked, BOND, "only the honest deal's");
    }

    /* PARTIES WITHOUT AN ETHEREUM ADDRESS */

    /// A client of class f1 and a reporter of class f3 call as masked ids, and are paid there.
    function test_MaskedAccountsArePaid() external {
        address f1 = _account(hex"01", 20);
        address f3 = _account(hex"03", 48);
        fund(f1, DEPOSIT);
        approve(f1);
        uint256 dealId = proposeAs(f1, proposal(offerId, 1));
        seal(dealId);
        assertEq(deals.dealOf(dealId).client, f1, "the payer is the masked id");
        terminate(miner, sectorOf(copyIdOf(dealId, 0)));
        reportAs(f3, copyIdOf(dealId, 0));
        vm.prank(f1);
        registry.withdrawCredit(f1);
        vm.prank(f3);
        registry.withdrawCredit(f3);
        assertEq(f1.balance, (uint256(BOND) * 70) / 100, "the client's share");
        assertEq(f3.balance, BOND / 10, "the reporter's");
        uint256 left = fundsOf(f1);
        vm.prank(f1);
        pay.withdraw(usdfc, left);
        assertEq(usdfc.balanceOf(f1), left, "and its money on Filecoin Pay");
    }

    function test_AMaskedClientLeaves() external {
        address f1 = _account(hex"01", 20);
        fund(f1, DEPOSIT);
        approve(f1);
        uint256 dealId = proposeAs(f1, proposal(offerId, 1));
        seal(dealId);
        vm.prank(f1);
        deals.leaveAsClient(dealId);
        assertEq(
            uint256(deals.dealOf(dealId).departure),
            uint256(IDealLedger.Departure.Client),
            "left"
        );
    }

    /// Owner and payee of class f1: the stream and the returned bond reach them.
    function test_AMaskedOwnerIsPaid() external {
        address f1 = _account(hex"01", 20);
        ActorId provider = createMiner(f1, worker);
        vm.deal(f1, 100 ether);
        IProviderRegistry.Envelope memory bounds = envelope();
        bounds.payee = f1;
        IProviderRegistry.Terms memory offered = terms();
        vm.startPrank(f1);
        registry.register{value: 100 ether}(provider, bounds);
        uint64 offer = registry.publishOffer(provider, offered);
        vm.stopPrank();
        uint256 dealId = proposeAs(client, proposal(offer, 1));
        seal(dealId);
        pass(dealId, 1_000);
        deals.settle(dealId);
        uint256 earned = net(uint256(RATE) * RESERVATION_EPOCHS) + net(1_000 * uint256(RATE));
        assertEq(fundsOf(f1), earned, "earned");
        vm.startPrank(f1);
        pay.withdraw(usdfc, earned);
        assertEq(usdfc.balanceOf(f1), earned, "withdrawn");
        deals.leaveAsProvider(dealId);
        vm.stopPrank();
        assertEq(registry.creditOf(client), (uint256(BOND) * EXIT_BPS) / 10_000, "as any owner");
    }

    /// From proposal to the last settlement, with a client that leaves.
    function _life(uint64 offer) private returns (uint256 dealId) {
        Money memory before = money();
        dealId = proposeAs(client, proposal(offer, 1));
        seal(dealId);
        pass(dealId, WINDOW + 1);
        deals.settle(dealId);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        pass(dealId, NOTICE);
        deals.settle(dealId);
        // The rail is settled to its end: once more finalises it.
        deals.settle(dealId);
        _assertUnmoved(before);
    }

    /// What the parties have in the honest token, and all bonds.
    function _assertUnmoved(Money memory before) private view {
        assertBondsUntouched(before);
        assertEq(fundsOf(client), before.client, "the client's honest funds");
        assertEq(fundsOf(payee), before.payee, "the payee's honest funds");
        assertEq(usdfc.balanceOf(address(pay)), FUNDS, "all that is there");
    }

    function _offerIn(IERC20 token) private returns (uint64) {
        IProviderRegistry.Terms memory offered = terms();
        offered.token = token;
        vm.prank(worker);
        return registry.publishOffer(miner, offered);
    }

    function _deposit(IERC20 token) private {
        token.approve(address(pay), type(uint256).max);
        pay.deposit(token, client, DEPOSIT);
        vm.prank(client);
        pay.setOperatorApproval(
            token,
            address(deals),
            true,
            type(uint256).max,
            type(uint256).max,
            type(uint256).max
        );
    }

    function _withdraw(IERC20 token, address account, uint256 amount) private {
        uint256 had = token.balanceOf(account);
        vm.prank(account);
        pay.withdraw(token, amount);
        assertGe(token.balanceOf(account) - had, (amount * 99) / 100, "withdrawn");
    }

    function _funds(IERC20 token, address account) private view returns (uint256 funds) {
        (funds, , , ) = pay.accounts(token, account);
    }

    function _netReservation() private pure returns (uint256) {
        return net(uint256(RATE) * RESERVATION_EPOCHS);
    }

    function _account(bytes memory class, uint256 length) private returns (address) {
        return REGISTRY.createAccount(abi.encodePacked(class, new bytes(length))).toMasked();
    }
}

/// In the place of Filecoin Pay: calls back into the deals when it is asked to settle. What it holds stays as it was.
contract ReenteringPay {
    address private immutable DEALS;

    /// Far from the slots of the contract whose place it takes.
    bytes32 private constant CALL_AT = keccak256("reentering pay: call");
    bytes32 private constant REFUSAL_AT = keccak256("reentering pay: refusal");

    struct Held {
        bytes data;
    }

    constructor(address deals) {
        DEALS = deals;
    }

    function arm(bytes calldata data) external {
        _at(CALL_AT).data = data;
    }

    function refusal() external view returns (bytes memory) {
        return _at(REFUSAL_AT).data;
    }

    function settleRail(
        uint256,
        uint256 untilEpoch
    ) external returns (uint256, uint256, uint256, uint256, uint256, string memory) {
        (bool ok, bytes memory answer) = DEALS.call(_at(CALL_AT).data);
        _at(REFUSAL_AT).data = ok ? bytes("accepted") : answer;
        return (0, 0, 0, 0, untilEpoch, "");
    }

    function modifyRailLockup(uint256, uint256, uint256) external {}

    function accounts(IERC20, address) external pure returns (uint256, uint256, uint256, uint256) {
        return (0, 0, 0, 0);
    }

    function getAccountInfoIfSettled(
        IERC20,
        address
    ) external pure returns (uint256, uint256, uint256, uint256) {
        return (type(uint256).max, 0, 0, 0);
    }

    function _at(bytes32 slot) private pure returns (Held storage held) {
        assembly ("memory-safe") {
            held.slot := slot
        }
    }
}

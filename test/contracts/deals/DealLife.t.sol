// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger, copyIdOf} from "../../../contracts/deals/IDealLedger.sol";
import {Epoch, currentEpoch} from "../../../contracts/fvm/Epoch.sol";
import {DealsFixture} from "../../support/DealsFixture.sol";
import {vm} from "../../support/Vm.sol";

/// One deal from proposal to its end, with all money counted.
contract DealLifeTest is DealsFixture {
    function test_ProposeLocksMoneyAndBond() external {
        uint256 before = fundsOf(client);
        uint256 dealId = propose(2);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        assertEq(deal.rate, 2 * RATE, "rate");
        (, uint256 lockup, uint256 rate, ) = pay.accounts(usdfc, client);
        assertEq(rate, 2 * RATE, "rail's rate");
        assertEq(lockup, 2 * RATE * (uint256(NOTICE) + WINDOW + EXIT_FEE_EPOCHS), "lockup");
        assertEq(
            before - fundsOf(client),
            2 * uint256(RATE) * RESERVATION_EPOCHS,
            "reservation fee"
        );
        assertEq(fundsOf(payee), net(2 * uint256(RATE) * RESERVATION_EPOCHS), "payee's");
        assertEq(registry.bondOf(miner).locked, 2 * BOND, "bond");
        assertTrue(
            deals.stateOf(copyIdOf(dealId, 1)) == IDealLedger.CopyState.Proposed,
            "proposed"
        );
    }

    function test_PaysProvenEpochsOnly() external {
        uint256 dealId = active(1);
        uint256 paidBefore = fundsOf(payee);
        pass(dealId, 10_000);
        vm.prank(stranger);
        deals.settle(dealId);
        assertEq(fundsOf(payee) - paidBefore, net(10_000 * uint256(RATE)), "10,000 proven epochs");
        advance(20_000);
        deals.settle(dealId);
        refresh(dealId);
        deals.settle(dealId);
        assertEq(
            fundsOf(payee) - paidBefore,
            net(10_000 * uint256(RATE)) + net(uint256(W) * RATE),
            "of the silence only what a refresh reaches back"
        );
    }

    function test_FaultIsSlashedAndClosed() external {
        uint256 dealId = active(2);
        uint256 copyId = copyIdOf(dealId, 0);
        pass(dealId, 3_000);
        faultOut(copyId, stranger);
        assertTrue(deals.copyOf(copyId).state == IDealLedger.CopyState.Failed, "failed");
        assertEq(registry.creditOf(client), (uint256(BOND) * 70) / 100, "client's 70 %");
        assertEq(registry.creditOf(stranger), BOND / 10, "reporter's 10 %");
        assertEq(registry.burnable(), BOND - (uint256(BOND) * 70) / 100 - BOND / 10, "20 % burned");
        assertEq(pay.getRail(dealId).paymentRate, RATE, "the rail follows");
        assertEq(registry.bondOf(miner).locked, BOND, "the other share");
    }

    function test_CompletesAndCloses() external {
        uint256 dealId = active(1);
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        uint256 paidBefore = fundsOf(payee);
        uint256 served = deal.endEpoch.since(currentEpoch());
        pass(dealId, served);
        deals.settle(dealId);
        advance(1);
        deals.settle(dealId);
        assertTrue(
            deals.stateOf(copyIdOf(dealId, 0)) == IDealLedger.CopyState.Completed,
            "completed"
        );
        assertEq(fundsOf(payee) - paidBefore, net(served * uint256(RATE)), "the whole term");
        (, uint256 lockup, uint256 rate, ) = pay.accounts(usdfc, client);
        assertEq(lockup, 0, "nothing locked");
        assertEq(rate, 0, "no stream");
        assertEq(registry.bondOf(miner).locked, 0, "bond free");
    }

    function test_ClientLeavesWithFeeAndNotice() external {
        uint256 dealId = active(1);
        pass(dealId, 30_000);
        deals.poke(dealId);
        uint256 before = fundsOf(payee);
        vm.prank(client);
        deals.leaveAsClient(dealId);
        assertEq(fundsOf(payee) - before, net(uint256(RATE) * EXIT_FEE_EPOCHS), "exit fee");
        Epoch railEnd = deals.dealOf(dealId).railEnd;
        assertEq(Epoch.unwrap(railEnd), block.number + NOTICE, "serves the notice");
        pass(dealId, NOTICE);
        deals.settle(dealId);
        assertTrue(
            deals.stateOf(copyIdOf(dealId, 0)) == IDealLedger.CopyState.Completed,
            "completed"
        );
    }

    function test_NeverSealedExpiresForFree() external {
        uint256 dealId = propose(3);
        advance(WINDOW + 1);
        vm.prank(stranger);
        deals.settle(dealId);
        assertTrue(deals.stateOf(copyIdOf(dealId, 2)) == IDealLedger.CopyState.Expired, "expired");
        assertEq(registry.bondOf(miner).posted, 10_000 ether, "nobody is slashed");
        assertEq(registry.bondOf(miner).locked, 0, "bond free");
        (, uint256 lockup, , ) = pay.accounts(usdfc, client);
        assertEq(lockup, 0, "nothing locked");
    }
}

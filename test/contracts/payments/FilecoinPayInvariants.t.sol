// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {FilecoinPayDouble} from "../../../contracts/mocks/payments/FilecoinPayDouble.sol";
import {UsdfcDouble} from "../../../contracts/mocks/payments/UsdfcDouble.sol";
import {IFilecoinPay} from "../../../contracts/payments/IFilecoinPay.sol";
import {PuppetValidator} from "../../support/PuppetValidator.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

uint256 constant MAX_RATE = 2_000;

/// Two clients, two payees and the operator of all their rails, driven by the fuzzer.
/// What Pay refuses is skipped; `done` counts what it accepted.
/// It stands beside its test because the runner knows only the contracts of the files it was given.
contract PayHandler is Test {
    uint256 private constant MAX_RAILS = 8;

    address private constant FEE_ACCOUNT = address(0xFEE);

    FilecoinPayDouble private _pay;
    UsdfcDouble private _usdfc;
    PuppetValidator private _validator;

    address[2] private _clients = [address(0xC1), address(0xC2)];
    address[2] private _payees = [address(0xB1), address(0xB2)];

    uint256 public rails;
    /// The last epoch in which a rail's rate counts; 0 while it is not terminated.
    mapping(uint256 railId => uint256) private _ends;
    mapping(uint256 railId => uint256) private _rates;
    /// Rate x span since the rail was created, and what settlements paid of it.
    mapping(uint256 railId => uint256) public due;
    mapping(uint256 railId => uint256) public settled;
    mapping(bytes32 action => uint256) public done;

    constructor(FilecoinPayDouble pay, UsdfcDouble usdfc, PuppetValidator validator) {
        (_pay, _usdfc, _validator) = (pay, usdfc, validator);
        usdfc.approve(address(pay), type(uint256).max);
        for (uint256 i; i < 2; ++i) {
            vm.prank(_clients[i]);
            pay.setOperatorApproval(
                usdfc,
                address(this),
                true,
                type(uint256).max,
                type(uint256).max,
                type(uint256).max
            );
        }
    }

    function parties() external view returns (address[6] memory) {
        return [_clients[0], _clients[1], _payees[0], _payees[1], FEE_ACCOUNT, address(_pay)];
    }

    function client(uint256 i) external view returns (address) {
        return _clients[i];
    }

    function deposit(uint256 who, uint256 amount) external {
        amount = bound(amount, 1, 500_000);
        _usdfc.mint(address(this), amount);
        _pay.deposit(_usdfc, _clients[who % 2], amount);
        ++done["deposit"];
    }

    function withdraw(uint256 who, uint256 amount) external {
        address owner = who % 4 < 2 ? _clients[who % 2] : _payees[who % 2];
        (, , uint256 available, ) = _pay.getAccountInfoIfSettled(_usdfc, owner);
        vm.prank(owner);
        try _pay.withdraw(_usdfc, bound(amount, 0, available)) {
            ++done["withdraw"];
        } catch {}
    }

    function open(uint256 who, uint256 period, uint256 lockupFixed, uint256 newRate) external {
        if (rails == MAX_RAILS) return;
        uint256 railId = _pay.createRail(
            _usdfc,
            _clients[who % 2],
            _payees[(who / 2) % 2],
            who % 3 == 0 ? address(0) : address(_validator),
            who % 5 == 0 ? 250 : 0,
            FEE_ACCOUNT
        );
        rails = railId;
        lock(railId - 1, period, lockupFixed);
        changeRate(railId - 1, newRate, 0);
        ++done["open"];
    }

    function lock(uint256 rail, uint256 period, uint256 lockupFixed) public {
        if (rails == 0) return;
        uint256 railId = 1 + (rail % rails);
        period = bound(period, 0, 60);
        if (_ends[railId] != 0) {
            try _pay.getRail(railId) returns (IFilecoinPay.RailView memory view_) {
                period = view_.lockupPeriod;
            } catch {
                return;
            }
        }
        try _pay.modifyRailLockup(railId, period, bound(lockupFixed, 0, 20_000)) {
            ++done["lock"];
        } catch {}
    }

    function changeRate(uint256 rail, uint256 newRate, uint256 oneTimePayment) public {
        if (rails == 0) return;
        uint256 railId = 1 + (rail % rails);
        newRate = bound(newRate, 0, _ends[railId] == 0 ? MAX_RATE : _rates[railId]);
        try _pay.modifyRailPayment(railId, newRate, bound(oneTimePayment, 0, 2_000)) {
            _rates[railId] = newRate;
            ++done["rate"];
        } catch {}
    }

    function settle(uint256 rail, uint256 back, uint256 held, uint256 percent) external {
        if (rails == 0) return;
        uint256 railId = 1 + (rail % rails);
        _validator.follow(
            PuppetValidator.Script(block.number - bound(held, 0, 20), percent % 101, 0, 0, false)
        );
        try _pay.settleRail(railId, block.number - bound(back, 0, 10)) returns (
            uint256 amount,
            uint256,
            uint256,
            uint256,
            uint256,
            string memory
        ) {
            settled[railId] += amount;
            ++done["settle"];
        } catch {}
    }

    function terminate(uint256 rail, bool byClient) external {
        if (rails == 0 || rail % 4 != 0) return;
        uint256 railId = 1 + ((rail / 4) % rails);
        try _pay.getRail(railId) returns (IFilecoinPay.RailView memory view_) {
            vm.prank(byClient ? view_.from : address(this));
        } catch {
            return;
        }
        try _pay.terminateRail(railId) {
            uint256 endEpoch = _pay.getRail(railId).endEpoch;
            // A dry payer's rail ended before now: what was counted since is not due.
            if (endEpoch < block.number) due[railId] -= _rates[railId] * (block.number - endEpoch);
            _ends[railId] = endEpoch;
            ++done["terminate"];
        } catch {}
    }

    function escape(uint256 rail) external {
        if (rails == 0) return;
        uint256 railId = 1 + (rail % rails);
        for (uint256 i; i < 2; ++i) {
            vm.prank(_clients[i]);
            try _pay.settleTerminatedRailWithoutValidation(railId) returns (
                uint256 amount,
                uint256,
                uint256,
                uint256,
                uint256,
                string memory
            ) {
                settled[railId] += amount;
                ++done["escape"];
            } catch {}
        }
    }

    function pass(uint256 epochs) external {
        epochs = bound(epochs, 1, 40);
        for (uint256 railId = 1; railId <= rails; ++railId) {
            uint256 end = _ends[railId];
            uint256 counted = block.number + epochs;
            if (end != 0 && end < counted) counted = end;
            if (counted > block.number) due[railId] += _rates[railId] * (counted - block.number);
        }
        advance(epochs);
        ++done["pass"];
    }
}

/// What holds of the double's books whatever clients, operator and validator do.
contract FilecoinPayInvariantsTest is Test {
    FilecoinPayDouble private _pay;
    UsdfcDouble private _usdfc;
    PayHandler private _handler;

    function setUp() public {
        vm.roll(100);
        _pay = new FilecoinPayDouble();
        _usdfc = new UsdfcDouble();
        _handler = new PayHandler(_pay, _usdfc, new PuppetValidator());
        for (uint256 i; i < 2; ++i) _handler.deposit(i, 400_000);
        targetContract(address(_handler));
    }

    function invariant_FundsInPayAreTheSumOfItsAccounts() public view {
        address[6] memory parties = _handler.parties();
        uint256 sum;
        for (uint256 i; i < parties.length; ++i) {
            (uint256 funds, , , ) = _pay.accounts(_usdfc, parties[i]);
            sum += funds;
        }
        assertEq(_usdfc.balanceOf(address(_pay)), sum, "tokens in Pay = sum of its accounts");
    }

    /// And the lockup never falls below what the rails were promised.
    function invariant_LockupIsCoveredByFundsAndCoversTheRails() public view {
        for (uint256 i; i < 2; ++i) {
            address client = _handler.client(i);
            (uint256 funds, uint256 lockup, uint256 rate, uint256 settledAt) = _pay.accounts(
                _usdfc,
                client
            );
            (uint256 promised, uint256 greatest, uint256 rates, uint256 usage) = _promised(client);
            assertLe(lockup, funds, "lockup is covered by funds");
            assertGe(lockup, promised, "lockup covers the rails");
            assertLe(lockup, greatest, "lockup holds nothing for what is settled or finalised");
            assertEq(rate, rates, "the account's rate is the sum of its live rails'");
            assertLe(settledAt, block.number, "settled up to now at most");
            (, , , uint256 rateUsage, uint256 lockupUsage, ) = _pay.operatorApprovals(
                _usdfc,
                client,
                address(_handler)
            );
            assertEq(rateUsage, rates, "rate usage");
            assertGe(lockupUsage, usage, "lockup usage, which may only leak upwards");
        }
    }

    function invariant_SettledNeverExceedsRateTimesSpan() public view {
        for (uint256 railId = 1; railId <= _handler.rails(); ++railId) {
            assertLe(_handler.settled(railId), _handler.due(railId), "settled <= rate x span");
        }
    }

    /// The handler's actions do happen: an invariant over refused calls would claim nothing.
    function test_TheHandlerReachesEveryAction() public {
        _handler.open(1, 50, 10_000, 1_000);
        _handler.pass(9);
        _handler.lock(0, 40, 12_000);
        _handler.changeRate(0, 1_500, 700);
        _handler.pass(9);
        _handler.settle(0, 0, 0, 100);
        _handler.withdraw(1, 1_000);
        _handler.terminate(0, true);
        _handler.pass(39);
        _handler.pass(0);
        _handler.escape(0);
        string[8] memory actions = [
            "open",
            "lock",
            "rate",
            "settle",
            "withdraw",
            "terminate",
            "escape",
            "pass"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertGe(_handler.done(bytes32(bytes(actions[i]))), 1, actions[i]);
        }
        assertEq(_handler.settled(1), 10 * 1_000 + 50 * 1_500, "all that was due is settled");
        assertEq(_handler.due(1), _handler.settled(1), "and no more was due");
    }

    /// The least and the greatest lockup of `client`'s rails: the greatest holds MAX_RATE for every unsettled epoch.
    function _promised(
        address client
    ) private view returns (uint256 least, uint256 greatest, uint256 rates, uint256 usage) {
        for (uint256 railId = 1; railId <= _handler.rails(); ++railId) {
            try _pay.getRail(railId) returns (IFilecoinPay.RailView memory rail) {
                if (rail.from != client) continue;
                uint256 stream = rail.paymentRate * rail.lockupPeriod;
                uint256 last = rail.endEpoch == 0 ? block.number : rail.endEpoch;
                uint256 unsettled = last > rail.settledUpTo ? last - rail.settledUpTo : 0;
                usage += rail.lockupFixed + stream;
                least += rail.lockupFixed;
                greatest += rail.lockupFixed + MAX_RATE * unsettled;
                if (rail.endEpoch != 0) continue;
                least += stream;
                greatest += stream;
                rates += rail.paymentRate;
            } catch {
                continue;
            }
        }
    }
}

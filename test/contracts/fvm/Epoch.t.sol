// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId, fromMasked} from "../../../contracts/fvm/ActorId.sol";
import {Epoch, currentEpoch, max, min} from "../../../contracts/fvm/Epoch.sol";
import {PieceCid} from "../../../contracts/fvm/PieceCid.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

/// The types that keep epochs, actors and pieces apart.
contract EpochTest is Test {
    function testFuzz_EpochsCompareAsNumbers(uint64 a, uint64 b) public pure {
        (Epoch x, Epoch y) = (Epoch.wrap(a), Epoch.wrap(b));
        assertEq(x < y, a < b, "<");
        assertEq(x <= y, a <= b, "<=");
        assertEq(x > y, a > b, ">");
        assertEq(x >= y, a >= b, ">=");
        assertEq(x == y, a == b, "==");
        assertEq(x != y, a != b, "!=");
        assertEq(Epoch.unwrap(min(x, y)), a < b ? a : b, "min");
        assertEq(Epoch.unwrap(max(x, y)), a < b ? b : a, "max");
        assertEq(x.since(y), a > b ? a - b : 0, "since");
        assertEq(Epoch.unwrap(x.minus(b)), a > b ? a - b : 0, "minus");
    }

    function test_EpochIsTheBlockNumber() public {
        vm.roll(4242);
        assertTrue(currentEpoch() == Epoch.wrap(4242), "now");
        assertTrue(currentEpoch().plus(8) == Epoch.wrap(4250), "later");
    }

    function test_RevertWhen_EpochOverflows() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.plus(Epoch.wrap(type(uint64).max), 1);
    }

    function testFuzz_MaskedIdsReadBack(uint64 id, address account) public pure {
        (bool isMasked, ActorId actor) = fromMasked(ActorId.wrap(id).toMasked());
        assertTrue(isMasked && actor == ActorId.wrap(id), "masked");
        assertFalse(actor != ActorId.wrap(id), "the same");
        (isMasked, actor) = fromMasked(account);
        assertTrue(!isMasked || actor.toMasked() == account, "one id a masked address");
    }

    function test_MaskedIdOfBurntFunds() public pure {
        address expected = 0xff00000000000000000000000000000000000063;
        assertEq(ActorId.wrap(99).toMasked(), expected, "f099");
    }

    function test_PieceCidsCompare() public pure {
        (PieceCid a, PieceCid b) = (PieceCid.wrap(bytes32(uint256(1))), PieceCid.wrap(bytes32(0)));
        assertTrue(a == a && a != b, "by their bytes");
        assertFalse(a == b || a != a, "only");
    }

    function plus(Epoch epoch, uint64 count) external pure returns (Epoch) {
        return epoch.plus(count);
    }
}

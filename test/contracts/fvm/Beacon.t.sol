// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Beacon} from "../../../contracts/fvm/Beacon.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {vm} from "../../support/Vm.sol";

contract BeaconTest is FilecoinDevnet {
    address private constant PRECOMPILE = 0xfE00000000000000000000000000000000000006;
    FvmProbe private _probe = new FvmProbe();

    function setUp() public {
        installFilecoin();
        vm.roll(100);
    }

    function test_B1_DrawsForEpochsUpToNow() public {
        bytes32 now_ = _probe.randomness(Epoch.wrap(100));
        bytes32 past = _probe.randomness(Epoch.wrap(99));
        assertTrue(now_ != past, "one draw an epoch");
        vm.roll(200);
        assertEq(_probe.randomness(Epoch.wrap(100)), now_, "the same later");
    }

    function test_FutureEpochIsFatalToThePrecompile() public view {
        (bool ok, bytes memory answer) = PRECOMPILE.staticcall{gas: 100_000}(abi.encode(101));
        assertTrue(!ok && answer.length == 0, "all its gas is gone");
    }

    function test_RevertWhen_EpochIsInFuture() public {
        vm.expectRevert(abi.encodeWithSelector(Beacon.BeaconEpochInFuture.selector, 101, 100));
        _probe.randomness(Epoch.wrap(101));
    }

    function test_RevertGiven_NoBeacon() public {
        vm.etch(PRECOMPILE, "");
        vm.expectRevert(abi.encodeWithSelector(Beacon.BeaconUnavailable.selector, 100));
        _probe.randomness(Epoch.wrap(100));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {FvmProbe} from "../../support/FvmProbe.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

/// What reading a FIP-0109 notification costs, before anything is done with it.
contract FvmGasTest is Test {
    FvmProbe private _probe = new FvmProbe();

    function test_ReadsNotificationOfOnePiece() public {
        _probe.readNotification(_notification(1));
        vm.snapshotGasLastCall("gas", "fvm: read a notification of 1 piece");
    }

    function test_ReadsNotificationOf32Pieces() public {
        _probe.readNotification(_notification(32));
        vm.snapshotGasLastCall("gas", "fvm: read a notification of 32 pieces");
    }

    /// [[sector 7, commitment 1,000,000, pieces of 32 GiB with the payload of a deal id]]
    function _notification(uint8 pieces) private pure returns (bytes memory params) {
        bytes memory head =
            pieces < 24 ? abi.encodePacked(0x80 | pieces) : abi.encodePacked(hex"98", pieces);
        params = abi.encodePacked(hex"81", hex"83", hex"07", hex"1a000f4240", head);
        for (uint256 i; i < pieces; ++i) {
            bytes memory cid = abi.encodePacked(hex"0181e203922020", keccak256(abi.encode(i)));
            params = abi.encodePacked(
                params,
                hex"83",
                hex"d82a5828",
                hex"00",
                cid,
                hex"1b0000000800000000",
                hex"41",
                hex"05"
            );
        }
    }
}

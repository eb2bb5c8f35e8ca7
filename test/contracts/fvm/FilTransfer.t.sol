// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {MethodReceiver} from "../../support/MethodReceiver.sol";
import {vm} from "../../support/Vm.sol";

contract FilTransferTest is FilecoinDevnet {
    FvmProbe private _probe = new FvmProbe();

    function setUp() public {
        installFilecoin();
        vm.deal(address(_probe), 100 ether);
    }

    function test_PaysEthereumAddress() public {
        assertTrue(_probe.send(address(0xe0a), 3 ether), "paid");
        assertEq(address(0xe0a).balance, 3 ether, "received");
        assertEq(address(_probe).balance, 97 ether, "by the caller");
    }

    function test_PaysContractWithoutRunningIt() public {
        address receiver = address(new MethodReceiver());
        assertTrue(_probe.send(receiver, 3 ether), "paid");
        assertEq(receiver.balance, 3 ether, "its receive() refuses, and was not asked");
    }

    function test_PaysMaskedIdById() public {
        address miner = createMiner(address(1), address(2)).toMasked();
        assertTrue(_probe.send(miner, 3 ether), "paid");
        assertEq(miner.balance, 3 ether, "received");
        address contractId = registerAccount(address(0xc0de)).toMasked();
        assertTrue(_probe.send(contractId, 2 ether), "masked id of an Ethereum address");
        assertEq(address(0xc0de).balance, 2 ether, "is that address");
    }

    /// f410 of a masked id would be a new actor that nobody has a key to, and the payment would succeed.
    function test_MaskedIdIsNeverPaidAsF410() public {
        address nobody = ActorId.wrap(999_999).toMasked();
        assertFalse(_probe.send(nobody, 3 ether), "nobody is not created");
        assertFalse(_probe.sendTo(FilAddress.f410(nobody), 3 ether), "nor by its bytes");
        assertEq(nobody.balance, 0, "no black hole");
        assertEq(address(_probe).balance, 100 ether, "nothing moved");
        (int256 exitCode, ) = _probe.callByAddress(FilAddress.f410(nobody), 0, 1 ether, "");
        assertEq(exitCode, 0, "which the precompile would have done");
        assertEq(nobody.balance, 1 ether, "and lost");
    }

    function test_PaysEveryClassOfAddress() public {
        bytes memory f1 = abi.encodePacked(hex"01", bytes20(uint160(0xf1)));
        assertTrue(_probe.sendTo(f1, 1 ether), "f1 that never was");
        (, ActorId account) = _probe.resolve(f1);
        assertEq(account.toMasked().balance, 1 ether, "f1");
        assertTrue(_probe.sendTo(abi.encodePacked(hex"03", new bytes(48)), 1 ether), "f3");
        assertTrue(_probe.sendTo(FilAddress.ofActor(account), 1 ether), "f0");
        assertEq(account.toMasked().balance, 2 ether, "f0");
        assertTrue(_probe.sendTo(FilAddress.f410(address(0xe0a)), 1 ether), "f410");
        assertEq(address(0xe0a).balance, 1 ether, "f410");
        assertFalse(
            _probe.sendTo(abi.encodePacked(hex"02", bytes20(uint160(0xf2))), 1 ether),
            "unknown f2"
        );
        assertFalse(
            _probe.sendTo(abi.encodePacked(hex"0420", bytes20(uint160(0xf2))), 1 ether),
            "unknown f4"
        );
    }

    function test_Burns() public {
        assertTrue(_probe.burn(3 ether), "burned");
        assertEq(ActorId.wrap(99).toMasked().balance, 3 ether, "f099");
    }

    function test_SaysNoWhenShort() public {
        assertFalse(_probe.send(address(0xe0a), 101 ether), "f410");
        assertFalse(_probe.burn(101 ether), "f099");
        assertEq(address(_probe).balance, 100 ether, "nothing moved");
    }

    function test_PaysAllAndNothing() public {
        assertTrue(_probe.send(address(0xe0a), 0), "nothing");
        assertTrue(_probe.send(address(0xe0a), 100 ether), "all");
    }

    function test_RevertWhen_AddressIsMalformed() public {
        vm.expectRevert(
            abi.encodeWithSelector(FilAddress.FilAddressInvalid.selector, bytes(hex"01aa"))
        );
        _probe.sendTo(hex"01aa", 1);
    }
}

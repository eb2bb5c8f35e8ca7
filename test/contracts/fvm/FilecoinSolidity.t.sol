// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {MinerAPI} from "@zondax/filecoin-solidity/contracts/v0.8/MinerAPI.sol";
import {PrecompilesAPI} from "@zondax/filecoin-solidity/contracts/v0.8/PrecompilesAPI.sol";
import {SendAPI} from "@zondax/filecoin-solidity/contracts/v0.8/SendAPI.sol";
import {CommonTypes} from "@zondax/filecoin-solidity/contracts/v0.8/types/CommonTypes.sol";
import {CBORDecoder} from "@zondax/filecoin-solidity/contracts/v0.8/utils/CborDecode.sol";
import {FilAddresses} from "@zondax/filecoin-solidity/contracts/v0.8/utils/FilAddresses.sol";

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {FilAddress} from "../../../contracts/fvm/FilAddress.sol";
import {FilecoinDevnet} from "../../support/FilecoinDevnet.sol";
import {FvmProbe} from "../../support/FvmProbe.sol";
import {vm} from "../../support/Vm.sol";

/// Why contracts/fvm/ does for itself some of what filecoin-solidity 4.0.3 offers: each row of docs/fvm.md. A
/// release that mends one fails here.
contract FilecoinSolidityTest is FilecoinDevnet {
    FilecoinSolidityCaller private _caller = new FilecoinSolidityCaller();

    function setUp() public {
        installFilecoin();
        vm.deal(address(_caller), 1 ether);
    }

    function test_AnswersAsOursDo() public {
        FvmProbe probe = new FvmProbe();
        ActorId miner = createMiner(address(0xA11CE), address(0xB0B));
        assertEq(
            _caller.ownerOf(ActorId.unwrap(miner)),
            FilAddress.ofActor(probe.ownerOf(miner)),
            "owner"
        );
        address[3] memory accounts = [address(0xA11CE), address(0xB0B), address(0xdead)];
        for (uint256 i; i < accounts.length; ++i) {
            assertEq(
                _caller.isControlling(ActorId.unwrap(miner), FilAddress.f410(accounts[i])),
                probe.isControlling(miner, accounts[i]),
                "controlling address"
            );
        }
    }

    function test_ReadsNegativeIntegersAsPositive() public view {
        assertEq(_caller.readInt64(hex"20"), 0, "-1 is read as 0");
    }

    function test_PanicsOnMalformedData() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x01));
        _caller.readBool(hex"f6");
    }

    function test_TrustsLengthsBeyondTheData() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x32));
        _caller.readBytes(hex"42ca");
    }

    function test_RevertsWithoutReasonOnUnknownAddresses() public {
        vm.expectRevert(bytes(""));
        _caller.resolveEthAddress(address(0xdead));
    }

    function test_TakesBadAddressesForGood() public view {
        assertTrue(_caller.validate(hex"008000"), "not the shortest");
        assertTrue(_caller.validate(hex"0400"), "f4 without an address");
        assertTrue(_caller.validate(hex"09"), "a class that is none");
        assertFalse(_caller.validate(hex"00ffffffffffffffffff01"), "and a good one for bad");
        assertTrue(FilAddress.isValid(hex"00ffffffffffffffffff01"), "which it is not");
    }

    function test_PaysMaskedIdIntoABlackHole() public {
        address nobody = ActorId.wrap(999_999).toMasked();
        _caller.send(nobody, 1 ether);
        assertEq(nobody.balance, 1 ether, "lost, without an error");
    }
}

contract FilecoinSolidityCaller {
    function send(address to, uint256 amount) external {
        SendAPI.send(FilAddresses.fromEthAddress(to), amount);
    }

    function ownerOf(uint64 miner) external returns (bytes memory) {
        return MinerAPI.getOwner(CommonTypes.FilActorId.wrap(miner)).owner.data;
    }

    function isControlling(uint64 miner, bytes memory account) external returns (bool) {
        CommonTypes.FilAddress memory filAddress = CommonTypes.FilAddress(account);
        return MinerAPI.isControllingAddress(CommonTypes.FilActorId.wrap(miner), filAddress);
    }

    function resolveEthAddress(address account) external view returns (uint64) {
        return PrecompilesAPI.resolveEthAddress(account);
    }

    function readInt64(bytes memory data) external pure returns (int64 value) {
        (value, ) = CBORDecoder.readInt64(data, 0);
    }

    function readBool(bytes memory data) external pure returns (bool value) {
        (value, ) = CBORDecoder.readBool(data, 0);
    }

    function readBytes(bytes memory data) external pure returns (bytes memory value) {
        (value, ) = CBORDecoder.readBytes(data, 0);
    }

    function validate(bytes memory data) external pure returns (bool) {
        return FilAddresses.validate(CommonTypes.FilAddress(data));
    }
}

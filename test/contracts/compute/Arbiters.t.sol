// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IArbiter} from "../../../contracts/compute/IArbiter.sol";
import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {PanelArbiter} from "../../../contracts/compute/PanelArbiter.sol";
import {SingleArbiter} from "../../../contracts/compute/SingleArbiter.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// One key, and two of three: who may rule, with which signatures, and where the fees go.
contract ArbitersTest is ComputeFixture {
    address private constant PAYEE = address(0x9A1E);
    address private constant KEY = address(0x6E7);
    uint256[3] private _keys = [uint256(0xB1), 0xB2, 0xB3];
    SingleArbiter private _single;
    PanelArbiter private _panel;
    IComputeLedger.Job private _job;

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
        _sort();
        address[] memory members = new address[](3);
        for (uint256 i; i < 3; ++i) members[i] = vm.addr(_keys[i]);
        _single = new SingleArbiter(address(escrow), PAYEE, KEY);
        _panel = new PanelArbiter(address(escrow), PAYEE, 2, members);
        vm.startPrank(alice);
        stakes.acceptArbiter(address(_single), true);
        stakes.acceptArbiter(address(_panel), true);
        vm.stopPrank();
        IComputeLedger.JobParams memory p = jobTerms();
        (p.arbiter, p.fallbackArbiter) = (address(_single), address(_panel));
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        challengeAs(challenger, job, 0, RIGHT);
        _job = job;
    }

    function test_TheJudgeRulesAndThePayeeIsPaid() external {
        vm.prank(KEY);
        _single.rule(_job, 0, 0, RIGHT);
        assertTask(_job, 0, IComputeLedger.TaskState.Open);
        vm.prank(alice);
        assertEq(_single.collect(address(coin)), FEE, "collected");
        assertEq(coin.balanceOf(PAYEE), FEE, "paid");
    }

    function test_RevertWhen_AnotherThanTheJudgeRules() external {
        vm.expectRevert(
            abi.encodeWithSelector(SingleArbiter.ArbiterNotJudge.selector, address(this))
        );
        _single.rule(_job, 0, 0, RIGHT);
    }

    function test_RevertWhen_TheRoundIsAnother() external {
        vm.prank(KEY);
        vm.expectRevert(abi.encodeWithSelector(IArbiter.ArbiterRoundPast.selector, 1, 0));
        _single.rule(_job, 0, 1, RIGHT);
    }

    function test_TwoOfThreeRule() external {
        timeOut(_job, 0);
        (address[] memory signers, bytes[] memory signatures) = _signed(2, RIGHT);
        _panel.rule(_job, 0, 0, RIGHT, signers, signatures);
        assertTask(_job, 0, IComputeLedger.TaskState.Open);
        assertEq(escrow.creditOf(address(_panel), address(coin)), FEE, "earned");
    }

    /// Signatures are for one root, one task, one round.
    function test_RevertWhen_SignaturesAreForAnotherRuling() external {
        timeOut(_job, 0);
        (address[] memory signers, bytes[] memory signatures) = _signed(2, RIGHT);
        vm.expectRevert(
            abi.encodeWithSelector(PanelArbiter.ArbiterSignatureInvalid.selector, signers[0])
        );
        _panel.rule(_job, 0, 0, WRONG, signers, signatures);
        vm.expectRevert(
            abi.encodeWithSelector(PanelArbiter.ArbiterSignatureInvalid.selector, signers[0])
        );
        _panel.rule(_job, 1, 0, RIGHT, signers, signatures);
        vm.expectRevert(
            abi.encodeWithSelector(PanelArbiter.ArbiterSignatureInvalid.selector, signers[0])
        );
        _panel.rule(_job, 0, 1, RIGHT, signers, signatures);
    }

    function test_RevertWhen_TooFewOrStrangersOrTwice() external {
        timeOut(_job, 0);
        (address[] memory one, bytes[] memory its) = _signed(1, RIGHT);
        vm.expectRevert(
            abi.encodeWithSelector(PanelArbiter.ArbiterSignaturesTooFew.selector, 1, 2)
        );
        _panel.rule(_job, 0, 0, RIGHT, one, its);
        (address[] memory signers, bytes[] memory signatures) = _signed(2, RIGHT);
        signers[1] = signers[0];
        signatures[1] = signatures[0];
        vm.expectRevert(
            abi.encodeWithSelector(PanelArbiter.ArbiterMembersNotAscending.selector, signers[0])
        );
        _panel.rule(_job, 0, 0, RIGHT, signers, signatures);
        signers[0] = address(1);
        vm.expectRevert(abi.encodeWithSelector(PanelArbiter.ArbiterNotMember.selector, address(1)));
        _panel.rule(_job, 0, 0, RIGHT, signers, signatures);
    }

    function test_RevertWhen_MadeWrong() external {
        address[] memory none = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(PanelArbiter.ArbiterPanelInvalid.selector, 1, 0));
        new PanelArbiter(address(escrow), PAYEE, 1, none);
        address[] memory zero = new address[](1);
        vm.expectRevert(
            abi.encodeWithSelector(PanelArbiter.ArbiterMembersNotAscending.selector, address(0))
        );
        new PanelArbiter(address(escrow), PAYEE, 1, zero);
        vm.expectRevert(abi.encodeWithSelector(SingleArbiter.ArbiterJudgeZero.selector));
        new SingleArbiter(address(escrow), PAYEE, address(0));
        vm.expectRevert(abi.encodeWithSelector(IArbiter.ArbiterPayeeZero.selector));
        new SingleArbiter(address(escrow), address(0), KEY);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeNotContract.selector, PAYEE));
        new SingleArbiter(PAYEE, PAYEE, KEY);
    }

    function _signed(
        uint256 count,
        bytes32 root
    ) private view returns (address[] memory signers, bytes[] memory signatures) {
        signers = new address[](count);
        signatures = new bytes[](count);
        bytes32 digest = _panel.rulingOf(_job.id, 0, 0, root);
        for (uint256 i; i < count; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[i], digest);
            signers[i] = vm.addr(_keys[i]);
            signatures[i] = abi.encodePacked(r, s, v);
        }
    }

    function _sort() private {
        for (uint256 i; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(_keys[j]) >= vm.addr(_keys[i])) continue;
                (_keys[i], _keys[j]) = (_keys[j], _keys[i]);
            }
        }
    }
}

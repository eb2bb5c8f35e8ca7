// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IComputeLedger} from "../../../contracts/compute/IComputeLedger.sol";
import {IComputeSettlement} from "../../../contracts/compute/IComputeSettlement.sol";
import {IStorageDeals} from "../../../contracts/deals/IStorageDeals.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ComputeFixture} from "../../support/ComputeFixture.sol";
import {vm} from "../../support/Vm.sol";

/// A contract wallet that signs whatever its key signs.
contract SigningWallet is IERC1271 {
    bytes32 private _approved;

    function approve(bytes32 digest) external {
        _approved = digest;
    }

    function isValidSignature(bytes32 digest, bytes memory) external view returns (bytes4) {
        return digest == _approved ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// Signatures only shorten the window.
contract ComputeAttestedTest is ComputeFixture {
    uint256[3] private _keys = [uint256(0xA1), 0xA2, 0xA3];
    address[] private _signers;
    SigningWallet private _wallet;

    function setUp() public {
        vm.roll(1_000);
        installFilecoin();
        setUpCompute(IProviderRegistry(address(this)), IStorageDeals(address(this)));
        _wallet = new SigningWallet();
        _signers = [vm.addr(0xA1), vm.addr(0xA2), vm.addr(0xA3), address(_wallet)];
        for (uint256 i; i < 4; ++i) {
            for (uint256 j = i + 1; j < 4; ++j) {
                if (_signers[j] >= _signers[i]) continue;
                (_signers[i], _signers[j]) = (_signers[j], _signers[i]);
            }
        }
    }

    function test_TwoSignaturesShortenTheWindow() external {
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 2);
        advance(5);
        escrow.attest(job, 0, attestation);
        assertEq(
            Epoch.unwrap(taskOf(job, 0).deadline),
            vm.getBlockNumber() + 20,
            "attestEpochs to appeal"
        );
        advance(21);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
    }

    function test_AContractSignsByErc1271() external {
        IComputeLedger.Job memory job = _submitted();
        Epoch until = Epoch.wrap(2_000);
        _wallet.approve(escrow.attestationOf(job, 0, until));
        IComputeSettlement.Attestation memory attestation = _attestation(job, 1);
        for (uint256 i; i < 4; ++i) {
            if (_signers[i] == address(_wallet)) attestation.signatures[i] = "any";
        }
        escrow.attest(job, 0, attestation);
    }

    /// A requester that does not sign slashes nobody: the task goes on as an Optimistic one.
    function test_UnsignedItGoesOnAsOptimistic() external {
        IComputeLedger.Job memory job = _submitted();
        timeOut(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Accepted);
        assertEq(escrow.creditOf(alice, address(coin)), LEAST, "paid");
        assertEq(Epoch.unwrap(taskOf(job, 0).deadline), 1_060, "the whole window");
    }

    function test_AttestedResultsCanBeChallenged() external {
        IComputeLedger.Job memory job = _submitted();
        escrow.attest(job, 0, _attestation(job, 2));
        challengeAs(challenger, job, 0, WRONG);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
    }

    function test_RevertWhen_TooFewSign() external {
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeSignaturesTooFew.selector, 1, 2)
        );
        escrow.attest(job, 0, attestation);
    }

    /// Of another root, task, round, worker, chain or contract: the digest differs.
    function test_RevertWhen_ASignatureIsReplayed() external {
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 2);
        acceptAs(alice, job, 1);
        submitAs(alice, job, 1, RIGHT);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeSignaturesTooFew.selector, 0, 2)
        );
        escrow.attest(job, 1, attestation);
        attestation.validUntil = Epoch.wrap(2_001);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeSignaturesTooFew.selector, 0, 2)
        );
        escrow.attest(job, 0, attestation);
    }

    function test_RevertWhen_TheSignaturesAreExpired() external {
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 2);
        attestation.validUntil = Epoch.wrap(999);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeSignatureExpired.selector, 999)
        );
        escrow.attest(job, 0, attestation);
    }

    function test_RevertWhen_TheSignersAreOthers() external {
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 2);
        attestation.k = 1;
        vm.expectPartialRevert(IComputeLedger.ComputeAttestorsMismatch.selector);
        escrow.attest(job, 0, attestation);
    }

    function test_RevertWhen_TheSignersAreNotAscending() external {
        (_signers[0], _signers[1]) = (_signers[1], _signers[0]);
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 2);
        vm.expectRevert(
            abi.encodeWithSelector(IComputeLedger.ComputeSignersNotAscending.selector, _signers[1])
        );
        escrow.attest(job, 0, attestation);
    }

    function test_RevertWhen_AttestingLate() external {
        IComputeLedger.Job memory job = _submitted();
        IComputeSettlement.Attestation memory attestation = _attestation(job, 2);
        advance(21);
        vm.expectRevert(abi.encodeWithSelector(IComputeLedger.ComputeTooLate.selector, 0, 1_020));
        escrow.attest(job, 0, attestation);
    }

    function test_RevertWhen_AttestingInAnotherMode() external {
        IComputeLedger.Job memory job = submitted(RIGHT);
        IComputeSettlement.Attestation memory attestation;
        vm.expectRevert(
            abi.encodeWithSelector(
                IComputeLedger.ComputeWrongMode.selector,
                IComputeLedger.Mode.Optimistic
            )
        );
        escrow.attest(job, 0, attestation);
    }

    /// A signature cannot end the window before the audit's draw is known.
    function test_AnAuditIsNotEscaped() external {
        IComputeLedger.JobParams memory p = _terms();
        (p.auditBps, p.attestEpochs) = (10_000, 1);
        IComputeLedger.Job memory job = create(p);
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, WRONG);
        escrow.attest(job, 0, _attestation(job, 2));
        advance(3);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Submitted);
        advance(1);
        poke(job, 0);
        assertTask(job, 0, IComputeLedger.TaskState.Disputed);
    }

    function _terms() private view returns (IComputeLedger.JobParams memory p) {
        p = jobTerms();
        p.mode = IComputeLedger.Mode.Attested;
        p.attestEpochs = 20;
        p.attestors = keccak256(abi.encode(uint256(2), _signers));
    }

    function _submitted() private returns (IComputeLedger.Job memory job) {
        job = create(_terms());
        acceptAs(alice, job, 0);
        submitAs(alice, job, 0, RIGHT);
    }

    /// Of the first `count` keys.
    function _attestation(
        IComputeLedger.Job memory job,
        uint256 count
    ) private view returns (IComputeSettlement.Attestation memory attestation) {
        attestation.k = 2;
        attestation.signers = _signers;
        attestation.signatures = new bytes[](4);
        attestation.validUntil = Epoch.wrap(2_000);
        bytes32 digest = escrow.attestationOf(job, 0, attestation.validUntil);
        for (uint256 i; i < count; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[i], digest);
            for (uint256 j; j < 4; ++j) {
                if (_signers[j] == vm.addr(_keys[i])) {
                    attestation.signatures[j] = abi.encodePacked(r, s, v);
                }
            }
        }
    }
}

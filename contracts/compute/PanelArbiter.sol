// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ArbiterFees} from "./ArbiterFees.sol";
import {IComputeLedger} from "./IComputeLedger.sol";

/// An arbiter of which M of N members must agree: each signs ArbiterRuling (EIP-712; ERC-1271 for contracts), anyone
/// brings the signatures.
contract PanelArbiter is ArbiterFees, EIP712 {
    error ArbiterPanelInvalid(uint256 quorum, uint256 members);
    error ArbiterMembersNotAscending(address member);
    error ArbiterNotMember(address signer);
    error ArbiterSignaturesTooFew(uint256 valid, uint256 wanted);
    error ArbiterSignatureInvalid(address signer);

    uint256 private constant MAX_MEMBERS = 32;
    bytes32 private constant RULING_TYPEHASH = keccak256(
        "ArbiterRuling(uint256 jobId,uint16 task,uint8 round,bytes32 root)"
    );

    /// How many must agree.
    uint256 public immutable QUORUM;
    mapping(address member => bool) public isMember;

    /// @param members strictly ascending, at most 32
    constructor(
        address escrow,
        address payee,
        uint256 quorum,
        address[] memory members
    ) ArbiterFees(escrow, payee) EIP712("Holdfast Compute", "1") {
        if (quorum == 0 || quorum > members.length || members.length > MAX_MEMBERS) {
            revert ArbiterPanelInvalid(quorum, members.length);
        }
        address last;
        for (uint256 i; i < members.length; ++i) {
            if (members[i] <= last) revert ArbiterMembersNotAscending(members[i]);
            last = members[i];
            isMember[last] = true;
        }
        QUORUM = quorum;
    }

    /// Anyone, with signatures of at least QUORUM members, strictly ascending.
    function rule(
        IComputeLedger.Job calldata job,
        uint16 task,
        uint8 round,
        bytes32 root,
        address[] calldata signers,
        bytes[] calldata signatures
    ) external {
        bytes32 digest = rulingOf(job.id, task, round, root);
        if (signers.length < QUORUM || signers.length != signatures.length) {
            revert ArbiterSignaturesTooFew(signers.length, QUORUM);
        }
        address last;
        for (uint256 i; i < signers.length; ++i) {
            address signer = signers[i];
            if (signer <= last) revert ArbiterMembersNotAscending(signer);
            last = signer;
            if (!isMember[signer]) revert ArbiterNotMember(signer);
            if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signatures[i])) {
                revert ArbiterSignatureInvalid(signer);
            }
        }
        _rule(job, task, round, root);
    }

    /// The EIP-712 digest that members sign.
    function rulingOf(
        uint256 jobId,
        uint16 task,
        uint8 round,
        bytes32 root
    ) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(RULING_TYPEHASH, jobId, task, round, root)));
    }
}

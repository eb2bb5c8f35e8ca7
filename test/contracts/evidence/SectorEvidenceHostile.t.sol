// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ISectorEvidence} from "../../../contracts/evidence/ISectorEvidence.sol";
import {Observation} from "../../../contracts/evidence/IStorageEvidence.sol";
import {SectorEvidence} from "../../../contracts/evidence/SectorEvidence.sol";
import {SectorEvidenceTest} from "../../support/SectorEvidenceTest.sol";
import {vm} from "../../support/Vm.sol";

address constant ANSWERING_ACTOR = address(
    uint160(uint256(keccak256("holdfast.test.answering-actor")))
);

/// In place of call_actor_id: whatever the actor is asked, ANSWERING_ACTOR answers, and may call back.
contract AnsweringPrecompile {
    fallback(bytes calldata input) external returns (bytes memory) {
        (bool ok, bytes memory answer) = ANSWERING_ACTOR.call(input);
        require(ok);
        return answer;
    }
}

contract AnsweringActor {
    int256 private _exitCode;
    bytes private _answer;
    address private _callee;
    bytes private _callback;

    function answer(int256 exitCode, bytes calldata ret) external {
        (_exitCode, _answer) = (exitCode, ret);
    }

    function callBack(address callee, bytes calldata callback) external {
        (_callee, _callback) = (callee, callback);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        if (_callee != address(0)) {
            address callee = _callee;
            _callee = address(0);
            (bool ok, ) = callee.call(_callback);
            require(ok);
        }
        return abi.encode(_exitCode, 0x51, _answer);
    }
}

/// Actors that answer what no miner would, and a chain that calls back.
contract SectorEvidenceHostile_Test is SectorEvidenceTest {
    address private constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;

    AnsweringActor private _actor = AnsweringActor(ANSWERING_ACTOR);

    function setUp() public {
        vm.roll(START);
        deployEvidence(W, GRACE, CHAIN_GAP);
        track(7);
        track(8);
        advance(10);
        vm.etch(CALL_ACTOR_ID, type(AnsweringPrecompile).runtimeCode);
        vm.etch(ANSWERING_ACTOR, type(AnsweringActor).runtimeCode);
    }

    function test_MalformedAnswersAreNoAnswers() public {
        bytes[6] memory malformed = [
            bytes(""),
            bytes(hex"01"),
            bytes(hex"f6"),
            bytes(hex"81f5"),
            bytes(hex"f5f5"),
            bytes(hex"a1")
        ];
        for (uint256 i; i < malformed.length; ++i) {
            _actor.answer(0, malformed[i]);
            _assertNothingHappens();
        }
    }

    function test_ExitCodesAreNoAnswers() public {
        int256[5] memory exitCodes = [int256(-6), 7, 16, 17, 24];
        for (uint256 i; i < exitCodes.length; ++i) {
            _actor.answer(exitCodes[i], hex"f5");
            _assertNothingHappens();
        }
    }

    function test_AnExpirationThatIsNoneExtendsNothing() public {
        // True answers the status, and is no expiration.
        _actor.answer(0, hex"f5");
        expectSkip(7, ISectorEvidence.SkipReason.ActorRefused);
        evidence.extendCommitment(miner, 7, "");
        assertRecord(7, Observation.Active, START + 10, false, 0, address(0));
    }

    function test_RevertGiven_TheChainHasNoActors() public {
        vm.etch(CALL_ACTOR_ID, "");
        vm.expectRevert();
        refreshAt(7, "");
    }

    function test_ASectorThatDiesWhileItIsRefreshedStaysDead() public {
        _actor.answer(0, hex"f5");
        _actor.callBack(address(evidence), abi.encodeCall(evidence.report, (miner, 7, "")));
        expectSkip(7, ISectorEvidence.SkipReason.Dead);
        refreshAt(7, "");
        assertRecord(7, Observation.Dead, START, true, START + 10, ANSWERING_ACTOR);
    }

    function test_ASectorThatDiesWhileItIsReportedDiesOnce() public {
        _actor.answer(0, hex"f5");
        _actor.callBack(address(evidence), abi.encodeCall(evidence.report, (miner, 7, "")));
        expectSkip(7, ISectorEvidence.SkipReason.Dead);
        vm.prank(alice);
        evidence.report(miner, 7, "");
        assertRecord(7, Observation.Dead, START, true, START + 10, ANSWERING_ACTOR);
    }

    function test_ARefreshWithinARefreshIsOnce() public {
        (uint64[] memory sectors, bytes[] memory locations) = _item(7, "");
        _actor.answer(0, hex"f5");
        _actor.callBack(
            address(evidence),
            abi.encodeCall(evidence.refresh, (miner, sectors, locations))
        );
        refreshAt(7, "");
        assertRecord(7, Observation.Active, START + 10, false, 0, address(0));
        assertEq(proven(7, 0, now_()), 10, "once");
    }

    /// A registry that refreshes again from within the tip finds the chain ended.
    function test_ATipThatComesBackTipsNoMore() public {
        SectorEvidence other = new SectorEvidence(W, GRACE, CHAIN_GAP);
        other.bind(address(this), ANSWERING_ACTOR);
        evidence = other;
        assertTrue(notify(7, START + TERM, true), "fresh");
        _actor.answer(0, hex"f4");
        vm.etch(CALL_ACTOR_ID, type(FaultyThenActivePrecompile).runtimeCode);
        vm.prank(alice);
        evidence.report(miner, 7, hex"02");
        assertRecord(7, Observation.Faulty, START + 10, false, 0, alice);
        (uint64[] memory sectors, bytes[] memory locations) = _item(7, hex"01");
        _actor.callBack(
            address(evidence),
            abi.encodeCall(evidence.refresh, (miner, sectors, locations))
        );
        vm.recordLogs();
        evidence.refresh(miner, sectors, locations);
        assertEq(vm.getRecordedLogs().length, 2, "two refreshes");
        assertRecord(7, Observation.Active, START + 10, false, 0, address(0));
    }

    function _assertNothingHappens() private {
        (uint64[] memory sectors, bytes[] memory locations) = (new uint64[](2), new bytes[](2));
        (sectors[0], sectors[1]) = (7, 8);
        expectSkip(7, ISectorEvidence.SkipReason.ActorRefused);
        expectSkip(8, ISectorEvidence.SkipReason.ActorRefused);
        evidence.refresh(miner, sectors, locations);
        expectSkip(7, ISectorEvidence.SkipReason.ActorRefused);
        evidence.report(miner, 7, "");
        assertRecord(7, Observation.Active, START, false, 0, address(0));
    }
}

/// In place of call_actor_id: a sector's status is whatever its location says.
contract FaultyThenActivePrecompile {
    fallback(bytes calldata input) external returns (bytes memory) {
        // method, value, flags, codec, offset, actor, then the parameters: length, 83 sector status bytes(location).
        bytes calldata params = input[224:];
        return abi.encode(0, 0x51, params[2] == params[4] ? bytes(hex"f5") : bytes(hex"f4"));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Cbor} from "../../fvm/Cbor.sol";
import {CBOR_CODEC, USR_READ_ONLY, USR_SERIALIZATION} from "./NativeActor.sol";

interface IFilecoinMethodHandler {
    function handle_filecoin_method(
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) external payable returns (uint32 exitCode, uint64 returnCodec, bytes memory ret);
}

/// How a message by method number reaches a contract, and what becomes of its answer.
library ContractMessage {
    uint64 internal constant INVOKE_EVM = 3844450837;
    int256 private constant EVM_REVERTED = 33;
    int256 private constant SYS_ILLEGAL_EXIT_CODE = 9;

    function deliver(
        address to,
        uint64 method,
        uint64 codec,
        uint256 value,
        bytes memory params,
        bool readOnly
    ) internal returns (int256 exitCode, uint64 returnCodec, bytes memory ret) {
        bytes memory input = abi.encodeCall(
            IFilecoinMethodHandler.handle_filecoin_method,
            (method, codec, params)
        );
        bool ok;
        (ok, ret) = readOnly ? to.staticcall(input) : to.call{value: value}(input);
        if (!ok) return _reverted(ret, readOnly);
        if (ret.length == 0) return (0, 0, "");
        return _answer(ret);
    }

    /// InvokeEVM: an Ethereum call, its input and output as CBOR byte strings.
    function deliverCall(
        address to,
        uint256 value,
        bytes memory input,
        bool readOnly
    ) internal returns (int256 exitCode, uint64 returnCodec, bytes memory ret) {
        bool ok;
        (ok, ret) = readOnly ? to.staticcall(input) : to.call{value: value}(input);
        if (!ok) return _reverted(ret, readOnly);
        return (0, CBOR_CODEC, Cbor.encodeBytes(ret));
    }

    /// A write under READ_ONLY ends an EVM frame without data; the FVM says 25.
    function _reverted(
        bytes memory reason,
        bool readOnly
    ) private pure returns (int256, uint64, bytes memory) {
        if (readOnly && reason.length == 0) return (int256(uint256(USR_READ_ONLY)), 0, "");
        return (EVM_REVERTED, CBOR_CODEC, Cbor.encodeBytes(reason));
    }

    /// (uint32 exit code, uint64 codec, bytes): the codec is CBOR, or 0 without data.
    function _answer(
        bytes memory answer
    ) private pure returns (int256 exitCode, uint64, bytes memory) {
        uint256[4] memory words;
        for (uint256 i; i < 3 && answer.length >= 32 * (i + 1); ++i)
            words[i] = _word(answer, 32 * i);
        uint256 tail = words[2];
        bool ok =
            answer.length >= 128 && words[0] <= type(uint32).max && tail <= answer.length - 32;
        if (ok) {
            words[3] = _word(answer, tail);
            ok = words[3] <= answer.length - 32 - tail;
        }
        if (!ok || !(words[1] == CBOR_CODEC || (words[1] == 0 && words[3] == 0))) {
            return (int256(uint256(USR_SERIALIZATION)), 0, "");
        }
        exitCode = int256(words[0]);
        if (exitCode > 0 && exitCode < 16) exitCode = SYS_ILLEGAL_EXIT_CODE;
        bytes memory data;
        assembly ("memory-safe") {
            data := add(add(answer, 32), tail)
        }
        return (exitCode, uint64(words[1]), data);
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }
}

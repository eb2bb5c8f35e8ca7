// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../fvm/ActorId.sol";
import {Cbor} from "../../fvm/Cbor.sol";
import {FilAddress} from "../../fvm/FilAddress.sol";
import {ActorRouter} from "./ActorRouter.sol";
import {ActorKind, AddressRegistry} from "./AddressRegistry.sol";
import {ContractMessage} from "./ContractMessage.sol";
import {
    ACTOR_ROUTER,
    ADDRESS_REGISTRY,
    ActorExit,
    CBOR_CODEC,
    FIRST_EXPORTED_METHOD,
    USR_FORBIDDEN,
    USR_ILLEGAL_ARGUMENT,
    USR_SERIALIZATION
} from "./NativeActor.sol";

/// The precompiles that send messages. Their code runs by DELEGATECALL in the context of the calling contract, whose
/// value it spends and as whom it calls; it keeps no state. Input: method, value, flags, codec, offset of the parameters,
/// then the actor; all reads beyond the input are zero. Output: int256 exit code, uint64 codec, bytes.
abstract contract CallActorPrecompile {
    struct Message {
        uint64 method;
        uint256 value;
        bool readOnly;
        uint64 codec;
        bytes params;
    }

    int256 private constant INSUFFICIENT_FUNDS = -5;
    int256 private constant NOT_FOUND = -6;
    int256 private constant READ_ONLY = -13;
    uint64 private constant AUTHENTICATE_MESSAGE = 2643134072;
    /// Enough for the router to write a slot anew, little to lose where it may not.
    uint256 private constant WRITE_GAS = 10_000;

    fallback(bytes calldata) external payable returns (bytes memory) {
        // Rule 1: DELEGATECALL only.
        if (address(this) == _self()) _fail();
        Message memory message = _message();
        (ActorKind kind, ActorId actor, address account, bytes memory filAddress) = _receiver();
        bool isReadOnly = message.readOnly || _isStatic();
        if (isReadOnly && message.value != 0) return abi.encode(READ_ONLY, 0, bytes(""));
        if (kind == ActorKind.None) {
            // An address of a key, or of an Ethereum account to be, comes to life with its first message.
            if (
                filAddress.length == 0 || filAddress[0] == 0 || filAddress[0] == 0x02 || isReadOnly
            ) {
                return abi.encode(NOT_FOUND, 0, bytes(""));
            }
            if (filAddress[0] == 0x04) {
                bool isF410;
                (isF410, account) = FilAddress.ethAddressOf(filAddress);
                if (!isF410) return abi.encode(NOT_FOUND, 0, bytes(""));
                kind = ActorKind.Ethereum;
            } else {
                actor = AddressRegistry(ADDRESS_REGISTRY).createAccount(filAddress);
                (kind, account) = AddressRegistry(ADDRESS_REGISTRY).actorAt(actor);
            }
        }
        if (message.value > address(this).balance)
            return abi.encode(INSUFFICIENT_FUNDS, 0, bytes(""));
        (int256 exitCode, uint64 codec, bytes memory ret) = _send(
            kind,
            actor,
            account,
            message,
            isReadOnly
        );
        return abi.encode(exitCode, codec, ret);
    }

    function _send(
        ActorKind kind,
        ActorId actor,
        address account,
        Message memory message,
        bool isReadOnly
    ) private returns (int256, uint64, bytes memory) {
        if (message.method == 0) {
            if (message.value != 0) ActorRouter(ACTOR_ROUTER).send{value: message.value}(account);
            return (0, 0, "");
        }
        if (kind == ActorKind.Native) return _invoke(actor, message, isReadOnly);
        if (kind == ActorKind.Ethereum && account.code.length != 0) {
            return _deliver(account, message, isReadOnly);
        }
        // Accounts accept every exported method and answer nothing; no signature is one of an account without a key.
        if (message.method < FIRST_EXPORTED_METHOD) return _exit(USR_FORBIDDEN);
        if (kind == ActorKind.Account && message.method == AUTHENTICATE_MESSAGE) {
            return _exit(USR_ILLEGAL_ARGUMENT);
        }
        if (message.value != 0) ActorRouter(ACTOR_ROUTER).send{value: message.value}(account);
        return (0, 0, "");
    }

    function _invoke(
        ActorId actor,
        Message memory message,
        bool isReadOnly
    ) private returns (int256, uint64, bytes memory) {
        bytes memory input = abi.encodeCall(
            ActorRouter.invoke,
            (actor, message.method, message.codec, message.params)
        );
        (bool ok, bytes memory ret) = isReadOnly
            ? ACTOR_ROUTER.staticcall(input)
            : ACTOR_ROUTER.call{value: message.value}(input);
        if (ok) {
            ret = abi.decode(ret, (bytes));
            return (0, ret.length == 0 ? 0 : CBOR_CODEC, ret);
        }
        bytes4 reason = bytes4(ret);
        if (reason == Cbor.CborMalformed.selector) return _exit(USR_SERIALIZATION);
        if (reason != ActorExit.selector) {
            // Not an actor's answer: a defect of the double, which must not pass for an exit code.
            assembly ("memory-safe") {
                revert(add(ret, 32), mload(ret))
            }
        }
        assembly ("memory-safe") {
            let length := sub(mload(ret), 4)
            ret := add(ret, 4)
            mstore(ret, length)
        }
        (uint32 exitCode, bytes memory data) = abi.decode(ret, (uint32, bytes));
        return (int256(uint256(exitCode)), data.length == 0 ? 0 : CBOR_CODEC, data);
    }

    function _deliver(
        address account,
        Message memory message,
        bool isReadOnly
    ) private returns (int256, uint64, bytes memory) {
        if (message.method != ContractMessage.INVOKE_EVM) {
            return
                ContractMessage.deliver(
                    account,
                    message.method,
                    message.codec,
                    message.value,
                    message.params,
                    isReadOnly
                );
        }
        bytes memory input;
        if (message.params.length != 0) {
            try ActorRouter(ACTOR_ROUTER).unwrap(message.params) returns (bytes memory unwrapped) {
                input = unwrapped;
            } catch {
                return _exit(USR_SERIALIZATION);
            }
        }
        return ContractMessage.deliverCall(account, message.value, input, isReadOnly);
    }

    function _exit(uint32 exitCode) private pure returns (int256, uint64, bytes memory) {
        return (int256(uint256(exitCode)), 0, "");
    }

    /// Rules 2 to 5 of the input.
    function _message() private pure returns (Message memory message) {
        message.method = _uint64(0);
        message.value = _word(32);
        uint64 flags = _uint64(64);
        message.codec = _uint64(96);
        message.params = _bytes(_uint64(128));
        message.readOnly = flags == 1;
        bool badMethod = message.method > 0 && message.method < 1024;
        bool badCodec =
            message.codec != CBOR_CODEC && (message.codec != 0 || message.params.length != 0);
        if (badMethod || flags > 1 || badCodec) _fail();
    }

    /// Whom the last head word names.
    function _receiver()
        internal
        view
        virtual
        returns (ActorKind kind, ActorId actor, address account, bytes memory filAddress);

    function _self() internal pure virtual returns (address);

    function _isStatic() private returns (bool) {
        (bool ok, ) = ACTOR_ROUTER.call{gas: WRITE_GAS}(abi.encodeCall(ActorRouter.write, ()));
        return !ok;
    }

    function _uint64(uint256 offset) internal pure returns (uint64) {
        uint256 word = _word(offset);
        if (word > type(uint64).max) _fail();
        return uint64(word);
    }

    function _bytes(uint256 offset) internal pure returns (bytes memory data) {
        // An IPLD block has at most 1 MiB.
        if (offset > type(uint32).max) _fail();
        uint256 length = _word(offset);
        if (length > 1 << 20) _fail();
        data = new bytes(length);
        assembly ("memory-safe") {
            calldatacopy(add(data, 32), add(offset, 32), length)
        }
    }

    function _word(uint256 offset) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(offset)
        }
    }

    /// A precompile that fails gives no data.
    function _fail() internal pure {
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}

/// 0xfe..05: the actor by its id.
contract CallActorByIdPrecompile is CallActorPrecompile {
    function _receiver()
        internal
        view
        override
        returns (ActorKind kind, ActorId actor, address account, bytes memory filAddress)
    {
        actor = ActorId.wrap(_uint64(160));
        (kind, account) = AddressRegistry(ADDRESS_REGISTRY).actorAt(actor);
        return (kind, actor, account, "");
    }

    function _self() internal pure override returns (address) {
        return 0xfe00000000000000000000000000000000000005;
    }
}

/// 0xfe..03: the actor by any of its addresses.
contract CallActorByAddressPrecompile is CallActorPrecompile {
    function _receiver()
        internal
        view
        override
        returns (ActorKind kind, ActorId actor, address account, bytes memory filAddress)
    {
        filAddress = _bytes(_uint64(160));
        if (!FilAddress.isValid(filAddress)) _fail();
        (kind, actor, account) = AddressRegistry(ADDRESS_REGISTRY).find(filAddress);
    }

    function _self() internal pure override returns (address) {
        return 0xfe00000000000000000000000000000000000003;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../fvm/ActorId.sol";
import {FilAddress} from "../../fvm/FilAddress.sol";
import {AddressRegistry} from "./AddressRegistry.sol";
import {ADDRESS_REGISTRY} from "./NativeActor.sol";

/// 0xfe..01. Input: an address's bytes; fails if they are none. Output: the id, or nothing if nobody has the address.
contract ResolveAddressPrecompile {
    fallback(bytes calldata filAddress) external payable returns (bytes memory) {
        if (!FilAddress.isValid(filAddress)) {
            assembly ("memory-safe") {
                revert(0, 0)
            }
        }
        (bool known, ActorId actor) = AddressRegistry(ADDRESS_REGISTRY).resolve(filAddress);
        return known ? abi.encode(actor) : bytes("");
    }
}

/// 0xfe..02. Input: an id as a word; fails above 64 bits. Output: the actor's f4 address, or nothing.
contract LookupDelegatedAddressPrecompile {
    fallback(bytes calldata) external payable returns (bytes memory) {
        uint256 word;
        assembly ("memory-safe") {
            word := calldataload(0)
            if shr(64, word) {
                revert(0, 0)
            }
        }
        return AddressRegistry(ADDRESS_REGISTRY).delegatedOf(ActorId.wrap(uint64(word)));
    }
}

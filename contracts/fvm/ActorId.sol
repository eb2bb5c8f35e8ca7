// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// A Filecoin actor's id, as in f01234.
type ActorId is uint64;

using {_eq as ==, _neq as !=, toMasked} for ActorId global;

/// The masked form of an id, 0xff || 11 zero bytes || id: what EVM code sees of an actor without an f410 address.
function toMasked(ActorId id) pure returns (address) {
    return address((uint160(0xff) << 152) | uint160(ActorId.unwrap(id)));
}

/// Whether `account` is a masked id, and whose.
function fromMasked(address account) pure returns (bool isMasked, ActorId id) {
    isMasked = uint160(account) >> 64 == uint160(0xff) << 88;
    if (isMasked) id = ActorId.wrap(uint64(uint160(account)));
}

function _eq(ActorId a, ActorId b) pure returns (bool) {
    return ActorId.unwrap(a) == ActorId.unwrap(b);
}

function _neq(ActorId a, ActorId b) pure returns (bool) {
    return ActorId.unwrap(a) != ActorId.unwrap(b);
}

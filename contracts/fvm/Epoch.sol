// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// A Filecoin epoch: 30 s of chain time, and FEVM's block number. Never a timestamp.
type Epoch is uint64;

using {
    _eq as ==,
    _neq as !=,
    _lt as <,
    _lte as <=,
    _gt as >,
    _gte as >=,
    plus,
    minus,
    since,
    min,
    max
} for Epoch global;

/// The epoch of the executing message.
function currentEpoch() view returns (Epoch) {
    return Epoch.wrap(uint64(block.number));
}

/// `count` epochs later; reverts on overflow.
function plus(Epoch epoch, uint64 count) pure returns (Epoch) {
    return Epoch.wrap(Epoch.unwrap(epoch) + count);
}

/// `count` epochs earlier, but not before epoch 0.
function minus(Epoch epoch, uint64 count) pure returns (Epoch) {
    uint64 value = Epoch.unwrap(epoch);
    return Epoch.wrap(value > count ? value - count : 0);
}

/// Epochs from `earlier` to `epoch`; 0 if `earlier` is not earlier.
function since(Epoch epoch, Epoch earlier) pure returns (uint64) {
    return epoch > earlier ? Epoch.unwrap(epoch) - Epoch.unwrap(earlier) : 0;
}

function min(Epoch a, Epoch b) pure returns (Epoch) {
    return a < b ? a : b;
}

function max(Epoch a, Epoch b) pure returns (Epoch) {
    return a > b ? a : b;
}

function _eq(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) == Epoch.unwrap(b);
}

function _neq(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) != Epoch.unwrap(b);
}

function _lt(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) < Epoch.unwrap(b);
}

function _lte(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) <= Epoch.unwrap(b);
}

function _gt(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) > Epoch.unwrap(b);
}

function _gte(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) >= Epoch.unwrap(b);
}

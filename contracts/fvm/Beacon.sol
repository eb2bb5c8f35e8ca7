// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Epoch, currentEpoch} from "./Epoch.sol";

/// Randomness of the drand beacon (FIP-0095).
library Beacon {
    /// Asked on chain, a future epoch ends the whole message out of gas, uncatchably.
    error BeaconEpochInFuture(Epoch epoch, Epoch current);
    /// The precompile gave no randomness.
    error BeaconUnavailable(Epoch epoch);

    address private constant GET_BEACON_RANDOMNESS = 0xfE00000000000000000000000000000000000006;

    /// The beacon's draw for `epoch`, the same for everybody who asks.
    function randomness(Epoch epoch) internal view returns (bytes32) {
        Epoch current = currentEpoch();
        if (epoch > current) revert BeaconEpochInFuture(epoch, current);
        (bool ok, bytes memory answer) = GET_BEACON_RANDOMNESS.staticcall(abi.encode(epoch));
        if (!ok || answer.length != 32) revert BeaconUnavailable(epoch);
        return abi.decode(answer, (bytes32));
    }
}

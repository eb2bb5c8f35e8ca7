// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IProviderRegistry} from "../../contracts/providers/IProviderRegistry.sol";

/// On every call with FIL it counts, tries to withdraw and burn again, and refuses the FIL.
contract ReenteringReceiver {
    error Refused();

    IProviderRegistry private immutable REGISTRY;
    uint256 public entered;

    constructor(IProviderRegistry registry) {
        REGISTRY = registry;
    }

    receive() external payable {
        ++entered;
        REGISTRY.withdrawCredit(address(this));
        REGISTRY.burn();
        revert Refused();
    }

    function withdraw() external {
        REGISTRY.withdrawCredit(address(this));
    }
}

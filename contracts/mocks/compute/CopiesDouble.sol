// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IDealLedger} from "../../deals/IDealLedger.sol";
import {ActorId} from "../../fvm/ActorId.sol";
import {Epoch} from "../../fvm/Epoch.sol";
import {PieceCid} from "../../fvm/PieceCid.sol";

/// Double of what the compute contracts ask of StorageDeals and of ProviderRegistry: copies, their deals, who controls
/// which provider. Here anyone may set all of it; a copy is the only one of its deal.
contract CopiesDouble {
    struct Stored {
        bool live;
        PieceCid piece;
        ActorId provider;
        Epoch endEpoch;
        Epoch railEnd;
    }

    mapping(uint256 dealId => Stored) private _stored;
    mapping(ActorId provider => mapping(address who => bool)) public isControlling;

    function put(uint256 copyId, Stored calldata stored) external {
        _stored[copyId >> 8] = stored;
    }

    function setControlling(ActorId provider, address who, bool does) external {
        isControlling[provider][who] = does;
    }

    function isLive(uint256 copyId) external view returns (bool) {
        return uint8(copyId) == 0 && _stored[copyId >> 8].live;
    }

    function copyOf(uint256 copyId) external view returns (IDealLedger.Copy memory copy) {
        copy.cid = _stored[copyId >> 8].piece;
    }

    function dealOf(uint256 dealId) external view returns (IDealLedger.Deal memory deal) {
        Stored storage stored = _stored[dealId];
        deal.provider = stored.provider;
        (deal.endEpoch, deal.railEnd) = (stored.endEpoch, stored.railEnd);
    }
}

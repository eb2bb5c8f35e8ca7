// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId, fromMasked} from "./ActorId.sol";
import {BuiltinActor} from "./BuiltinActor.sol";
import {FilAddress} from "./FilAddress.sol";

/// Payments of FIL from the calling contract by bare sends: they run no code of the receiver, so that they reach every
/// actor, and nobody can re-enter or refuse. False, and nothing moved, if the actor does not exist or the balance is
/// short.
library FilTransfer {
    /// Pays any actor. A masked id is paid by id: f410 of it would be a new actor that nobody holds a key to.
    function send(address to, uint256 amount) internal returns (bool) {
        (bool isMasked, ActorId actor) = fromMasked(to);
        return isMasked ? _sendById(actor, amount) : _sendByAddress(FilAddress.f410(to), amount);
    }

    /// Pays an address of any class.
    function sendTo(bytes memory filAddress, uint256 amount) internal returns (bool) {
        if (!FilAddress.isValid(filAddress)) revert FilAddress.FilAddressInvalid(filAddress);
        (bool isF410, address account) = FilAddress.ethAddressOf(filAddress);
        return isF410 ? send(account, amount) : _sendByAddress(filAddress, amount);
    }

    /// Burns: f099 is nobody's.
    function burn(uint256 amount) internal returns (bool) {
        return _sendById(BuiltinActor.BURNT_FUNDS, amount);
    }

    function _sendById(ActorId actor, uint256 amount) private returns (bool) {
        (int256 exitCode, ) = BuiltinActor.call(actor, BuiltinActor.SEND, amount, "");
        return exitCode == 0;
    }

    function _sendByAddress(bytes memory filAddress, uint256 amount) private returns (bool) {
        (int256 exitCode, ) = BuiltinActor.callByAddress(filAddress, BuiltinActor.SEND, amount, "");
        return exitCode == 0;
    }
}

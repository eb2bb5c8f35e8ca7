// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId, fromMasked} from "../../fvm/ActorId.sol";
import {FilAddress} from "../../fvm/FilAddress.sol";
import {DevnetForbidden} from "./NativeActor.sol";

/// What stands behind an id.
enum ActorKind {
    None,
    /// Built in: its code is at its masked id.
    Native,
    /// A key's account (f1, f3) or burnt funds: no code, its balance is at its masked id.
    Account,
    /// A contract, an Ethereum account or a placeholder: it is at its f410 address.
    Ethereum
}

/// The devnet's init actor: which address is which actor.
contract AddressRegistry {
    address private _owner;
    uint64 private _nextId;
    mapping(bytes32 addressHash => uint64 idPlusOne) private _ids;
    mapping(ActorId actor => ActorKind) private _kinds;
    mapping(ActorId actor => address) private _accounts;

    error DevnetAlreadyInitialized();
    error ActorAddressTaken(bytes filAddress);
    error ActorIdTaken(ActorId actor);

    modifier onlyOwner() {
        if (msg.sender != _owner) revert DevnetForbidden(msg.sender);
        _;
    }

    /// Admin. Once: `devnetOwner` may administer all doubles. Ids are counted from 1000, as on a fresh network.
    function initialize(address devnetOwner) external {
        if (_owner != address(0)) revert DevnetAlreadyInitialized();
        _owner = devnetOwner;
        _nextId = 1000;
        _kinds[ActorId.wrap(99)] = ActorKind.Account;
    }

    /// Admin. A built-in actor, whose code is put at its masked id.
    function registerNative(ActorId actor) external onlyOwner {
        if (_kinds[actor] != ActorKind.None) revert ActorIdTaken(actor);
        _kinds[actor] = ActorKind.Native;
    }

    /// Admin. The next free id, for a built-in actor (a miner).
    function newNative() external onlyOwner returns (ActorId actor) {
        actor = _take();
        _kinds[actor] = ActorKind.Native;
    }

    /// Admin. Gives an Ethereum address the next free id, so that the id can be translated back; again: the same.
    function registerEthereum(address account) external onlyOwner returns (ActorId actor) {
        bytes memory filAddress = FilAddress.f410(account);
        uint64 idPlusOne = _ids[keccak256(filAddress)];
        if (idPlusOne != 0) return ActorId.wrap(idPlusOne - 1);
        actor = _take();
        _kinds[actor] = ActorKind.Ethereum;
        _accounts[actor] = account;
        _ids[keccak256(filAddress)] = ActorId.unwrap(actor) + 1;
    }

    /// Admin. A further address (f2) of an actor.
    function addAddress(bytes calldata filAddress, ActorId actor) external onlyOwner {
        if (!FilAddress.isValid(filAddress)) revert FilAddress.FilAddressInvalid(filAddress);
        if (_ids[keccak256(filAddress)] != 0) revert ActorAddressTaken(filAddress);
        _ids[keccak256(filAddress)] = ActorId.unwrap(actor) + 1;
    }

    /// A key's account (f1, f3): anyone creates one by sending to it. Again: the same.
    function createAccount(bytes calldata filAddress) external returns (ActorId actor) {
        if (!FilAddress.isValid(filAddress) || (filAddress[0] != 0x01 && filAddress[0] != 0x03)) {
            revert FilAddress.FilAddressInvalid(filAddress);
        }
        uint64 idPlusOne = _ids[keccak256(filAddress)];
        if (idPlusOne != 0) return ActorId.wrap(idPlusOne - 1);
        actor = _take();
        _kinds[actor] = ActorKind.Account;
        _ids[keccak256(filAddress)] = ActorId.unwrap(actor) + 1;
    }

    function owner() external view returns (address) {
        return _owner;
    }

    /// The id behind an address: of f0 the id itself, of f410 the registered one, else, if the chain knows the account,
    /// one that follows from it.
    function resolve(bytes memory filAddress) public view returns (bool known, ActorId actor) {
        if (filAddress[0] == 0) return (true, FilAddress.idOf(filAddress));
        uint64 idPlusOne = _ids[keccak256(filAddress)];
        if (idPlusOne != 0) return (true, ActorId.wrap(idPlusOne - 1));
        (bool isF410, address account) = FilAddress.ethAddressOf(filAddress);
        if (!isF410 || (account.code.length == 0 && account.balance == 0)) return (false, actor);
        uint256 lazy = (1 << 40) | uint40(uint256(keccak256(filAddress)));
        return (true, ActorId.wrap(uint64(lazy)));
    }

    /// Of an actor that has none, or that does not exist, empty.
    function delegatedOf(ActorId actor) external view returns (bytes memory) {
        return _kinds[actor] == ActorKind.Ethereum ? FilAddress.f410(_accounts[actor]) : bytes("");
    }

    /// What stands behind an address, and where its code and balance are.
    function find(
        bytes calldata filAddress
    ) external view returns (ActorKind kind, ActorId actor, address account) {
        bool known;
        (known, actor) = resolve(filAddress);
        if (!known) return (ActorKind.None, actor, account);
        (kind, account) = actorAt(actor);
        // An Ethereum address without a registered id.
        if (kind == ActorKind.None && filAddress[0] == 0x04) {
            (, account) = FilAddress.ethAddressOf(filAddress);
            kind = ActorKind.Ethereum;
        }
    }

    function actorAt(ActorId actor) public view returns (ActorKind kind, address account) {
        kind = _kinds[actor];
        account = kind == ActorKind.Ethereum ? _accounts[actor] : actor.toMasked();
    }

    /// The actor behind what the EVM shows as an address.
    function actorOf(address account) external view returns (ActorId actor) {
        bool known;
        (known, actor) = fromMasked(account);
        if (!known) (, actor) = resolve(FilAddress.f410(account));
    }

    function _take() private returns (ActorId actor) {
        actor = ActorId.wrap(_nextId++);
    }
}

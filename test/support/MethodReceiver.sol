// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// A contract that takes messages by method number, remembers the last one and answers as told; its receive() refuses.
contract MethodReceiver {
    struct Received {
        address sender;
        uint256 value;
        bytes input;
        uint64 method;
        uint64 codec;
        bytes params;
    }

    event MessageReceived(bytes params);

    error ReceiverRefuses();

    bool public reverts;
    bool public silent;
    uint256 public count;
    bytes private _answer;
    Received private _last;

    receive() external payable {
        revert ReceiverRefuses();
    }

    function handle_filecoin_method(
        uint64 method,
        uint64 codec,
        bytes calldata params
    ) external payable returns (uint32, uint64, bytes memory) {
        if (!silent) {
            ++count;
            _last = Received(msg.sender, msg.value, msg.data, method, codec, params);
            emit MessageReceived(params);
        }
        if (reverts) revert ReceiverRefuses();
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }

    /// The raw return data from now on.
    function willReturn(bytes memory answer) external {
        _answer = answer;
    }

    /// The data of a successful answer from now on.
    function willAnswer(bytes memory data) external {
        _answer = abi.encode(uint32(0), uint64(0x51), data);
    }

    function willRevert() external {
        reverts = true;
    }

    /// From now on it writes nothing, so that it may be asked read-only.
    function willBeSilent() external {
        silent = true;
    }

    function echo(uint256 value) external payable returns (address, uint256) {
        return (msg.sender, value);
    }

    function last() external view returns (Received memory) {
        return _last;
    }
}

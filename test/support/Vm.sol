// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// The cheatcodes of EDR's and forge's Solidity test runners that the tests use.
interface Vm {
    enum CallerMode {
        None,
        Broadcast,
        RecurrentBroadcast,
        Prank,
        RecurrentPrank
    }

    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);

    function assume(bool condition) external pure;

    function deal(address account, uint256 balance) external;

    function etch(address target, bytes calldata code) external;

    function expectEmit() external;

    function expectEmit(address emitter) external;

    function expectRevert() external;

    function expectRevert(bytes4 selector) external;

    function expectRevert(bytes calldata data) external;

    function expectPartialRevert(bytes4 selector) external;

    function getBlockNumber() external view returns (uint256);

    function getRecordedLogs() external returns (Log[] memory);

    function label(address account, string calldata name) external;

    function load(address target, bytes32 slot) external view returns (bytes32);

    function parseBytes(string calldata text) external pure returns (bytes memory);

    function parseJsonStringArray(
        string calldata json,
        string calldata key
    ) external pure returns (string[] memory);

    function prank(address caller) external;

    function readCallers() external returns (CallerMode mode, address caller, address origin);

    function readFile(string calldata path) external view returns (string memory);

    function recordLogs() external;

    function roll(uint256 blockNumber) external;

    function sign(
        uint256 privateKey,
        bytes32 digest
    ) external pure returns (uint8 v, bytes32 r, bytes32 s);

    /// Gas of the last call, under group#name: scripts/snapshots.ts takes the group "gas".
    function snapshotGasLastCall(
        string calldata group,
        string calldata name
    ) external returns (uint256 gasUsed);

    /// A number that a test measured, under group#name.
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;

    function snapshotState() external returns (uint256);

    function startPrank(address caller) external;

    function stopPrank() external;

    function store(address target, bytes32 slot, bytes32 value) external;

    function revertToState(uint256 snapshot) external returns (bool);

    function toString(uint256 value) external pure returns (string memory);

    function warp(uint256 timestamp) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

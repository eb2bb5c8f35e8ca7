// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IComputeEscrow} from "../../compute/IComputeEscrow.sol";
import {IComputeLedger} from "../../compute/IComputeLedger.sol";
import {IComputeRegistry} from "../../compute/IComputeRegistry.sol";

/// Reads the books of an escrow and of its registry in one call.
contract ComputeLens {
    struct Purse {
        uint256 wallet;
        uint256 credit;
        IComputeRegistry.Stake stake;
    }

    struct Books {
        uint256 escrow;
        uint256 registry;
        uint256 uncollected;
        uint256 collectable;
        Purse[] purses;
    }

    struct TaskView {
        IComputeLedger.Task task;
        /// Those taken in this round.
        IComputeLedger.Slot[] slots;
    }

    function books(
        IComputeEscrow escrow,
        IComputeRegistry registry,
        address token,
        address[] calldata accounts
    ) public view returns (Books memory b) {
        b.escrow = _balance(token, address(escrow));
        b.registry = _balance(token, address(registry));
        b.uncollected = escrow.uncollected(token);
        b.collectable = registry.collectable(token);
        b.purses = new Purse[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            Purse memory purse = b.purses[i];
            purse.wallet = _balance(token, accounts[i]);
            purse.credit = escrow.creditOf(accounts[i], token);
            purse.stake = registry.stakeOf(accounts[i], token);
        }
    }

    /// @param taskIds jobId << 16 | task
    function look(
        IComputeEscrow escrow,
        IComputeRegistry registry,
        address[] calldata tokens,
        address[] calldata accounts,
        uint256[] calldata taskIds
    ) external view returns (Books[] memory money, TaskView[] memory tasks, uint256 jobCount) {
        money = new Books[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            money[i] = books(escrow, registry, tokens[i], accounts);
        }
        tasks = new TaskView[](taskIds.length);
        for (uint256 i; i < taskIds.length; ++i) tasks[i] = _task(escrow, taskIds[i]);
        jobCount = escrow.jobCount();
    }

    function _task(
        IComputeEscrow escrow,
        uint256 taskId
    ) private view returns (TaskView memory view_) {
        (uint256 jobId, uint16 index) = (taskId >> 16, uint16(taskId));
        view_.task = escrow.taskOf(jobId, index);
        view_.slots = new IComputeLedger.Slot[](view_.task.taken);
        for (uint256 i; i < view_.slots.length; ++i) {
            view_.slots[i] = escrow.slotOf(jobId, index, i);
        }
    }

    function _balance(address token, address account) private view returns (uint256) {
        return token == address(0) ? account.balance : IERC20(token).balanceOf(account);
    }
}

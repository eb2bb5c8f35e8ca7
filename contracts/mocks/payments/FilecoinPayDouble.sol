// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {AuctionPrice} from "./AuctionPrice.sol";
import {IFilecoinPayV1} from "./IFilecoinPayV1.sol";
import {PayAccounts} from "./PayAccounts.sol";
import {PayRails} from "./PayRails.sol";
import {PaySettlement} from "./PaySettlement.sol";

/// Double of Filecoin Pay V1 (v1.0.0), written from its interface and its measured behaviour.
contract FilecoinPayDouble is PayAccounts, PayRails, PaySettlement {
    using AuctionPrice for uint256;

    /// @inheritdoc IFilecoinPayV1
    function burnForFees(
        IERC20 token,
        address recipient,
        uint256 requested
    ) external payable nonReentrant {
        _requireNonZero(recipient, "recipient");
        Account storage fees = _accounts[token][address(this)];
        if (requested > fees.funds)
            revert WithdrawAmountExceedsAccumulatedFees(token, fees.funds, requested);
        Auction storage auction = _auctions[token];
        uint256 price = uint256(auction.startPrice).decayed(block.timestamp - auction.startTime);
        if (msg.value < price) revert InsufficientNativeTokenForBurn(msg.value, price);

        auction.startPrice = uint88(Math.min(price * AuctionPrice.RESET_FACTOR, type(uint88).max));
        auction.startTime = uint168(block.timestamp);
        uint256 available = fees.funds;
        uint256 spent = _transferOut(token, recipient, requested);
        if (spent > available) revert WithdrawAmountExceedsAccumulatedFees(token, available, spent);
        fees.funds = available - spent;
        _burn(msg.value);
    }

    /// @inheritdoc IFilecoinPayV1
    function auctionInfo(
        IERC20 token
    ) external view returns (uint88 startPrice, uint168 startTime) {
        Auction storage auction = _auctions[token];
        return (auction.startPrice, auction.startTime);
    }
}

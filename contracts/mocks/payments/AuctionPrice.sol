// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// The falling price of Filecoin Pay's fee auction: half every 3.5 days.
library AuctionPrice {
    uint256 internal constant HALVING_SECONDS = 3.5 days;
    uint256 internal constant RESET_FACTOR = 4;

    /// ln 2 as a 128-bit fraction.
    uint256 private constant LN2 = 0xB17217F7D1CF79ABC9E3B39803F2F6AF;
    uint256 private constant ONE = 1 << 128;

    /// `startPrice` / 2^(elapsed / 3.5 days) with the real contract's 18 decimals, rounded down; 0 after 192 halvings.
    function decayed(uint256 startPrice, uint256 elapsed) internal pure returns (uint256) {
        if (elapsed >= 192 * HALVING_SECONDS) return 0;
        uint256 exponent = (((elapsed * 1e18) / HALVING_SECONDS) << 64) / 1e18;
        uint256 halvings = exponent >> 64;
        uint256 divisor = _exp2((exponent & type(uint64).max) << 64) * 1e18;
        divisor = halvings <= 128 ? divisor >> (128 - halvings) : divisor << (halvings - 128);
        return (startPrice * 1e18) / divisor;
    }

    /// 2^x for a 128-bit fraction x: the series of e^(x ln 2), whose 35th term is below 2^-128.
    function _exp2(uint256 x) private pure returns (uint256 sum) {
        uint256 y = (x * LN2) >> 128;
        uint256 term = ONE;
        for (uint256 n = 1; term != 0; ++n) {
            sum += term;
            term = ((term * y) >> 128) / n;
        }
    }
}

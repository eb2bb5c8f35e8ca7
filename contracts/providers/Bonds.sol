// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../fvm/ActorId.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {FilAddress} from "../fvm/FilAddress.sol";
import {fieldName} from "./FieldName.sol";
import {IProviderRegistry} from "./IProviderRegistry.sol";
import {MAX_EXIT_BPS} from "./Offers.sol";

/// A provider's bond, and the envelope that bounds what deals may lock of it.
/// Holds at all times: locked <= posted, unbonding <= posted. All amounts fit 128 bits: FIL's supply is below 2^91.
library Bonds {
    using Bonds for Account;

    struct Account {
        uint128 posted;
        uint128 locked;
        uint128 unbonding;
        Epoch unbondingUntil;
        /// The day (epoch / DAY) that the next two are of.
        uint64 day;
        uint128 lockedOnDay;
        uint128 tippedOnDay;
        ActorId owner;
        bool registered;
        /// Which of the two envelopes was announced last, and when it replaces the other.
        uint8 newest;
        Epoch effective;
        IProviderRegistry.Envelope[2] envelopes;
    }

    /// Takes effect at `effective`; what is in force now stays so until then. The payee is kept as Filecoin Pay will
    /// see it call.
    function announce(
        Account storage self,
        IProviderRegistry.Envelope calldata envelope,
        Epoch effective
    ) internal returns (IProviderRegistry.Envelope memory kept) {
        if (envelope.payee == address(0)) {
            revert IProviderRegistry.ProviderEnvelopeInvalid("payee");
        }
        if (envelope.maxExitBps > MAX_EXIT_BPS) {
            revert IProviderRegistry.ProviderEnvelopeInvalid("maxExitBps");
        }
        kept = envelope;
        kept.payee = FilAddress.normalize(envelope.payee);
        if (!self.isPending()) self.newest ^= 1;
        self.envelopes[self.newest] = kept;
        self.effective = effective;
    }

    /// Locks `amount` of free bond within the envelope in force. What is unbonding backs nothing new.
    function lock(Account storage self, ActorId provider, uint256 amount, uint64 today) internal {
        checkEnough(provider, self.free(), amount);
        self.turn(today);
        IProviderRegistry.Envelope storage envelope = self.inForce();
        uint256 atStake = self.locked + amount;
        checkLimit(provider, "maxBondAtStake", atStake, envelope.maxBondAtStake);
        uint256 onDay = self.lockedOnDay + amount;
        checkLimit(provider, "maxBondPerDay", onDay, envelope.maxBondPerDay);
        self.locked = uint128(atStake);
        self.lockedOnDay = uint128(onDay);
    }

    /// Takes `amount` of locked bond away for good.
    function lose(Account storage self, uint128 amount) internal {
        self.locked -= amount;
        self.posted -= amount;
        if (self.unbonding > self.posted) self.unbonding = self.posted;
    }

    /// Takes out of free bond what is left of the day's allowance for tips.
    function tip(
        Account storage self,
        uint64 today,
        uint256 bps
    ) internal returns (uint128 amount) {
        self.turn(today);
        uint256 allowance = (self.free() * bps) / 10_000;
        if (allowance <= self.tippedOnDay) return 0;
        amount = uint128(allowance - self.tippedOnDay);
        self.tippedOnDay += amount;
        self.posted -= amount;
    }

    /// Takes out what of the unbonding bond no deal holds; the rest stays unbonding, without another wait.
    function withdraw(Account storage self, ActorId provider) internal returns (uint128 amount) {
        uint128 unbonding = self.unbonding;
        if (unbonding == 0) revert IProviderRegistry.ProviderNothingUnbonding(provider);
        if (currentEpoch() < self.unbondingUntil) {
            revert IProviderRegistry.ProviderStillUnbonding(provider, self.unbondingUntil);
        }
        amount = self.posted - self.locked;
        if (amount == 0) checkEnough(provider, 0, unbonding);
        if (amount > unbonding) amount = unbonding;
        self.unbonding = unbonding - amount;
        self.posted -= amount;
    }

    /// Starts a new day's counts.
    function turn(Account storage self, uint64 today) internal {
        if (self.day == today) return;
        self.day = today;
        self.lockedOnDay = 0;
        self.tippedOnDay = 0;
    }

    /// Reverts if an offer's terms commit the provider to more than the envelope in force allows.
    function checkTerms(
        Account storage self,
        ActorId provider,
        uint256 bondPerTib,
        uint256 exitBps
    ) internal view {
        IProviderRegistry.Envelope storage envelope = self.inForce();
        checkLimit(provider, "maxBondPerTib", bondPerTib, envelope.maxBondPerTib);
        checkLimit(provider, "maxExitBps", exitBps, envelope.maxExitBps);
    }

    function free(Account storage self) internal view returns (uint256) {
        uint256 taken = uint256(self.locked) + self.unbonding;
        return self.posted > taken ? self.posted - taken : 0;
    }

    function inForce(
        Account storage self
    ) internal view returns (IProviderRegistry.Envelope storage) {
        return self.envelopes[self.isPending() ? self.newest ^ 1 : self.newest];
    }

    function envelopeAt(
        Account storage self,
        uint8 index
    ) internal view returns (IProviderRegistry.Envelope memory) {
        return self.envelopes[index];
    }

    /// Whether the envelope announced last is not in force yet.
    function isPending(Account storage self) internal view returns (bool) {
        return currentEpoch() < self.effective;
    }

    function checkEnough(ActorId provider, uint256 available, uint256 wanted) internal pure {
        if (wanted > available) {
            revert IProviderRegistry.ProviderBondInsufficient(provider, available, wanted);
        }
    }

    function checkLimit(
        ActorId provider,
        bytes32 limit,
        uint256 wanted,
        uint256 allowed
    ) internal pure {
        if (wanted > allowed) {
            revert IProviderRegistry.ProviderBondAboveEnvelope(
                provider,
                fieldName(limit),
                wanted,
                allowed
            );
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ProviderRegistry} from "../../../contracts/providers/ProviderRegistry.sol";
import {ProviderFixture} from "../../support/ProviderFixture.sol";
import {Test} from "../../support/Test.sol";
import {vm} from "../../support/Vm.sol";

/// Does to a registry what owners, a market, an evidence, clients, reporters and strangers may do, and keeps accounts of
/// its own. A call that the registry refuses is fine if the refusal is one of its named errors.
contract ProviderHandler is Test {
    struct Copies {
        uint64 offerId;
        uint64 paddedBytes;
        uint128 bond;
    }

    ProviderRegistry private _registry;
    address private _market;
    address private _evidence;

    ActorId[] private _providers;
    address[] private _owners;
    address[4] private _people = [address(0xC1), address(0xC2), address(0xC3), address(0xC4)];
    Copies[] private _copies;
    mapping(ActorId provider => mapping(uint256 day => uint256)) private _lockedOn;

    /* What went in, and out, of bonds and of the registry. */
    uint256 public posted;
    uint256 public withdrawn;
    uint256 public slashed;
    uint256 public forfeited;
    uint256 public tipped;
    uint256 public paidCredits;
    uint256 public burned;
    uint256 public forced;

    constructor(
        ProviderRegistry registry,
        address market,
        address evidence,
        ActorId[] memory providers,
        address[] memory owners
    ) {
        (_registry, _market, _evidence) = (registry, market, evidence);
        (_providers, _owners) = (providers, owners);
        for (uint256 i; i < providers.length; ++i) posted += registry.bondOf(providers[i]).posted;
    }

    /// As little as what deals lock, so that bonds get short.
    function post(uint256 who, uint64 amount) external {
        if (amount == 0) return;
        vm.deal(address(this), amount);
        _registry.postBond{value: amount}(_providers[who % _providers.length]);
        posted += amount;
    }

    function unbond(uint256 who, uint128 amount) external {
        (ActorId provider, address owner) = _pick(who);
        uint128 all = _registry.bondOf(provider).posted;
        amount = amount % 2 == 0 ? all : uint128(bound(amount, 0, all));
        vm.prank(owner);
        _registry.unbond(provider, amount);
    }

    function withdrawBond(uint256 who) external {
        (ActorId provider, address owner) = _pick(who);
        uint256 before = owner.balance;
        vm.prank(owner);
        try _registry.withdrawBond(provider, owner) returns (uint256 amount) {
            assertEq(owner.balance, before + amount, "the owner was paid");
            withdrawn += amount;
        } catch (bytes memory reason) {
            _named(reason);
        }
    }

    function announce(uint256 who, uint64 atStake, uint64 perDay) external {
        (ActorId provider, address owner) = _pick(who);
        (IProviderRegistry.Envelope memory next, , ) = _registry.envelopeOf(provider);
        next.maxBondAtStake = uint128(bound(atStake, 5 ether, 60 ether));
        next.maxBondPerDay = uint128(bound(perDay, 5 ether, 20 ether));
        vm.prank(owner);
        _registry.announceEnvelope(provider, next);
    }

    function revise(uint256 which, uint64 bondPerTib, bool paused) external {
        uint64 offerId = _offer(which);
        (ActorId provider, , , , IProviderRegistry.Terms memory terms) = _registry.offerOf(offerId);
        terms.bondPerTib = uint128(bound(bondPerTib, 1, 32 ether));
        address owner = _ownerOf(provider);
        vm.prank(owner);
        _registry.reviseOffer(offerId, terms);
        vm.prank(owner);
        _registry.pauseOffer(offerId, paused && which % 8 == 0);
    }

    function reserve(uint256 which, uint8 height, uint8 count) external {
        uint64 offerId = _offer(which);
        (ActorId provider, uint32 version, , uint64 before, ) = _registry.offerOf(offerId);
        uint64[] memory sizes = new uint64[](bound(count, 1, 8));
        for (uint256 i; i < sizes.length; ++i)
            sizes[i] = uint64(32) << uint64(bound(height, 15, 31));
        uint128 locked = _registry.bondOf(provider).locked;
        uint128 free = _registry.freeBondOf(provider);
        vm.prank(_market);
        try _registry.reserve(offerId, version, 518_400, sizes) {
            (, , , uint64 reserved, ) = _registry.offerOf(offerId);
            uint128 bond = _registry.bondOf(provider).locked - locked;
            assertLe(bond, free, "only free bond backs a deal");
            _copies.push(Copies(offerId, reserved - before, bond));
            _countLock(provider, bond);
        } catch (bytes memory reason) {
            _named(reason);
        }
    }

    function release(uint256 which) external {
        if (_copies.length == 0) return;
        Copies memory ended = _take(which);
        vm.prank(_market);
        _registry.release(ended.offerId, ended.paddedBytes, ended.bond);
    }

    /// Never refused: what is locked is there, whatever its owner did.
    function slash(uint256 which, uint256 client, uint256 reporter) external {
        if (_copies.length == 0) return;
        Copies memory failed = _take(which);
        address by = reporter % 5 == 4 ? address(0) : _people[reporter % 5];
        vm.prank(_market);
        _registry.slash(failed.offerId, failed.paddedBytes, failed.bond, _people[client % 4], by);
        slashed += failed.bond;
    }

    function forfeit(uint256 which, uint128 amount, uint256 client) external {
        if (_copies.length == 0) return;
        Copies storage live = _copies[which % _copies.length];
        amount = uint128(bound(amount, 0, live.bond / 2));
        live.bond -= amount;
        forfeited += amount;
        vm.prank(_market);
        _registry.forfeit(live.offerId, amount, _people[client % 4]);
    }

    function relock(uint256 which) external {
        if (_copies.length == 0) return;
        Copies storage live = _copies[which % _copies.length];
        (ActorId provider, , , , ) = _registry.offerOf(live.offerId);
        vm.prank(_market);
        try _registry.relock(live.offerId, live.bond, 0, 0) {
            _countLock(provider, live.bond);
        } catch (bytes memory reason) {
            _named(reason);
        }
    }

    /// Never refused.
    function tip(uint256 who, uint256 reporter) external {
        (ActorId provider, ) = _pick(who);
        uint256 free = _registry.freeBondOf(provider);
        vm.prank(_evidence);
        uint256 amount = _registry.tip(provider, _people[reporter % 4]);
        assertLe(amount, free / 1_000, "a thousandth of free bond");
        tipped += amount;
    }

    function withdrawCredit(uint256 who) external {
        address account = _people[who % 4];
        uint256 before = account.balance;
        vm.prank(account);
        try _registry.withdrawCredit(account) returns (uint256 amount) {
            assertEq(account.balance, before + amount, "the account was paid");
            paidCredits += amount;
        } catch (bytes memory reason) {
            _named(reason);
        }
    }

    function burn() external {
        try _registry.burn() returns (uint256 amount) {
            burned += amount;
        } catch (bytes memory reason) {
            _named(reason);
        }
    }

    /// A bare send: no code of the registry runs.
    function force(uint64 amount) external {
        vm.deal(address(_registry), address(_registry).balance + amount);
        forced += amount;
    }

    function wait(uint16 epochs) external {
        advance(uint256(epochs) * 2);
    }

    /// Everyone takes what is theirs: copies end, bonds unbond, credits are withdrawn, burns are sent.
    function windDown() external {
        while (_copies.length != 0) {
            Copies memory ended = _take(0);
            vm.prank(_market);
            _registry.release(ended.offerId, ended.paddedBytes, ended.bond);
        }
        for (uint256 i; i < _providers.length; ++i) {
            uint128 rest = _registry.bondOf(_providers[i]).posted;
            vm.prank(_owners[i]);
            _registry.unbond(_providers[i], rest);
        }
        advance(_registry.UNBONDING());
        for (uint256 i; i < _providers.length; ++i) {
            if (_registry.bondOf(_providers[i]).posted == 0) continue;
            vm.prank(_owners[i]);
            withdrawn += _registry.withdrawBond(_providers[i], _owners[i]);
        }
        for (uint256 i; i < _people.length; ++i) {
            if (_registry.creditOf(_people[i]) == 0) continue;
            vm.prank(_people[i]);
            paidCredits += _registry.withdrawCredit(_people[i]);
        }
        if (_registry.burnable() != 0) burned += _registry.burn();
    }

    /* What the registry should say. */

    function lockedOf(ActorId provider) external view returns (uint256 sum) {
        for (uint256 i; i < _copies.length; ++i) {
            (ActorId owner, , , , ) = _registry.offerOf(_copies[i].offerId);
            if (owner == provider) sum += _copies[i].bond;
        }
    }

    function reservedOf(uint64 offerId) external view returns (uint256 sum) {
        for (uint256 i; i < _copies.length; ++i) {
            if (_copies[i].offerId == offerId) sum += _copies[i].paddedBytes;
        }
    }

    function credits() external view returns (uint256 sum) {
        for (uint256 i; i < _people.length; ++i) sum += _registry.creditOf(_people[i]);
    }

    /* */

    /// A lock went through: it is within the envelope that was in force.
    function _countLock(ActorId provider, uint128 amount) private {
        (IProviderRegistry.Envelope memory inForce, , ) = _registry.envelopeOf(provider);
        uint256 today = block.number / _registry.DAY();
        _lockedOn[provider][today] += amount;
        assertLe(_lockedOn[provider][today], inForce.maxBondPerDay, "newly locked in a day");
        assertLe(_registry.bondOf(provider).locked, inForce.maxBondAtStake, "at stake");
    }

    function _take(uint256 which) private returns (Copies memory taken) {
        uint256 index = which % _copies.length;
        taken = _copies[index];
        _copies[index] = _copies[_copies.length - 1];
        _copies.pop();
    }

    function _pick(uint256 who) private view returns (ActorId provider, address owner) {
        uint256 index = who % _providers.length;
        return (_providers[index], _owners[index]);
    }

    function _ownerOf(ActorId provider) private view returns (address) {
        return _owners[provider == _providers[0] ? 0 : 1];
    }

    function _offer(uint256 which) private view returns (uint64) {
        return uint64(which % _registry.offerCount()) + 1;
    }

    /// Not a panic, and not without a reason.
    function _named(bytes memory reason) private pure {
        assertTrue(reason.length >= 4 && bytes4(reason) != 0x4e487b71, "a named refusal");
        assertTrue(bytes4(reason) != AssertionFailed.selector, "a named refusal");
    }
}

/// Two providers with two offers each, under random owners, markets, evidence, clients and strangers.
contract ProviderInvariantsTest is ProviderFixture {
    ActorId[] private _both;
    ProviderHandler private _handler;

    function setUp() public {
        setUpRegistry();
        ActorId second = createMiner(STRANGER, WORKER);
        vm.deal(STRANGER, 50 ether);
        vm.prank(STRANGER);
        _registry.register{value: 50 ether}(second, envelope());
        _both.push(_provider);
        _both.push(second);
        IProviderRegistry.Terms memory terms = offerTerms();
        terms.minPieceSize = 128;
        terms.maxPieceSize = 64 << 30;
        terms.expiry = Epoch.wrap(type(uint64).max);
        for (uint256 i; i < 4; ++i) {
            vm.prank(WORKER);
            _registry.publishOffer(_both[i % 2], terms);
        }
        address[] memory owners = new address[](2);
        (owners[0], owners[1]) = (OWNER, STRANGER);
        _handler = new ProviderHandler(_registry, MARKET, EVIDENCE, _both, owners);
        targetContract(address(_handler));
        targetSelector(address(_handler), _actions());
    }

    /// balance = posted bonds + credits + burnable + what was forced upon it. Bonds in = held + returned + slashed,
    /// forfeited and tipped; and those three = credits + burns, paid or not.
    function invariant_MoneyIsConserved() public view {
        uint256 credits = _handler.credits();
        uint256 burnable = _registry.burnable();
        uint256 owed = _posted() + credits + burnable;
        assertEq(address(_registry).balance, owed + _handler.forced(), "balance");
        uint256 lost = _handler.slashed() + _handler.forfeited() + _handler.tipped();
        assertEq(_handler.posted(), _posted() + _handler.withdrawn() + lost, "bonds");
        uint256 paid = _handler.paidCredits() + _handler.burned();
        assertEq(lost, credits + burnable + paid, "credits and burns");
        assertEq(BURNT_FUNDS.balance, _handler.burned(), "f099");
    }

    /// Locked bond and reserved capacity are the sums of what the copies hold, and there.
    function invariant_CopiesHoldWhatIsLockedAndReserved() public view {
        for (uint256 i; i < _both.length; ++i) {
            IProviderRegistry.Bond memory account = _registry.bondOf(_both[i]);
            assertEq(account.locked, _handler.lockedOf(_both[i]), "locked");
            assertLe(account.locked, account.posted, "locked <= posted");
            assertLe(account.unbonding, account.posted, "unbonding <= posted");
        }
        for (uint64 offerId = 1; offerId <= 4; ++offerId) {
            (, , , uint64 reserved, IProviderRegistry.Terms memory terms) = _registry.offerOf(
                offerId
            );
            assertEq(reserved, _handler.reservedOf(offerId), "reserved");
            assertLe(reserved, terms.capacity, "reserved <= capacity");
        }
    }

    /// From whatever state, everyone's money comes out, and only what was forced in stays.
    function testFuzz_EveryoneTakesTheirMoneyOut(uint256[24] memory seeds) public {
        bytes4[] memory actions = _actions();
        for (uint256 i; i < seeds.length; ++i) {
            // Most words of the arguments are used modulo, so that any words do; narrower types are cut to fit.
            bytes memory call = abi.encodePacked(
                actions[seeds[i] % actions.length],
                uint256(uint8(seeds[i] >> 8)),
                uint256(uint8(seeds[i] >> 16)),
                uint256(seeds[i] >> 255)
            );
            (bool ok, bytes memory reason) = address(_handler).call(call);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        _handler.windDown();
        assertEq(_posted(), 0, "no bond left");
        assertEq(address(_registry).balance, _handler.forced(), "only what was forced in");
    }

    function _posted() private view returns (uint256) {
        return _registry.bondOf(_both[0]).posted + _registry.bondOf(_both[1]).posted;
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](15);
        actions[0] = ProviderHandler.post.selector;
        actions[1] = ProviderHandler.unbond.selector;
        actions[2] = ProviderHandler.withdrawBond.selector;
        actions[3] = ProviderHandler.announce.selector;
        actions[4] = ProviderHandler.revise.selector;
        actions[5] = ProviderHandler.reserve.selector;
        actions[6] = ProviderHandler.release.selector;
        actions[7] = ProviderHandler.slash.selector;
        actions[8] = ProviderHandler.forfeit.selector;
        actions[9] = ProviderHandler.relock.selector;
        actions[10] = ProviderHandler.tip.selector;
        actions[11] = ProviderHandler.withdrawCredit.selector;
        actions[12] = ProviderHandler.burn.selector;
        actions[13] = ProviderHandler.force.selector;
        actions[14] = ProviderHandler.wait.selector;
    }
}

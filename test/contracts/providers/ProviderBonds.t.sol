// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ActorId} from "../../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../../contracts/fvm/Epoch.sol";
import {IProviderRegistry} from "../../../contracts/providers/IProviderRegistry.sol";
import {ProviderRegistry} from "../../../contracts/providers/ProviderRegistry.sol";
import {ProviderFixture} from "../../support/ProviderFixture.sol";
import {vm} from "../../support/Vm.sol";

/// Deployment, registration, envelopes, posting, unbonding and withdrawing.
contract ProviderBondsTest is ProviderFixture {
    function setUp() public {
        setUpRegistry();
    }

    /* CONSTRUCTOR */

    function test_ConstructorKeepsItsParameters() public view {
        assertEq(_registry.DAY(), DAY, "day");
        assertEq(_registry.ENVELOPE_DELAY(), 3 * DAY, "envelope delay");
        assertEq(_registry.UNBONDING(), 30 * DAY, "unbonding");
        assertEq(_registry.MIN_NOTICE(), 17_280, "least notice");
        assertEq(_registry.MAX_NOTICE(), 86_400, "greatest notice");
        assertEq(_registry.MIN_DURATION(), 518_400, "least duration");
        assertEq(_registry.MAX_DURATION(), 1_550_000, "greatest duration");
        assertEq(_registry.MAX_RESERVATION_EPOCHS(), 20_160, "greatest reservation fee");
        assertEq(_registry.TIP_BPS(), 10, "tips");
    }

    function test_RevertWhen_AParameterIsOutOfBounds() public {
        IProviderRegistry.Parameters memory p = parameters();
        p.day = 0;
        _refused(p, 0, 1, 20_160);
        p = parameters();
        p.day = 20_161;
        _refused(p, 20_161, 1, 20_160);
        p = parameters();
        p.envelopeDelay = DAY - 1;
        _refused(p, DAY - 1, DAY, 86_400);
        p = parameters();
        p.unbonding = DAY - 1;
        _refused(p, DAY - 1, DAY, 518_400);
        p = parameters();
        p.minNotice = 0;
        _refused(p, 0, 1, 86_400);
        p = parameters();
        p.maxNotice = p.minNotice - 1;
        _refused(p, p.maxNotice, p.minNotice, 86_400);
        p = parameters();
        p.minDuration = 0;
        _refused(p, 0, 1, 1_550_000);
        p = parameters();
        p.maxDuration = 1_550_001;
        _refused(p, 1_550_001, 518_400, 1_550_000);
        p = parameters();
        p.maxReservationEpochs = 20_161;
        _refused(p, 20_161, 0, 20_160);
        p = parameters();
        p.tipBps = 101;
        _refused(p, 101, 0, 100);
    }

    function _refused(
        IProviderRegistry.Parameters memory p,
        uint256 value,
        uint256 least,
        uint256 greatest
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.ProviderParameterOutOfBounds.selector,
                value,
                least,
                greatest
            )
        );
        new ProviderRegistry(p);
    }

    /* BIND */

    function test_BindIsTheDeployersOnce() public {
        ProviderRegistry fresh = new ProviderRegistry(parameters());
        vm.expectEmit(address(fresh));
        emit IProviderRegistry.ProviderRegistryBound(MARKET, EVIDENCE);
        fresh.bind(MARKET, EVIDENCE);
        vm.expectRevert(IProviderRegistry.ProviderAlreadyBound.selector);
        fresh.bind(STRANGER, STRANGER);
    }

    function test_RevertWhen_AStrangerBinds() public {
        ProviderRegistry fresh = new ProviderRegistry(parameters());
        vm.prank(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderNotDeployer.selector, STRANGER)
        );
        fresh.bind(MARKET, EVIDENCE);
    }

    function test_RevertWhen_BoundToNobody() public {
        ProviderRegistry fresh = new ProviderRegistry(parameters());
        vm.expectRevert(IProviderRegistry.ProviderBindingZero.selector);
        fresh.bind(address(0), EVIDENCE);
        vm.expectRevert(IProviderRegistry.ProviderBindingZero.selector);
        fresh.bind(MARKET, address(0));
    }

    function test_RevertGiven_Unbound() public {
        ProviderRegistry fresh = new ProviderRegistry(parameters());
        vm.prank(MARKET);
        vm.expectPartialRevert(IProviderRegistry.ProviderNotMarket.selector);
        fresh.release(1, 0, 0);
    }

    /* REGISTER */

    function test_RegisterTakesOwnerEnvelopeAndBond() public {
        ActorId miner = createMiner(STRANGER, WORKER);
        ActorId ownerId = registerAccount(STRANGER);
        vm.deal(STRANGER, 5 ether);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderRegistered(miner, ownerId, envelope());
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondPosted(miner, STRANGER, 5 ether);
        vm.prank(STRANGER);
        _registry.register{value: 5 ether}(miner, envelope());
        assertTrue(_registry.ownerOf(miner) == ownerId, "owner");
        assertEq(_registry.bondOf(miner).posted, 5 ether, "posted");
        assertEq(STRANGER.balance, 0, "paid");
        (IProviderRegistry.Envelope memory now_, , Epoch effective) = _registry.envelopeOf(miner);
        assertEq(now_.payee, PAYEE, "in force at once");
        assertEq(now_.maxBondAtStake, 40 ether, "in force at once");
        assertEq(Epoch.unwrap(effective), 0, "nothing pending");
    }

    function test_RegisterByAnOwnerWithAKeysAddress() public {
        address owner = REGISTRY
            .createAccount(abi.encodePacked(hex"01", bytes20(uint160(0xf1))))
            .toMasked();
        ActorId miner = createMiner(owner, WORKER);
        vm.prank(owner);
        _registry.register(miner, envelope());
        assertTrue(
            _registry.ownerOf(miner).toMasked() == owner,
            "an f1 owner calls as a masked id"
        );
    }

    function test_RevertWhen_RegisteringNoMiner() public {
        ActorId nobody = ActorId.wrap(999_999);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderNotMiner.selector, nobody)
        );
        _registry.register(nobody, envelope());
    }

    function test_RevertWhen_RegisteringAContractThatPosesAsMiner() public {
        ActorId contractId = registerAccount(address(this));
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderNotMiner.selector, contractId)
        );
        _registry.register(contractId, envelope());
    }

    function test_RevertWhen_RegisteringAnothersMiner() public {
        ActorId miner = createMiner(OWNER, WORKER);
        vm.prank(WORKER);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderNotOwner.selector, miner, WORKER)
        );
        _registry.register(miner, envelope());
    }

    function test_RevertGiven_Registered() public {
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderAlreadyRegistered.selector, _provider)
        );
        _registry.register(_provider, envelope());
    }

    function test_RevertWhen_TheEnvelopeIsInvalid() public {
        IProviderRegistry.Envelope memory bad = envelope();
        bad.payee = address(0);
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderEnvelopeInvalid.selector, "payee")
        );
        _registry.announceEnvelope(_provider, bad);
        bad = envelope();
        bad.maxExitBps = 5_001;
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderEnvelopeInvalid.selector, "maxExitBps")
        );
        _registry.announceEnvelope(_provider, bad);
    }

    /* ENVELOPE */

    function test_AnEnvelopeWaitsItsDelay() public {
        IProviderRegistry.Envelope memory narrow = envelope();
        narrow.maxBondAtStake = 1 ether;
        Epoch effective = Epoch.wrap(uint64(block.number) + 3 * DAY);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderEnvelopeAnnounced(_provider, narrow, effective);
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, narrow);
        _assertEnvelope(40 ether, 1 ether, Epoch.unwrap(effective));
        advance(3 * DAY - 1);
        _assertEnvelope(40 ether, 1 ether, Epoch.unwrap(effective));
        advance(1);
        _assertEnvelope(1 ether, 0, 0);
    }

    function test_ASecondAnnouncementReplacesThePending() public {
        _announce(1 ether);
        advance(2 * DAY);
        _announce(2 ether);
        advance(2 * DAY);
        _assertEnvelope(40 ether, 2 ether, uint64(vm.getBlockNumber()) + DAY);
        advance(DAY);
        _assertEnvelope(2 ether, 0, 0);
        _announce(3 ether);
        _assertEnvelope(2 ether, 3 ether, uint64(vm.getBlockNumber()) + 3 * DAY);
    }

    function test_APayeeIsKeptAsFilecoinPayWillSeeIt() public {
        IProviderRegistry.Envelope memory masked = envelope();
        masked.payee = registerAccount(STRANGER).toMasked();
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, masked);
        (, IProviderRegistry.Envelope memory pending, ) = _registry.envelopeOf(_provider);
        assertEq(pending.payee, STRANGER, "f410, not the id");
    }

    function testFuzz_TheLatestEffectiveAnnouncementIsInForce(uint16[8] memory waits) public {
        uint256 inForce = 40 ether;
        uint256 pending;
        uint256 effective;
        for (uint256 i; i < waits.length; ++i) {
            advance(waits[i] % (5 * DAY));
            if (effective != 0 && block.number >= effective) inForce = pending;
            (pending, effective) = (i + 1, block.number + 3 * DAY);
            _announce(uint128(pending));
            _assertEnvelope(inForce, pending, effective);
        }
    }

    function _announce(uint128 maxBondAtStake) private {
        IProviderRegistry.Envelope memory next = envelope();
        next.maxBondAtStake = maxBondAtStake;
        vm.prank(OWNER);
        _registry.announceEnvelope(_provider, next);
    }

    function _assertEnvelope(uint256 current, uint256 pending, uint256 effective) private view {
        (
            IProviderRegistry.Envelope memory inForce,
            IProviderRegistry.Envelope memory next,
            Epoch from
        ) = _registry.envelopeOf(_provider);
        assertEq(inForce.maxBondAtStake, current, "in force");
        assertEq(next.maxBondAtStake, pending, "pending");
        assertEq(Epoch.unwrap(from), effective, "effective");
    }

    /* POST */

    function test_AnyonePosts() public {
        vm.deal(STRANGER, 3 ether);
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondPosted(_provider, STRANGER, 3 ether);
        vm.prank(STRANGER);
        _registry.postBond{value: 3 ether}(_provider);
        assertEq(bond().posted, BOND + 3 ether, "posted");
        assertEq(_registry.freeBondOf(_provider), BOND + 3 ether, "free");
        assertEq(address(_registry).balance, BOND + 3 ether, "held");
    }

    function test_RevertWhen_PostingNothing() public {
        vm.expectRevert(IProviderRegistry.ProviderAmountZero.selector);
        _registry.postBond(_provider);
    }

    function test_RevertGiven_NotRegistered() public {
        ActorId miner = createMiner(OWNER, WORKER);
        bytes memory refusal = abi.encodeWithSelector(
            IProviderRegistry.ProviderNotRegistered.selector,
            miner
        );
        vm.deal(address(this), 1 ether);
        vm.expectRevert(refusal);
        _registry.postBond{value: 1 ether}(miner);
        vm.startPrank(OWNER);
        vm.expectRevert(refusal);
        _registry.announceEnvelope(miner, envelope());
        vm.expectRevert(refusal);
        _registry.unbond(miner, 1);
        vm.expectRevert(refusal);
        _registry.withdrawBond(miner, OWNER);
        vm.expectRevert(refusal);
        _registry.publishOffer(miner, offerTerms());
        vm.stopPrank();
    }

    function testFuzz_PostedIsTheSumOfPosts(uint96[4] memory amounts) public {
        uint256 sum = BOND;
        for (uint256 i; i < amounts.length; ++i) {
            uint256 amount = bound(amounts[i], 1, type(uint96).max);
            vm.deal(STRANGER, amount);
            vm.prank(STRANGER);
            _registry.postBond{value: amount}(_provider);
            sum += amount;
        }
        assertEq(bond().posted, sum, "posted");
        assertEq(address(_registry).balance, sum, "held");
    }

    function test_NoPlainTransferIsTaken() public {
        vm.deal(STRANGER, 1 ether);
        vm.prank(STRANGER);
        (bool ok, ) = address(_registry).call{value: 1 ether}("");
        assertFalse(ok, "no receive function");
    }

    /* UNBOND, WITHDRAW */

    function test_UnbondThenWithdraw() public {
        uint64 until = uint64(block.number) + 30 * DAY;
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderUnbondingStarted(_provider, 30 ether, Epoch.wrap(until));
        vm.prank(OWNER);
        _registry.unbond(_provider, 30 ether);
        assertEq(_registry.freeBondOf(_provider), 70 ether, "no longer free");
        advance(30 * DAY);
        uint256 before = STRANGER.balance;
        vm.expectEmit(address(_registry));
        emit IProviderRegistry.ProviderBondWithdrawn(_provider, STRANGER, 30 ether);
        vm.prank(OWNER);
        uint256 amount = _registry.withdrawBond(_provider, STRANGER);
        assertEq(amount, 30 ether, "amount");
        assertEq(STRANGER.balance, before + 30 ether, "received");
        assertEq(bond().posted, 70 ether, "posted");
        assertEq(bond().unbonding, 0, "nothing left to unbond");
    }

    function test_UnbondZeroCancels() public {
        vm.startPrank(OWNER);
        _registry.unbond(_provider, 30 ether);
        _registry.unbond(_provider, 0);
        assertEq(_registry.freeBondOf(_provider), BOND, "free again");
        assertEq(Epoch.unwrap(bond().unbondingUntil), 0, "no wait");
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.ProviderNothingUnbonding.selector, _provider)
        );
        _registry.withdrawBond(_provider, OWNER);
        vm.stopPrank();
    }

    function test_UnbondAgainRestartsTheWait() public {
        vm.startPrank(OWNER);
        _registry.unbond(_provider, 30 ether);
        advance(30 * DAY - 1);
        _registry.unbond(_provider, 31 ether);
        uint64 until = uint64(block.number) + 30 * DAY;
        advance(30 * DAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.ProviderStillUnbonding.selector,
                _provider,
                until
            )
        );
        _registry.withdrawBond(_provider, OWNER);
        vm.stopPrank();
    }

    function test_RevertWhen_UnbondingMoreThanPosted() public {
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.ProviderBondInsufficient.selector,
                _provider,
                BOND,
                BOND + 1
            )
        );
        _registry.unbond(_provider, BOND + 1);
    }

    function test_WithdrawPaysWhatNoDealHolds() public {
        uint64 offerId = publish();
        reserve(offerId, 10);
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
        vm.startPrank(OWNER);
        assertEq(_registry.withdrawBond(_provider, OWNER), 90 ether, "all but the locked");
        assertEq(bond().unbonding, 10 ether, "the rest goes on unbonding");
        vm.expectRevert(
            abi.encodeWithSelector(
                IProviderRegistry.ProviderBondInsufficient.selector,
                _provider,
                0,
                10 ether
            )
        );
        _registry.withdrawBond(_provider, OWNER);
        vm.stopPrank();
        vm.prank(MARKET);
        _registry.release(offerId, 4 * PIECE, 4 ether);
        vm.prank(OWNER);
        assertEq(_registry.withdrawBond(_provider, OWNER), 4 ether, "without another wait");
        assertEq(bond().posted, 6 ether, "posted");
        assertEq(bond().locked, 6 ether, "locked");
    }

    function test_WithdrawReachesEveryClassOfAddress() public {
        address key = REGISTRY
            .createAccount(abi.encodePacked(hex"01", bytes20(uint160(0xf1))))
            .toMasked();
        address masked = registerAccount(STRANGER).toMasked();
        _unbondAll();
        vm.startPrank(OWNER);
        vm.expectRevert(_transferFailed(ActorId.wrap(888_888).toMasked(), BOND));
        _registry.withdrawBond(_provider, ActorId.wrap(888_888).toMasked());
        vm.expectRevert(_transferFailed(address(0), BOND));
        _registry.withdrawBond(_provider, address(0));
        vm.expectRevert(_transferFailed(address(_registry), BOND));
        _registry.withdrawBond(_provider, address(_registry));
        _registry.withdrawBond(_provider, key);
        assertEq(key.balance, BOND, "f1, by id");
        _registry.postBond{value: BOND}(_provider);
        vm.stopPrank();
        _unbondAll();
        uint256 before = STRANGER.balance;
        vm.prank(OWNER);
        _registry.withdrawBond(_provider, masked);
        assertEq(STRANGER.balance, before + BOND, "a masked id is paid as the actor");
        assertEq(masked.balance, 0, "not as an address of its own");
    }

    function test_RevertWhen_NotTheOwner() public {
        address[3] memory others = [WORKER, STRANGER, MARKET];
        for (uint256 i; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(
                IProviderRegistry.ProviderNotOwner.selector,
                _provider,
                others[i]
            );
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            _registry.announceEnvelope(_provider, envelope());
            vm.expectRevert(refusal);
            _registry.unbond(_provider, 1);
            vm.expectRevert(refusal);
            _registry.withdrawBond(_provider, others[i]);
            vm.stopPrank();
        }
    }

    function testFuzz_WithdrawIsWhatUnbondsAndNoDealHolds(uint128 unbonding, uint8 held) public {
        unbonding = uint128(bound(unbonding, 1, BOND));
        uint128 locked = uint128(bound(held, 0, 10)) * 1 ether;
        uint64 offerId = publish();
        if (locked != 0) reserve(offerId, locked / 1 ether);
        vm.prank(OWNER);
        _registry.unbond(_provider, unbonding);
        uint256 taken = uint256(locked) + unbonding;
        assertEq(_registry.freeBondOf(_provider), taken < BOND ? BOND - taken : 0, "free");
        advance(30 * DAY);
        uint256 before = OWNER.balance;
        uint256 expected = unbonding < BOND - locked ? unbonding : BOND - locked;
        vm.prank(OWNER);
        uint256 amount = _registry.withdrawBond(_provider, OWNER);
        assertEq(amount, expected, "amount");
        assertEq(OWNER.balance, before + expected, "received");
        assertEq(bond().posted, BOND - expected, "posted");
        assertEq(bond().unbonding, unbonding - expected, "unbonding");
        assertEq(bond().locked, locked, "locked");
    }

    function _unbondAll() private {
        vm.prank(OWNER);
        _registry.unbond(_provider, BOND);
        advance(30 * DAY);
    }

    function _transferFailed(address to, uint256 amount) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IProviderRegistry.ProviderTransferFailed.selector, to, amount);
    }
}

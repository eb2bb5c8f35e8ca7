// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ActorId} from "../fvm/ActorId.sol";
import {BuiltinActor} from "../fvm/BuiltinActor.sol";
import {Epoch, currentEpoch} from "../fvm/Epoch.sol";
import {FilAddress} from "../fvm/FilAddress.sol";
import {FilTransfer} from "../fvm/FilTransfer.sol";
import {Miner} from "../fvm/Miner.sol";
import {Bonds} from "./Bonds.sol";
import {IProviderRegistry} from "./IProviderRegistry.sol";
import {Offers} from "./Offers.sol";

/// Holds FIL: posted bonds, credits and what is to be burned. FIL that a bare send forces upon it (which runs no code)
/// is nobody's and enters no account.
contract ProviderRegistry is IProviderRegistry, ReentrancyGuardTransient {
    using Bonds for Bonds.Account;
    using Offers for Offers.Offer;

    /* IMMUTABLES */

    /// @inheritdoc IProviderRegistry
    uint64 public immutable DAY;
    /// @inheritdoc IProviderRegistry
    uint64 public immutable ENVELOPE_DELAY;
    /// @inheritdoc IProviderRegistry
    uint64 public immutable UNBONDING;
    /// @inheritdoc IProviderRegistry
    uint64 public immutable MIN_NOTICE;
    uint64 public immutable MAX_NOTICE;
    uint64 public immutable MIN_DURATION;
    uint64 public immutable MAX_DURATION;
    uint64 public immutable MAX_RESERVATION_EPOCHS;
    uint16 public immutable TIP_BPS;

    address private immutable DEPLOYER;

    /* STORAGE */

    address private _market;
    address private _evidence;
    uint64 private _offerCount;
    uint256 private _burnable;
    mapping(ActorId provider => Bonds.Account) private _accounts;
    mapping(uint64 offerId => Offers.Offer) private _offers;
    mapping(address account => uint256 attoFil) private _credits;

    /* MODIFIERS */

    modifier onlyMarket() {
        _checkMarket();
        _;
    }

    /* CONSTRUCTOR */

    constructor(Parameters memory parameters) {
        _within(parameters.day, 1, 20_160);
        _within(parameters.envelopeDelay, parameters.day, 86_400);
        _within(parameters.unbonding, parameters.day, 518_400);
        _within(parameters.minNotice, 1, 86_400);
        _within(parameters.maxNotice, parameters.minNotice, 86_400);
        _within(parameters.minDuration, 1, 1_550_000);
        _within(parameters.maxDuration, parameters.minDuration, 1_550_000);
        _within(parameters.maxReservationEpochs, 0, 20_160);
        _within(parameters.tipBps, 0, 100);
        DAY = parameters.day;
        ENVELOPE_DELAY = parameters.envelopeDelay;
        UNBONDING = parameters.unbonding;
        MIN_NOTICE = parameters.minNotice;
        MAX_NOTICE = parameters.maxNotice;
        MIN_DURATION = parameters.minDuration;
        MAX_DURATION = parameters.maxDuration;
        MAX_RESERVATION_EPOCHS = parameters.maxReservationEpochs;
        TIP_BPS = parameters.tipBps;
        DEPLOYER = msg.sender;
    }

    /* DEPLOYER */

    /// @inheritdoc IProviderRegistry
    function bind(address market, address evidence) external {
        if (msg.sender != DEPLOYER) revert ProviderNotDeployer(msg.sender);
        if (_market != address(0)) revert ProviderAlreadyBound();
        if (market == address(0) || evidence == address(0)) revert ProviderBindingZero();
        _market = market;
        _evidence = evidence;
        emit ProviderRegistryBound(market, evidence);
    }

    /* OWNER */

    /// @inheritdoc IProviderRegistry
    function register(ActorId provider, Envelope calldata envelope) external payable {
        Bonds.Account storage account = _accounts[provider];
        if (account.registered) revert ProviderAlreadyRegistered(provider);
        if (!Miner.isMiner(provider)) revert ProviderNotMiner(provider);
        ActorId owner = _checkOwner(provider);
        account.registered = true;
        account.owner = owner;
        Envelope memory kept = account.announce(envelope, currentEpoch());
        emit ProviderRegistered(provider, owner, kept);
        if (msg.value != 0) _post(provider, account);
    }

    /// @inheritdoc IProviderRegistry
    function announceEnvelope(ActorId provider, Envelope calldata envelope) external {
        Bonds.Account storage account = _ownAccount(provider);
        Epoch effective = currentEpoch().plus(ENVELOPE_DELAY);
        Envelope memory kept = account.announce(envelope, effective);
        emit ProviderEnvelopeAnnounced(provider, kept, effective);
    }

    /// @inheritdoc IProviderRegistry
    function unbond(ActorId provider, uint128 amount) external {
        Bonds.Account storage account = _ownAccount(provider);
        Bonds.checkEnough(provider, account.posted, amount);
        Epoch until = amount == 0 ? Epoch.wrap(0) : currentEpoch().plus(UNBONDING);
        account.unbonding = amount;
        account.unbondingUntil = until;
        emit ProviderUnbondingStarted(provider, amount, until);
    }

    /// @inheritdoc IProviderRegistry
    function withdrawBond(
        ActorId provider,
        address to
    ) external nonReentrant returns (uint256 amount) {
        // Check
        Bonds.Account storage account = _ownAccount(provider);
        // Effect
        amount = account.withdraw(provider);
        emit ProviderBondWithdrawn(provider, to, amount);
        // Interaction
        _pay(to, amount);
    }

    /* OWNER, WORKER, CONTROL ADDRESSES */

    /// @inheritdoc IProviderRegistry
    function publishOffer(
        ActorId provider,
        Terms calldata terms
    ) external returns (uint64 offerId) {
        offerId = ++_offerCount;
        Offers.Offer storage offer = _offers[offerId];
        offer.provider = provider;
        _publish(offerId, offer, terms);
    }

    /// @inheritdoc IProviderRegistry
    function reviseOffer(uint64 offerId, Terms calldata terms) external returns (uint32 version) {
        return _publish(offerId, _offer(offerId), terms);
    }

    /// @inheritdoc IProviderRegistry
    function pauseOffer(uint64 offerId, bool paused) external {
        Offers.Offer storage offer = _offer(offerId);
        ActorId provider = offer.provider;
        _checkController(provider);
        offer.paused = paused;
        emit OfferPaused(provider, offerId, paused);
    }

    /* ANYONE */

    /// @inheritdoc IProviderRegistry
    function postBond(ActorId provider) external payable {
        if (msg.value == 0) revert ProviderAmountZero();
        _post(provider, _account(provider));
    }

    /// @inheritdoc IProviderRegistry
    function withdrawCredit(address to) external nonReentrant returns (uint256 amount) {
        // Check
        amount = _credits[msg.sender];
        if (amount == 0) revert ProviderCreditZero(msg.sender);
        // Effect
        _credits[msg.sender] = 0;
        emit ProviderCreditWithdrawn(msg.sender, to, amount);
        // Interaction
        _pay(to, amount);
    }

    /// @inheritdoc IProviderRegistry
    function burn() external nonReentrant returns (uint256 amount) {
        // Check
        amount = _burnable;
        if (amount == 0) revert ProviderAmountZero();
        // Effect
        _burnable = 0;
        emit ProviderBurned(amount);
        // Interaction
        _pay(BuiltinActor.BURNT_FUNDS.toMasked(), amount);
    }

    /* MARKET */

    /// @inheritdoc IProviderRegistry
    function reserve(
        uint64 offerId,
        uint32 version,
        uint64 duration,
        uint64[] calldata paddedSizes
    ) external onlyMarket returns (Reservation memory) {
        Offers.Offer storage offer = _offer(offerId);
        ActorId provider = offer.provider;
        Bonds.Account storage account = _accounts[provider];
        (uint64 paddedBytes, uint256 bond) = offer.reserve(offerId, version, duration, paddedSizes);
        Terms storage terms = offer.terms[version];
        account.checkTerms(provider, terms.bondPerTib, terms.exitBps);
        _lock(provider, offerId, bond, paddedBytes);
        return
            Reservation({
                provider: provider,
                payee: account.inForce().payee,
                token: terms.token,
                ratePerTib: terms.ratePerTib,
                bondPerTib: terms.bondPerTib,
                notice: terms.notice,
                exitFeeEpochs: terms.exitFeeEpochs,
                reservationFeeEpochs: terms.reservationFeeEpochs,
                exitBps: terms.exitBps,
                maxOpenProposals: terms.maxOpenProposals
            });
    }

    /// @inheritdoc IProviderRegistry
    function release(uint64 offerId, uint64 paddedBytes, uint128 bond) external onlyMarket {
        ActorId provider = _offer(offerId).giveBack(paddedBytes);
        _release(provider, offerId, bond, paddedBytes);
    }

    /// @inheritdoc IProviderRegistry
    function slash(
        uint64 offerId,
        uint64 paddedBytes,
        uint128 bond,
        address client,
        address reporter
    ) external onlyMarket {
        ActorId provider = _offer(offerId).giveBack(paddedBytes);
        _accounts[provider].lose(bond);
        uint256 toClient = (uint256(bond) * 70) / 100;
        uint256 toReporter = reporter == address(0) ? 0 : uint256(bond) / 10;
        uint256 burned = bond - toClient - toReporter;
        _credit(client, toClient);
        _credit(reporter, toReporter);
        _burnable += burned;
        emit ProviderBondSlashed(provider, client, reporter, toClient, toReporter, burned);
    }

    /// @inheritdoc IProviderRegistry
    function forfeit(uint64 offerId, uint128 bond, address client) external onlyMarket {
        ActorId provider = _offer(offerId).provider;
        _accounts[provider].lose(bond);
        _credit(client, bond);
        emit ProviderBondForfeited(provider, client, bond);
    }

    /// @inheritdoc IProviderRegistry
    function relock(
        uint64 offerId,
        uint128 bond,
        uint96 bondPerTib,
        uint16 exitBps
    ) external onlyMarket {
        ActorId provider = _offer(offerId).provider;
        _accounts[provider].checkTerms(provider, bondPerTib, exitBps);
        _release(provider, offerId, bond, 0);
        _lock(provider, offerId, bond, 0);
    }

    /* EVIDENCE */

    /// @inheritdoc IProviderRegistry
    function isOwner(ActorId provider, address who) external returns (bool) {
        return Miner.isOwner(provider, who);
    }

    /// @inheritdoc IProviderRegistry
    function isControlling(ActorId provider, address who) external returns (bool) {
        return Miner.isControlling(provider, who);
    }

    /// @inheritdoc IProviderRegistry
    function tip(ActorId provider, address reporter) external returns (uint256 amount) {
        if (msg.sender != _evidence) revert ProviderNotEvidence(msg.sender);
        if (reporter == address(0)) return 0;
        amount = _accounts[provider].tip(_today(), TIP_BPS);
        if (amount == 0) return 0;
        _credit(reporter, amount);
        emit ProviderReporterTipped(provider, reporter, amount);
    }

    /* VIEWS */

    /// @inheritdoc IProviderRegistry
    function ownerOf(ActorId provider) external view returns (ActorId) {
        return _accounts[provider].owner;
    }

    /// @inheritdoc IProviderRegistry
    function bondOf(ActorId provider) external view returns (Bond memory) {
        Bonds.Account storage account = _accounts[provider];
        return Bond(account.posted, account.locked, account.unbonding, account.unbondingUntil);
    }

    /// @inheritdoc IProviderRegistry
    function freeBondOf(ActorId provider) external view returns (uint128) {
        return uint128(_accounts[provider].free());
    }

    /// @inheritdoc IProviderRegistry
    function envelopeOf(
        ActorId provider
    ) external view returns (Envelope memory current, Envelope memory pending, Epoch effective) {
        Bonds.Account storage account = _accounts[provider];
        uint8 newest = account.newest;
        if (!account.isPending()) return (account.envelopeAt(newest), pending, effective);
        return (account.envelopeAt(newest ^ 1), account.envelopeAt(newest), account.effective);
    }

    /// @inheritdoc IProviderRegistry
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc IProviderRegistry
    function burnable() external view returns (uint256) {
        return _burnable;
    }

    /// @inheritdoc IProviderRegistry
    function offerCount() external view returns (uint64) {
        return _offerCount;
    }

    /// @inheritdoc IProviderRegistry
    function offerOf(
        uint64 offerId
    )
        external
        view
        returns (
            ActorId provider,
            uint32 version,
            bool paused,
            uint64 reservedBytes,
            Terms memory terms
        )
    {
        Offers.Offer storage offer = _offer(offerId);
        version = offer.version;
        terms = _termsOf(offer, version);
        return (offer.provider, version, offer.paused, offer.reservedBytes, terms);
    }

    /// @inheritdoc IProviderRegistry
    function termsAt(uint64 offerId, uint32 version) external view returns (Terms memory) {
        Offers.Offer storage offer = _offer(offerId);
        if (version == 0 || version > offer.version) {
            revert OfferChanged(offerId, version, offer.version);
        }
        return _termsOf(offer, version);
    }

    /// @inheritdoc IProviderRegistry
    function rateOf(
        uint64 offerId
    ) external view returns (bool open, IERC20 token, uint128 ratePerTib) {
        Offers.Offer storage offer = _offer(offerId);
        Terms storage terms = offer.terms[offer.version];
        Envelope storage envelope = _accounts[offer.provider].inForce();
        open =
            !offer.paused &&
            currentEpoch() <= terms.expiry &&
            terms.bondPerTib <= envelope.maxBondPerTib &&
            terms.exitBps <= envelope.maxExitBps;
        return (open, terms.token, terms.ratePerTib);
    }

    /// @inheritdoc IProviderRegistry
    function regionOf(uint64 offerId) external view returns (string memory) {
        Offers.Offer storage offer = _offer(offerId);
        return _termsOf(offer, offer.version).region;
    }

    /* PRIVATE */

    function _post(ActorId provider, Bonds.Account storage account) private {
        account.posted += uint128(msg.value);
        emit ProviderBondPosted(provider, msg.sender, msg.value);
    }

    function _lock(ActorId provider, uint64 offerId, uint256 bond, uint64 paddedBytes) private {
        _accounts[provider].lock(provider, bond, _today());
        emit ProviderBondLocked(provider, offerId, bond, paddedBytes);
    }

    function _release(ActorId provider, uint64 offerId, uint128 bond, uint64 paddedBytes) private {
        _accounts[provider].locked -= bond;
        emit ProviderBondReleased(provider, offerId, bond, paddedBytes);
    }

    function _credit(address account, uint256 amount) private {
        _credits[account] += amount;
    }

    function _publish(
        uint64 offerId,
        Offers.Offer storage offer,
        Terms memory terms
    ) private returns (uint32 version) {
        ActorId provider = offer.provider;
        Bonds.Account storage account = _account(provider);
        _checkController(provider);
        Offers.check(
            terms,
            Offers.Bounds(
                MIN_NOTICE,
                MAX_NOTICE,
                MIN_DURATION,
                MAX_DURATION,
                MAX_RESERVATION_EPOCHS
            )
        );
        account.checkTerms(provider, terms.bondPerTib, terms.exitBps);
        version = ++offer.version;
        offer.terms[version] = terms;
        emit OfferPublished(provider, offerId, version, terms);
    }

    /// By a bare send, which runs none of the receiver's code. To nobody, or to here, it would be lost.
    function _pay(address to, uint256 amount) private {
        bool isOurs = FilAddress.normalize(to) == address(this);
        if (to == address(0) || isOurs || !FilTransfer.send(to, amount)) {
            revert ProviderTransferFailed(to, amount);
        }
    }

    /// The account, for the miner's owner as the miner says now.
    function _ownAccount(ActorId provider) private returns (Bonds.Account storage account) {
        account = _account(provider);
        ActorId owner = _checkOwner(provider);
        if (owner != account.owner) {
            account.owner = owner;
            emit ProviderOwnerChanged(provider, owner);
        }
    }

    /// Compares ids: an owner of class f1, f2 or f3 calls as a masked id, one of class f4 as its own address.
    function _checkOwner(ActorId provider) private returns (ActorId owner) {
        owner = Miner.ownerOf(provider);
        (bool known, ActorId caller) = FilAddress.actorIdOf(msg.sender);
        if (!known || caller != owner) revert ProviderNotOwner(provider, msg.sender);
    }

    function _checkMarket() private view {
        if (msg.sender != _market) revert ProviderNotMarket(msg.sender);
    }

    function _checkController(ActorId provider) private {
        if (!Miner.isControlling(provider, msg.sender)) {
            revert ProviderNotController(provider, msg.sender);
        }
    }

    function _account(ActorId provider) private view returns (Bonds.Account storage account) {
        account = _accounts[provider];
        if (!account.registered) revert ProviderNotRegistered(provider);
    }

    function _termsOf(
        Offers.Offer storage offer,
        uint32 version
    ) private view returns (Terms memory) {
        return offer.terms[version];
    }

    function _offer(uint64 offerId) private view returns (Offers.Offer storage offer) {
        offer = _offers[offerId];
        if (offer.version == 0) revert OfferUnknown(offerId);
    }

    function _today() private view returns (uint64) {
        return Epoch.unwrap(currentEpoch()) / DAY;
    }

    function _within(uint256 value, uint256 least, uint256 greatest) private pure {
        if (value < least || value > greatest) {
            revert ProviderParameterOutOfBounds(value, least, greatest);
        }
    }
}

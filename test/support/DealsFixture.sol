// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ICurioDealViewV1} from "../../contracts/deals/ICurioDealViewV1.sol";
import {IDealLedger, copyIdOf} from "../../contracts/deals/IDealLedger.sol";
import {IStorageDeals} from "../../contracts/deals/IStorageDeals.sol";
import {StorageDeals} from "../../contracts/deals/StorageDeals.sol";
import {SectorEvidence} from "../../contracts/evidence/SectorEvidence.sol";
import {ActorId} from "../../contracts/fvm/ActorId.sol";
import {Epoch} from "../../contracts/fvm/Epoch.sol";
import {FilAddress} from "../../contracts/fvm/FilAddress.sol";
import {Piece, PieceCid} from "../../contracts/fvm/PieceCid.sol";
import {PieceManifest} from "../../contracts/mocks/fvm/SectorNotifier.sol";
import {FilecoinPayDouble} from "../../contracts/mocks/payments/FilecoinPayDouble.sol";
import {UsdfcDouble} from "../../contracts/mocks/payments/UsdfcDouble.sol";
import {IFilecoinPay} from "../../contracts/payments/IFilecoinPay.sol";
import {IProviderRegistry} from "../../contracts/providers/IProviderRegistry.sol";
import {ProviderRegistry} from "../../contracts/providers/ProviderRegistry.sol";
import {FilecoinDevnet} from "./FilecoinDevnet.sol";
import {vm} from "./Vm.sol";

/// Holdfast whole, with Filecoin's default parameters, on the doubles: two providers with an offer each, one client.
///
///     uint256 dealId = propose(2);        // two pieces with the first provider's offer
///     seal(dealId);                       // each in a sector of its own
///     pass(10_000);                       // refreshing in time
abstract contract DealsFixture is FilecoinDevnet {
    uint64 internal constant W = 5_760;
    uint64 internal constant GRACE = 8_640;
    uint64 internal constant CHAIN_GAP = 2_880;
    uint64 internal constant WINDOW = 20_160;
    uint64 internal constant DURATION = 518_400;
    uint32 internal constant NOTICE = 86_400;
    uint32 internal constant EXIT_FEE_EPOCHS = 20_160;
    uint32 internal constant RESERVATION_EPOCHS = 2_880;
    uint16 internal constant EXIT_BPS = 2_500;
    uint64 internal constant DRY_GRACE = 20_160;
    uint64 internal constant SLASH_WINDOW = 20_160;
    uint64 internal constant EXTENSION_LEAD = 2_880;
    uint64 internal constant MAX_EXTENSION = 1_550_000;
    /// 32 GiB pieces, so that shares are round: a TiB holds 32.
    uint8 internal constant HEIGHT = 30;
    uint64 internal constant SIZE = 32 << 30;
    uint96 internal constant RATE_PER_TIB = 32 ether / 1_000_000;
    uint128 internal constant RATE = RATE_PER_TIB / 32;
    uint96 internal constant BOND_PER_TIB = 32 ether;
    uint128 internal constant BOND = 1 ether;
    uint256 internal constant FUNDS = 1_000_000 ether;

    address internal client = address(0xC11E);
    address internal owner = address(0x04E1);
    address internal worker = address(0x3031);
    address internal payee = address(0x9A1E);
    address internal owner2 = address(0x04E2);
    address internal stranger = address(0x57A6);

    ActorId internal miner;
    ActorId internal miner2;
    uint64 internal offerId;
    uint64 internal offerId2;

    IStorageDeals internal deals;
    ProviderRegistry internal registry;
    SectorEvidence internal evidence;
    FilecoinPayDouble internal pay;
    UsdfcDouble internal usdfc;

    uint64 internal nextSector = 1;

    function setUp() public virtual {
        vm.roll(10_000);
        vm.warp(1_800_000_000);
        installFilecoin();
        pay = new FilecoinPayDouble();
        usdfc = new UsdfcDouble();
        registry = new ProviderRegistry(registryParameters());
        evidence = new SectorEvidence(W, GRACE, CHAIN_GAP);
        deals = IStorageDeals(
            address(
                new StorageDeals(registry, evidence, IFilecoinPay(address(pay)), dealParameters())
            )
        );
        registry.bind(address(deals), address(evidence));
        evidence.bind(address(deals), address(registry));

        miner = createMiner(owner, worker);
        miner2 = createMiner(owner2, address(0x3032));
        offerId = enrol(miner, owner, terms());
        offerId2 = enrol(miner2, owner2, terms());
        fund(client, FUNDS);
        approve(client);
    }

    /* PARTIES */

    function registryParameters() internal pure returns (IProviderRegistry.Parameters memory) {
        return
            IProviderRegistry.Parameters({
                day: 2_880,
                envelopeDelay: 20_160,
                unbonding: 86_400,
                minNotice: 2 * GRACE,
                maxNotice: 86_400,
                minDuration: 518_400,
                maxDuration: 1_550_000,
                maxReservationEpochs: 20_160,
                tipBps: 10
            });
    }

    function dealParameters() internal pure returns (IDealLedger.Parameters memory) {
        return
            IDealLedger.Parameters({
                minSealingWindow: 2_880,
                maxSealingWindow: 86_400,
                dryGrace: DRY_GRACE,
                slashWindow: SLASH_WINDOW,
                extensionLead: EXTENSION_LEAD,
                maxExtension: MAX_EXTENSION
            });
    }

    function terms() internal view returns (IProviderRegistry.Terms memory) {
        return
            IProviderRegistry.Terms({
                token: usdfc,
                ratePerTib: RATE_PER_TIB,
                bondPerTib: BOND_PER_TIB,
                minPieceSize: 128,
                maxPieceSize: 64 << 30,
                minDuration: DURATION,
                maxDuration: 1_550_000,
                capacity: 1 << 50,
                expiry: Epoch.wrap(type(uint40).max),
                notice: NOTICE,
                exitFeeEpochs: EXIT_FEE_EPOCHS,
                reservationFeeEpochs: RESERVATION_EPOCHS,
                exitBps: EXIT_BPS,
                maxOpenProposals: 64,
                endpoint: "http://127.0.0.1:1",
                region: "CH"
            });
    }

    function envelope() internal view returns (IProviderRegistry.Envelope memory) {
        return IProviderRegistry.Envelope(1000 ether, 100_000 ether, 100_000 ether, 5_000, payee);
    }

    /// Registers the miner with 10,000 FIL of bond and publishes an offer.
    function enrol(
        ActorId provider,
        address by,
        IProviderRegistry.Terms memory offered
    ) internal returns (uint64) {
        vm.deal(by, 20_000 ether);
        vm.startPrank(by);
        registry.register{value: 10_000 ether}(provider, envelope());
        uint64 id = registry.publishOffer(provider, offered);
        vm.stopPrank();
        return id;
    }

    function fund(address account, uint256 amount) internal {
        usdfc.mint(address(this), amount);
        usdfc.approve(address(pay), amount);
        pay.deposit(usdfc, account, amount);
    }

    function approve(address account) internal {
        vm.prank(account);
        pay.setOperatorApproval(
            usdfc,
            address(deals),
            true,
            type(uint256).max,
            type(uint256).max,
            type(uint256).max
        );
    }

    /* DEALS */

    function pieces(uint256 count) internal pure returns (Piece[] memory list) {
        list = new Piece[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = Piece(PieceCid.wrap(keccak256(abi.encode("piece", i))), HEIGHT, 0);
        }
    }

    function proposal(
        uint64 offer,
        uint256 count
    ) internal view returns (IDealLedger.Proposal memory) {
        (, uint32 version, , , ) = registry.offerOf(offer);
        return
            IDealLedger.Proposal({
                offerId: offer,
                version: version,
                dataset: keccak256("dataset"),
                sealingWindow: WINDOW,
                duration: DURATION,
                autoExtendUntil: Epoch.wrap(0),
                autoExtendRateCap: 0,
                pieces: pieces(count)
            });
    }

    function propose(uint256 count) internal returns (uint256) {
        return proposeAs(client, proposal(offerId, count));
    }

    function proposeAs(address by, IDealLedger.Proposal memory what) internal returns (uint256) {
        vm.prank(by);
        return deals.propose(what);
    }

    /// Seals every proposed copy in a sector of its own, committed a little beyond the deal's end.
    function seal(uint256 dealId) internal {
        uint256 count = deals.dealOf(dealId).copies;
        for (uint256 i; i < count; ++i) sealCopy(copyIdOf(dealId, i));
    }

    function sealCopy(uint256 copyId) internal returns (uint64 sector) {
        IDealLedger.Deal memory deal = deals.dealOf(copyId >> 8);
        sector = nextSector++;
        commitSector(deal.provider, sector, deal.endEpoch.plus(1_000), manifest(copyId));
    }

    function manifest(uint256 copyId) internal view returns (PieceManifest memory) {
        IDealLedger.Copy memory copy = deals.copyOf(copyId);
        return piece(copy.cid, uint64(32) << copy.height, address(deals), abi.encode(copyId));
    }

    /// How an unmodified Curio asks about a copy that it was sent.
    function curioView(
        uint256 copyId
    ) internal view returns (ICurioDealViewV1.CurioDealView memory asked) {
        IDealLedger.Deal memory deal = deals.dealOf(copyId >> 8);
        IDealLedger.Copy memory copy = deals.copyOf(copyId);
        asked.dealId = copyId;
        asked.providerActorId = ActorId.unwrap(deal.provider);
        asked.clientId = FilAddress.f410(deal.client);
        asked.pieceCidV2 = Piece(copy.cid, copy.height, copy.padding).toCidV2();
        asked.startEpoch = Epoch.unwrap(deal.sealBy);
        asked.duration = deal.endEpoch.since(deal.sealBy);
    }

    function active(uint256 count) internal returns (uint256 dealId) {
        dealId = propose(count);
        seal(dealId);
    }

    function sectorOf(uint256 copyId) internal view returns (uint64) {
        return deals.copyOf(copyId).sector;
    }

    /// One keeper's call for all active copies of a deal.
    function refresh(uint256 dealId) internal {
        IDealLedger.Deal memory deal = deals.dealOf(dealId);
        for (uint256 i; i < deal.copies; ++i) refreshCopy(copyIdOf(dealId, i));
    }

    function refreshCopy(uint256 copyId) internal {
        IDealLedger.Copy memory copy = deals.copyOf(copyId);
        if (copy.activation == Epoch.wrap(0)) return;
        ActorId provider = deals.dealOf(copyId >> 8).provider;
        uint64[] memory sectors = new uint64[](1);
        bytes[] memory locations = new bytes[](1);
        sectors[0] = copy.sector;
        locations[0] = location(provider, copy.sector);
        evidence.refresh(provider, sectors, locations);
    }

    /// Time passes with a diligent keeper.
    function pass(uint256 dealId, uint256 epochs) internal {
        while (epochs > 4_000) {
            advance(4_000);
            refresh(dealId);
            epochs -= 4_000;
        }
        advance(epochs);
        refresh(dealId);
    }

    function reportAs(address reporter, uint256 copyId) internal {
        bytes memory where = location(deals.dealOf(copyId >> 8).provider, sectorOf(copyId));
        vm.prank(reporter);
        deals.report(copyId, where);
    }

    /// A fault reported every 2,000 epochs until the chain completes the grace.
    function faultOut(uint256 copyId, address reporter) internal {
        fault(deals.dealOf(copyId >> 8).provider, sectorOf(copyId));
        for (uint256 spent; spent <= GRACE + 2_000; spent += 2_000) {
            if (deals.copyOf(copyId).state != IDealLedger.CopyState.Active) return;
            reportAs(reporter, copyId);
            advance(2_000);
        }
    }

    /* MONEY */

    /// Who holds what: in Filecoin Pay (funds), in the registry (bond posted, credits, burns).
    struct Money {
        uint256 client;
        uint256 payee;
        uint256 bond;
        uint256 clientCredit;
        uint256 strangerCredit;
        uint256 ownerCredit;
        uint256 burnable;
    }

    function money() internal view returns (Money memory) {
        return
            Money({
                client: fundsOf(client),
                payee: fundsOf(payee),
                bond: registry.bondOf(miner).posted,
                clientCredit: registry.creditOf(client),
                strangerCredit: registry.creditOf(stranger),
                ownerCredit: registry.creditOf(owner),
                burnable: registry.burnable()
            });
    }

    /// Nobody's bond or credit moved.
    function assertBondsUntouched(Money memory before) internal view {
        Money memory now_ = money();
        assertEq(now_.bond, before.bond, "bond");
        assertEq(now_.clientCredit, before.clientCredit, "client's credit");
        assertEq(now_.strangerCredit, before.strangerCredit, "stranger's credit");
        assertEq(now_.ownerCredit, before.ownerCredit, "owner's credit");
        assertEq(now_.burnable, before.burnable, "burns");
    }

    function assertState(uint256 copyId, IDealLedger.CopyState expected) internal view {
        assertEq(uint256(deals.stateOf(copyId)), uint256(expected), "state");
    }

    /// What Filecoin Pay holds for an account.
    function fundsOf(address account) internal view returns (uint256 funds) {
        (funds, , , ) = pay.accounts(usdfc, account);
    }

    /// Gross of Filecoin Pay's fee, net of the reservation fee: what the rail itself has paid.
    function net(uint256 gross) internal pure returns (uint256) {
        return gross - (gross + 199) / 200;
    }
}

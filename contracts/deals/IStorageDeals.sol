// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IValidator} from "../payments/IValidator.sol";
import {ICurioDealViewV1} from "./ICurioDealViewV1.sol";
import {IDealLifecycle} from "./IDealLifecycle.sol";
import {IDealMarket} from "./IDealMarket.sol";

/// Sealed deals: one provider keeps up to 32 pieces of one dataset for one client, on one Filecoin Pay rail.
/// Market (Curio's ICurioDealViewV1), notification receiver (FIP-0109), operator and validator on Filecoin Pay.
/// Holds no token and no FIL: the client's money stays in Filecoin Pay, the provider's bond in the registry.
/// Assumptions: Filecoin Pay V1 behaves as measured (docs/deals.md); the miner actors tell their sectors' status truly;
/// somebody looks at a sector at least every FRESHNESS epochs, else its epochs stay unpaid.
interface IStorageDeals is IDealMarket, IDealLifecycle, ICurioDealViewV1, IValidator {}

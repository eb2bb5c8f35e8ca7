// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IComputeJobs} from "./IComputeJobs.sol";
import {IComputeSettlement} from "./IComputeSettlement.sol";

/// Compute over content-addressed data, paid only for a result that nobody refuted: see docs/compute.md.
/// Holds the prices that jobs lock, bonds of challenges and credits; the workers' stakes lie in the registry.
/// Assumptions: the registry and the deals that the deployer named behave; of the two arbiters that the requester named
/// and the worker accepts, one answers truly in its window; tokens do not rebase.
interface IComputeEscrow is IComputeJobs, IComputeSettlement {}

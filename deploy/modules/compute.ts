import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import dealsModule from "./deals.ts";

/** Filecoin's defaults, in epochs. */
export const COMPUTE = { unbonding: 20_160n, minWindow: 20n };

/**
 * Compute over data on top of sealed deals, which it only reads; registry and escrow are bound to each other for good.
 * `judge` rules for the arbiter that comes along, `payee` gets its fees; jobs may name any others.
 */
export default buildModule("Compute", (m) => {
  const { registry, evidence, deals } = m.useModule(dealsModule);
  const computeRegistry = m.contract("ComputeRegistry", [
    registry,
    m.getParameter("unbonding", COMPUTE.unbonding),
  ]);
  const escrow = m.contract("ComputeEscrow", [
    computeRegistry,
    deals,
    m.getParameter("minWindow", COMPUTE.minWindow),
  ]);
  m.call(computeRegistry, "bind", [escrow], { id: "bindComputeRegistry" });
  const arbiter = m.contract("SingleArbiter", [escrow, m.getParameter("payee"), m.getParameter("judge")]);
  return { registry, evidence, deals, computeRegistry, escrow, arbiter };
});

import { onPanelArbiter } from "../actions/contracts.ts";

/** What a PanelArbiter fixed at its deployment: where it rules, how many must agree, and who gets the fees. @throws ActionError */
export const getPanelArbiterParameters = onPanelArbiter.readAll({
  escrow: "ESCROW",
  quorum: "QUORUM",
  payee: "PAYEE",
});
export type GetPanelArbiterParametersReturnType = Awaited<ReturnType<typeof getPanelArbiterParameters>>;

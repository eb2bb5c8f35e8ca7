import { onSingleArbiter } from "../actions/contracts.ts";

/** What a SingleArbiter fixed at its deployment: where it rules, who rules, and who gets the fees. @throws ActionError */
export const getSingleArbiterParameters = onSingleArbiter.readAll({
  escrow: "ESCROW",
  judge: "JUDGE",
  payee: "PAYEE",
});
export type GetSingleArbiterParametersReturnType = Awaited<ReturnType<typeof getSingleArbiterParameters>>;

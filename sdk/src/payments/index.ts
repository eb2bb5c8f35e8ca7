export * from "./deposit.ts";
export * from "./deposit-with-permit-and-approve-operator.ts";
export * from "./get-account.ts";
export * from "./get-account-if-settled.ts";
export * from "./get-funding-plan.ts";
export * from "./get-operator-approval.ts";
export * from "./get-rail.ts";
export * from "./get-rails-of-payee.ts";
export * from "./get-rails-of-payer.ts";
export * from "./plan-funding.ts";
export { type Runway, runwayOf, type Span } from "./runway.ts";
export * from "./set-operator-approval.ts";
export * from "./settle-rail.ts";
export {
  type Permit,
  PermitUnsupportedError,
  permitDomain,
  type SignPermitParameters,
  signPermit,
} from "./sign-permit.ts";
export * from "./terminate-rail.ts";
export * from "./withdraw.ts";

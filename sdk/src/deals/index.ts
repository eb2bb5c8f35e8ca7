export * from "./choose-offers.ts";
export * from "./copy-id.ts";
export * from "./decline-deal.ts";
export * from "./extend-deal.ts";
export * from "./get-copies.ts";
export * from "./get-copy.ts";
export * from "./get-copy-state.ts";
export * from "./get-deal.ts";
export * from "./get-deal-view-state.ts";
export * from "./get-deal-view-version.ts";
export * from "./get-deals-parameters.ts";
export * from "./get-open-proposals.ts";
export * from "./get-replication.ts";
export * from "./is-copy-live.ts";
export * from "./leave-deal-as-client.ts";
export * from "./leave-deal-as-provider.ts";
export * from "./notification-payload.ts";
export * from "./poke-deal.ts";
export * from "./propose-deal.ts";
export * from "./quote-deal.ts";
export * from "./report-copy.ts";
export * from "./set-auto-extend.ts";
export * from "./settle-deal.ts";
export {
  COPY_STATES,
  type CopyState,
  DEAL_VIEW_STATES,
  DEPARTURES,
  type DealViewState,
  type Departure,
  IGNORE_REASONS,
  type IgnoreReason,
} from "./states.ts";
export * from "./verify-deal.ts";

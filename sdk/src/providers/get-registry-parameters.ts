import { onRegistry } from "../actions/contracts.ts";

/** What ProviderRegistry fixed at its deployment: epochs, and `tipBps` in 1/10,000. @throws ActionError */
export const getRegistryParameters = onRegistry.readAll({
  day: "DAY",
  envelopeDelay: "ENVELOPE_DELAY",
  unbonding: "UNBONDING",
  minNotice: "MIN_NOTICE",
  maxNotice: "MAX_NOTICE",
  minDuration: "MIN_DURATION",
  maxDuration: "MAX_DURATION",
  maxReservationEpochs: "MAX_RESERVATION_EPOCHS",
  tipBps: "TIP_BPS",
});
export type GetRegistryParametersReturnType = Awaited<ReturnType<typeof getRegistryParameters>>;

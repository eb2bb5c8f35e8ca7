export {
  actorIdOf,
  type FilecoinAddress,
  FilecoinAddressInvalidError,
  type FilecoinNetwork,
  type FilecoinProtocol,
  filecoinAddressFromBytes,
  filecoinAddressToBytes,
  formatFilecoinAddress,
  fromActorId,
  fromEvmAddress,
  maskedId,
  parseFilecoinAddress,
  toEvmAddress,
} from "./address.ts";
export {
  CALIBRATION_CLOCK,
  clockFromBlock,
  EPOCHS_PER_DAY,
  type Epoch,
  type EpochClock,
  epoch,
  epochAt,
  epochToDate,
  MAINNET_CLOCK,
} from "./epoch.ts";
export { type EpochTextOptions, epochText, localTime, spanText } from "./epoch-text.ts";
export { lookupActorId } from "./lookup-actor-id.ts";

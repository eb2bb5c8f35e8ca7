import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Doubles of Filecoin Pay and USDFC, for chains on which the real ones do not exist. */
export default buildModule("PaymentDoubles", (m) => ({
  pay: m.contract("FilecoinPayDouble"),
  usdfc: m.contract("UsdfcDouble"),
}));

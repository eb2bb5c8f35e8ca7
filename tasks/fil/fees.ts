import { formatEther, formatGwei } from "viem";
import { estimateFeesPerGas, getBlock } from "viem/actions";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields } from "../run/output.ts";

/** Gas that Filecoin Pay's calls took on Calibration in 2025 (filecoin-pay, docs/payments-gas-benchmarks.md). */
const MEASURED = {
  deposit: 20_600_000n,
  withdraw: 19_000_000n,
  settleRail: 18_400_000n,
  createRail: 14_500_000n,
};

export default command<CommonArguments>(async (_args, context) => {
  const { client, network } = await context.connect();
  const [{ number, baseFeePerGas }, { maxFeePerGas, maxPriorityFeePerGas }] = await Promise.all([
    getBlock(client),
    estimateFeesPerGas(client),
  ]);
  const baseFee = baseFeePerGas ?? 0n;
  const likely = baseFee + maxPriorityFeePerGas;
  const examples = Object.entries(MEASURED).map(([call, gas]) => ({
    ...{ call: `FilecoinPay.${call}`, gas, likely: gas * likely, atMost: gas * maxFeePerGas },
  }));
  const json = { network, epoch: number, baseFee, maxPriorityFeePerGas, maxFeePerGas, examples };
  const perGas = (fee: bigint) => `${fee} attoFIL a gas (${formatGwei(fee)} nanoFIL)`;
  const lines = examples.map(({ call, gas, likely: fee, atMost }) => [
    call,
    `${formatEther(fee)} FIL, at most ${formatEther(atMost)} FIL, for ${gas / 100_000n / 10n}.${(gas / 100_000n) % 10n} M gas`,
  ]);
  return {
    json,
    text: [
      fields({
        epoch: number,
        ...{ "base fee": perGas(baseFee), "priority fee": perGas(maxPriorityFeePerGas) },
        "fee at most": perGas(maxFeePerGas),
      }),
      "",
      fields(Object.fromEntries(lines)),
    ].join("\n"),
  };
});

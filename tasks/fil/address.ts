import {
  type FilecoinAddress,
  filecoinAddressToBytes,
  formatFilecoinAddress,
  fromActorId,
  fromEvmAddress,
  lookupActorId,
  parseFilecoinAddress,
  toEvmAddress,
} from "@holdfast/sdk";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields } from "../run/output.ts";

interface AddressArguments extends CommonArguments {
  address: string;
  resolve: boolean;
}

const NO_EVM_FORM = "none: only f0 and f410 have one (see --resolve)";

export default command<AddressArguments>(async ({ address: text, resolve }, context) => {
  const address = read(text);
  const evm = evmFormOf(address);
  const resolved = resolve ? await lookupActorId((await context.connect()).client, address) : undefined;
  const json = {
    ...{ evm, mainnet: formatFilecoinAddress(address, "mainnet") },
    ...{ testnet: formatFilecoinAddress(address, "testnet"), bytes: filecoinAddressToBytes(address) },
    ...(resolve ? { actorId: resolved ?? null } : {}),
  };
  return {
    json: { ...json, evm: evm ?? null },
    text: fields({
      ...{ EVM: evm ?? NO_EVM_FORM, mainnet: json.mainnet, testnet: json.testnet, bytes: json.bytes },
      ...(resolve ? { "actor id": resolved ?? "none: it has never received anything on this chain" } : {}),
    }),
  };
});

function read(text: string): FilecoinAddress {
  if (/^0x/i.test(text)) return fromEvmAddress(text as `0x${string}`);
  return /^\d+$/.test(text) ? fromActorId(BigInt(text)) : parseFilecoinAddress(text);
}

function evmFormOf(address: FilecoinAddress): string | undefined {
  return address.protocol === 0 || address.protocol === 4 ? toEvmAddress(address) : undefined;
}
